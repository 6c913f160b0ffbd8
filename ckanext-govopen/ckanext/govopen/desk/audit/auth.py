"""Who reads the audit trail: supervisors and operators."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.roles.access import anybody

__all__ = ["audit_list", "audit_verify"]


@tk.auth_sysadmins_check
def audit_list(context: Any, _data: Any) -> dict[str, Any]:
    """Supervisors and operators."""
    return anybody(context, "supervisor", "operator")


@tk.auth_sysadmins_check
def audit_verify(context: Any, _data: Any) -> dict[str, Any]:
    """Supervisors and operators."""
    return anybody(context, "supervisor", "operator")
