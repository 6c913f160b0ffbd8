"""Read CSV and TSV strictly: every row has every column, no NUL, no undecodable byte; else a typed error with the row.

Lines are decoded one by one: a line feed is never part of a longer character in UTF-8 or GB18030, so the row of a
bad byte is exact.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from govopen_harvesters.errors import SchemaMismatch, Unreadable
from govopen_harvesters.reading.columns import to_table
from govopen_harvesters.reading.report import LoadReport, TableRead

__all__ = ["read_delimited"]

_FIELD_LIMIT = 1 << 20
_NAMES = {"utf-8-sig": "utf-8", "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}


def read_delimited(
    stream: BinaryIO, *, name: str, encoding: str | None, delimiter: str, columns: Sequence[str] | None
) -> TableRead:
    """Read a delimited file whose first row is its header."""
    csv.field_size_limit(_FIELD_LIMIT)
    stream.seek(0)
    bom = stream.read(3) == codecs.BOM_UTF8
    stream.seek(3 if bom else 0)
    declared = (encoding or "").lower()
    codec = "utf-8" if bom else _NAMES.get(declared, declared) or _sniffed(stream)
    report = LoadReport(encoding=codec, bom=bom, delimiter=delimiter)
    try:
        codecs.lookup(codec)
    except LookupError:
        raise Unreadable(file=name, kind="encoding") from None
    reader = csv.reader(_lines(stream, codec, name), delimiter=delimiter, strict=True)
    header = _header(reader, name)
    if columns is not None:
        check_header(header, columns, name)
    table = to_table(header, _rows(reader, len(header), report, name))
    report.rows, report.columns = table.num_rows, len(header)
    return TableRead(table=table, report=report)


def check_header(header: Sequence[str], columns: Sequence[str], name: str) -> None:
    """Refuse a header that is not the declared one, naming the first column that is missing, strange or misplaced."""
    if list(header) == list(columns):
        return
    for column in columns:
        if column not in header:
            raise SchemaMismatch(file=name, field=column, kind="missing column")
    strange = [index for index, column in enumerate(header, 1) if column not in columns]
    if strange:
        # A strange header cell may be anything, even a data row: its position is told, not its text.
        raise SchemaMismatch(file=name, kind="unknown column", count=strange[0])
    raise SchemaMismatch(file=name, kind="column order")


def _sniffed(stream: BinaryIO) -> str:
    """Tell UTF-8 from GB18030 by reading all: valid UTF-8 of any length with Chinese in it is UTF-8."""
    start = stream.tell()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    finally:
        stream.seek(start)
    return "utf-8"


def _lines(stream: BinaryIO, codec: str, name: str) -> Iterator[str]:
    """Give decoded lines; the header is row 0, so that rows count as in the table (but for broken lines above)."""
    for number, raw in enumerate(stream):
        if b"\0" in raw:
            raise Unreadable(file=name, row=number, kind="nul byte")
        try:
            yield raw.decode(codec)
        except UnicodeDecodeError:
            raise Unreadable(file=name, row=number, kind="encoding") from None


def _header(reader: Iterator[list[str]], name: str) -> list[str]:
    try:
        header = next(reader, None)
    except csv.Error:
        raise Unreadable(file=name, row=1, kind="quoting") from None
    if not header or not any(header):
        raise Unreadable(file=name, row=1, kind="empty")
    if len(set(header)) != len(header) or not all(cell.strip() for cell in header):
        raise SchemaMismatch(file=name, row=1, kind="header")
    return header


def _rows(reader: csv._reader, width: int, report: LoadReport, name: str) -> Iterator[list[str]]:  # type: ignore[name-defined]
    number, lines = 0, reader.line_num
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            raise Unreadable(file=name, row=number + 1, kind="quoting") from None
        if row is None:
            return
        report.quoted_line_breaks += reader.line_num - lines - 1
        lines = reader.line_num
        number += 1
        if len(row) != width:
            raise Unreadable(file=name, row=number, kind="ragged row", count=len(row))
        yield row
