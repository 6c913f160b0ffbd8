"""Named readers of the portal's settings; `config_declaration.yaml` declares them."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk

__all__ = ["api_url", "public_api_url", "public_key", "spool", "store_path"]


def api_url() -> str:
    """The data service's address for the portal's own calls, without a slash at the end."""
    return str(tk.config.get("govopen.api.url") or "http://127.0.0.1:8082/api/v1").rstrip("/")


def public_api_url() -> str:
    """The data service's address as visitors and programs see it."""
    return str(tk.config.get("govopen.api.public_url") or api_url()).rstrip("/")


def store_path() -> str:
    """The folder of the release store."""
    return str(tk.config.get("govopen.store.path") or "")


def spool() -> str:
    """The folder that bundles arrive in."""
    return str(tk.config.get("govopen.spool.path") or "")


def public_key() -> str:
    """The text of the public key that every bundle must verify with."""
    given = str(tk.config.get("govopen.bundle.public_key") or "")
    if given and "\n" not in given and given.startswith(("/", "./", "~")):
        return Path(given).expanduser().read_text(encoding="utf-8")
    return given
