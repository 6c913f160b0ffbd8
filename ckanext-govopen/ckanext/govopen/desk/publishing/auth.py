"""Who may close, confirm, lift, revoke. Closing protects, so more roles may do it than may open."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing import closure
from ckanext.govopen.desk.publishing import store as publishing
from ckanext.govopen.desk.roles.access import allow, anybody, in_organisation
from ckanext.govopen.desk.roles.store import ROLES
from ckanext.govopen.errors import GovOpenError

__all__ = ["closure_confirm", "closure_create", "closure_lift", "closure_list", "standing_list", "standing_revoke"]


def _in_all(context: Any, scope: str, target: str, *roles: str) -> dict[str, Any]:
    """Allow who holds one of `roles` in every organisation that a closure touches."""
    try:
        entries = closure.entry_of(scope, target)
    except GovOpenError:
        raise tk.ObjectNotFound(tk._("There is nothing by this name to close")) from None
    found = sql.rows("select distinct organisation from entry where entry_id = any(:ids)", ids=entries)
    answers = [in_organisation(context, row["organisation"], *roles) for row in found]
    return next((answer for answer in answers if not answer["success"]), allow(bool(answers), ""))


def _closure(data: Any) -> dict[str, Any]:
    found = publishing.closure(str((data or {}).get("id", "")))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such closure"))
    return found


@tk.auth_sysadmins_check
def closure_create(context: Any, data: Any) -> dict[str, Any]:
    """Officers, confidentiality reviewers and approvers of the organisation."""
    given = data or {}
    return _in_all(
        context, str(given.get("scope", "")), str(given.get("target", "")), "officer", "security", "approver"
    )


@tk.auth_sysadmins_check
def closure_confirm(context: Any, data: Any) -> dict[str, Any]:
    """Officers, confidentiality reviewers and approvers of the organisation."""
    found = _closure(data)
    return _in_all(context, found["scope"], found["target"], "officer", "security", "approver")


@tk.auth_sysadmins_check
def closure_lift(context: Any, data: Any) -> dict[str, Any]:
    """Approvers of the organisation: opening again is a decision to open."""
    found = _closure(data)
    return _in_all(context, found["scope"], found["target"], "approver")


@tk.auth_sysadmins_check
def closure_list(context: Any, _data: Any) -> dict[str, Any]:
    """Any role."""
    return anybody(context, *ROLES)


@tk.auth_sysadmins_check
def standing_list(context: Any, _data: Any) -> dict[str, Any]:
    """Any role."""
    return anybody(context, *ROLES)


@tk.auth_sysadmins_check
def standing_revoke(context: Any, data: Any) -> dict[str, Any]:
    """Officers and approvers of the organisation."""
    row = sql.one(
        "select e.organisation from standing_plan s join entry e on e.entry_id = s.entry_id where s.id::text = :id",
        id=str((data or {}).get("id", "")),
    )
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such standing approval"))
    return in_organisation(context, row["organisation"], "officer", "approver")
