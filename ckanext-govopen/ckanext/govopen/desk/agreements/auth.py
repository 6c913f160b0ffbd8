"""Who makes agreements and grants: officers and approvers of the organisation that owns the data."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.agreements import store
from ckanext.govopen.desk.roles.access import anybody, in_organisation
from ckanext.govopen.desk.roles.store import ROLES

__all__ = [
    "agreement_create",
    "agreement_grant",
    "agreement_grant_revoke",
    "agreement_key",
    "agreement_key_revoke",
    "agreement_list",
    "agreement_show",
]


def _provider(agreement_id: Any) -> str:
    found = store.agreement(str(agreement_id or ""))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such agreement"))
    return str((found["parties"] or {}).get("provider", ""))


@tk.auth_sysadmins_check
def agreement_list(context: Any, _data: Any) -> dict[str, Any]:
    """Any role; only agreements of one's organisations are listed."""
    return anybody(context, *ROLES)


@tk.auth_sysadmins_check
def agreement_show(context: Any, data: Any) -> dict[str, Any]:
    """Any role for the organisation that owns the data."""
    return in_organisation(context, _provider((data or {}).get("id")), *ROLES)


@tk.auth_sysadmins_check
def agreement_create(context: Any, data: Any) -> dict[str, Any]:
    """Officers and approvers of the organisation that owns the data."""
    return in_organisation(context, str((data or {}).get("provider", "")), "officer", "approver")


@tk.auth_sysadmins_check
def agreement_grant(context: Any, data: Any) -> dict[str, Any]:
    """Approvers of the organisation: a grant opens data to somebody."""
    return in_organisation(context, _provider((data or {}).get("agreement_id")), "approver")


@tk.auth_sysadmins_check
def agreement_key(context: Any, data: Any) -> dict[str, Any]:
    """Officers and approvers of the organisation."""
    return in_organisation(context, _provider((data or {}).get("agreement_id")), "officer", "approver")


@tk.auth_sysadmins_check
def agreement_key_revoke(context: Any, data: Any) -> dict[str, Any]:
    """Who may make a key may end it; confidentiality reviewers too, since ending protects."""
    agreement_id = store.agreement_of_key(str((data or {}).get("key_id") or ""))
    return in_organisation(context, _provider(agreement_id), "officer", "approver", "security")


@tk.auth_sysadmins_check
def agreement_grant_revoke(context: Any, data: Any) -> dict[str, Any]:
    """Approvers of the organisation, and its confidentiality reviewers, since ending protects."""
    agreement_id = store.agreement_of_grant(str((data or {}).get("id") or ""))
    return in_organisation(context, _provider(agreement_id), "approver", "security")
