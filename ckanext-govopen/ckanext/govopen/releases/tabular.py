"""Cells as text for CSV: one way for prepared files and for answers, with the one documented escape. Pure.

Spreadsheets run cells that begin with = + - @ TAB or CR. Such a cell, unless it is a number, gets a leading apostrophe;
how many did is recorded, so a reader can undo it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["BOM", "cell_text", "csv_head", "csv_lines", "guarded"]

BOM = b"\xef\xbb\xbf"
_RISKY = frozenset("=+-@\t\r")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """The text, with an apostrophe in front when a spreadsheet would take it for a formula."""
    return "'" + text if text[:1] in _RISKY and text and not _NUMBER.fullmatch(text) else text


def cell_text(value: Any) -> str:
    """A cell as text: empty for nothing, ISO 8601 for dates and times, true and false."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value)


def csv_head(names: Sequence[str], separator: str = ",") -> bytes:
    """The byte-order mark (without it spreadsheets garble Chinese) and the line of names."""
    return BOM + csv_lines([names], separator)[0]


def csv_lines(rows: Iterable[Sequence[Any]], separator: str = ",") -> tuple[bytes, int]:
    """Rows as RFC 4180 lines, and how many cells were guarded."""
    sink, count = io.StringIO(newline=""), 0
    writer = csv.writer(sink, delimiter=separator, lineterminator="\r\n")
    for row in rows:
        line = []
        for value in row:
            text = cell_text(value)
            if isinstance(value, str):
                safe = guarded(text)
                count += safe is not text
                text = safe
            line.append(text)
        writer.writerow(line)
    return sink.getvalue().encode("utf-8"), count
