"""Deciding a step: the request is locked, the core says whether the step may be taken, and all of it is written at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.govopen.desk.act import record
from ckanext.govopen.desk.jobs import queue
from ckanext.govopen.desk.review import detail, store
from ckanext.govopen.desk.review.calendar import due_for
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.errors import Conflict, Missing, Refused

__all__ = ["AFTER", "decide", "differing"]

AFTER = {"review": "reviewed", "security": "security_ok", "deid": "deid_ok", "approve": "approved"}
STATE = {"return": "returned", "reject": "rejected", "withdraw": "withdrawn"}


def differing(shown: Mapping[str, Any], frozen: Mapping[str, Any]) -> list[str]:
    """Names of the digests that are not those that were frozen."""
    found = [name for name in ("revision", "plan", "rules") if shown.get(name) != frozen.get(name)]
    theirs, ours = shown.get("releases"), frozen.get("releases") or {}
    theirs = theirs if isinstance(theirs, Mapping) else {}
    found += [f"release {key}" for key in sorted({*theirs, *ours}) if theirs.get(key) != ours.get(key)]
    return found


def decide(
    key: str, decision: str, officer: str, comment: str, digests: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Take a step in the caller's transaction. A request whose ground moved lapses, which is told by `lapsed`."""
    request = store.find(key, lock=True)
    if request is None:
        raise Missing(kind="release request", id=key)
    number, step = f"#{request['number']}", request["step"]
    if request["state"] not in store.LIVE or not step:
        raise Conflict(subject=number, expected="in review", found=request["state"])
    if decision == "withdraw":
        if request["submitted_by"] != officer:
            raise Refused(reason="review.no_role", subject=number)
        return _end(request, "withdraw", officer, comment)
    taken = store.steps_of(request["id"])
    if officer == request["submitted_by"] or any(
        row["officer"] == officer and row["decision"] in {"submit", "approve"} for row in taken
    ):
        raise Refused(reason="review.same_officer", subject=number)
    if store.STEP_ROLE[step] not in roles.roles_in(officer, request["organisation"]):
        raise Refused(reason="review.no_role", subject=number)
    if decision in STATE:
        store.add_step(request["id"], step, officer, decision, comment, request["digests"])
        return _end(request, decision, officer, comment)
    wrong = differing(digests or {}, request["digests"])
    if wrong:
        raise Refused(reason="review.stale", subject=f"{number}: {', '.join(wrong)}")
    moved = [item for item in detail.outdated(request, store.releases_of(request["id"])) if item["ends"] == "yes"]
    if moved:
        store.set_state(request["id"], "lapsed")
        record("release:request:lapse", officer, f"request:{request['number']}", {"changed": moved})
        return {"id": request["id"], "number": request["number"], "state": "lapsed", "lapsed": moved}
    store.add_step(request["id"], step, officer, "approve", comment, request["digests"])
    state = AFTER[step]
    steps = list(request["steps"])
    following = steps[steps.index(step) + 1] if step != steps[-1] else None
    store.set_state(request["id"], state, due_for(following) if following else None)
    record(
        f"release:request:{step}",
        officer,
        f"request:{request['number']}",
        {"entry": request["entry_id"], "digests": request["digests"], "comment": comment},
    )
    queue.enqueue("sign", str(request["id"]), {"request_id": str(request["id"])}, lane="publisher")
    if state == "approved":
        queue.enqueue("publish", str(request["id"]), {"request_id": str(request["id"])}, lane="publisher")
    return {"id": request["id"], "number": request["number"], "state": state, "signed": step, "next": following}


def _end(request: Mapping[str, Any], decision: str, officer: str, comment: str) -> dict[str, Any]:
    store.set_state(request["id"], STATE[decision])
    record(
        f"release:request:{decision}",
        officer,
        f"request:{request['number']}",
        {"entry": request["entry_id"], "step": request["step"], "comment": comment},
    )
    queue.enqueue("sign", str(request["id"]), {"request_id": str(request["id"])}, lane="publisher")
    return {"id": request["id"], "number": request["number"], "state": STATE[decision]}
