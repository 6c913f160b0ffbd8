"""Who may see, hand in, decide: by roles in the entry's organisation. Whether a step makes sense is the core's."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.catalogue import store as catalogue
from ckanext.govopen.desk.review import store
from ckanext.govopen.desk.review.steps import steps
from ckanext.govopen.desk.roles.access import anybody, in_organisation
from ckanext.govopen.desk.roles.store import ROLES

__all__ = [
    "inbox_show",
    "release_request_approve",
    "release_request_list",
    "release_request_reject",
    "release_request_return",
    "release_request_show",
    "release_request_submit",
    "release_request_withdraw",
    "task_done",
    "task_list",
]


def _request(data: Any) -> dict[str, Any]:
    found = store.find(str((data or {}).get("id", "")))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such request"))
    return found


@tk.auth_sysadmins_check
def inbox_show(context: Any, _data: Any) -> dict[str, Any]:
    """Whoever has signed in; what it shows follows from his roles."""
    return {"success": bool(context.get("user"))}


@tk.auth_sysadmins_check
def task_list(context: Any, _data: Any) -> dict[str, Any]:
    """Whoever has signed in; only tasks of his roles are listed."""
    return {"success": bool(context.get("user"))}


@tk.auth_sysadmins_check
def task_done(context: Any, data: Any) -> dict[str, Any]:
    """The role that the task is for."""
    found = store.task(str((data or {}).get("id", "")))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such task"))
    return in_organisation(context, found["organisation"], found["role"])


@tk.auth_sysadmins_check
def release_request_list(context: Any, _data: Any) -> dict[str, Any]:
    """Any role; only requests of one's organisations are listed."""
    return anybody(context, *ROLES)


@tk.auth_sysadmins_check
def release_request_show(context: Any, data: Any) -> dict[str, Any]:
    """Any role for the entry's organisation."""
    return in_organisation(context, _request(data)["organisation"], *ROLES)


@tk.auth_sysadmins_check
def release_request_submit(context: Any, data: Any) -> dict[str, Any]:
    """An officer of the entry's organisation."""
    entry = catalogue.entry_row(str((data or {}).get("entry_id", "")))
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no such entry"))
    return in_organisation(context, entry["organisation"], "officer")


def _decider(context: Any, data: Any) -> dict[str, Any]:
    request = _request(data)
    step = request["step"]
    roles = [steps()[step].role] if step else [one.role for name, one in steps().items() if name != "submit"]
    return in_organisation(context, request["organisation"], *roles)


@tk.auth_sysadmins_check
def release_request_approve(context: Any, data: Any) -> dict[str, Any]:
    """Who holds the role of the next step."""
    return _decider(context, data)


@tk.auth_sysadmins_check
def release_request_return(context: Any, data: Any) -> dict[str, Any]:
    """Who holds the role of the next step."""
    return _decider(context, data)


@tk.auth_sysadmins_check
def release_request_reject(context: Any, data: Any) -> dict[str, Any]:
    """Who holds the role of the next step."""
    return _decider(context, data)


@tk.auth_sysadmins_check
def release_request_withdraw(context: Any, data: Any) -> dict[str, Any]:
    """An officer of the organisation; that it is his own request is the core's to say."""
    return in_organisation(context, _request(data)["organisation"], "officer")
