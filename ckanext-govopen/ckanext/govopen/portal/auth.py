"""Nobody writes the open side but the projector: not a sysadmin, not a token, not a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

__all__ = ["DENIED", "PROJECTOR", "deny", "functions"]

PROJECTOR = "projector"
"""The only account that may write datasets on the portal."""

DENIED = (
    *(f"package_{verb}" for verb in ("create", "update", "patch", "delete", "revise")),
    "package_owner_org_update",
    "package_resource_reorder",
    "package_collaborator_create",
    "package_collaborator_delete",
    "package_relationship_create",
    "package_relationship_update",
    "package_relationship_delete",
    "dataset_purge",
    *(f"resource_{verb}" for verb in ("create", "update", "patch", "delete")),
    *(f"resource_view_{verb}" for verb in ("create", "update", "delete")),
    "bulk_update_private",
    "bulk_update_public",
    "bulk_update_delete",
    "datastore_create",
    "datastore_upsert",
    "datastore_delete",
    "datastore_records_delete",
    "datastore_function_create",
    "datastore_function_delete",
    "datastore_run_triggers",
    *(f"{kind}_{verb}" for kind in ("organization", "group") for verb in ("create", "update", "patch", "delete")),
    "organization_purge",
    "group_purge",
    "member_create",
    "member_delete",
    "organization_member_create",
    "organization_member_delete",
    "group_member_create",
    "group_member_delete",
    "vocabulary_create",
    "vocabulary_update",
    "vocabulary_delete",
    "tag_create",
    "tag_delete",
    "config_option_update",
    "user_create",
    "user_invite",
    "follow_dataset",
    "follow_group",
    "follow_user",
    "job_clear",
    "job_cancel",
    "task_status_update",
    "task_status_update_many",
    "task_status_delete",
    "term_translation_update",
    "package_change_state",
    "resource_view_reorder",
    "resource_view_clear",
    *(f"file_{verb}" for verb in ("create", "upload", "register", "delete", "rename", "pin", "unpin", "show")),
    "file_ownership_transfer",
    "permission_read_file",
    "permission_download_file",
    "permission_edit_file",
    "permission_delete_file",
)
"""Auth functions of core and datastore that change what visitors see, or hand out bytes past the one decision."""

AuthFunction = Callable[..., Mapping[str, Any]]


def deny(name: str) -> AuthFunction:
    """Make the chained auth function that lets the projector through and nobody else."""

    @tk.chained_auth_function
    @tk.auth_sysadmins_check
    @tk.auth_allow_anonymous_access
    def refuse(next_auth: AuthFunction, context: Mapping[str, Any], data_dict: Any) -> Mapping[str, Any]:
        if context.get("user") != PROJECTOR:
            return {"success": False, "msg": tk._("The portal is written by its projector only: publish at the desk")}
        return next_auth(context, data_dict)

    refuse.__name__ = name
    return refuse


def _known() -> set[str]:
    """Names of the auth functions that are there to be chained: core's, and datastore's where it is loaded."""
    names: set[str] = set()
    for module in ("create", "update", "delete", "patch", "get", "file"):
        with suppress(ModuleNotFoundError):
            names |= set(vars(import_module(f"ckan.logic.auth.{module}")))
    if p.plugin_loaded("datastore"):
        names |= set(p.get_plugin("datastore").get_auth_functions())
    return names


def functions() -> dict[str, AuthFunction]:
    """One denial for each auth function that this CKAN has: chaining an unknown name stops every request."""
    known = _known()
    return {name: deny(name) for name in DENIED if name in known}
