# SPDX-License-Identifier: Apache-2.0
"""Operators that treat each distinct value alone: masks, rounding, caps, constants, surnames, grids."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..detect.words import compound_surnames
from ..errors import ColumnUnfit
from .generalise import ANY, number

__all__ = ["mask", "rounded", "capped", "surname_only", "grid", "as_number"]

Function = Callable[[Any], Any]
DEGREE = 111_320.0  # metres in a degree of latitude


def mask(params: Mapping[str, Any]) -> Function:
    """A pattern of # (kept), * (hidden) and … (any number hidden); a value that does not fit is hidden whole."""
    pattern, char = str(params["pattern"]), str(params.get("char", "*"))
    head, _, tail = pattern.partition("…")

    def cover(text: str, shape: str) -> str:
        return "".join(c if s == "#" else char for c, s in zip(text, shape, strict=True))

    def apply(value: Any) -> str:
        text = str(value)
        if "…" not in pattern:
            return cover(text, pattern) if len(text) == len(pattern) else char * len(pattern)
        # The hidden middle has always three signs: its length would tell something too.
        if len(text) <= len(head) + len(tail):
            return char * (len(head) + len(tail) + 3)
        end = text[len(text) - len(tail) :] if tail else ""
        return cover(text[: len(head)], head) + char * 3 + cover(end, tail)

    return apply


def as_number(column: str, operator: str, values: list[Any]) -> None:
    """Refuse a column whose values are no numbers, by count and never by value."""
    unfit = sum(1 for v in values if v is not None and number(v) is None)
    if unfit:
        raise ColumnUnfit(column=column, operator=operator, count=unfit)


def _like(value: Any, result: Decimal) -> Any:
    """The result in the type of the cell that it replaces."""
    if isinstance(value, Decimal):
        return result
    if isinstance(value, float):
        return float(result)
    if isinstance(value, int):
        return int(result) if result == result.to_integral_value() else float(result)
    return format(result, "f")


def rounded(params: Mapping[str, Any]) -> Function:
    """To the nearest multiple of `base`."""
    base = Decimal(str(params["base"]))

    def apply(value: Any) -> Any:
        exact = number(value)
        if exact is None:
            return None
        multiple = (exact / base).to_integral_value(rounding=ROUND_HALF_UP) * base
        return _like(value, multiple if multiple == multiple.to_integral_value() else multiple.normalize())

    return apply


def capped(params: Mapping[str, Any]) -> Function:
    """Values above `top` become `top`, values below `bottom` become `bottom`."""
    top, bottom = (Decimal(str(params[k])) if k in params else None for k in ("top", "bottom"))

    def apply(value: Any) -> Any:
        exact = number(value)
        if exact is None:
            return None
        if top is not None and exact > top:
            return _like(value, top)
        if bottom is not None and exact < bottom:
            return _like(value, bottom)
        return value

    return apply


def surname_only(params: Mapping[str, Any]) -> Function:
    """张三 becomes 张某, 欧阳修 becomes 欧阳某; names of another build keep nothing."""
    suffix = str(params.get("suffix", "某"))

    def apply(value: Any) -> str:
        text = str(value).strip()
        if not text or not "\u4e00" <= text[0] <= "\u9fff" or "·" in text or len(text) < 2:
            return suffix
        return (text[:2] if text[:2] in compound_surnames() and len(text) > 2 else text[0]) + suffix

    return apply


def grid(params: Mapping[str, Any]) -> Function:
    """The middle of a grid cell at least `metres` wide; longitude cells are as wide in degrees as the far north needs."""
    metres, axis = float(params["metres"]), params["axis"]
    north = math.cos(math.radians(float(params.get("reference_latitude", 54))))
    steps = {"latitude": metres / DEGREE, "longitude": metres / (DEGREE * north)}

    def snap(text: Any, which: str) -> float | None:
        exact = number(text)
        if exact is None:
            return None
        step = steps[which]
        return round((math.floor(float(exact) / step) + 0.5) * step, 6)

    def apply(value: Any) -> Any:
        if axis == "pair":
            parts = str(value).replace("，", ",").split(",")
            pair = [snap(p, w) for p, w in zip(parts, ("longitude", "latitude"), strict=False)]
            return ANY if len(pair) != 2 or None in pair else f"{pair[0]},{pair[1]}"
        result = snap(value, axis)
        return str(result) if isinstance(value, str) and result is not None else result

    return apply
