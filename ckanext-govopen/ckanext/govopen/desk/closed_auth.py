"""Core's and ckanext-harvest's own ways of writing and reading, closed on the desk.

Working entries are written by intake (the site's own account) and mended by officers through `entry_update`, which
knows what may be mended; everything else would go round the review. ckanext-harvest answers anonymous readers with its
sources' settings and objects, and makes actions of its helpers that ask for nobody's leave: only what is named here is
served over HTTP. Who runs the machine makes accounts, but holds no token or password of one that signs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govopen.desk.roles import store
from ckanext.govopen.desk.roles.access import allow, anybody, is_machine, name_of

__all__ = ["closed_actions", "closed_auth_functions", "served"]

PACKAGE_WRITES = (
    "package_create package_update package_patch package_delete package_revise package_change_state"
    " package_owner_org_update package_resource_reorder resource_create resource_update resource_patch resource_delete"
    " resource_view_create resource_view_update resource_view_delete resource_view_reorder"
).split()
MACHINE_ONLY = (
    "dataset_purge bulk_update_private bulk_update_public bulk_update_delete group_create group_update group_patch"
    " group_delete group_purge organization_create organization_update organization_patch organization_delete"
    " organization_purge member_create member_delete organization_member_create organization_member_delete"
    " group_member_create group_member_delete package_collaborator_create package_collaborator_delete"
    " vocabulary_create vocabulary_update vocabulary_delete tag_create tag_delete term_translation_update"
    " task_status_update file_upload"
).split()
WIDE_READS = (
    "package_search package_list current_package_list_with_resources package_autocomplete resource_search"
    " tag_search tag_list user_list user_autocomplete"
).split()
HARVEST_READS = (
    "harvest_source_show harvest_source_show_status harvest_source_list harvest_job_show harvest_job_list"
    " harvest_object_show harvest_object_list"
).split()
HARVEST_WRITES = (
    "harvest_source_create harvest_source_update harvest_source_delete harvest_source_clear harvest_sources_clear"
    " harvest_job_create harvest_job_create_all harvest_object_create harvest_objects_import harvest_jobs_run"
    " harvest_job_abort harvest_send_job_to_gather_queue harvest_sources_reindex harvest_source_reindex"
).split()
CORE_SERVED = frozenset(
    (
        "package_show resource_show organization_show organization_list license_list status_show help_show"
        " user_show user_create user_update user_patch user_delete api_token_create api_token_list api_token_revoke"
    ).split()
) | frozenset((*WIDE_READS, *HARVEST_READS))
Auth = Callable[..., dict[str, Any]]


def served(action: str) -> bool:
    """Whether an action is answered over HTTP at all; whether to this caller its auth function says."""
    return action in CORE_SERVED or action in p.get_plugin("govopen_desk").get_actions()


def _owner(data: Any) -> str | None:
    """The name of the organisation that an entry or a resource belongs to; what the caller says of it is not asked."""
    given = data or {}
    wanted = str(given.get("id") or given.get("name_or_id") or "")
    package = model.Package.get(wanted) if wanted else None
    if package is None and (resource := model.Resource.get(wanted) if wanted else None) is not None:
        package = resource.package
    group = model.Group.get(str(package.owner_org)) if package and package.owner_org else None
    return group.name if group else None


def _chained(name: str, decide: Callable[[Any, Any], dict[str, Any]]) -> Auth:
    def function(next_auth: Auth, context: Any, data_dict: Any) -> dict[str, Any]:  # noqa: ARG001 - CKAN's signature.
        return decide(context, data_dict)

    function.__name__ = name
    chained: Auth = tk.auth_sysadmins_check(tk.chained_auth_function(function))
    return chained


def _package(context: Any, _data: Any) -> dict[str, Any]:
    return allow(is_machine(context), tk._("Working entries are mended by officers of their organisation, at the desk"))


def _read(context: Any, data: Any) -> dict[str, Any]:
    if is_machine(context):
        return {"success": True}
    owner = _owner(data)
    return allow(
        bool(owner) and bool(store.roles_in(name_of(context), str(owner))),
        tk._("Your account has no role for this organisation"),
    )


def _machine(context: Any, _data: Any) -> dict[str, Any]:
    return allow(
        is_machine(context) or store.is_sysadmin(name_of(context)), tk._("Only the system's own account writes here")
    )


def _signs(user: str) -> bool:
    held = frozenset().union(*store.grants(user).values())
    return bool(held & store.APPROVING) or user == str(tk.config.get("ckan.site_id") or "")


def _account(name: str, key: str) -> Auth:
    """An account that signs, and the machine's own, is in its owner's hands alone."""

    def function(next_auth: Auth, context: Any, data_dict: Any) -> dict[str, Any]:
        mine = name_of(context)
        target = model.User.get(str((data_dict or {}).get(key) or ""))
        if target is not None and target.name != mine and not is_machine(context):
            if _signs(target.name):
                return allow(False, tk._("Take the roles of this account back first: who signs keeps his own keys"))
            if store.is_sysadmin(mine):
                return {"success": True}
        return next_auth(context, data_dict)

    function.__name__ = name
    chained: Auth = tk.auth_sysadmins_check(tk.chained_auth_function(function))
    return chained


def _wide(context: Any, _data: Any) -> dict[str, Any]:
    return anybody(context, "operator", "supervisor")


def closed_auth_functions() -> dict[str, Auth]:
    """Every function of core and harvest that the desk answers itself."""
    closed = {name: _chained(name, _package) for name in PACKAGE_WRITES}
    closed |= {name: _chained(name, _machine) for name in MACHINE_ONLY}
    closed |= {name: _chained(name, _read) for name in ("package_show", "resource_show")}
    closed |= {name: _chained(name, _wide) for name in WIDE_READS}
    closed |= {"api_token_create": _account("api_token_create", "user")}
    closed |= {name: _account(name, "id") for name in ("user_update", "user_patch")}
    if p.plugin_loaded("harvest"):
        closed |= {name: _chained(name, _wide) for name in HARVEST_READS}
        closed |= {name: _chained(name, _machine) for name in HARVEST_WRITES}
    return closed


@tk.chained_action
@tk.side_effect_free
def harvest_source_list(next_action: Callable[..., Any], context: Any, data_dict: dict[str, Any]) -> Any:
    """List harvest sources: ckanext-harvest's own action asks nobody's leave."""
    tk.check_access("harvest_source_list", context, data_dict)
    return next_action(context, data_dict)


def closed_actions() -> dict[str, Callable[..., Any]]:
    """Actions of other extensions that forget to ask."""
    return {"harvest_source_list": harvest_source_list} if p.plugin_loaded("harvest") else {}
