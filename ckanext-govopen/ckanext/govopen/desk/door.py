"""The desk's front door: who has not signed in sees the sign-in page and nothing else.

It also asks for a CSRF token before every state-changing view of core and of other extensions: CKAN's own check is
switched off for a view by one anonymous POST.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf

from ckanext.govopen.desk.closed_auth import served
from ckanext.govopen.desk.roles import store
from ckanext.govopen.face import by_token

__all__ = ["door"]

OPEN = frozenset({"user.login", "static", "util.redirect", "govopen_door.health"})
OPEN_ACTIONS = frozenset({"status_show"})
# Core's pages for which the desk has better ones, or none: its own routes lead there.
REDIRECTS = {
    "home": "govopen_review.inbox",
    "dataset": "govopen_catalogue.entries",
    "resource": "govopen_catalogue.entries",
    "dashboard": "govopen_review.inbox",
    "feeds": "govopen_review.inbox",
    "activity": "govopen_review.inbox",
}
LONGEST = 1000  # Characters of an address that sign-in remembers; a longer one would not fit a request line twice.
MACHINE = frozenset({"harvest", "admin", "harvester", "organization", "group", "file"})

door = Blueprint("govopen_door", __name__)


@door.get("/desk/health")
def health() -> Any:
    """Say that the service answers: no version, no figure."""
    return jsonify(ok=True)


def _anonymous(endpoint: str) -> Any:
    if endpoint in OPEN or endpoint.endswith(".static"):
        return None
    if endpoint == "api.action" and (tk.request.view_args or {}).get("logic_function") in OPEN_ACTIONS:
        return None
    if tk.request.path.startswith("/api") or endpoint.startswith("api."):
        error = {"__type": "Authorization Error", "message": tk._("Sign in first")}
        return jsonify(success=False, error=error), 403
    if tk.request.method not in {"GET", "HEAD"}:
        return tk.abort(403, tk._("Sign in first"))
    came_from = tk.request.full_path.rstrip("?") if tk.request.path != "/" else None
    if came_from and len(came_from) > LONGEST:
        came_from = None
    return tk.redirect_to("user.login", came_from=came_from) if came_from else tk.redirect_to("user.login")


@door.before_app_request
def keep() -> Any:
    """Stop who has not signed in; lead officers from core's pages to the desk's."""
    endpoint = tk.request.endpoint or ""
    if tk.request.method not in {"GET", "HEAD", "OPTIONS"} and not by_token():
        if not tk.current_user.is_authenticated and endpoint not in OPEN:
            return _anonymous(endpoint)
        csrf.protect()
    if not tk.current_user.is_authenticated:
        return _anonymous(endpoint)
    if endpoint == "api.action" and not served(str((tk.request.view_args or {}).get("logic_function"))):
        error = {"__type": "Authorization Error", "message": tk._("The desk does not offer this action")}
        return jsonify(success=False, error=error), 403
    subject = endpoint.partition(".")[0]
    if endpoint == "dataset.read" and tk.request.method == "GET":
        return tk.redirect_to("govopen_catalogue.entry", entry_id=(tk.request.view_args or {}).get("id"))
    if endpoint in {"user.read", "user.me"} and tk.request.method == "GET":
        return tk.redirect_to("user.edit", id=tk.current_user.name)
    if subject in REDIRECTS and tk.request.method == "GET":
        return tk.redirect_to(REDIRECTS[subject])
    if subject in MACHINE:
        held = frozenset().union(*store.grants(tk.current_user.name).values())
        if not held & {"operator", "supervisor"} or (tk.request.method != "GET" and "operator" not in held):
            return tk.abort(403, tk._("Only operators and supervisors see this page"))
    return None
