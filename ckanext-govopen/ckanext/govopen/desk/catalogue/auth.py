"""Who sees entries and mends their descriptions."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.catalogue import store
from ckanext.govopen.desk.roles.access import anybody, in_organisation
from ckanext.govopen.desk.roles.store import ROLES

__all__ = [
    "entry_list",
    "entry_show",
    "entry_update",
    "intake_run",
    "job_list",
    "precheck_show",
    "quarantine_list",
]


def _entry(data: Any) -> dict[str, Any]:
    found = store.entry_row(str((data or {}).get("id", "")))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such entry"))
    return found


@tk.auth_sysadmins_check
def entry_list(context: Any, _data: Any) -> dict[str, Any]:
    """Any role; only entries of one's organisations are listed."""
    return anybody(context, *ROLES)


@tk.auth_sysadmins_check
def entry_show(context: Any, data: Any) -> dict[str, Any]:
    """Any role for the entry's organisation."""
    return in_organisation(context, _entry(data)["organisation"], *ROLES)


@tk.auth_sysadmins_check
def precheck_show(context: Any, data: Any) -> dict[str, Any]:
    """Any role for the entry's organisation."""
    return in_organisation(context, _entry(data)["organisation"], *ROLES)


@tk.auth_sysadmins_check
def entry_update(context: Any, data: Any) -> dict[str, Any]:
    """Officers of the entry's organisation."""
    return in_organisation(context, _entry(data)["organisation"], "officer")


@tk.auth_sysadmins_check
def quarantine_list(context: Any, _data: Any) -> dict[str, Any]:
    """Any role; only what belongs to one's organisations is listed."""
    return anybody(context, *ROLES)


@tk.auth_sysadmins_check
def job_list(context: Any, _data: Any) -> dict[str, Any]:
    """Operators and supervisors."""
    return anybody(context, "operator", "supervisor")


@tk.auth_sysadmins_check
def intake_run(context: Any, _data: Any) -> dict[str, Any]:
    """Operators."""
    return anybody(context, "operator")
