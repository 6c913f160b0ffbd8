"""What `govopen` can be told to do; `cli` runs it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .api import Home
from .errors import NotRunning, PlatformMissing, StackError
from .layout import default_home
from .logs import follow, tail
from .services import DAEMONS, SERVICES
from .show import print_status, progress

__all__ = ["govopen"]

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


def with_home(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that names the home."""
    return click.option(
        "--home", type=click.Path(path_type=Path, file_okay=False), default=None, envvar="GOVOPEN_HOME",
        help="Folder that holds everything of this platform. Default: the user's data folder.",
    )(command)  # fmt: skip


def opened(path: Path | None) -> Home:
    """The home that the command works on."""
    return Home(path or default_home())


@click.group(
    context_settings=CONTEXT, epilog="Exit codes: 0 done, 1 failed, 2 wrong call, 3 nothing runs, 4 home busy."
)
@click.version_option(package_name="govopen")
def govopen() -> None:
    """GovOpen 公共数据开放平台: publish approved government data, on one machine, from one command."""


@govopen.command()
@with_home
@click.option("--database-url", help="PostgreSQL that runs elsewhere: postgresql://admin:password@host:5432/postgres")
@click.option("--solr-url", help="Solr that runs elsewhere, with cores desk and portal: http://host:8983/solr")
@click.option("--redis-url", help="Redis that runs elsewhere: redis://:password@host:6379")
@click.option(
    "--rows", "hub_rows", type=click.IntRange(100, 10_000_000), help="Rows of each generated table of the hub."
)
@click.option("--seed", "hub_seed", type=int, help="Seed of the hub's generated tables.")
@click.option("--only", metavar="A,B", help="Start these services only (and what they need); kept for later starts.")
@click.option(
    "--bundle-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="GOVOPEN_BUNDLE_KEY_FILE",
    help="Public key (minisign) of the desk whose bundles this home shows, when the desk is elsewhere.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def up(home: Path | None, only: str | None, bundle_key: Path | None, quiet: bool, **settings: Any) -> None:
    """Start everything and wait until it answers. What runs already is left alone."""
    place = opened(home)
    if bundle_key:
        place.trust(bundle_key.read_text(encoding="utf-8"))
    services = [name.strip() for name in only.split(",") if name.strip()] if only else None
    with progress(quiet=quiet) as show:
        place.start(services, progress=show, **settings)
    if not quiet:
        print_status(place.status())


@govopen.command()
@with_home
def down(home: Path | None) -> None:
    """Stop everything of this home; no process is left."""
    place = opened(home)
    count = place.stop()
    click.echo(f"已停止 stopped: {place.path}" + (f" ({count} stray processes ended)" if count else ""))


@govopen.command()
@with_home
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, secrets of the demo included.")
def status(home: Path | None, as_json: bool) -> None:
    """Show each service and the addresses. Exit code 3 when nothing runs, 1 when a service is not up."""
    place = opened(home)
    if not place.layout.ports_file.is_file():
        raise NotRunning(f"There is no platform in {place.path}.", "Run `govopen up`.")
    value = place.status(probe=True)
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=1))
    else:
        print_status(value)
    if value["supervisor"]["pid"] is None:
        sys.exit(3)
    if any(service["state"] not in ("running", "external") for service in value["services"]):
        sys.exit(1)


@govopen.command()
@with_home
@click.argument("service", required=False, type=click.Choice([*SERVICES, "supervisor"]))
@click.option("-f", "--follow", "following", is_flag=True, help="Go on printing new lines until Ctrl-C.")
@click.option(
    "-n", "--lines", default=40, show_default=True, type=click.IntRange(0, 100_000), help="How many last lines."
)
def logs(home: Path | None, service: str | None, following: bool, lines: int) -> None:
    """Print the last lines of one service, or of all of them."""
    layout = opened(home).layout
    names = [service] if service else [n for n in (*DAEMONS, "supervisor") if layout.log_of(n).exists()]
    for name in names:
        for line in tail(layout.log_of(name), lines if service else min(lines, 10)):
            click.echo(line.rstrip("\n") if service else f"{name:>10} | {line.rstrip()}")
    if following:
        try:
            for name, line in follow({name: layout.log_of(name) for name in names}):
                click.echo(line.rstrip("\n") if service else f"{name:>10} | {line.rstrip()}")
        except KeyboardInterrupt:
            return


@govopen.command()
@with_home
@click.option(
    "--rows",
    default=100_000,
    show_default=True,
    type=click.IntRange(100, 10_000_000),
    help="Rows of each generated table.",
)
@click.option("--seed", default=20261124, show_default=True, help="Seed of the generated tables: same seed, same data.")
@click.option("--quiet", is_flag=True, help="Only print the summary.")
def demo(home: Path | None, rows: int, seed: int, quiet: bool) -> None:
    """Start everything, play a whole publication as each officer, print what was published and refused."""
    from rich.console import Console

    place = opened(home)
    with progress(quiet=quiet) as show:
        place.start(progress=show, hub_rows=rows, hub_seed=seed)
    try:
        from govopen_stack.demo import run
    except ImportError as err:
        raise PlatformMissing(f"The demo cannot be loaded: {err}.", "Install GovOpen whole.") from err
    try:
        code = run(place.path, rows=rows, console=Console(), quiet=quiet)
    except (TimeoutError, OSError) as err:
        raise StackError(f"The demo stopped: {err}.", "Run `govopen demo` again: it goes on where it stopped.") from err
    sys.exit(code)


@govopen.command()
@with_home
def doctor(home: Path | None) -> None:
    """Look for what keeps this machine or home from running, and say what to do."""
    from .doctor import examine

    bad = 0
    for finding in examine(opened(home)):
        mark = "✓" if finding.good else "✗"
        click.secho(f" {mark} {finding.what}", fg="green" if finding.good else "red")
        if not finding.good:
            bad += 1
            click.echo(f"   → {finding.remedy}")
    sys.exit(1 if bad else 0)


@govopen.command()
@with_home
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(home: Path | None, yes: bool) -> None:
    """Stop everything and delete the home: databases, vault, releases, secrets."""
    place = opened(home)
    if not place.path.exists():
        click.echo(f"没有可删除的内容 nothing there: {place.path}")
        return
    if not place.layout.ports_file.is_file():
        raise StackError(
            f"{place.path} is not a home of GovOpen: it is left alone.", "Name the right folder with --home."
        )
    if not yes:
        click.confirm(f"删除 delete {place.path} with all data, keys and releases?", abort=True)
    place.stop()
    shutil.rmtree(place.path)
    click.echo(f"已删除 deleted: {place.path}")
