"""Read an XLSX sheet as officers make them: title rows above, a header merged over two levels, totals and notes below.

The table is found by its declared columns; what lies outside it is dropped and listed in the report by row and kind.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from govopen_harvesters.errors import SchemaMismatch, Unreadable
from govopen_harvesters.reading.columns import to_table
from govopen_harvesters.reading.report import LoadReport, Note, TableRead

__all__ = ["head_of_workbook", "read_workbook"]

_HEAD_ROWS, _HEADER_DEPTH = 20, 3
_MAX_UNPACKED = 128 << 20
_TOTALS = frozenset({"合计", "总计", "小计", "合 计", "总 计", "total", "sum"})
_FOOTNOTES = ("注：", "注:", "备注", "说明", "资料来源", "数据来源", "填表人", "制表", "审核", "note", "source")
_EXACT_DIGITS = 15


def read_workbook(stream: BinaryIO, *, name: str, columns: Sequence[str] | None) -> TableRead:
    """Read the sheet that holds the declared columns (or, without any, the first one's widest header)."""
    book = _open(stream, name)
    for sheet in book.worksheets:
        grid = _grid(sheet)
        found = _find(grid, columns)
        if found is None:
            continue
        first, depth, header = found
        report = LoadReport(columns=len(header), encoding="utf-8", sheet=sheet.title, header_row=first + depth)
        report.notes += [Note(kind="title row", row=row + 1) for row in range(first) if any(grid[row])]
        if depth > 1:
            report.notes.append(Note(kind="merged header", row=first + 1, count=depth))
        rows = _body(grid, first + depth, len(header), report, name)
        table = to_table(header, rows)
        report.rows = table.num_rows
        return TableRead(table=table, report=report)
    missing = columns[0] if columns else None
    raise SchemaMismatch(file=name, field=missing, kind="table not found")


def head_of_workbook(stream: BinaryIO, *, name: str) -> str:
    """Give what stands in sheet names and first rows, for the secrecy scan only."""
    book = _open(stream, name)
    cells = [book.properties.title or "", book.properties.subject or "", book.properties.keywords or ""]
    for sheet in book.worksheets:
        cells += [sheet.title, str(sheet.oddHeader.center.text or ""), str(sheet.oddFooter.center.text or "")]
        for row in sheet.iter_rows(max_row=_HEAD_ROWS, values_only=True):
            cells += [str(cell) for cell in row if cell is not None]
    return "\n".join(cells)


def _open(stream: BinaryIO, name: str) -> Any:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
                raise Unreadable(file=name, kind="too large")
        stream.seek(0)
        return load_workbook(stream, data_only=True)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, TypeError, EOFError):
        raise Unreadable(file=name, kind="workbook") from None


def _grid(sheet: Any) -> list[list[Any]]:
    grid = [list(row) for row in sheet.iter_rows(values_only=True)]
    for area in sheet.merged_cells.ranges:
        value = grid[area.min_row - 1][area.min_col - 1]
        for row in range(area.min_row - 1, min(area.max_row, _HEAD_ROWS + _HEADER_DEPTH)):
            for column in range(area.min_col - 1, area.max_col):
                grid[row][column] = value
    return grid


def _flat(levels: Sequence[Sequence[Any]]) -> list[str]:
    """Join the levels of a header with `_`; a level that repeats the one above adds nothing."""
    names = []
    for stack in zip(*levels, strict=True):
        parts: list[str] = []
        for cell in stack:
            text = "" if cell is None else "".join(str(cell).split())
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        names.append("_".join(parts))
    while names and not names[-1]:
        names.pop()
    return names


def _find(grid: list[list[Any]], columns: Sequence[str] | None) -> tuple[int, int, list[str]] | None:
    if columns is None:
        widths = [sum(cell is not None for cell in row) for row in grid[:_HEAD_ROWS]]
        if not widths or max(widths) == 0:
            return None
        first = widths.index(max(widths))
        return first, 1, _flat(grid[first : first + 1])
    for first in range(min(_HEAD_ROWS, len(grid))):
        for depth in range(1, _HEADER_DEPTH + 1):
            if _flat(grid[first : first + depth]) == list(columns):
                return first, depth, list(columns)
    return None


def _body(grid: list[list[Any]], start: int, width: int, report: LoadReport, name: str) -> list[list[str]]:
    rows: list[list[str]] = []
    ended = False
    for index in range(start, len(grid)):
        cells = grid[index]
        if any(cell is not None for cell in cells[width:]):
            raise Unreadable(file=name, row=index + 1, kind="ragged row", count=len(cells))
        texts = [_text(cell, report, index + 1) for cell in cells[:width]]
        kind = _aside(texts)
        if kind is None and ended and any(texts):
            raise Unreadable(file=name, row=index + 1, kind="second table")
        if kind is None:
            rows.append(texts)
            continue
        if kind != "blank row":
            report.notes.append(Note(kind=kind, row=index + 1))
        ended = ended or kind == "note row"
    return rows


def _aside(texts: Sequence[str]) -> str | None:
    """Say what a row is if it is no data row."""
    filled = [text for text in texts if text]
    if not filled:
        return "blank row"
    first = filled[0].strip().lower()
    if texts[0] and first in _TOTALS:
        return "total row"
    if len(set(filled)) == 1 and first.startswith(_FOOTNOTES):
        return "note row"
    return None


def _text(cell: object, report: LoadReport, row: int) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    if isinstance(cell, (int, float)):
        if abs(cell) >= 10**_EXACT_DIGITS:
            report.notes.append(Note(kind="long number kept as number", row=row))
        return str(int(cell)) if float(cell).is_integer() else repr(cell)
    return str(cell).strip()
