# SPDX-License-Identifier: Apache-2.0
"""A column as the detectors see it: distinct values as clean text with their counts, and figures about them."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..coded import Codes, encode

__all__ = ["Facts", "facts"]

PLACEHOLDERS = frozenset(["", "-", "--", "/", "无", "空", "null", "NULL", "None", "N/A", "NA", "不详", "未知"])
WIDE = r"[\x{FF01}-\x{FF5E}\x{3000}\x{00A0}]"


@dataclass
class Facts:
    """Distinct values of a column as text after NFKC, with counts; `header` is its name with label or description."""

    name: str
    header: str
    type: pa.DataType
    texts: pa.Array
    counts: Codes
    codes: Codes
    index: Codes  # distinct value of the raw dictionary to position in `texts`; -1 for nulls and placeholders
    rows: int

    @property
    def filled(self) -> int:
        """Cells that hold something."""
        return int(self.counts.sum())

    @property
    def distinct(self) -> int:
        """Distinct values."""
        return len(self.texts)

    @property
    def unique_share(self) -> float:
        """Distinct values per filled cell."""
        return self.distinct / self.filled if self.filled else 0.0

    @cached_property
    def values(self) -> list[str]:
        """The distinct values as Python text."""
        result: list[str] = self.texts.to_pylist()
        return result

    @cached_property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Characters of each distinct value."""
        return np.asarray(pc.utf8_length(self.texts).to_numpy(zero_copy_only=False))

    @property
    def numeric(self) -> bool:
        """Whether the column's type is a number."""
        return bool(pa.types.is_integer(self.type) or pa.types.is_floating(self.type) or pa.types.is_decimal(self.type))

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """Distinct values as numbers, NaN where they are none."""
        plain = pc.match_substring_regex(self.texts, r"^[+-]?\d{1,15}(\.\d+)?$")
        texts = pc.if_else(plain, self.texts, pa.scalar(None, pa.string()))
        return np.asarray(pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)

    def matches(self, regex: str) -> npt.NDArray[np.bool_]:
        """Which distinct values match a pattern that RE2 reads."""
        return np.asarray(pc.match_substring_regex(self.texts, regex).to_numpy(zero_copy_only=False), dtype=bool)

    def share(self, mask: npt.NDArray[np.bool_]) -> float:
        """Share of the filled cells whose value is marked."""
        return float(self.counts[mask].sum()) / self.filled if self.filled else 0.0

    def says(self, *words: str) -> bool:
        """Whether the header holds one of the words."""
        return any(w in self.header for w in words)


def facts(name: str, column: pa.ChunkedArray, label: str = "") -> Facts:
    """Encode a column once; nulls and placeholders do not count as filled."""
    coded = encode(column)
    texts = _texts(coded.values)
    if len(texts) and pc.any(pc.match_substring_regex(texts, WIDE)).as_py():
        texts = pa.array(
            [None if t is None else unicodedata.normalize("NFKC", t) for t in texts.to_pylist()], pa.string()
        )
    texts = pc.utf8_trim_whitespace(texts)
    empty = np.asarray(
        pc.fill_null(pc.is_in(texts, pa.array(sorted(PLACEHOLDERS))), True).to_numpy(zero_copy_only=False), dtype=bool
    )
    empty |= np.asarray(pc.is_null(texts).to_numpy(zero_copy_only=False), dtype=bool)
    keep = np.flatnonzero(~empty)
    index = np.full(len(coded.values), -1, np.int64)
    index[keep] = np.arange(len(keep))
    header = f"{name} {label}"
    return Facts(
        name,
        header,
        coded.values.type,
        texts.take(pa.array(keep)),
        coded.counts()[keep],
        coded.codes,
        index,
        len(coded.codes),
    )


def _texts(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind):
        return pa.array([None if v is None or math.isnan(v) else _plain(v) for v in values.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_nested(kind):
        return pa.array([None if v is None else _readable(v) for v in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _readable(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
