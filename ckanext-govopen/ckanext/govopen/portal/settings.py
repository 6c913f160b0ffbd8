"""The portal's own settings, declared and read in one place."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["api_url", "declare", "public_api_url", "public_key", "spool", "store_path"]


def declare(declaration: Any, key: Any) -> None:
    """Name every setting of the open side with its default and what it is for."""
    own = key.govopen
    declaration.annotate("GovOpen portal")
    declaration.declare(own.api.url, "http://127.0.0.1:8082/api/v1").set_description(
        "Where the portal itself reaches the data service (ends in /api/v1)."
    )
    declaration.declare(own.api.public_url, "").set_description(
        "The data service's address as visitors see it; empty means the same as govopen.api.url."
    )
    declaration.declare(own.store.path, "").set_description("Folder of the release store (content-addressed parts).")
    declaration.declare(own.spool.path, "").set_description("Folder into which the desk puts numbered bundles.")
    declaration.declare(own.bundle.public_key, "").set_description(
        "Public key that bundles are verified with: the minisign text, or the path of a file that holds it."
    )
    declaration.declare_bool(own.portal.page_cache, True).set_description(
        "Keep pages for anonymous visitors inside each worker; every closure empties them at once."
    )


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
        from pathlib import Path

        return Path(given).expanduser().read_text(encoding="utf-8")
    return given
