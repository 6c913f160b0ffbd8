"""A release as a workbook whose first sheet, 数据说明, tells how to read it: it travels with the rows."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from ckanext.govopen.releases.tabular import guarded

__all__ = ["XLSX_ROWS", "TooLongForSheet", "guide", "write_workbook"]

XLSX_ROWS = 1_048_576


class TooLongForSheet(Exception):
    """A text is longer than a spreadsheet's cell holds: the workbook is not made, rather than with a text cut short."""


CELL = 32_767
EXACT = 10**15
_LINES = (
    ("title", "数据名称 Title"),
    ("row_meaning", "每行含义 What a row is"),
    ("caveats", "使用须知 Caveats"),
    ("known_problems", "已知问题 Known problems"),
)
_FACTS = (
    ("license_id", "许可 Licence"),
    ("update_cycle", "更新周期 Update cycle"),
    ("data_provenance", "数据来源 Provenance"),
    ("source_system", "来源系统 Source system"),
    ("contact_unit", "联系单位 Contact"),
    ("contact_phone", "联系电话 Phone"),
)
_FIELD_HEAD = (
    "字段名 name",
    "中文名 Chinese name",
    "英文名 English name",
    "类型 type",
    "说明 description (zh)",
    "说明 description (en)",
    "单位 unit",
    "代码表 code list",
)
_FIELD_KEYS = ("name", "name_zh", "name_en", "type", "description_zh", "description_en", "unit", "codelist")


def guide(manifest: Mapping[str, Any], entry: Mapping[str, Any]) -> list[list[str]]:
    """The lines of the first sheet."""
    lines: list[list[str]] = []
    for key, label in _LINES:
        lines.append([label, _text(entry.get(key))])
        if entry.get(f"{key}_en"):
            lines.append(["", _text(entry[f"{key}_en"])])
    lines += [[label, _text(entry.get(key))] for key, label in _FACTS if entry.get(key)]
    evidence = manifest.get("evidence") or {}
    lines += [
        ["版本 Release", str(manifest["number"])],
        ["摘要 Digest", str(manifest.get("digest", ""))],
        ["行数 Rows", str(manifest["row_count"])],
        ["去标识化 De-identification", _text(evidence.get("claim"))],
        ["质量 Quality", _text((evidence.get("quality") or {}).get("score"))],
        [],
        ["字段表 Fields"],
        list(_FIELD_HEAD),
    ]
    lines += [[_text(field.get(key)) for key in _FIELD_KEYS] for field in manifest["schema"]["fields"]]
    return lines


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def write_workbook(
    path: Path,
    manifest: Mapping[str, Any],
    entry: Mapping[str, Any],
    batches: Iterable[Sequence[Sequence[Any]]],
) -> int:
    """Write the workbook in constant memory; the number of cells that got the formula guard."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed time: same rows, same bytes.
    bold = book.add_format({"bold": True})
    first = book.add_worksheet("数据说明")
    first.set_column(0, 0, 28)
    first.set_column(1, 5, 40)
    for number, line in enumerate(guide(manifest, entry)):
        for column, text in enumerate(line):
            first.write_string(number, column, guarded(text)[:CELL], bold if column == 0 and len(line) < 3 else None)
    names = [field["name"] for field in manifest["schema"]["fields"]]
    sheet = book.add_worksheet("数据 data")
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, guarded(name), bold)
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    count, number = 0, 0
    try:
        for rows in batches:
            for row in rows:
                number += 1
                for column, value in enumerate(row):
                    count += _cell(sheet, number, column, value, moment, day)
    finally:
        book.close()  # Its scratch files go with it, also when a text was too long.
    return count


def _cell(sheet: Any, row: int, column: int, value: Any, moment: Any, day: Any) -> int:
    """Write one cell in its own type; 1 when it was guarded. What a sheet would round or refuse stays text."""
    if value is None:
        return 0
    if isinstance(value, str):
        safe = guarded(value)
        if len(safe) > CELL:
            raise TooLongForSheet
        sheet.write_string(row, column, safe)
        return int(safe is not value)
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            return 0
        if isinstance(value, int) and abs(value) >= EXACT:
            sheet.write_string(row, column, str(value))
        else:
            sheet.write_number(row, column, value)
    elif value.year < 1900:  # Sheets know no day before 1900.
        sheet.write_string(row, column, value.isoformat())
    else:
        sheet.write_datetime(row, column, value, moment if isinstance(value, dt.datetime) else day)
    return 0
