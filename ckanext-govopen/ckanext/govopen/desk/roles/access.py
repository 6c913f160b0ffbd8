"""Answers that every auth function of the desk gives: whether an account may do this kind of act here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.roles import store

__all__ = ["allow", "anybody", "in_organisation", "is_machine", "name_of", "seen"]


def name_of(context: Mapping[str, Any]) -> str:
    """The account that calls, or an empty text."""
    return str(context.get("user") or "")


def is_machine(context: Mapping[str, Any]) -> bool:
    """Whether the caller is the workers' own account."""
    return bool(name_of(context)) and name_of(context) == str(tk.config.get("ckan.site_id") or "")


def seen(user: str) -> list[str] | None:
    """Organisations whose records an account sees; None means all of them."""
    held = None if is_machine({"user": user}) else store.organisations(user)
    return None if held is None else sorted(held)


def allow(yes: bool, what: str) -> dict[str, Any]:
    """CKAN's answer, with a text that says which role is missing."""
    return {"success": True} if yes else {"success": False, "msg": what}


def anybody(context: Mapping[str, Any], *roles: str) -> dict[str, Any]:
    """Allow who holds one of `roles` for some organisation."""
    user = name_of(context)
    held = frozenset().union(*store.grants(user).values()) if user else frozenset()
    missing = tk._("Your account has no role for this (%s)") % ", ".join(tk._(role) for role in roles)
    return allow(is_machine(context) or bool(held & frozenset(roles)), missing)


def in_organisation(context: Mapping[str, Any], organisation: str, *roles: str) -> dict[str, Any]:
    """Allow who holds one of `roles` for this organisation."""
    user = name_of(context)
    held = store.roles_in(user, organisation) if user else frozenset()
    missing = tk._("Your account has no role for this here (%s)") % ", ".join(tk._(role) for role in roles)
    return allow(is_machine(context) or bool(held & frozenset(roles)), missing)
