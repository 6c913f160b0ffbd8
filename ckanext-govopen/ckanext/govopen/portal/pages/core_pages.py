"""Core pages that the portal does not show: each leads to ours, so that no stock page is left to stumble into."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect
from werkzeug.exceptions import HTTPException

import ckan.plugins.toolkit as tk

from ckanext.govopen.portal.pages import helpers

__all__ = ["core"]

core = Blueprint("govopen_core_pages", __name__)
OURS = ("govopen_portal.", "govopen_core_pages.")


@core.before_app_request
def without_slash() -> Response | None:
    """An address with a slash behind it is the page without: CKAN keeps pages of its own at some of them."""
    path = tk.request.path
    if tk.request.method not in {"GET", "HEAD"} or path == "/" or not path.endswith("/"):
        return None
    try:
        endpoint, values = current_app.url_map.bind_to_environ(tk.request.environ).match(path.rstrip("/") or "/")
    except HTTPException:
        return None
    if not endpoint.startswith(OURS):
        return None
    query = tk.request.query_string.decode("utf-8", "replace")
    return redirect(tk.h.url_for(endpoint, **values) + (f"?{query}" if query else ""), 301)


def _to(endpoint: str, **values: str) -> Response:
    return tk.redirect_to(f"govopen_portal.{endpoint}", **values)


@core.get("/organization/")
@core.get("/organization")
@core.get("/group/")
@core.get("/group")
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


@core.get("/testing/primer")
def primer() -> Response:
    """CKAN's page of samples is for its own builders."""
    return tk.abort(404)


@core.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it without being told to."""
    return redirect(helpers.asset("icon.svg"), 301)
