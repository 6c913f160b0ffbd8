"""Deciding a step: the request is locked, the core says whether the step may be taken, and all of it is written at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.govopen import config
from ckanext.govopen.desk.act import record
from ckanext.govopen.desk.catalogue import store as catalogue
from ckanext.govopen.desk.jobs import queue
from ckanext.govopen.desk.review import detail, steps, store
from ckanext.govopen.desk.review.calendar import due_for
from ckanext.govopen.desk.review.gate import red_codes
from ckanext.govopen.desk.review.stored import as_request
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.errors import Missing

__all__ = ["decide"]


def decide(
    key: str, decision: str, officer: str, comment: str, digests: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Take a step in the caller's transaction. A request whose ground moved lapses, which is told by `lapsed`."""
    row = store.find(key, lock=True)
    if row is None:
        raise Missing(kind="release request", id=key)
    releases = store.releases_of(row["id"])
    plan, rules = (catalogue.plan_row(row["plan_id"]) or {}).get("body") or {}, RuleSet.load(config.rules_name())
    red = [code for release in releases for code in red_codes(release, plan, rules)]
    request = as_request(row, store.steps_of(row["id"]), red)
    if decision == "withdraw":
        return _end(row, steps.withdraw(request, officer).state, decision, officer, comment)
    step = request.next_step or "approve"
    held = roles.roles_in(officer, row["organisation"])
    after = steps.advance(request, step, decision, officer, held, comment=comment, shown=digests)
    if decision != "approve":
        store.add_step(row["id"], step, officer, decision, comment, row["digests"])
        return _end(row, after.state, decision, officer, comment)
    moved = [item for item in detail.outdated(row, releases) if item["ends"] == "yes"]
    if moved:
        store.set_state(row["id"], "lapsed")
        record("release:request:lapse", officer, f"request:{row['number']}", {"changed": moved})
        return {"id": row["id"], "number": row["number"], "state": "lapsed", "lapsed": moved}
    store.add_step(row["id"], step, officer, "approve", comment, row["digests"])
    following = after.next_step
    store.set_state(row["id"], after.state, due_for(following) if following else None)
    record(
        f"release:request:{step}",
        officer,
        f"request:{row['number']}",
        {"entry": row["entry_id"], "digests": row["digests"], "comment": comment},
    )
    queue.enqueue("sign", str(row["id"]), {"request_id": str(row["id"])}, lane="publisher")
    if after.state == "approved":
        queue.enqueue("publish", str(row["id"]), {"request_id": str(row["id"])}, lane="publisher")
    return {"id": row["id"], "number": row["number"], "state": after.state, "signed": step, "next": following}


def _end(row: Mapping[str, Any], state: str, decision: str, officer: str, comment: str) -> dict[str, Any]:
    store.set_state(row["id"], state)
    record(
        f"release:request:{decision}",
        officer,
        f"request:{row['number']}",
        {"entry": row["entry_id"], "step": row["step"], "comment": comment},
    )
    if decision != "withdraw":
        queue.enqueue("sign", str(row["id"]), {"request_id": str(row["id"])}, lane="publisher")
    return {"id": row["id"], "number": row["number"], "state": state}
