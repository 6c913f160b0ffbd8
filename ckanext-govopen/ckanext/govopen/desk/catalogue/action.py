"""Entries as officers see them: how each stands, what blocks it, what was refused; and mending of descriptions."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen import config
from ckanext.govopen.desk.act import accepts, commit, core_errors, record, refuse, site_context
from ckanext.govopen.desk.catalogue import precheck, schema, store, working
from ckanext.govopen.desk.jobs import queue
from ckanext.govopen.desk.jobs import store as job_store
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.desk.roles.access import seen
from ckanext.govopen.face import caller

__all__ = ["entry_list", "entry_show", "entry_update", "intake_run", "job_list", "precheck_show", "quarantine_list"]


@tk.side_effect_free
@accepts(schema.entry_list)
def entry_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Working entries of the caller's organisations, last changed first, one page.

    :param q: part of a title or name
    :param organisation: one organisation's name
    :param state: working, open, catalogue or withdrawn
    :param stage: how far the current delivery came
    :param closed: whether the rules keep it closed
    :param green: whether every candidate passes its gate
    :param kind: table, file, link or map
    """
    tk.check_access("entry_list", context, data_dict)
    page, limit = data_dict.pop("page"), data_dict.pop("limit")
    rows, total = store.entries({**data_dict, "organisations": seen(caller(context))}, page, limit)
    return {"count": total, "page": page, "limit": limit, "results": rows}


@tk.side_effect_free
@accepts(schema.entry_show)
def entry_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One entry: description, columns, delivery, profile, plan, candidates, what is public, requests.

    :param id: the entry's id or name
    """
    tk.check_access("entry_show", context, data_dict)
    user = caller(context)
    found = store.entry_detail(data_dict["id"])
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such entry"))
    shown = working.package(found["entry_id"])
    mine = roles.roles_in(user, found["organisation"])
    group = shown.get("organization") or {}
    return {
        **found,
        "id": found["entry_id"],
        "package": {
            key: value for key, value in shown.items() if key not in {"resources", "organization", "govopen_fields"}
        },
        "columns": working.columns(shown),
        "editable": list(working.EDITABLE),
        "organisation_title": group.get("title") or found["organisation"],
        "closures": _closures(found),
        "may": {
            "edit": "officer" in mine,
            "submit": "officer" in mine,
            "close": bool(mine & {"officer", "security", "approver"}),
        },
    }


def _closures(found: dict[str, Any]) -> list[dict[str, Any]]:
    from ckanext.govopen.desk.publishing import store as publishing

    return [
        {"scope": scope, "target": target} for scope, target in sorted(publishing.closed_targets(found["entry_id"]))
    ]


@tk.side_effect_free
@accepts(schema.precheck_show)
def precheck_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What would block the entry, and which roads lead to opening, each with its figures.

    :param id: the entry's id or name
    """
    tk.check_access("precheck_show", context, data_dict)
    with core_errors("id"):
        return precheck.precheck(data_dict["id"])


@accepts(schema.entry_update)
def entry_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Mend descriptions of a working entry. What is public stays as it is until a request is approved.

    :param id: the entry's id or name
    :param changes: {field: text} of the fields that officers may mend
    :param columns: [{name, name_zh, name_en, description_zh, description_en, unit}]
    """
    tk.check_access("entry_update", context, data_dict)
    by = caller(context)
    entry = store.entry_row(data_dict["id"])
    assert entry is not None
    changes = {key: str(value or "") for key, value in (data_dict["changes"] or {}).items()}
    unknown = sorted(set(changes) - set(working.EDITABLE))
    if unknown:
        raise tk.ValidationError({name[:60]: [tk._("Unknown field")] for name in unknown} | {"code": ["query.value"]})
    shown = working.package(entry["entry_id"])
    columns = {column["name"]: column for column in working.columns(shown)}
    mended = []
    for given in data_dict["columns"] or ():
        column = columns.get(given["name"])
        if column is None:
            raise refuse("query.field", tk._("There is no such column"), "columns")
        new = {key: value for key, value in given.items() if key != "name" and (column.get(key) or "") != value}
        if new:
            column.update(new)
            mended.append(given["name"])
    patch: dict[str, Any] = {key: value for key, value in changes.items() if (shown.get(key) or "") != value}
    if mended:
        patch["govopen_fields"] = json.dumps(list(columns.values()), ensure_ascii=False)
    if patch:
        record("entry:update", by, f"entry:{entry['entry_id']}", {"fields": sorted(patch), "columns": mended})
        tk.get_action("package_patch")(site_context(), {"id": entry["entry_id"], **patch})
        if entry["current_delivery"]:
            queue.enqueue("process", str(entry["current_delivery"]), {"delivery_id": str(entry["current_delivery"])})
    commit(context)
    return {"id": entry["entry_id"], "changed": sorted(patch), "columns": mended}


@tk.side_effect_free
@accepts(schema.quarantine_list)
def quarantine_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What was refused or set aside, each with its reason code, one page."""
    tk.check_access("quarantine_list", context, data_dict)
    rows, total = store.quarantined(data_dict["page"], data_dict["limit"], organisations=seen(caller(context)))
    return {"count": total, "page": data_dict["page"], "limit": data_dict["limit"], "results": rows}


@tk.side_effect_free
@accepts(schema.job_list)
def job_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What the workers do, newest first, one page.

    :param state: queued, running, done or failed
    :param kind: one kind of job
    """
    tk.check_access("job_list", context, data_dict)
    rows, total = job_store.jobs(
        data_dict["page"], data_dict["limit"], state=data_dict["state"], kind=data_dict["kind"]
    )
    return {"count": total, "page": data_dict["page"], "limit": data_dict["limit"], "results": rows}


@accepts(schema.intake_run)
def intake_run(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Look at the hub now instead of at the next beat."""
    tk.check_access("intake_run", context, data_dict)
    hub = config.hub_name()
    job = queue.enqueue("intake", hub, {"hub": hub})
    record("intake:run", caller(context), f"hub:{hub}", {"job": job})
    commit(context)
    return {"job": job, "hub": hub}
