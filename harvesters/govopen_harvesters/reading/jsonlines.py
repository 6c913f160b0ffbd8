"""Read JSON lines: one object a line, the declared keys and no others, values kept as the text they had."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from govopen_harvesters.errors import SchemaMismatch, Unreadable
from govopen_harvesters.reading.columns import to_table
from govopen_harvesters.reading.report import LoadReport, TableRead

__all__ = ["read_json_lines"]


class _Number(str):
    """A number's own digits: `1.10` stays `1.10`."""

    __slots__ = ()


def read_json_lines(stream: BinaryIO, *, name: str, columns: Sequence[str] | None) -> TableRead:
    """Read the file; without declared columns the first line gives them."""
    stream.seek(0)
    records = _records(stream, name)
    first = next(records, None)
    if first is None:
        raise Unreadable(file=name, kind="empty")
    names = list(columns) if columns is not None else list(first)

    def rows() -> Iterator[list[str]]:
        yield _row(first, names, 1, name)
        for number, record in enumerate(records, 2):
            yield _row(record, names, number, name)

    table = to_table(names, rows())
    return TableRead(table=table, report=LoadReport(rows=table.num_rows, columns=len(names), encoding="utf-8"))


def _records(stream: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    for number, raw in enumerate(stream, 1):
        if not raw.strip():
            continue
        try:
            record = json.loads(raw.decode(), parse_float=_Number, parse_int=_Number, parse_constant=_Number)
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise Unreadable(file=name, row=number, kind="json") from None
        if not isinstance(record, dict):
            raise Unreadable(file=name, row=number, kind="json")
        yield record


def _row(record: dict[str, Any], names: Sequence[str], number: int, name: str) -> list[str]:
    if len(record) != len(names) or any(column not in record for column in names):
        missing = next((column for column in names if column not in record), None)
        raise SchemaMismatch(
            file=name, row=number, field=missing, kind="missing column" if missing else "unknown column"
        )
    return [_text(record[column], column, number, name) for column in names]


def _text(value: object, column: str, number: int, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) or "\0" in value:
        raise Unreadable(file=name, row=number, field=column, kind="nested value")
    return str(value)
