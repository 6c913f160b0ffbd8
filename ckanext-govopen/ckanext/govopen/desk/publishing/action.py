"""Closing and opening again; ending standing approvals."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen import codes
from ckanext.govopen.desk.act import accepts, commit, core_errors, record, refuse
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing import closure, schema, store
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.desk.roles.access import seen
from ckanext.govopen.face import caller

__all__ = ["closure_confirm", "closure_create", "closure_lift", "closure_list", "standing_list", "standing_revoke"]


@accepts(schema.closure_create)
def closure_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Close an entry, a product or a release: all doors refuse within seconds.

    :param scope: entry, product or release
    :param target: its id; a release's digest
    :param code: a reason code
    :param comment: the notice that visitors read
    :param comment_en: the same in English, optional
    """
    tk.check_access("closure_create", context, data_dict)
    by = caller(context)
    if codes.reason(data_dict["code"]).title == data_dict["code"]:
        raise refuse("query.value", tk._("There is no such reason code"), "code")
    notice = {"zh": data_dict["comment"], "en": data_dict["comment_en"] or codes.reason(data_dict["code"], "en").title}
    with core_errors("target"):
        made = closure.close(data_dict["scope"], data_dict["target"], data_dict["code"], notice, by)
    commit(context)
    return {"id": made, "scope": data_dict["scope"], "target": data_dict["target"], "code": data_dict["code"]}


@accepts(schema.closure_confirm)
def closure_confirm(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say that a closure is right; who ordered it cannot.

    :param id: the closure's id
    """
    tk.check_access("closure_confirm", context, data_dict)
    by = caller(context)
    found = store.closure(data_dict["id"])
    if found and found["ordered_by"] == by:
        raise refuse("review.same_officer", codes.reason("review.same_officer").title, "id")
    with core_errors("id"):
        closure.confirm(data_dict["id"], by)
    commit(context)
    return {"id": data_dict["id"], "confirmed_by": by}


@accepts(schema.closure_lift)
def closure_lift(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Open again what was closed.

    :param id: the closure's id
    :param comment: why it ends
    """
    tk.check_access("closure_lift", context, data_dict)
    by = caller(context)
    found = store.closure(data_dict["id"])
    if found and found["ordered_by"] == by:
        raise refuse("review.same_officer", codes.reason("review.same_officer").title, "id")
    with core_errors("id"):
        closure.lift(data_dict["id"], by)
    record("closure:lift:why", by, f"closure:{data_dict['id']}", {"comment": data_dict["comment"]})
    commit(context)
    return {"id": data_dict["id"], "lifted_by": by}


@tk.side_effect_free
@accepts(schema.closure_list)
def closure_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Closures, newest first, one page.

    :param live: leave out what was lifted
    """
    tk.check_access("closure_list", context, data_dict)
    user = caller(context)
    rows, total = store.closures(data_dict["page"], data_dict["limit"], live=data_dict["live"])
    titles = {
        row["id"]: row["title"]
        for row in sql.rows(
            "select id, title from package where id = any(:ids)", ids=[r["entry_id"] for r in rows if r["entry_id"]]
        )
    }
    for row in rows:
        mine = roles.roles_in(user, row["organisation"] or "")
        row["title"] = titles.get(row["entry_id"]) or row["target"]
        live = row["lifted_at"] is None and row["ordered_by"] != user
        row["may"] = {
            "confirm": live and row["confirmed_by"] is None and bool(mine & {"officer", "security", "approver"}),
            "lift": live and "approver" in mine,
        }
    return {"count": total, "page": data_dict["page"], "limit": data_dict["limit"], "results": rows}


@tk.side_effect_free
@accepts(schema.standing_list)
def standing_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Standing approvals of the caller's organisations with what they let through, one page."""
    tk.check_access("standing_list", context, data_dict)
    user = caller(context)
    where = "where (cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))"
    args = {"orgs": seen(user)}
    rows = sql.rows(
        f"""select s.id, s.entry_id, s.product_id, s.request_id, q.number as request_number, s.envelope, s.digest,
                  s.approved_at, s.expires_on, s.revoked_at, s.revoked_by, e.name as entry_name, e.organisation, k.title,
                  p.route, (select count(*) from approval a where a.standing_plan_id = s.id) as published,
                  (select max(a.at) from approval a where a.standing_plan_id = s.id) as last_at,
                  (select count(*) from task t where t.entry_id = s.entry_id and t.code like 'standing.%') as stopped
             from standing_plan s join entry e on e.entry_id = s.entry_id join request q on q.id = s.request_id
             join product p on p.id = s.product_id left join package k on k.id = s.entry_id {where}
            order by s.revoked_at nulls first, s.expires_on, s.id limit :limit offset :offset""",
        limit=data_dict["limit"],
        offset=(data_dict["page"] - 1) * data_dict["limit"],
        **args,
    )
    for row in rows:
        row["may"] = {
            "revoke": not row["revoked_at"]
            and bool(roles.roles_in(user, row["organisation"]) & {"officer", "approver"})
        }
    total = sql.scalar(f"select count(*) from standing_plan s join entry e on e.entry_id = s.entry_id {where}", **args)
    return {"count": int(total), "page": data_dict["page"], "limit": data_dict["limit"], "results": rows}


@accepts(schema.standing_revoke)
def standing_revoke(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """End a standing approval: the next refresh waits for a person, what is public stays.

    :param id: its id
    :param comment: why it ends
    """
    tk.check_access("standing_revoke", context, data_dict)
    by = caller(context)
    row = sql.one(
        "update standing_plan set revoked_at = now(), revoked_by = :by where id = cast(:id as uuid) and revoked_at is null"
        " returning entry_id, product_id",
        id=data_dict["id"],
        by=by,
    )
    if row is None:
        raise refuse("standing.expired", tk._("This standing approval has ended already"), "id")
    record(
        "standing:revoke",
        by,
        f"product:{row['product_id']}",
        {"standing_plan": data_dict["id"], "comment": data_dict["comment"]},
    )
    commit(context)
    return {"id": data_dict["id"], "revoked_by": by}
