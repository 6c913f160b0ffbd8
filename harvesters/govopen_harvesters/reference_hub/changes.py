"""New deliveries of a table: a day more, a strange column, far fewer rows, a row less, the same again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping
from typing import Any

from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.packing import pack
from govopen_harvesters.reference_hub.real import real_rows
from govopen_harvesters.reference_hub.store import Store

__all__ = ["VARIANTS", "refresh"]

VARIANTS = ("day", "new_column", "few_rows", "drop_last", "same")
Grid = list[list[str]]


def refresh(store: Store, keys: Keys, item: Mapping[str, Any], variant: str) -> str:
    """Deliver an item's CSV anew, changed as `variant` says."""
    row = store.one("select message from package where package_id = ?", item["package_id"])
    document = json.loads(row["message"])["document"] if row else {"files": []}
    if not document["files"]:
        raise KeyError(item["remote_id"])
    entry = document["files"][0]
    raw = (store.packages / document["package_id"] / entry["name"]).read_bytes()
    schema, rows = document["table_schema"], document["rows"]
    if variant != "same":
        codec = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else entry["encoding"] or "utf-8"
        grid = list(csv.reader(io.StringIO(raw.decode(codec), newline="")))
        grid, schema = _changed(grid, schema, variant)
        rows, raw = len(grid) - 1, _written(grid, codec)
    files = {entry["name"]: (entry["media_type"], entry["encoding"], raw)}
    return pack(store, keys, remote_id=item["remote_id"], files=files, rows=rows, schema=schema)


def _written(grid: Grid, codec: str) -> bytes:
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator="\n").writerows(grid)
    return sink.getvalue().encode(codec)


def _changed(grid: Grid, schema: Any, variant: str) -> tuple[Grid, Any]:  # noqa: ANN401 (JSON)
    header, body = grid[0], grid[1:]
    if variant == "day":
        return [header, *body, _next_day(header, body)], schema
    if variant == "few_rows":
        return [header, *body[: max(1, len(body) // 10)]], schema
    if variant == "drop_last":
        return [header, *body[:-1]], schema
    schema = {**schema, "fields": [*schema["fields"], {"name": "humidity", "type": "number"}]}
    extra = [[*row, str(40 + number % 50)] for number, row in enumerate(body)]
    return [[*header, "humidity"], *extra], schema


def _next_day(header: list[str], body: Grid) -> list[str]:
    """Take the day's real observation where there is one, else repeat the last row under the next date."""
    place = header.index("date")
    last = body[-1]
    style = "%Y/%m/%d" if "/" in last[place] else "%Y-%m-%d"
    day = (dt.datetime.strptime(last[place], style).date() + dt.timedelta(days=1)).strftime(style)  # noqa: DTZ007
    real = next((row for row in real_rows("weather_daily_seattle") if row["date"] == day), None)
    if real is not None and set(header) <= set(real):
        return [real[name] for name in header]
    return [*last[:place], day, *last[place + 1 :]]
