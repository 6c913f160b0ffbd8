"""查一查: rows of a release by plain links and forms, without a script; and the chart over the same release."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ckanext.govopen.portal.data_api.query import RESERVED
from ckanext.govopen.portal.pages import previews, rows

__all__ = ["chart_of", "lead_column", "look_up", "parameter", "text_columns"]

PAGE = 12
FEW = 24
"""Most values of a column that is offered as a filter to choose from."""
_NAMEISH = re.compile(r"(名称|姓名|标题|名$|店名|单位|name|title)", re.IGNORECASE)


def _told(field: Mapping[str, Any]) -> str:
    return f"{field.get('name_zh') or ''} {field.get('name') or ''}"


def lead_column(fields: Sequence[Mapping[str, Any]]) -> str:
    """The column that names a row: the first one that is called a name, else the first text."""
    texts = [f for f in fields if f.get("type") == "string"]
    named = [f for f in texts if _NAMEISH.search(_told(f))]
    chosen = (named or texts or list(fields))[:1]
    return str(chosen[0]["name"]) if chosen else ""


def text_columns(fields: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Columns that may be searched, names first."""
    return sorted((f for f in fields if f.get("type") == "string"), key=lambda f: not _NAMEISH.search(_told(f)))


def parameter(column: str, operator: str = "") -> str:
    """How the data service is asked about a column: behind the prefix where its own name would be read otherwise."""
    name = f"col.{column}" if column in RESERVED or "__" in column or column.startswith("col.") else column
    return f"{name}__{operator}" if operator else name


def look_up(product: Mapping[str, Any], args: Mapping[str, str]) -> dict[str, Any]:
    """One page of rows under the visitor's words and filters; `down` when the data service is away."""
    fields = {str(f["name"]): f for f in product["fields"]}
    searchable = text_columns(product["fields"])
    # Without a column the words are looked for in every text column; where there is none, a column has to be named.
    column = str(args.get("col") or "")
    if column not in fields:
        column = "" if searchable else next(iter(fields), "")
    word = (args.get("v") or "").strip()[:200]
    page = _page(args.get("p"))
    params: list[tuple[str, str]] = []
    if word:
        params.append(
            (parameter(column, "contains" if fields[column].get("type") == "string" else "") if column else "q", word)
        )
    picked: dict[str, str] = {}
    for name in fields:
        if value := args.get(f"f.{name}"):
            picked[name] = value
            params.append((parameter(name), value))
    order = args.get("order") or ""
    if order.lstrip("-") in fields:
        params.append(("sort", order))
    else:
        order = ""
    shown = urlencode(params)
    answer = rows.fetch(product["id"], [*params, ("limit", str(PAGE)), ("offset", str((page - 1) * PAGE))])
    made = {
        "column": column,
        "searchable": searchable or list(product["fields"]),
        "word": word,
        "picked": picked,
        "order": order,
        "query": shown,
        "page": page,
        "down": answer is None,
        "error": answer.error if answer and answer.status != 200 else None,
        "rows": answer.rows if answer else [],
        "total": answer.total if answer else 0,
        "narrowed": bool(word or picked),
        "lead": lead_column(product["fields"]),
    }
    made["last"] = max(1, -(-made["total"] // PAGE))
    made["filters"] = [] if made["down"] else _filters(product)
    return made


def _page(text: str | None) -> int:
    return min(max(int(text), 1), 1_000_000) if text and text.isdigit() and len(text) < 8 else 1


def _filters(product: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Columns with few values, each with its values and counts: what a drop-down can hold."""
    made = []
    for name in previews.candidates(product["fields"]):
        pairs = rows.stats(product["id"], product["digest"], name, 60)
        known = [(value, count) for value, count in pairs or [] if value not in (None, "")]
        if 1 < len(known) <= FEW:
            made.append({"name": name, "values": known})
    return made


def chart_of(product: Mapping[str, Any]) -> previews.Chart | None:
    """The first chart of a release, or None where no column invites one."""
    fields = product["fields"]
    if not fields or product["row_count"] is None:
        return None
    if product["kind"] == "cube" and any(field["name"] == previews.CELL_STATUS for field in fields):
        return _margin(product)
    small = product["row_count"] <= 1000 and (product["kind"] == "cube" or product["row_count"] <= 400)
    answer = rows.fetch(product["id"], [("limit", "1000")]) if small else None
    counted = {}
    if product["kind"] != "cube":
        for name in previews.candidates(fields):
            if pairs := rows.stats(product["id"], product["digest"], name, 60):
                counted[name] = pairs
    got = answer.rows if answer else []
    return previews.choose(
        product["kind"], fields, counted, got, complete=bool(got) and len(got) == product["row_count"]
    )


def _margin(product: Mapping[str, Any]) -> previews.Chart | None:
    """A protected cube brings its own sums over one dimension: they are drawn, never added up from cells."""
    fields = [field for field in product["fields"] if field["name"] != previews.CELL_STATUS]
    dimensions = sorted((f for f in fields if f.get("type") == "string"), key=lambda f: not previews.timeish(f))
    measures = [f for f in fields if f.get("type") in ("integer", "number")]
    for dimension in dimensions[:4]:
        name = str(dimension["name"])
        others = [(parameter(str(f["name"])), previews.TOTAL) for f in dimensions if f is not dimension]
        answer = rows.fetch(product["id"], [*others, ("limit", "500")])
        if answer is None or answer.status != 200:
            return None
        sums = [row for row in answer.rows if row.get(name) != previews.TOTAL]
        if chart := previews.choose("cube", [dimension, *measures], {}, sums, complete=True):
            return chart
    return None
