"""The audit trail: read it, and recompute its chain."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.act import accepts
from ckanext.govopen.desk.audit import schema, store
from ckanext.govopen.desk.jobs import sql

__all__ = ["audit_list", "audit_verify"]


@tk.side_effect_free
@accepts(schema.audit_list)
def audit_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who did what to what, newest first, one page.

    :param event: one event, such as release:request:approve
    :param actor: one account
    :param subject: one subject, such as request:12
    """
    tk.check_access("audit_list", context, data_dict)
    rows, total = store.leaves(
        data_dict["page"],
        data_dict["limit"],
        event=data_dict["event"],
        actor=data_dict["actor"],
        subject=data_dict["subject"],
    )
    checkpoint = sql.one("select upto, root, at from audit_checkpoint order by upto desc limit 1")
    return {
        "count": total,
        "page": data_dict["page"],
        "limit": data_dict["limit"],
        "results": rows,
        "checkpoint": checkpoint,
    }


@tk.side_effect_free
@accepts(schema.audit_verify)
def audit_verify(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Recompute the whole chain and say where it does not hold."""
    tk.check_access("audit_verify", context, data_dict)
    checked, broken = store.verify()
    return {
        "ok": broken is None,
        "checked": checked,
        "broken": {"seq": broken.seq, "problem": broken.problem} if broken else None,
        "unchained": int(sql.scalar("select count(*) from audit_leaf where hash is null")),
    }
