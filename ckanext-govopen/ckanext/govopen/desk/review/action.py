"""Requests for opening: hand in, decide, take back. Each act is one transaction with its audit event."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.accept import check
from ckanext.govopen.desk.act import accepts, commit, core_errors, plain, record, refuse
from ckanext.govopen.desk.catalogue.precheck import roads_of
from ckanext.govopen.desk.review import decide, detail, schema, store, submission
from ckanext.govopen.desk.review.inbox import inbox
from ckanext.govopen.desk.roles.access import seen
from ckanext.govopen.face import caller

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


@tk.side_effect_free
@accepts(schema.inbox_show)
def inbox_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What waits for the officer who calls, why, and until when."""
    tk.check_access("inbox_show", context, data_dict)
    return inbox(caller(context))


@accepts(schema.release_request_submit)
def release_request_submit(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Freeze an entry with its candidates and hand it in for review.

    Refused with the stable codes of what blocks: a red gate, a missing description, a live request.

    :param entry_id: the entry's id or name
    :param routes: which routes to open; all green ones when left out
    :param standing: {max_row_drift, max_new_values, expires_on}: ask for a standing approval of refreshes
    :param comment: words for the reviewers
    """
    tk.check_access("release_request_submit", context, data_dict)
    by = caller(context)
    standing = data_dict["standing"]
    if standing is not None:
        standing, problems = check(schema.standing(), standing)
        if problems:
            told = {
                f"standing.{name}": [tk._(p.message) % p.values if p.values else tk._(p.message) for p in found]
                for name, found in problems.items()
            }
            raise tk.ValidationError({**told, "code": ["query.value"]})
    with core_errors("entry_id"):
        made = submission.submit(data_dict["entry_id"], by, data_dict["routes"], standing, data_dict["comment"])
    commit(context)
    return made


@tk.side_effect_free
@accepts(schema.release_request_list)
def release_request_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Requests of the caller's organisations, one page.

    :param state: a state, or `live`
    :param step: the step that comes next
    :param waiting_for_me: only those whose next step the caller may take, the most pressing first
    :param entry_id: only of this entry
    """
    tk.check_access("release_request_list", context, data_dict)
    user = caller(context)
    rows, total = store.page(
        data_dict["page"],
        data_dict["limit"],
        organisations=seen(user),
        user=user,
        state=data_dict["state"],
        step=data_dict["step"],
        mine=bool(data_dict["waiting_for_me"]),
        entry=data_dict["entry_id"],
    )
    return {"count": total, "page": data_dict["page"], "limit": data_dict["limit"], "results": rows}


@tk.side_effect_free
@accepts(schema.release_request_show)
def release_request_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One request with everything that its decision rests on, and the digests to be signed.

    :param id: the request's id or number
    """
    tk.check_access("release_request_show", context, data_dict)
    request = store.find(data_dict["id"])
    if request is None:
        raise tk.ObjectNotFound(tk._("There is no such request"))
    shown = detail.request_detail(request, caller(context))
    return {**shown, "roads": roads_of(shown["plan"], shown["releases"])}


@accepts(schema.release_request_approve)
def release_request_approve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sign the next step of a request; which one it is follows from its state.

    :param id: the request's id or number
    :param digests: the digests that the officer saw, as `release_request_show` gave them
    :param comment: words, they go into the audit trail
    """
    return _decide("release_request_approve", "approve", context, data_dict)


@accepts(schema.release_request_return)
def release_request_return(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return a request to the officer who submitted it, with all its defects at once.

    :param id: the request's id or number
    :param comment: what has to be mended
    """
    return _decide("release_request_return", "return", context, data_dict)


@accepts(schema.release_request_reject)
def release_request_reject(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Refuse a request for good.

    :param id: the request's id or number
    :param comment: the ground
    """
    return _decide("release_request_reject", "reject", context, data_dict)


@accepts(schema.release_request_withdraw)
def release_request_withdraw(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take back a request, as the officer who submitted it.

    :param id: the request's id or number
    :param comment: why
    """
    return _decide("release_request_withdraw", "withdraw", context, data_dict)


def _decide(action: str, decision: str, context: Any, data: dict[str, Any]) -> dict[str, Any]:
    tk.check_access(action, context, data)
    officer = caller(context)
    with core_errors("id"):
        done = decide.decide(data["id"], decision, officer, data["comment"], data.get("digests"))
    commit(context)
    if done.get("lapsed"):
        raise refuse(
            "review.lapsed",
            tk._("The request lapsed: what was frozen is no longer so. Look at what changed and submit it again."),
            "id",
            changed=done["lapsed"],
        )
    return dict(plain(done))


@tk.side_effect_free
@accepts(schema.task_list)
def task_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Open tasks of the caller's roles, one page."""
    tk.check_access("task_list", context, data_dict)
    rows, total = store.tasks(caller(context), data_dict["page"], data_dict["limit"])
    return {"count": total, "results": rows}


@accepts(schema.task_done)
def task_done(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tick a task off.

    :param id: the task's id
    """
    tk.check_access("task_done", context, data_dict)
    by = caller(context)
    if not store.finish_task(data_dict["id"], by):
        raise refuse("release.superseded", tk._("This task is done already"), "id")
    record("task:done", by, f"task:{data_dict['id']}", {})
    commit(context)
    return {"id": data_dict["id"], "state": "done"}
