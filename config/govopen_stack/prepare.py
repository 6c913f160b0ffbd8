"""The tasks before services: database folder, roles and databases, hub's tables, CKAN's tables and first accounts.

Each is one process, does nothing that is done already, and leaves a stamp where finding that out would take long.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from .boot import places_of
from .files import read_json, write_json
from .layout import Layout
from .places import ADMIN, Places
from .process import as_user, spare_user
from .secrets import public_half
from .services import SERVICES, binaries

__all__ = ["main", "make_cluster", "make_databases", "make_hub"]

log = logging.getLogger("govopen.prepare")


def make_cluster(places: Places) -> None:
    """Make PostgreSQL's data folder: passwords are checked from the first moment on."""
    folder = places.layout.postgres
    data = folder / "data"
    if (data / "PG_VERSION").is_file():
        return
    uid = spare_user()
    password = folder / "first-password"
    password.touch(mode=0o600)
    password.write_text(places.keys["postgres_admin"], encoding="ascii")
    if uid is not None:
        os.chown(folder, uid, -1)
        os.chown(password, uid, -1)
    command = [str(binaries() / "initdb"), "-D", str(data), "-U", ADMIN, "--auth=scram-sha-256", f"--pwfile={password}"]
    # PostgreSQL's own Unicode order, whatever locales the machine has; Chinese order comes from Solr or Python.
    command += [
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]
    try:
        subprocess.run(command, check=True, timeout=100, cwd="/", preexec_fn=as_user(uid))
    finally:
        password.unlink()


def make_databases(places: Places) -> None:
    """Make one role for each reader and one database for each side, closed to everybody else."""
    import psycopg
    from psycopg import sql

    sides = [side for side in ("desk", "portal") if f"session_{side}" in places.keys]
    roles = [*sides, *(["api"] if "portal" in sides else [])]
    with psycopg.connect(places.admin_database, autocommit=True, connect_timeout=10) as connection:
        for name in roles:
            role, password = sql.Identifier(places.role(name)), sql.Literal(places.keys[f"postgres_{name}"])
            known = connection.execute("select 1 from pg_roles where rolname = %s", [places.role(name)]).fetchone()
            verb = sql.SQL("alter" if known else "create")
            connection.execute(sql.SQL("{} role {} login password {}").format(verb, role, password))
        for side in sides:
            name, owner = places.database_name(side), sql.Identifier(places.role(side))
            known = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            if not known:
                if places.settings.database_url:
                    # An administrator that is no superuser may give a database only to a role that it belongs to.
                    connection.execute(sql.SQL("grant {} to current_user").format(owner))
                make = "create database {} owner {} encoding 'UTF8' template template0"
                connection.execute(sql.SQL(make).format(sql.Identifier(name), owner))
            connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
        if "portal" in sides:
            grant = sql.SQL("grant connect on database {} to {}")
            connection.execute(
                grant.format(sql.Identifier(places.database_name("portal")), sql.Identifier(places.role("api")))
            )


def make_hub(places: Places) -> None:
    """Fill the reference hub and keep what it says about itself; a hub elsewhere needs nothing."""
    from govopen_harvesters.reference_hub.seed import seed

    settings, layout = places.settings, places.layout
    client = public_half(places.keys["hub_client_key"])
    identity = seed(
        layout.hub,
        rows=settings.hub_rows,
        seed=settings.hub_seed,
        client_id=settings.hub_client_id,
        client_public_key=client,
    )
    values = {
        "public_key": identity.public_key,
        "control_key": identity.control_key,
        "client_id": settings.hub_client_id,
    }
    write_json(layout.secrets / "hub.json", values)


def _stamp(places: Places, side: str) -> dict[str, str]:
    """What set-up of a side depends on: while it stays the same, there is nothing to do."""
    digest = hashlib.sha256()
    migrations = files("ckanext.govopen").joinpath("migration", f"govopen_{side}", "versions")
    for path in sorted(migrations.iterdir(), key=lambda item: item.name):
        if path.name.endswith(".py"):
            digest.update(path.read_bytes())
    digest.update(places.database(side).encode() + places.layout.ini(side).read_bytes())
    versions = {}
    for name in ("ckan", "ckanext-harvest", "ckanext-dcat", "ckanext-scheming", "govopen"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return {"digest": digest.hexdigest(), **versions}


def _side(side: str) -> Callable[[Places], None]:
    def run(places: Places) -> None:
        stamp, file = _stamp(places, side), places.layout.run / f"setup-{side}.json"
        if read_json(file, {}) == stamp:
            log.info("%s is set up already", side)
            return
        from .first_boot import set_up

        set_up(places, side)
        write_json(file, stamp)

    return run


STEPS: dict[str, Callable[[Places], None]] = {
    "cluster": make_cluster,
    "databases": make_databases,
    "hub": make_hub,
    "desk": _side("desk"),
    "portal": _side("portal"),
}


def main() -> None:
    """Run one step for the home that `--home` names."""
    parser = argparse.ArgumentParser(prog="govopen_stack.prepare", description=__doc__)
    parser.add_argument("step", choices=sorted(STEPS))
    parser.add_argument("--home", required=True, type=Path)
    arguments = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)-5.5s [%(process)d] [%(name)s] %(message)s",
        stream=sys.stderr,
    )
    layout = Layout(arguments.home)
    # The sides of this home are those that it has secrets for: they were made before this process started.
    keys = read_json(layout.secrets / "keys.json", {})
    wanted = frozenset(name for name, service in SERVICES.items() if f"session_{service.side}" in keys)
    STEPS[arguments.step](places_of(layout, wanted))


if __name__ == "__main__":
    main()
