"""CKAN's tables and first accounts of one side, all in one process: each `ckan` command would cost seconds of its own."""

from __future__ import annotations

import contextlib
import logging
import secrets
from typing import Any

from .files import read_json, write_json
from .places import Places

__all__ = ["set_up"]

log = logging.getLogger("govopen.first_boot")

# What the data service writes; everything else it only reads, and people's accounts it does not even read.
API_WRITES = ("delivery_log", "inbox", "access_count", "rate_window", "rate_limit", "rate_count")
API_NEVER = ("user", "api_token", "dashboard", "files_file", "files_owner")


def set_up(places: Places, side: str) -> None:
    """Bring the side's tables up to date and make the accounts that the platform itself needs."""
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    ini = str(places.layout.ini(side))
    app = make_app(CKANConfigLoader(ini).get_config())
    from ckan.cli import db

    db._run_migrations(None, "head")  # noqa: SLF001 - the functions behind `ckan db upgrade`, which has no other door.
    db._migrate_plugins(apply=True)  # noqa: SLF001
    with app._wsgi_app.test_request_context("/"):  # noqa: SLF001 - actions want a request, and this is no web process.
        if side == "desk":
            _operator(places)
        else:
            _account("projector", "投影服务 Projector", sysadmin=False)
            _grant_api(places)


def _account(name: str, title: str, *, sysadmin: bool, password: str = "") -> dict[str, Any]:
    """Make a local account, or mend the one that is there."""
    from ckan import model
    from ckan.plugins import toolkit as tk

    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    if model.User.get(name) is None:
        given = {
            "name": name,
            "fullname": title,
            "email": f"{name}@govopen.invalid",
            "password": password or secrets.token_urlsafe(24),
        }
        tk.get_action("user_create")({"ignore_auth": True, "user": site}, given)
    user = model.User.get(name)
    user.sysadmin = sysadmin
    user.state = "active"
    model.Session.commit()
    return {"name": name, "id": user.id}


def _operator(places: Places) -> None:
    """The one account of a fresh desk: 运维, who makes all others. Password and token lie in HOME/secrets."""
    from ckan import model
    from ckan.plugins import toolkit as tk

    file = places.layout.secrets / "operator.json"
    known = read_json(file, {})
    password = known.get("password") or secrets.token_urlsafe(18)
    account = _account("operator", "平台运维 Operator", sysadmin=True, password=password)
    if known.get("id") == account["id"] and known.get("token"):
        return
    user = model.User.get("operator")
    user.password = password
    model.Session.commit()
    context = {"ignore_auth": True, "user": "operator"}
    with contextlib.suppress(tk.ObjectNotFound):
        for token in tk.get_action("api_token_list")(dict(context), {"user_id": "operator"}):
            tk.get_action("api_token_revoke")(dict(context), {"jti": token["id"]})
    made = tk.get_action("api_token_create")(dict(context), {"user": "operator", "name": "govopen"})
    write_json(file, {**account, "password": password, "token": made["token"]})


def _grant_api(places: Places) -> None:
    """Give the data service's role what it reads and the few tables that it writes."""
    import psycopg
    from psycopg import sql

    role = sql.Identifier(places.role("api"))
    with psycopg.connect(places.database("portal"), connect_timeout=10) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        tables = {name for (name,) in rows}
        connection.execute(sql.SQL("grant usage on schema public to {}").format(role))
        connection.execute(sql.SQL("grant select on all tables in schema public to {}").format(role))
        connection.execute(sql.SQL("grant usage on all sequences in schema public to {}").format(role))
        for name in sorted(tables & set(API_NEVER)):
            connection.execute(sql.SQL("revoke all on table {} from {}").format(sql.Identifier(name), role))
        for name in sorted(tables & set(API_WRITES)):
            connection.execute(sql.SQL("grant insert, update on table {} to {}").format(sql.Identifier(name), role))
