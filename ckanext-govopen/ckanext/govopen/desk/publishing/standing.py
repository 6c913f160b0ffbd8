"""常态化更新: write envelopes when a request grants them, and publish refreshes that lie inside, by the machine.

What lies outside becomes an officer's task with its code, and the last release stays public.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing import store
from ckanext.govopen.desk.review.standing import Envelope, RefreshFacts, inside
from ckanext.govopen.releases.canonical import digest

__all__ = ["envelope_of", "grant", "refresh", "schema_digest"]

MACHINE = "publisher"
Pair = tuple[str, str]


def schema_digest(manifest: Mapping[str, Any]) -> str:
    """The digest of a release's columns: names and types, not their words."""
    return digest([[field["name"], field["type"]] for field in manifest["schema"]["fields"]])


def _findings(delivery_id: Any, columns: Iterable[str]) -> frozenset[Pair]:
    """What the profile found or the owner declared in the columns that a route carries."""
    body = sql.scalar("select body from profile where delivery_id = cast(:id as uuid)", id=delivery_id) or {
        "columns": []
    }
    carried = set(columns)
    return frozenset(
        (column["name"], tag) for column in body["columns"] if column["name"] in carried for tag in column["tags"]
    )


def _carried(release: Mapping[str, Any]) -> list[str]:
    return [field["name"] for field in release["manifest"]["schema"]["fields"]]


def envelope_of(release: Mapping[str, Any], wanted: Mapping[str, Any]) -> Envelope:
    """The envelope round a release that officers approved with these limits."""
    return Envelope(
        schema_digest=schema_digest(release["manifest"]),
        recipe_digest=release["manifest"]["recipe_digest"],
        rule_set=release["manifest"]["rule_set"],
        max_row_drift=float(wanted["max_row_drift"]),
        max_new_values=int(wanted["max_new_values"]),
        findings=_findings(release["delivery_id"], _carried(release)),
        expires_on=dt.date.fromisoformat(str(wanted["expires_on"])[:10]),
    )


def grant(request: Mapping[str, Any], releases: Iterable[Mapping[str, Any]], plan: Mapping[str, Any]) -> int:
    """Write the standing plans that an applied request asks for, in its transaction; gives how many."""
    allowed = {route["route"] for route in plan.get("routes") or () if route.get("standing_allowed")}
    granted = 0
    for release in releases:
        if release["route"] not in allowed:
            continue
        body = envelope_of(release, request["standing"]).to_dict()
        sql.execute(
            """update standing_plan set revoked_at = now(), revoked_by = :by
                where product_id = :product and revoked_at is null""",
            product=release["product_id"],
            by=f"request:{request['number']}",
        )
        sql.execute(
            """insert into standing_plan (entry_id, product_id, request_id, envelope, digest, expires_on)
               values (:entry, :product, cast(:request as uuid), cast(:envelope as jsonb), :digest, :expires)""",
            entry=request["entry_id"],
            product=release["product_id"],
            request=request["id"],
            envelope=sql.js(body),
            digest=digest(body),
            expires=body["expires_on"],
        )
        audit.record(
            "standing:grant",
            MACHINE,
            f"product:{release['product_id']}",
            {"request": request["number"], "digest": digest(body), "expires_on": body["expires_on"]},
        )
        granted += 1
    return granted


def refresh(release_id: str, seed: bytes, has_part: Callable[[str], bool], *, today: dt.date) -> dict[str, Any]:
    """Publish a candidate under its product's standing plan, or make it a task; commits. Without a plan it only waits."""
    from ckanext.govopen.desk.publishing.publisher import publish_release

    release = sql.one(
        """select r.*, p.entry_id, p.route, v.green, v.verdict, v.body as evidence, e.organisation
             from release r join product p on p.id = r.product_id join entry e on e.entry_id = p.entry_id
             left join evidence v on v.release_id = r.id where r.id = cast(:id as uuid)""",
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
    code = _outside(release, plan, today)
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


def _outside(release: Mapping[str, Any], plan: Mapping[str, Any], today: dt.date) -> str | None:
    """The code of what keeps a refresh from being published by the machine; None when nothing does."""
    if ("entry", release["entry_id"]) in store.closed_targets(release["entry_id"]):
        return "release.closed"
    source = sql.one(
        "select bool_or(state = 'active') as active, max(reason_code) as code from source_item where entry_id = :entry",
        entry=release["entry_id"],
    )
    if source is not None and source["active"] is False:
        return str(source["code"] or "hub.withdrawn")
    compared = (release["evidence"] or {}).get("refresh") or {}
    findings = _findings(release["delivery_id"], _carried(release))
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
    if outside is None and not release["green"]:
        gates = (release["verdict"] or {}).get("gates") or ()
        return next((str(gate["code"]) for gate in gates if not gate["ok"]), "gate.fidelity")
    return outside
