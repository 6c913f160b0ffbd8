"""Role grants: an operator hands out roles, and holds none of those that approve."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govopen.desk.act import accepts, commit, record, refuse
from ckanext.govopen.desk.roles import schema, store
from ckanext.govopen.face import caller

__all__ = ["role_grant_create", "role_grant_delete", "role_grant_list"]


@accepts(schema.role_grant_create)
def role_grant_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Give an account a role for an organisation.

    :param user: the account's name
    :param organisation: the organisation's name, or `*` for all
    :param role: officer, reviewer, security, deid, approver, supervisor or operator
    :param until: last day, optional
    """
    tk.check_access("role_grant_create", context, data_dict)
    by, user, role = caller(context), data_dict["user"], data_dict["role"]
    found = model.User.get(user)
    if found is None or found.state != "active":
        raise refuse("missing", tk._("There is no such account"), "user")
    if data_dict["organisation"] != store.ALL:
        organisation = model.Group.get(data_dict["organisation"])
        if organisation is None or not organisation.is_organization:
            raise refuse("missing", tk._("There is no such organisation"), "organisation")
        data_dict["organisation"] = organisation.name
    held = frozenset().union(*store.grants(found.name).values())
    if role in store.APPROVING and (found.name == by or found.sysadmin or "operator" in held):
        raise refuse("review.no_role", tk._("Who runs the machine neither submits nor approves"), "role")
    if role == "operator" and held & store.APPROVING:
        raise refuse("review.no_role", tk._("Who submits or approves does not run the machine"), "role")
    grant_id = store.grant(found.name, data_dict["organisation"], role, data_dict["until"], by)
    said = {"organisation": data_dict["organisation"], "role": role, "until": str(data_dict["until"] or "")}
    record("role:grant", by, f"user:{found.name}", said)
    commit(context)
    return {"id": grant_id, "user": found.name, **said}


@accepts(schema.role_grant_delete)
def role_grant_delete(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a role back.

    :param id: the grant's id
    """
    tk.check_access("role_grant_delete", context, data_dict)
    gone = store.revoke(data_dict["id"])
    if gone is None:
        raise tk.ObjectNotFound(tk._("There is no such role grant"))
    record("role:revoke", caller(context), f"user:{gone['user_name']}", {k: gone[k] for k in ("organisation", "role")})
    commit(context)
    return {"id": data_dict["id"], **gone}


@tk.side_effect_free
@accepts(schema.role_grant_list)
def role_grant_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Role grants, one page.

    :param user: only this account's
    """
    tk.check_access("role_grant_list", context, data_dict)
    rows, total = store.rows(data_dict["page"], data_dict["limit"], data_dict["user"])
    return {"count": total, "results": rows}
