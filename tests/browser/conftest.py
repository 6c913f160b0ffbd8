"""One real Chromium for every test here: the system's, else the packaged one; without either the run fails and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here as browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A started browser; each test opens a context of its own."""
    from playwright.sync_api import sync_playwright

    from govopen_stack.browser import launch_options

    with sync_playwright() as play:
        started = play.chromium.launch(**launch_options())
        yield started
        started.close()
