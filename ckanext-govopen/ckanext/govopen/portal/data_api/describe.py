"""Entries, products and releases as the API tells of them: with licence, caveats, quality, provenance, fields. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.govopen import codes
from ckanext.govopen.columns import described
from ckanext.govopen.portal.access.decide import Closed
from ckanext.govopen.portal.access.store import ProductRecord

__all__ = ["dataset", "iso", "product", "release", "summary"]

BASE = "/api/v1"
_CODED = [
    "theme",
    "base_library",
    "open_type",
    "share_type",
    "update_cycle",
    "grade",
    "national_grade",
    "category",
    "resource_class",
    "region",
    "industry",
    "high_value",
    "closed_ground",
]
_TEXTS = ("caveats", "known_problems", "row_meaning")
_PLAIN = [
    "resource_code",
    "provider_uscc",
    "open_condition",
    "closed_ground_text",
    "contact_unit",
    "contact_phone",
    "source_of_truth",
    "source_system",
    "legal_basis",
    "gov_theme",
    "temporal_start",
    "temporal_end",
    "issued",
    "modified_data",
    "next_due",
    "approved_on",
    "approval_expires",
    "data_provenance",
]


def iso(value: Any) -> str | None:
    """A moment as text."""
    return value.isoformat() if value is not None else None


def both(body: Mapping[str, Any], key: str) -> dict[str, str]:
    """A text in both languages."""
    return {"zh": str(body.get(key) or ""), "en": str(body.get(f"{key}_en") or "")}


def licence(body: Mapping[str, Any]) -> dict[str, Any]:
    """The licence with its title in both languages."""
    name = str(body.get("license_id") or "")
    known = {code.code: code for code in codes.load("licences")}
    found = known.get(name)
    return {
        "id": name,
        "title": {"zh": found.zh, "en": found.en} if found else {"zh": name, "en": name},
        "url": found.more.get("url", "") if found else "",
    }


def quality(body: Mapping[str, Any], manifest: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The score of the data, the release's own where it has one."""
    measured = ((manifest or {}).get("evidence") or {}).get("quality")
    return dict(measured) if measured else {"score": body.get("quality_score")}


def fields(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entry's field list."""
    return described(body.get("govopen_fields"))


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as a line of the catalogue."""
    body = row["body"]
    return {
        "id": row["entry_id"],
        "name": row["name"],
        "state": row["state"],
        "title": both(body, "title"),
        "description": both(body, "notes"),
        "organisation": row["organisation"],
        **{key: body.get(key) for key in _CODED},
        "licence": licence(body)["id"],
        "row_count": body.get("row_count"),
        "quality": quality(body),
        "published_at": iso(row["published_at"]),
        "modified_at": iso(row["modified_at"]),
        "url": f"{BASE}/datasets/{row['entry_id']}",
    }


def dataset(
    row: Mapping[str, Any],
    products: Iterable[tuple[ProductRecord, Mapping[str, Any] | None]],
    closed: Closed,
    portal_url: str,
) -> dict[str, Any]:
    """An entry with all it says and its products."""
    body = row["body"]
    listed = [product(record, current, closed) for record, current in products]
    refusals = [refused for one in listed for refused in one["refusals"]]
    return {
        **summary(row),
        **{key: both(body, key) for key in _TEXTS},
        **{key: body.get(key) for key in _PLAIN},
        "licence": licence(body),
        "fields": fields(body),
        "products": listed,
        "refusals": list({json.dumps(one, sort_keys=True): one for one in refusals}.values()),
        "page": f"{portal_url}/dataset/{row['name']}" if portal_url else "",
    }


def product(record: ProductRecord, current: Mapping[str, Any] | None, closed: Closed) -> dict[str, Any]:
    """A product with its current release; of a closed one nothing but the notice."""
    access, body, entry = record.access, record.body, record.entry["body"]
    shut = closed.find(access.entry_id, access.product_id, str(current["digest"]) if current else "")
    url = f"{BASE}/products/{access.product_id}"
    made = {
        "id": access.product_id,
        "dataset": access.entry_id,
        "kind": record.kind,
        "audience": access.audience,
        "title": body.get("title") or both(entry, "title"),
        "route": body.get("route"),
        "refusals": list(body.get("refusals") or []),
        "release": release(current, url) if current and not shut else None,
        "licence": licence(entry),
        "quality": quality(entry, current["manifest"] if current else None),
        **{key: both(entry, key) for key in _TEXTS},
        "data_provenance": entry.get("data_provenance"),
        "provider": {
            "zh": record.entry["organisation"].get("title"),
            "en": record.entry["organisation"].get("title_en"),
        },
        "rows_url": f"{url}/rows" if record.kind in {"table", "cube"} else None,
        "download_url": f"{url}/download",
    }
    if shut:
        made["closed"] = {"code": "release.closed", "notice": dict(shut.notice), "at": iso(shut.at)}
    return made


def release(row: Mapping[str, Any], url: str) -> dict[str, Any]:
    """A release: what it is made of, how it was measured, where its files are."""
    manifest = row["manifest"]
    return {
        "digest": row["digest"],
        "number": row["number"],
        "kind": manifest["kind"],
        "row_count": row["row_count"],
        "published_at": iso(row["published_at"]),
        "built_at": manifest.get("built_at"),
        "fields": manifest["schema"]["fields"],
        "evidence": manifest.get("evidence") or {},
        "approval": manifest.get("approval") or {},
        "source": manifest.get("source") or {},
        "rule_set": manifest.get("rule_set"),
        "recipe_digest": manifest.get("recipe_digest"),
        "parts": [
            {key: part[key] for key in ("digest", "rows", "bytes", "media_type", "name")} for part in manifest["parts"]
        ],
        "link": manifest.get("link"),
        "renditions": row.get("renditions") or {},
        "url": f"{url}/releases/{row['number']}",
    }
