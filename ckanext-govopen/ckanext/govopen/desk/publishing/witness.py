"""What a publication rests on: steps that officers signed, what they signed as it lies there, the hub's word today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.govopen.desk.audit.sequencer import step_statement
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing.errors import Lapsed, NotWitnessed
from ckanext.govopen.desk.review.standing import limits
from ckanext.govopen.errors import Refused
from ckanext.govopen.releases.canonical import digest
from ckanext.govopen.releases.errors import BadSignature
from ckanext.govopen.releases.signature import public_key_text, verify_statement

__all__ = ["frozen", "still_approved", "witnessed"]


def witnessed(request: Mapping[str, Any], seed: bytes) -> None:
    """Every step of the request is there, by different officers (the database sees to that), signed over its digests."""
    public = public_key_text(seed.hex())
    steps = {
        row["step"]: row
        for row in sql.rows(
            "select * from request_step where request_id = cast(:id as uuid) and decision in ('submit', 'approve')"
            " order by id",
            id=request["id"],
        )
    }
    for step in request["steps"]:
        row = steps.get(step)
        if row is None or not row["signature"]:
            raise NotWitnessed(request_id=str(request["number"]), step=step)
        if row["digests"] != request["digests"]:
            raise Lapsed(request_id=str(request["number"]), changed=f"digests at step {step}")
        try:
            verify_statement(public, step_statement(row), row["signature"])
        except BadSignature:
            raise NotWitnessed(request_id=str(request["number"]), step=step) from None


def frozen(request: Mapping[str, Any], releases: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the officers signed is what lies there; gives the plan."""
    number, digests = str(request["number"]), request["digests"]
    revision = sql.scalar("select digest from entry_revision where id = cast(:id as uuid)", id=request["revision_id"])
    if revision != digests.get("revision"):
        raise Lapsed(request_id=number, changed="revision")
    plan = sql.one("select body, digest from plan where id = cast(:id as uuid)", id=request["plan_id"])
    if plan is None or plan["digest"] != digests.get("plan"):
        raise Lapsed(request_id=number, changed="plan")
    if {release["id"]: release["digest"] for release in releases} != dict(digests.get("releases") or {}):
        raise Lapsed(request_id=number, changed="releases")
    if request["standing"] and digest(limits(request["standing"])) != digests.get("standing"):
        raise Lapsed(request_id=number, changed="standing")
    return dict(plan["body"])


def still_approved(entry_id: str) -> None:
    """The hub's word must stand on the day of publication, not only on the day of intake."""
    row = sql.one(
        """select bool_or(state = 'active') as active, max(reason_code) as reason from source_item
            where entry_id = :entry having count(*) > 0""",
        entry=entry_id,
    )
    if row is not None and not row["active"]:
        raise Refused(reason=row["reason"] or "hub.withdrawn", subject=f"entry {entry_id}")
