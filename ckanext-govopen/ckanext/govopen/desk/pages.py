"""How the desk's pages talk to its actions: call, show, act and say how it went."""

from __future__ import annotations

from typing import Any

from flask import Response

import ckan.plugins.toolkit as tk

__all__ = ["act", "ask", "paged", "render"]


def _context() -> dict[str, Any]:
    return {"user": tk.current_user.name, "auth_user_obj": tk.current_user}


def ask(action: str, **data: Any) -> Any:
    """Call an action as the officer who reads."""
    return tk.get_action(action)(_context(), {key: value for key, value in data.items() if value is not None})


def render(template: str, **values: Any) -> str:
    """A page of the desk."""
    return str(tk.render(f"desk/{template}", values))


def paged(**more: Any) -> dict[str, Any]:
    """The paging and filters that this page's address asks for; a page number that is none is the first."""
    page = tk.request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and int(page[:6] or 0) > 0 else 1
    return {"page": min(number, 100_000), **more}


def told(err: Any) -> str:
    """A refusal as one line for people: texts by field, the stable code behind."""
    said = dict(getattr(err, "error_dict", None) or {})
    codes = [str(code) for code in said.pop("code", [])]
    texts = []
    for name, value in said.items():
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            texts.append("；".join(value) if name == "message" else f"{tk._(name)}：{'；'.join(value)}")
    code = f"（{', '.join(codes)}）" if codes and codes != ["query.value"] else ""
    return "。".join(texts) + code


def act(action: str, done: str, where: str, /, *, on: dict[str, Any] | None = None, **data: Any) -> Response:
    """Do a state-changing action, say how it went, and go to a page.

    :param done: what to say when it worked
    :param where: the page's endpoint
    :param on: that endpoint's values
    """
    try:
        ask(action, **data)
    except tk.ValidationError as err:
        from ckan import model

        model.Session.rollback()
        tk.h.flash_error(told(err))
    else:
        tk.h.flash_success(done)
    return tk.redirect_to(where, **(on or {}))
