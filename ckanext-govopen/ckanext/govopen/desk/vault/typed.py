"""Text columns become typed ones only where not a character is lost: leading zeros, long numbers and odd dates stay text.

Each distinct value is looked at once. What a column could not become is a note (column, kind, count), never a failure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa

__all__ = ["TypeNote", "decided_type", "distinct_of", "typed"]

DECLARED = {"C": "string", "N": "number", "D": "date", "T": "datetime", "B": "boolean"}
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})\Z")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?\Z")
_DATE = re.compile(r"(\d{4})([-/.年]?)(\d{1,2})([-/.月]?)(\d{1,2})日?\Z")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(:\d{2})?(\.\d{1,6})?)\Z")
_ARROW = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeNote:
    """What typing did to a column, for the load report that readers see."""

    column: str
    declared: str
    became: str
    kind: str = ""
    count: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The note as it is stored."""
        return asdict(self)


def distinct_of(column: pa.ChunkedArray) -> tuple[np.ndarray[Any, Any], list[Any], list[int]]:
    """Codes of the rows (-1 for null), the distinct values, and how many rows have each."""
    flat = column.combine_chunks()
    if isinstance(flat, pa.ChunkedArray):
        flat = pa.concat_arrays(flat.chunks) if flat.num_chunks else pa.array([], type=column.type)
    coded = flat.dictionary_encode()
    values = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(codes[codes >= 0], minlength=len(values)) if len(values) else np.zeros(0, np.int64)
    return codes, values, counts.tolist()


def _date(text: str) -> dt.date | None:
    match = _DATE.match(text)
    if match is None:
        return None
    compact = not match[2]
    if compact and (len(text) != 8 or match[4]):
        return None
    try:
        return dt.date(int(match[1]), int(match[3]), int(match[5]))
    except ValueError:
        return None


def _datetime(text: str) -> dt.datetime | None:
    match = _TIME.match(text)
    try:
        if match is not None:
            return dt.datetime.fromisoformat(f"{match[1]}T{match[2]}")
        day = _date(text)
        return dt.datetime.combine(day, dt.time()) if day is not None else None
    except ValueError:
        return None


def _number(text: str) -> float | None:
    """The float of a decimal text if the float says the same number again."""
    if not _NUMBER.match(text):
        return None
    try:
        made = float(text)
        return made if Decimal(repr(made)) == Decimal(text) else None
    except (InvalidOperation, OverflowError, ValueError):
        return None


_BOOLEANS = {"true": True, "false": False, "是": True, "否": False}


def _convert(kind: str, values: Sequence[str]) -> list[Any]:
    if kind == "integer":
        return [int(text) if _INTEGER.match(text) and abs(int(text)) < 1 << 63 else None for text in values]
    if kind == "number":
        return [_number(text) for text in values]
    if kind == "date":
        return [_date(text) for text in values]
    if kind == "datetime":
        return [_datetime(text) for text in values]
    if kind == "boolean":
        return [_BOOLEANS.get(text) for text in values]
    return list(values)


def decided_type(declared: str, values: Sequence[str], *, tagged: bool = False) -> tuple[str, list[Any], str, int]:
    """The type a column gets, its distinct values in it, and, if it is not the declared one, why (kind, count).

    A number column becomes integers when all are; a column that carries a code or an identifier stays text.
    """
    wanted = DECLARED.get(declared.upper()[:1], "string") if len(declared) <= 1 else declared
    if wanted not in _ARROW or wanted == "string" or tagged or not values:
        return "string", list(values), "", 0
    tries = ("integer", "number") if wanted in {"number", "integer"} else (wanted,)
    failed = 0
    for kind in tries:
        made = _convert(kind, values)
        failed = sum(1 for item in made if item is None)
        if not failed:
            return kind, made, "", 0
    zeros = sum(1 for text in values if len(text) > 1 and text[0] == "0" and text.isdigit())
    long = sum(1 for text in values if text.lstrip("-").isdigit() and len(text.lstrip("-")) > 15)
    if zeros:
        return "string", list(values), "leading_zero", zeros
    if long:
        return "string", list(values), "long_number", long
    return "string", list(values), f"not_{wanted}", failed


def typed(
    table: pa.Table, declared: Mapping[str, str], as_text: frozenset[str] = frozenset()
) -> tuple[pa.Table, list[TypeNote]]:
    """The table with every column in its type; `as_text` names columns that hold codes and stay as they are."""
    columns, notes = {}, []
    for name in table.column_names:
        column = table.column(name)
        if not pa.types.is_string(column.type):
            columns[name] = column
            continue
        codes, values, counts = distinct_of(column)
        kind, made, problem, count = decided_type(declared.get(name, "C"), values, tagged=name in as_text)
        rows = sum(counts) if not problem else count
        notes.append(TypeNote(column=name, declared=declared.get(name, "C"), became=kind, kind=problem, count=rows))
        if kind == "string":
            columns[name] = column
        else:
            taken = pa.array(np.where(codes < 0, 0, codes), mask=codes < 0)
            columns[name] = pa.array(made, type=_ARROW[kind]).take(taken)
    return pa.table(columns) if columns else table, notes
