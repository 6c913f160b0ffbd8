"""常态化更新授权: the envelopes that an applied request grants, written in its transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.review.standing import Envelope
from ckanext.govopen.releases.canonical import digest

__all__ = ["envelope_of", "found_in", "grant", "schema_digest"]

MACHINE = "publisher"
Pair = tuple[str, str]


def schema_digest(manifest: Mapping[str, Any]) -> str:
    """The digest of a release's columns: names and types, not their words."""
    return digest([[field["name"], field["type"]] for field in manifest["schema"]["fields"]])


def found_in(release: Mapping[str, Any]) -> frozenset[Pair]:
    """What the profile found or the owner declared in the columns that a release carries."""
    body = sql.scalar("select body from profile where delivery_id = cast(:id as uuid)", id=release["delivery_id"]) or {
        "columns": []
    }
    carried = {field["name"] for field in release["manifest"]["schema"]["fields"]}
    return frozenset(
        (column["name"], tag) for column in body["columns"] if column["name"] in carried for tag in column["tags"]
    )


def envelope_of(release: Mapping[str, Any], wanted: Mapping[str, Any]) -> Envelope:
    """The envelope round a release that officers approved with these limits."""
    return Envelope(
        schema_digest=schema_digest(release["manifest"]),
        recipe_digest=release["manifest"]["recipe_digest"],
        rule_set=release["manifest"]["rule_set"],
        max_row_drift=float(wanted["max_row_drift"]),
        max_new_values=int(wanted["max_new_values"]),
        findings=found_in(release),
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
