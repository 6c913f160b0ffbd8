"""常态化更新: a refresh inside its envelope is published by the machine.

What lies outside becomes an officer's task with its code, and the last release stays public.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing import store
from ckanext.govopen.desk.publishing.errors import Closed, Lapsed, NotWitnessed
from ckanext.govopen.desk.publishing.publisher import MACHINE, publish_release
from ckanext.govopen.desk.publishing.standing import found_in, schema_digest
from ckanext.govopen.desk.publishing.witness import still_approved, witnessed
from ckanext.govopen.desk.review.gate import red_codes
from ckanext.govopen.desk.review.standing import Envelope, RefreshFacts, inside, limits
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.errors import Refused
from ckanext.govopen.releases.canonical import digest

__all__ = ["refresh"]


def refresh(
    release_id: str, seed: bytes, has_part: Callable[[str], bool], *, today: dt.date, rules: str = "default"
) -> dict[str, Any]:
    """Publish a candidate under its product's standing plan, or make it a task; commits. Without a plan it only waits."""
    release = sql.one(
        """select r.*, p.entry_id, p.route, v.green, v.verdict, v.body as evidence, e.organisation, n.body as plan
             from release r join product p on p.id = r.product_id join entry e on e.entry_id = p.entry_id
             left join evidence v on v.release_id = r.id left join plan n on n.id = r.plan_id
            where r.id = cast(:id as uuid)""",
        id=release_id,
    )
    plan = (
        None
        if release is None
        else sql.one(
            "select * from standing_plan where product_id = :product and revoked_at is null for share",
            product=release["product_id"],
        )
    )
    if release is None or plan is None or release["state"] != "candidate":
        sql.rollback()
        return {"standing": False}
    code = _unwitnessed(plan, seed) or _outside(release, plan, today, RuleSet.load(rules))
    if code is None:
        return publish_release(release_id, maker="standing", seed=seed, standing_plan=plan, has_part=has_part)
    detail = {"release": str(release["id"]), "number": release["number"], "refresh": release["evidence"].get("refresh")}
    made = sql.execute(
        """insert into task (kind, key, entry_id, organisation, role, code, detail)
           values ('standing', :key, :entry, :organisation, 'officer', :code, cast(:detail as jsonb))
           on conflict (kind, key) where state = 'open' do update set code = excluded.code, detail = excluded.detail""",
        key=str(release["product_id"]),
        entry=release["entry_id"],
        organisation=release["organisation"],
        code=code,
        detail=sql.js(detail),
    )
    if made:
        audit.record(
            "standing:stop", MACHINE, f"release:{release['digest']}", {"code": code, "entry": release["entry_id"]}
        )
    sql.commit()
    return {"standing": True, "published": False, "code": code}


def _unwitnessed(plan: Mapping[str, Any], seed: bytes) -> str | None:
    """The code of what is wrong with the envelope itself: it must be the one that officers signed, limits and all."""
    request = sql.one("select * from request where id = cast(:id as uuid)", id=plan["request_id"])
    signed = request is not None and digest(limits(plan["envelope"])) == request["digests"].get("standing")
    if request is None or not signed or digest(plan["envelope"]) != plan["digest"]:
        return NotWitnessed.code
    try:
        witnessed(request, seed)
    except (NotWitnessed, Lapsed) as err:
        return err.code
    return None


def _outside(release: Mapping[str, Any], plan: Mapping[str, Any], today: dt.date, rules: RuleSet) -> str | None:
    """The code of what keeps a refresh from being published by the machine; None when nothing does."""
    if ("entry", release["entry_id"]) in store.closed_targets(release["entry_id"]):
        return Closed.code
    try:
        still_approved(release["entry_id"])
    except Refused as err:
        return str(err.code)
    compared = (release["evidence"] or {}).get("refresh") or {}
    findings = found_in(release)
    outside = inside(
        Envelope.from_dict(plan["envelope"]),
        RefreshFacts(
            schema_digest=schema_digest(release["manifest"]),
            recipe_digest=release["manifest"]["recipe_digest"],
            rule_set=release["manifest"]["rule_set"],
            rows=int(release["row_count"]),
            last_rows=int(compared.get("last_rows") or 0),
            new_values=int(compared.get("new_values") or 0),
            findings=findings,
            person_tags=any(tag.startswith("person.") for _, tag in findings),
            today=today,
            revoked=plan["expires_on"] < today,
        ),
    )
    return outside or next(iter(red_codes(release, release["plan"], rules)), None)
