"""Core pages that the portal does not show: each leads to ours, so that no stock page is left to stumble into."""

from __future__ import annotations

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk

__all__ = ["core"]

core = Blueprint("govopen_core_pages", __name__)


def _to(endpoint: str, **values: str) -> Response:
    return tk.redirect_to(f"govopen_portal.{endpoint}", **values)


@core.get("/organization", strict_slashes=False)
@core.get("/group", strict_slashes=False)
def groups() -> Response:
    """Departments stand on one page of ours."""
    return _to("departments")


@core.get("/organization/<name>")
@core.get("/organization/about/<name>")
def organisation(name: str) -> Response:
    """A department's page is the search narrowed to it."""
    return _to("search", provider=name)


@core.get("/group/<name>")
def group(name: str) -> Response:
    """Groups are not used."""
    return _to("search", q=name)


@core.get("/dataset/<name>/resource/<product>")
@core.get("/dataset/<name>/resource/<product>/<path:rest>")
def resource(name: str, product: str, **_rest: str) -> Response:
    """A product is a part of its entry's page."""
    return _to("dataset", name=name, product=product)


@core.get("/dataset/new")
@core.get("/dataset/edit/<path:rest>")
@core.get("/dataset/groups/<path:rest>")
@core.get("/dataset/followers/<path:rest>")
@core.get("/dataset/resources/<path:rest>")
@core.get("/dataset/activity/<path:rest>")
def elsewhere(**_rest: str) -> Response:
    """Entries are written at the desk; here one reads."""
    return _to("search")
