"""CKAN's `datastore_search` in the data service's words, and its answers in CKAN's. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.govopen.releases.tabular import csv_lines

__all__ = ["PG_TYPES", "Untranslatable", "answer", "parameters", "records"]

MOST = 10_000
PG_TYPES = {
    "string": "text",
    "integer": "int8",
    "number": "float8",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "bool",
}
_RANGES = {"eq": "eq", "gt": "gt", "gte": "ge", "lt": "lt", "lte": "le", "ge": "ge", "le": "le"}
_SORT = re.compile(
    r'\s*("(?:[^"]|"")+"|[^\s,"]+(?: [^\s,"]+)*?)\s*(?:\s(asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*(?:,|$)',
    re.IGNORECASE,
)


class Untranslatable(ValueError):
    """A question that the DataStore contract allows and this backend does not, or that makes no sense."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _filters(filters: Any) -> list[tuple[str, str]]:
    if isinstance(filters, str):
        try:
            filters = json.loads(filters)
        except ValueError:
            raise Untranslatable("filters", "must be a JSON object") from None
    if not isinstance(filters or {}, Mapping):
        raise Untranslatable("filters", "must be a JSON object")
    made: list[tuple[str, str]] = []
    for name, value in (filters or {}).items():
        made += _filter(str(name), value)
    return made


def _filter(name: str, value: Any) -> list[tuple[str, str]]:
    """One column's condition: a value, a list of values, None, or a mapping of ranges."""
    column = f"col.{name}"
    if value is None:
        return [(f"{column}__isnull", "true")]
    if isinstance(value, Mapping):
        unknown = set(value) - set(_RANGES)
        if unknown or not value:
            raise Untranslatable(
                "filters", f"takes {', '.join(sorted(_RANGES))}, not {', '.join(sorted(map(str, unknown)))}"
            )
        return [(f"{column}__{_RANGES[key]}", _text(one)) for key, one in value.items()]
    if isinstance(value, list):
        if any(isinstance(one, list | dict) or one is None for one in value):
            raise Untranslatable("filters", "lists hold plain values only")
        return [(f"{column}__in", json.dumps([_text(one) for one in value], ensure_ascii=False))]
    return [(f"{column}__eq", _text(value))]


def _sort(text: str) -> list[str]:
    names, at = [], 0
    while at < len(text):
        found = _SORT.match(text, at)
        if not found or found.end() == at:
            raise Untranslatable("sort", "is written: column asc, other desc")
        name = found[1][1:-1].replace('""', '"') if found[1].startswith('"') else found[1]
        names.append(("-" if (found[2] or "").lower() == "desc" else "") + name)
        at = found.end()
    return names


def parameters(asked: Mapping[str, Any], most: int) -> tuple[list[tuple[str, str]], int, list[str]]:
    """The parameters of /rows, the limit that holds, and the columns asked for (none: all, with `_id`)."""
    limit = min(int(asked.get("limit", 100)), most, MOST)
    made = [("limit", str(limit)), ("offset", str(int(asked.get("offset") or 0)))]
    made += _filters(asked.get("filters"))
    words = asked.get("q")
    if isinstance(words, str) and words.startswith("{"):
        try:
            words = json.loads(words)
        except ValueError:
            raise Untranslatable("q", "must be text or a JSON object") from None
    if isinstance(words, Mapping):
        made += [(f"col.{name}__contains", _text(value)) for name, value in words.items()]
    elif words:
        made.append(("q", _text(words)))
    if asked.get("sort"):
        made.append(("sort", json.dumps(_sort(str(asked["sort"])), ensure_ascii=False)))
    chosen = asked.get("fields") or []
    names = [str(name) for name in (chosen.split(",") if isinstance(chosen, str) else chosen)]
    if names:
        made.append(("columns", json.dumps([name.strip() for name in names], ensure_ascii=False)))
    if asked.get("distinct"):
        made.append(("distinct", "true"))
    if not asked.get("include_total", True):
        made.append(("total", "false"))
    return made, limit, [name.strip() for name in names]


def fields(columns: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Columns with the names of PostgreSQL's types."""
    return [
        {"id": column["name"], "type": "int" if column["name"] == "_id" else PG_TYPES[column["type"]]}
        for column in columns
    ]


def records(rows: Sequence[Mapping[str, Any]], kind: str) -> Any:
    """Rows as objects, lists, or text without a head."""
    if kind == "lists":
        return [list(row.values()) for row in rows]
    if kind in {"csv", "tsv"}:
        return csv_lines([list(row.values()) for row in rows], "\t" if kind == "tsv" else ",")[0].decode("utf-8")
    return list(rows)


def answer(asked: Mapping[str, Any], body: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """What `datastore_search` returns."""
    kind = str(asked.get("records_format") or "objects")
    rows, made = body["rows"], dict(asked)
    made |= {"fields": fields(body["columns"]), "records": records(rows, kind), "records_format": kind, "limit": limit}
    if body["total"] is not None:
        made |= {"total": body["total"], "total_was_estimated": False, "total_estimation_threshold": None}
    if int(asked.get("limit", 100)) > limit and len(rows) == limit:
        made["records_truncated"] = True
    full = len(rows) == limit > 0
    if asked.get("include_next_page") and full and not asked.get("sort") and "_id" in rows[-1]:
        made["next_page"] = {"_id": {"gt": rows[-1]["_id"]}}
    base = f"/api/3/action/datastore_search?resource_id={asked['resource_id']}"
    offset = int(asked.get("offset") or 0)
    made["_links"] = {"start": base, "next": f"{base}&offset={offset + limit}&limit={limit}"}
    return made
