"""Pure tests reach no other machine either: the guard of the whole suite, loaded by its path (this folder is a root of its own)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Switch the guard on before any test module is imported."""
    spec = importlib.util.spec_from_file_location("loopback", Path(__file__).parent.parent / "loopback.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config.add_cleanup(module.guard())
