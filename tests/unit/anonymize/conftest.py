"""Factories for the tests of govopen_anonymize."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def people() -> ModuleType:
    """Seeded tables that look like a department's."""
    spec = importlib.util.spec_from_file_location("anonymize_people", Path(__file__).with_name("people.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
