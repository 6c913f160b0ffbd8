"""What Solr is given for one entry: words, bigrams, pinyin and facets beside CKAN's own fields.

CKAN's wildcard field is a string, and a string over 32,766 bytes fails the whole package: every long text is either
handed to a text field under a name of ours or taken out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from ckanext.govopen.columns import described
from ckanext.govopen.portal.search import pinyin

__all__ = ["LONGEST_STRING", "enrich"]

LONGEST_STRING = 30_000
"""Bytes of UTF-8 that a string field may hold, with room below Lucene's limit of 32,766."""
_KEEP_LONG = frozenset({"data_dict", "validated_data_dict", "title", "notes", "text"})
_BODY = "notes notes_en row_meaning row_meaning_en caveats caveats_en known_problems known_problems_en legal_basis"
_FACETS = "theme base_library open_type grade national_grade region update_cycle high_value"


def _moment(value: Any) -> str | None:
    """A day or a moment as Solr writes it; None when it is neither, for a wrong date would fail the whole document."""
    try:
        read = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if read.tzinfo is None:
        read = read.replace(tzinfo=dt.UTC)
    return read.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _float(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def enrich(doc: dict[str, Any]) -> dict[str, Any]:
    """The document with our fields added, CKAN's long strings taken out and its extras not indexed twice."""
    shown: Mapping[str, Any] = json.loads(doc.get("validated_data_dict") or "{}")
    organisation = shown.get("organization") or {}
    titles = [text for text in (shown.get("title"), shown.get("title_en")) if text]
    names, meanings = [], []
    for field in described(shown.get("govopen_fields")):
        names += [str(field.get(key)) for key in ("name", "name_zh", "name_en") if field.get(key)]
        meanings += [str(field.get(key)) for key in ("description_zh", "description_en") if field.get(key)]
    tags = [str(tag.get("name")) for tag in shown.get("tags") or []]
    provider = [str(organisation.get("title") or ""), str(organisation.get("name") or "")]
    keywords = [word for word in (*tags, *provider, *names) if word]
    body = [str(shown[key]) for key in _BODY.split() if shown.get(key)] + meanings
    made: dict[str, Any] = {
        "title_exact": titles,
        "title_word": titles,
        "title_bi": titles,
        "keyword_word": keywords,
        "keyword_bi": keywords,
        "body_word": titles + keywords + body,
        "body_bi": titles + keywords + body,
        "provider": organisation.get("name"),
        "format": sorted({str(r.get("format")).lower() for r in shown.get("resources") or [] if r.get("format")}),
        "quality": _float(shown.get("quality_score")),
        "rows_total": int(_float(shown.get("row_count")) or 0),
        "modified_dt": _moment(shown.get("modified_data")) or _moment(shown.get("metadata_modified")),
        "resource_code": shown.get("resource_code"),
    }
    for facet in _FACETS.split():
        made[facet] = shown.get(facet)
    if shown.get("title"):
        made["title_py"], made["title_pyi"] = pinyin.readings(str(shown["title"]))
    kept = {
        key: value
        for key, value in doc.items()
        if not key.startswith(("extras_", "res_extras_")) and _short(key, value)
    }
    return kept | {key: value for key, value in made.items() if value not in (None, "", [])}


def _short(key: str, value: Any) -> bool:
    if key in _KEEP_LONG:
        return True
    if isinstance(value, list):
        return all(_short(key, part) for part in value)
    return not isinstance(value, str) or len(value.encode()) <= LONGEST_STRING
