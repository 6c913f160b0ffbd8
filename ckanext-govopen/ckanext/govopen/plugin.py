"""The two CKAN plugins, each loaded only where it is named, so that a side never imports the other."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["DeskPlugin", "PortalPlugin"]  # noqa: F822 - resolved below, on first use.

_SIDES = {"DeskPlugin": "ckanext.govopen.desk.plugin", "PortalPlugin": "ckanext.govopen.portal.plugin"}


def __getattr__(name: str) -> Any:
    if name not in _SIDES:
        raise AttributeError(name)
    return getattr(import_module(_SIDES[name]), name)
