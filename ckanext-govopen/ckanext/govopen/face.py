"""The thin layer between pure cores and CKAN: caller, clock, language, guarded blueprints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf

__all__ = ["blueprint", "by_token", "caller", "lang", "now", "offered", "today"]

ZH = "zh_Hans_CN"


def lang() -> str:
    """The language of this request: `zh_Hans_CN` (also outside a request) or `en`."""
    try:
        return "en" if str(tk.h.lang()).startswith("en") else ZH
    except (RuntimeError, TypeError, AttributeError):
        return ZH


def now() -> dt.datetime:
    """The present moment, with its zone."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The calendar day where the officers work (China Standard Time)."""
    return (now() + dt.timedelta(hours=8)).date()


def caller(context: Mapping[str, Any]) -> str:
    """The name of the account that calls; an anonymous caller is refused."""
    user = context.get("user")
    if not user:
        raise tk.NotAuthorized(tk._("Sign in first"))
    return str(user)


def offered(*modules: ModuleType) -> dict[str, Callable[..., Any]]:
    """What the modules publish by `__all__`: CKAN would otherwise take every function it finds."""
    return {name: getattr(module, name) for module in modules for name in module.__all__}


def by_token() -> bool:
    """Whether the caller proved himself by an API token, which no foreign page can make a browser send."""
    return bool(tk.request.headers.get("Authorization") and tk.g.get("login_via_auth_header") and tk.g.get("userobj"))


def blueprint(name: str, import_name: str, *, url_prefix: str | None = None) -> Blueprint:
    """A blueprint whose every state-changing view asks for a CSRF token unless an API token came along.

    CKAN's own check is switched off for a view by one anonymous POST, for the life of the worker; this one is not.
    Refusals become pages with the right status: CKAN maps them for its API only.
    """
    made = Blueprint(name, import_name, url_prefix=url_prefix)

    @made.before_request
    def guard() -> None:
        if tk.request.method not in {"GET", "HEAD", "OPTIONS"} and not by_token():
            csrf.protect()

    def refuse(status: int) -> Callable[[Exception], tuple[str, int] | Response]:
        def handler(err: Exception) -> tuple[str, int] | Response:
            if status == 403 and not tk.current_user.is_authenticated and tk.request.method == "GET":
                return tk.redirect_to("user.login", came_from=tk.request.full_path)
            text = getattr(err, "error_summary", None) or getattr(err, "message", None) or str(err)
            extra = {"code": status, "content": text, "name": "", "show_login_redirect_link": False}
            return tk.render("error_document_template.html", extra), status

        return handler

    made.register_error_handler(tk.NotAuthorized, refuse(403))
    made.register_error_handler(tk.ObjectNotFound, refuse(404))
    made.register_error_handler(tk.ValidationError, refuse(400))
    return made
