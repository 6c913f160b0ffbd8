"""What every test has: the guard that keeps traffic on this machine, and the running home for those that need one.

GOVOPEN_TEST_HOME names a home to use (and keep running); without it one is made in a temporary folder, filled by the
demo, and deleted at the end. GOVOPEN_TEST_ROWS sets how many rows the generated tables have.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from loopback import guard

DEMO_LIMIT = 1200


def pytest_configure(config: pytest.Config) -> None:
    """Switch the guard on before any test module is imported."""
    config.add_cleanup(guard())


def _govopen(*arguments: str, timeout: float) -> None:
    """Run the command as a person would, with its output in the test's log."""
    # What started pytest must not start its children's home: the folder is always named.
    command = [sys.executable, "-m", "govopen_stack.cli", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if answer.returncode != 0:
        pytest.fail(
            f"govopen {' '.join(arguments)} ended with {answer.returncode}:\n{answer.stdout[-6000:]}\n{answer.stderr[-6000:]}",
            pytrace=False,
        )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running home with the demo's data: `govopen demo` has walked through it."""
    from govopen_stack.api import Home

    named = os.environ.get("GOVOPEN_TEST_HOME")
    path = Path(named) if named else tmp_path_factory.mktemp("home")
    rows = os.environ.get("GOVOPEN_TEST_ROWS", "3000")
    place = Home(path)
    if not place.layout.demo_file.is_file():
        _govopen("demo", "--home", str(path), "--rows", rows, timeout=DEMO_LIMIT)
    else:
        _govopen("up", "--home", str(path), "--quiet", timeout=DEMO_LIMIT)
    yield place
    if not named:
        _govopen("reset", "--yes", "--home", str(path), timeout=120)


@pytest.fixture(autouse=True)
def all_services_up(request: pytest.FixtureRequest) -> None:
    """A test that stops or kills something must not leave the next one without it."""
    if "home" in request.fixturenames:
        place = request.getfixturevalue("home")
        states = {service["name"]: service["state"] for service in place.status()["services"]}
        if set(states.values()) - {"running", "external"}:
            place.start(timeout=180)
