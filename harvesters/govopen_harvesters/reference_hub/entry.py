"""What the hub's catalogue is made of: columns, entries, and the faults that an entry may have.

Pure: an `Entry` says what to make; `seed.py` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Column", "Entry", "Table", "Two", "col"]

Table = Mapping[str, Any]
"""Columns by name: lists, NumPy or Arrow arrays of one length."""

Two = tuple[str, str]
"""A text in Chinese and in English."""

_LETTERS = {"string": "C", "integer": "N", "number": "N", "date": "D", "datetime": "T"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """信息项: one column with its names and meaning in both languages."""

    name: str
    title: Two
    meaning: Two
    type: str = "string"
    tags: tuple[str, ...] = ()
    unit: str = ""
    codelist: str = ""
    element: str = ""
    length: str = ""
    level: int = 1
    open_type: str = "unconditional"
    share_type: str = "1"
    key: bool = False
    required: bool = False
    format: str = ""

    @property
    def letter(self) -> str:
        """Give the type as the official form writes it."""
        return _LETTERS[self.type]


def col(name: str, zh: str, en: str, meaning_zh: str, meaning_en: str, type: str = "string", **more: Any) -> Column:
    """Write a column briefly."""
    tags = tuple(more.pop("tags", ()))
    return Column(name=name, title=(zh, en), meaning=(meaning_zh, meaning_en), type=type, tags=tags, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """目录条目: one resource of one department, how its table comes about, and what is wrong with it, if anything.

    `expect` is the reason code that the rules give the delivery, for tests; an empty one means that it goes through.
    """

    key: str
    dept: str
    title: Two
    notes: Two
    theme: str
    columns: tuple[Column, ...] = ()
    table: Callable[[np.random.Generator], Table] | None = None
    row_meaning: Two = ("", "")
    kind: str = "table"
    form: str = "csv"
    encoding: str = "utf-8"
    bom: bool = False
    file: str = ""
    open_type: str = "unconditional"
    open_condition: str = ""
    closed_ground: str = ""
    cycle: str = "7"
    base_library: str = "none"
    category: str = "C"
    tags: tuple[str, ...] = ()
    tags_declared: tuple[str, ...] = ()
    approval: str = "approved"
    fault: str = ""
    expect: str = ""
    link_url: str = ""
    origin: Two = (
        "示范数据，由程序按种子生成，与真实对象无关",
        "Demo data generated from a seed; not about real objects",
    )
    license_id: str = ""
    legal_basis: str = "《公共数据资源目录管理办法》（示范）"
    caveats: Two = ("示范数据，仅供测试与演示。", "Demo data, for tests and demonstrations only.")
    problems: Two = ("无", "None")
    embargo_days: int | None = None
    rights_holder: str = ""
    share_type: str = "1"
    share_condition: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    raw: Callable[[bytes], bytes] | None = None
    canary_columns: tuple[str, ...] = ()
    sheet_notes: tuple[str, ...] = ()
    sheet_footer: tuple[str, ...] = ()
    sheet_total: str = ""

    def sheet(self) -> dict[str, Any]:
        """Give what stands round the table in a workbook."""
        return {
            "title": self.title[0],
            "notes": self.sheet_notes,
            "footer": self.sheet_footer,
            "total": self.sheet_total,
        }
