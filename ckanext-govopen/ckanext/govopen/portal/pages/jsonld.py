"""schema.org of an entry, from what is stored: what search engines read. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

__all__ = ["script"]

_MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
}


def _dataset(entry: Mapping[str, Any], address: str, licence: str) -> dict[str, Any]:
    body = entry["body"]
    made: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": entry["title"],
        "description": entry["notes"] or entry["title"],
        "url": address,
        "identifier": body.get("resource_code") or entry["id"],
        "isAccessibleForFree": True,
        "inLanguage": "zh-CN",
        "creator": {"@type": "GovernmentOrganization", "name": entry["provider"]},
        "dateModified": entry["modified"].isoformat() if entry["modified"] else None,
        "license": licence or None,
        "spatialCoverage": entry["region"] or None,
        "keywords": [str(c.get("name_zh")) for c in entry["columns"] if c.get("name_zh")][:20] or None,
    }
    if body.get("temporal_start") or body.get("temporal_end"):
        made["temporalCoverage"] = f"{body.get('temporal_start') or '..'}/{body.get('temporal_end') or '..'}"
    made["distribution"] = [
        {
            "@type": "DataDownload",
            "contentUrl": file["url"],
            "encodingFormat": _MEDIA.get(file["format"], file["format"]),
            **({"contentSize": str(file["bytes"])} if file["bytes"] else {}),
        }
        for product in entry["open"]
        for file in product["files"]
    ] or None
    return {key: value for key, value in made.items() if value not in (None, "", [])}


def script(entry: Mapping[str, Any], address: str, licence: str = "") -> Markup:
    """The script element's text; nothing in it can end the element early."""
    text = json.dumps(_dataset(entry, address, licence), ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here.
