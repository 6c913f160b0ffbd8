"""What crosses to the open side, built from the database as it stands inside the publishing transaction.

A manifest goes into the outbox whole, so that the bundle says what was true when it was decided, however late it is
written. Only releases that the public or one grant may read travel; a licensees' product travels as its description.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.errors import Missing

__all__ = ["closure_bundle", "entry_bundle", "grants_bundle", "public_evidence", "travelling_parts"]

SHOWN = ("k", "max_risk", "min_cell", "suppressed", "suppressed_cells", "rows_in", "rows_out", "claim", "quality")


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (dt.datetime, dt.date)) else value


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def public_evidence(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the evidence that readers see: figures, never findings by column."""
    shown = {name: evidence[name] for name in SHOWN if evidence.get(name) is not None}
    if shown.get("quality"):
        shown["quality"] = {name: shown["quality"].get(name) for name in ("score", "grade", "groups")}
    return shown


def closure_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A closure as bundles carry it."""
    return {
        "id": str(row["id"]),
        "scope": row["scope"],
        "target": row["target"],
        "code": row["code"],
        "notice": row["notice"],
        "at": _iso(row["at"]),
        "lifted_at": _iso(row["lifted_at"]),
    }


def closure_bundle(closures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A bundle that closes or lifts; it needs nothing else to be known."""
    return {"kind": "closure", "created_at": _now(), "entry": None, "closures": [closure_row(row) for row in closures]}


def organisation(name: str) -> dict[str, Any]:
    """The department as readers see it, from CKAN's own tables."""
    row = sql.one(
        """select name, title, extras ->> 'title_en' as title_en, extras ->> 'region' as region, extras ->> 'uscc' as uscc,
                  extras ->> 'level' as level from "group" where name = :name and is_organization""",
        name=name,
    )
    empty = {"name": name, "title": name, "title_en": name, "region": "", "uscc": "", "level": ""}
    return empty if row is None else {key: row.get(key) or empty[key] for key in empty}


def _release(row: Mapping[str, Any]) -> dict[str, Any]:
    approval = {
        "maker": row["maker"],
        "at": _iso(row["approved_at"]),
        "request_number": row["request_number"],
        "signature": row["approval_signature"],
    }
    evidence = {**row["manifest"].get("evidence", {}), **public_evidence(row["evidence"] or {})}
    return {**row["manifest"], "evidence": evidence, "digest": row["digest"], "approval": approval}


_PUBLISHED = """
    select t.product_id, t.grant_id, t.epoch, r.id as release_id, r.digest, r.manifest, a.maker, a.at as approved_at,
           a.signature as approval_signature, q.number as request_number, p.audience, v.body as evidence
      from pointer t
      join release r on r.id = t.release_id
      join product p on p.id = t.product_id
      left join approval a on a.release_id = r.id
      left join evidence v on v.release_id = r.id
      left join request q on q.id = a.request_id"""


