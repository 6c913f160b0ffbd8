# SPDX-License-Identifier: Apache-2.0
"""Generalisation: functions from a value to its ancestor, for each kind of hierarchy and each level of a recipe."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ..divisions import LEVELS, divisions
from ..errors import HierarchyMissing, HierarchyNotNested

__all__ = ["ANY", "labels", "level_function", "number", "date_of"]

ANY = "*"
Ancestor = Callable[[Any], Any]
_DIGITS = re.compile(r"^\d+$")
_DATE = re.compile(r"^\s*(\d{4})\s*(?:[-/.年]\s*(?:(\d{1,2})\s*(?:[-/.月]\s*(?:(\d{1,2})\s*日?)?)?)?)?(?:[T\s].*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})?(?:\d{6})?$")


def number(value: Any) -> Decimal | None:
    """A number from a cell, exactly; None where it is none."""
    if isinstance(value, bool):
        return None
    try:
        result = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        return None
    return result if result.is_finite() else None


def date_of(value: Any) -> tuple[int, int, int] | None:
    """Year, month, day from a date, a timestamp or text; missing parts are 0."""
    if isinstance(value, dt.date):
        return value.year, value.month, value.day
    text = str(value)
    found = _COMPACT.match(text) or _DATE.match(text)
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    return (year, month, day) if 1000 <= year <= 9999 and month <= 12 and day <= 31 else None


def _banded(low: int, width: int, suffix: str = "") -> str:
    return f"{low}{suffix}" if width == 1 else f"{low}-{low + width - 1}{suffix}"


def _age_band(level: Mapping[str, Any], _: Mapping[str, Any]) -> Ancestor:
    width, top, bottom = level["width"], level.get("top"), level.get("bottom")

    def ancestor(value: Any) -> str:
        exact = number(value)
        if exact is None or exact < 0:
            return ANY
        age = math.floor(exact)
        if top is not None and age >= top:
            return f"{top}+"
        if bottom is not None and age < bottom:
            return f"<{bottom}"
        return _banded(age - age % width, width)

    return ancestor


def _birth_year(level: Mapping[str, Any], _: Mapping[str, Any]) -> Ancestor:
    width, oldest = level["width"], level.get("oldest")

    def ancestor(value: Any) -> str:
        parts = date_of(value)
        if parts is None:
            return ANY
        if oldest is not None and parts[0] <= oldest:
            return f"≤{oldest}"
        return _banded(parts[0] - parts[0] % width, width)

    return ancestor


def _date(level: Mapping[str, Any], _: Mapping[str, Any]) -> Ancestor:
    to = level["to"]

    def ancestor(value: Any) -> str:
        parts = date_of(value)
        if parts is None:
            return ANY
        year, month, day = parts
        if to == "day" and day:
            return f"{year:04}-{month:02}-{day:02}"
        if to in ("day", "month") and month:
            return f"{year:04}-{month:02}"
        if to in ("day", "month", "quarter") and month:
            return f"{year:04}-Q{(month + 2) // 3}"
        width = {"five_years": 5, "decade": 10}.get(to, 1)
        return _banded(year - year % width, width)

    return ancestor


def _division(level: Mapping[str, Any], params: Mapping[str, Any]) -> Ancestor:
    digits, output = LEVELS[level["to"]], params.get("output", "auto")

    def coded(code: str) -> str:
        # A code of fewer digits than the level wants is its own ancestor; coarser ones are filled with zeros.
        cut = code[: min(digits, len(code))]
        return divisions().path(cut[:6]) if output == "name" else cut.ljust(6, "0")

    def ancestor(value: Any) -> str:
        text = str(value).strip()
        if _DIGITS.match(text) and len(text) in (2, 4, 6, 9, 12):
            return coded(_whole(text)) or ANY
        code, _ = divisions().parse(text)
        if not code:
            return ANY
        cut = code[: min(digits, len(code))]
        return cut.ljust(6, "0") if output == "code" else divisions().path(cut) or ANY

    return ancestor


def _whole(code: str) -> str:
    """A code without the zeros that stand for a whole city or province."""
    code = code[:9] if len(code) == 12 else code
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code


def _prefix(level: Mapping[str, Any], _: Mapping[str, Any]) -> Ancestor:
    length = level["length"]

    def ancestor(value: Any) -> str:
        text = str(value)
        return text[:length] + ANY if len(text) > length else text

    return ancestor


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _interval(level: Mapping[str, Any], _: Mapping[str, Any]) -> Ancestor:
    width = Decimal(str(level["width"]))
    top, bottom = (Decimal(str(level[k])) if k in level else None for k in ("top", "bottom"))

    def ancestor(value: Any) -> str:
        exact = number(value)
        if exact is None:
            return ANY
        if top is not None and exact >= top:
            return f"≥{_plain(top)}"
        if bottom is not None and exact < bottom:
            return f"<{_plain(bottom)}"
        low = (exact / width).to_integral_value(rounding="ROUND_FLOOR") * width
        return f"[{_plain(low)},{_plain(low + width)})"

    return ancestor


def _table(level: Mapping[str, Any], params: Mapping[str, Any]) -> Ancestor:
    table, column = params["table"], level["column"]
    return lambda value: table[str(value)][column]


_HIERARCHIES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Ancestor]] = {
    "age_band": _age_band,
    "birth_year": _birth_year,
    "date": _date,
    "division": _division,
    "prefix": _prefix,
    "interval": _interval,
    "table": _table,
}


def level_function(params: Mapping[str, Any], level: Mapping[str, Any]) -> Ancestor:
    """The function from a value to its ancestor on one level; what cannot be read becomes `*`."""
    if level.get("all"):
        return lambda _: ANY
    if level.get("keep"):
        return lambda value: value
    return _HIERARCHIES[params["hierarchy"]](level, params)


def labels(column: str, params: Mapping[str, Any], values: Sequence[Any]) -> list[list[Any]]:
    """Ancestors of the distinct values on every level, fine to coarse; checked to be nested and complete."""
    if params["hierarchy"] == "table":
        _complete(column, params, values)
    result = []
    for level in params["levels"]:
        function = level_function(params, level)
        result.append([None if v is None else function(v) for v in values])
    for position in range(1, len(result)):
        # What could not be read on a finer level stays unread on the coarser ones.
        result[position] = [ANY if f == ANY else c for f, c in zip(result[position - 1], result[position], strict=True)]
        _nested(column, position, result[position - 1], result[position])
    return result


def _complete(column: str, params: Mapping[str, Any], values: Sequence[Any]) -> None:
    deepest = max((level.get("column", 0) for level in params["levels"]), default=0)
    lacking = sum(1 for v in values if v is not None and len(params["table"].get(str(v), ())) <= deepest)
    if lacking:
        raise HierarchyMissing(column=column, count=lacking)


def _nested(column: str, position: int, fine: Sequence[Any], coarse: Sequence[Any]) -> None:
    parent: dict[Any, Any] = {}
    for child, ancestor in zip(fine, coarse, strict=True):
        if parent.setdefault(child, ancestor) != ancestor:
            raise HierarchyNotNested(column=column, fine=position - 1, coarse=position)
