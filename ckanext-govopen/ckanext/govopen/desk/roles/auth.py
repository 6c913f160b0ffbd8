"""Who may hand out roles: operators, and nobody to himself."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.roles.access import anybody

__all__ = ["role_grant_create", "role_grant_delete", "role_grant_list"]


@tk.auth_sysadmins_check
def role_grant_create(context: Any, _data: Any) -> dict[str, Any]:
    """Operators."""
    return anybody(context, "operator")


@tk.auth_sysadmins_check
def role_grant_delete(context: Any, _data: Any) -> dict[str, Any]:
    """Operators."""
    return anybody(context, "operator")


@tk.auth_sysadmins_check
def role_grant_list(context: Any, data: Any) -> dict[str, Any]:
    """Operators and supervisors; anybody for himself."""
    if data and data.get("user") and data["user"] == context.get("user"):
        return {"success": True}
    return anybody(context, "operator", "supervisor")
