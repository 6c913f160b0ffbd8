"""Rows as JSON, JSON lines, CSV and TSV. Numbers keep their type, codes stay text, times are ISO 8601. Pure."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from typing import Any

from ckanext.govopen.portal.data_api.query import Column
from ckanext.govopen.releases.tabular import csv_head, csv_lines

__all__ = ["MEDIA", "dumps", "json_rows", "plain_value", "text_rows"]

MEDIA = {
    "json": "application/json; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8; header=present",
    "tsv": "text/tab-separated-values; charset=utf-8; header=present",
}


def plain_value(value: Any) -> Any:
    """A cell as JSON can hold it; a number that is none becomes empty."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def dumps(value: Any) -> bytes:
    """JSON as UTF-8, compact, Chinese readable; dates and times by ISO 8601."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8")


def json_rows(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows as objects whose keys are in the order of the columns."""
    names = [column.name for column in columns]
    return [dict(zip(names, map(plain_value, row), strict=True)) for row in rows]


def text_rows(columns: Sequence[Column], rows: Sequence[Sequence[Any]], kind: str) -> bytes:
    """Rows as CSV (with a byte-order mark and the formula guard), TSV or JSON lines."""
    if kind == "jsonl":
        return b"".join(dumps(row) + b"\n" for row in json_rows(columns, rows))
    separator = "\t" if kind == "tsv" else ","
    names = [column.name for column in columns]
    body, _ = csv_lines(rows, separator)
    return csv_head(names, separator) + body
