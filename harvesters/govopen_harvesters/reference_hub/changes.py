"""New deliveries of a table: a day more, a strange column, far fewer rows, a row less, the same again."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping
from typing import Any

from govopen_harvesters.base import FileRef
from govopen_harvesters.reference_hub import files
from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.packing import pack, whole_of
from govopen_harvesters.reference_hub.real import real_rows
from govopen_harvesters.reference_hub.store import Store
from govopen_harvesters.verify import CSV, JSONL, TSV, XLSX, read_table

__all__ = ["VARIANTS", "refresh"]

VARIANTS = ("day", "normal", "new_column", "few_rows", "drop_last", "same")
Columns = dict[str, list[str]]


def refresh(store: Store, keys: Keys, item: Mapping[str, Any], variant: str) -> str:
    """Deliver an item's table anew, changed as `variant` says."""
    row = store.one("select message from package where package_id = ?", item["package_id"])
    document = json.loads(row["message"])["document"] if row else {"files": []}
    if not document["files"]:
        raise KeyError(item["remote_id"])
    entry = document["files"][0]
    path = store.packages / document["package_id"] / entry["name"]
    raw = (whole_of(path) if whole_of(path).exists() else path).read_bytes()
    schema, rows = document["table_schema"], document["rows"]
    if variant != "same" and schema is not None:
        table = read_table(io.BytesIO(raw), FileRef(**entry), schema).table
        columns = {name: [cell or "" for cell in table[name].to_pylist()] for name in table.column_names}
        columns, schema = _changed(columns, schema, variant)
        rows, raw = len(next(iter(columns.values()))), _written(columns, entry)
    changed = {entry["name"]: (entry["media_type"], entry["encoding"], raw)}
    return pack(store, keys, remote_id=item["remote_id"], files=changed, rows=rows, schema=schema)


def _written(columns: Columns, entry: Mapping[str, Any]) -> bytes:
    if entry["media_type"] in {CSV, TSV}:
        delimiter = "\t" if entry["media_type"] == TSV else ","
        return files.csv_bytes(columns, encoding=entry["encoding"] or "utf-8", delimiter=delimiter)
    if entry["media_type"] == JSONL:
        return files.json_lines_bytes(columns)
    if entry["media_type"] == XLSX:
        return files.workbook_bytes(columns, title="更新数据", notes=(), footer=())
    raise ValueError(entry["media_type"])


def _changed(columns: Columns, schema: Any, variant: str) -> tuple[Columns, Any]:
    count = len(next(iter(columns.values())))
    if variant in {"day", "normal"}:
        extra = _next_day({name: values[-1] for name, values in columns.items()})
        return {name: [*values, extra[name]] for name, values in columns.items()}, schema
    if variant == "few_rows":
        return {name: values[: max(1, count // 10)] for name, values in columns.items()}, schema
    if variant == "drop_last":
        return {name: values[:-1] for name, values in columns.items()}, schema
    wider = {**schema, "fields": [*schema["fields"], {"name": "humidity", "type": "number"}]}
    return {**columns, "humidity": [str(40 + number % 50) for number in range(count)]}, wider


def _next_day(last: Mapping[str, str]) -> Mapping[str, str]:
    """Take the day's real observation where there is one, else repeat the last row under the next date."""
    name = next(name for name in ("date", "period") if name in last)
    style = "%Y/%m/%d" if "/" in last[name] else "%Y-%m-%d"
    day = (dt.datetime.strptime(last[name], style).date() + dt.timedelta(days=1)).strftime(style)  # noqa: DTZ007
    real = next((row for row in real_rows("weather_daily_seattle") if row["date"] == day), None)
    return real if real is not None and set(last) <= set(real) else {**last, name: day}
