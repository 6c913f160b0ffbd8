"""`ckan govopen-portal …`: the projector by hand, and the index from nothing."""

from __future__ import annotations

from typing import Any

import click

__all__ = ["commands"]


@click.group("govopen-portal", short_help="Project bundles and fill the index.")
def govopen_portal() -> None:
    """Work of the open side."""


@govopen_portal.command()
@click.option("--once", is_flag=True, help="Apply what waits, drain the index queue, and end.")
def project(once: bool) -> None:
    """Apply bundles from the spool folder in order, for as long as it runs."""
    from ckanext.govopen.portal.projection import service

    service.run(once=once)


@govopen_portal.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def rebuild(folder: str) -> None:
    """Rebuild everything the open side shows from a FOLDER of bundles."""
    from ckanext.govopen.portal.projection import service

    click.echo(service.rebuild(folder))


@govopen_portal.command()
def reindex() -> None:
    """Put every published entry into the index queue and drain it."""
    from ckanext.govopen.portal.projection import service

    click.echo(service.reindex())


def commands() -> list[Any]:
    """What the plugin adds to the `ckan` command."""
    return [govopen_portal]
