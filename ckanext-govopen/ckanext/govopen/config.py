"""Named readers of the desk's settings, and the one place that declares those of both sides to CKAN."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

import ckan.plugins.toolkit as tk

__all__ = [
    "api_url",
    "declare",
    "hub_name",
    "intake_seconds",
    "page_size",
    "portal_url",
    "rules_name",
]


def declare(declaration: Any) -> None:
    """Declare every setting to CKAN, whichever side asks."""
    text = files("ckanext.govopen").joinpath("config_declaration.yaml").read_text(encoding="utf-8")
    declaration.load_dict(yaml.safe_load(text))


def rules_name() -> str:
    """The rule set that decides here."""
    return str(tk.config.get("govopen.rules.name") or "default")


def hub_name() -> str:
    """The hub whose items this desk takes in."""
    return str(tk.config.get("govopen.hub.name") or "reference")


def intake_seconds() -> int:
    """Seconds between two looks at the hub."""
    return int(tk.config.get("govopen.intake.seconds") or 60)


def page_size() -> int:
    """Lines of a list page."""
    return max(1, min(100, int(tk.config.get("govopen.page.size") or 20)))


def api_url() -> str:
    """The data service's address as licensees see it, without a slash at its end."""
    return str(tk.config.get("govopen.api.public_url") or "").rstrip("/")


def portal_url() -> str:
    """The portal's address, without a slash at its end."""
    return str(tk.config.get("govopen.portal.url") or "").rstrip("/")