def entry_bundle(
    kind: str, entry_id: str, *, expected_epoch: int, plan: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A bundle with an entry's published revision, its products and what their pointers name."""
    entry = sql.one(
        """select e.*, v.body, v.digest as revision_digest, v.created_at as revision_at
             from entry e join entry_revision v on v.id = e.published_revision where e.entry_id = :entry""",
        entry=entry_id,
    )
    if entry is None:
        raise Missing(kind="published entry", id=entry_id)
    published = sql.rows(_PUBLISHED + " where p.entry_id = :entry order by p.created_at, p.id", entry=entry_id)
    open_to_all = [row for row in published if row["audience"] == "public" and row["grant_id"] == ""]
    named = {row["product_id"]: row for row in published if row["grant_id"] == ""}
    refusals = list((plan or {}).get("refusals") or [])
    products = [
        {
            "id": row["id"],
            "position": position,
            "kind": row["kind"],
            "audience": row["audience"],
            "route": row["route"],
            "title": row["title"],
            "refusals": refusals,
            **_described(named[row["id"]]),
        }
        for position, row in enumerate(
            sql.rows("select * from product where entry_id = :entry order by created_at, id", entry=entry_id)
        )
        if row["id"] in named
    ]
    first = sql.scalar(
        "select min(created_at) from outbox where kind = 'bundle' and payload -> 'entry' ->> 'id' = :entry",
        entry=entry_id,
    )
    return {
        "kind": kind,
        "created_at": _now(),
        "entry": {
            "id": entry_id,
            "name": entry["name"],
            "expected_epoch": expected_epoch,
            "epoch": entry["epoch"],
            "state": "open" if products else "catalogue",
            "revision": {"digest": entry["revision_digest"], "body": entry["body"]},
            "organisation": organisation(entry["organisation"]),
            "published_at": _iso(first) or _now(),
            "refusals": refusals,
            "figures": _figures(list(named.values())),
        },
        "products": products,
        "releases": [_release(row) for row in open_to_all],
        "pointers": [_pointer(row) for row in open_to_all],
        "closures": [],
        "grants": [],
        "keys": [],
        "parts": travelling_parts([row["release_id"] for row in open_to_all]),
    }


def _pointer(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "product_id": row["product_id"],
        "grant_id": row["grant_id"],
        "digest": row["digest"],
        "epoch": row["epoch"],
    }


def _described(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a page says of a product before anybody may read it."""
    manifest = row["manifest"]
    return {
        "schema": manifest["schema"],
        "row_count": manifest["row_count"],
        "evidence": {**manifest.get("evidence", {}), **public_evidence(row["evidence"] or {})},
        "source": manifest.get("source", {}),
    }


def _figures(published: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What comes with the releases and not with the words: rows, quality, when the data were delivered."""
    scores = [(row["evidence"] or {}).get("quality", {}).get("score") for row in published]
    delivered = [str(row["manifest"].get("source", {}).get("delivered_at") or "") for row in published]
    return {
        "row_count": sum(row["manifest"]["row_count"] for row in published if row["audience"] == "public"),
        "quality_score": max((score for score in scores if score is not None), default=None),
        "modified_data": max(delivered, default="") or None,
    }


def travelling_parts(release_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The parts of these releases that no earlier bundle brought: the open side has the others."""
    if not release_ids:
        return []
    return sql.rows(
        """select distinct on (part ->> 'digest') part ->> 'digest' as digest, (part ->> 'bytes')::bigint as bytes
             from release r cross join lateral jsonb_array_elements(r.manifest -> 'parts') part
            where r.id = any(cast(:ids as uuid[])) and not exists (
                select from outbox o where o.kind = 'bundle'
                   and o.payload -> 'parts' @> jsonb_build_array(jsonb_build_object('digest', part ->> 'digest')))
            order by 1""",
        ids=list(release_ids),
    )


def grants_bundle(agreement_id: str, *, pointers: bool = True) -> dict[str, Any]:
    """A bundle with an agreement's grants, keys and the delivery releases that its grants may read."""
    agreement = sql.one("select * from agreement where id = cast(:id as uuid)", id=agreement_id)
    if agreement is None:
        raise Missing(kind="agreement", id=agreement_id)
    grants = sql.rows(
        "select * from access_grant where agreement_id = cast(:id as uuid) order by created_at, id", id=agreement_id
    )
    keys = sql.rows(
        "select * from licence_key where agreement_id = cast(:id as uuid) order by created_at", id=agreement_id
    )
    ended = agreement["state"] != "active"
    shown = {
        name: _iso(agreement[name])
        for name in ("number", "licensee", "purpose", "purpose_class", "starts_on", "ends_on", "state")
    }
    delivered = (
        sql.rows(
            _PUBLISHED + " where t.grant_id = any(:ids) order by t.product_id, t.grant_id",
            ids=[str(grant["id"]) for grant in grants],
        )
        if pointers
        else []
    )
    return {
        "kind": "grants",
        "created_at": _now(),
        "entry": None,
        "releases": [_release(row) for row in delivered],
        "pointers": [_pointer(row) for row in delivered],
        "grants": [
            {
                "id": str(grant["id"]),
                "agreement": {**shown, "id": agreement_id},
                "licensee": agreement["licensee"],
                "product_id": grant["product_id"],
                "columns": grant["columns"],
                "quota_rows": grant["quota_rows"],
                "purpose": agreement["purpose"],
                "expires_on": _iso(min(grant["expires_on"], agreement["ends_on"])),
                "revoked_at": _iso(grant["revoked_at"]) or (_now() if ended else None),
            }
            for grant in grants
            if grant["state"] in {"active", "revoked"}
        ],
        "keys": [
            {
                "key_id": key["key_id"],
                "secret_hash": key["secret_hash"],
                "licensee": agreement["licensee"],
                "agreement_id": agreement_id,
                "expires_on": _iso(key["expires_on"]),
                "revoked_at": _iso(key["revoked_at"]) or (_now() if ended else None),
            }
            for key in keys
        ],
        "parts": travelling_parts([row["release_id"] for row in delivered]),
    }
