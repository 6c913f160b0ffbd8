"""What a frozen catalogue body says in the reader's language, and dates made into promises. Pure."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govopen import codes
from ckanext.govopen.columns import described

__all__ = ["Due", "columns", "due", "ground_of", "label", "number", "said", "short", "size", "spoken", "worth"]

SOON = 3
"""Days before the due date from which an update counts as due soon."""


def said(body: Mapping[str, Any], key: str, lang: str) -> str:
    """The text `key` in `lang`; where there is no English, the Chinese one is shown rather than nothing."""
    if lang.startswith("en") and body.get(f"{key}_en"):
        return str(body[f"{key}_en"])
    return str(body.get(key) or "")


def worth(text: str) -> str:
    """The text, or nothing where a form was filled in with "none"."""
    return "" if text.strip().rstrip("。.").lower() in {"无", "暂无", "没有", "none", "no", "n/a", "-", "—"} else text


def spoken(value: Any, lang: str) -> str:
    """A text that comes as {zh, en}, or as plain text."""
    if isinstance(value, Mapping):
        first, second = ("en", "zh") if lang.startswith("en") else ("zh", "en")
        return str(value.get(first) or value.get(second) or "")
    return str(value or "")


def label(name: str, code: Any, lang: str) -> str:
    """The label of a code; a list that is not there leaves the code as it is."""
    if not code:
        return ""
    try:
        return codes.load(name).label(str(code), lang)
    except (FileNotFoundError, KeyError):
        return str(code)


def columns(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The described columns of an entry."""
    return described(body.get("govopen_fields"))


def ground_of(body: Mapping[str, Any], lang: str) -> str:
    """Why an entry is not open: the coded ground, then the officer's words."""
    words = said(body, "closed_ground_text", lang)
    ground = label("closed_grounds", body.get("closed_ground"), lang)
    sign = ": " if lang.startswith("en") else "："
    return f"{ground}{sign}{words}" if ground and words else ground or words


@dataclass(frozen=True, slots=True)
class Due:
    """下次更新: the day, and whether the promise is kept (ok, soon, late)."""

    day: dt.date
    state: str


def due(cycle: str, last: dt.date | None, stated: Any, today: dt.date) -> Due | None:
    """When the next update is due: the later of what was stated and what the cycle says; None without a rhythm."""
    days: list[dt.date] = []
    with contextlib.suppress(ValueError):
        days.append(dt.date.fromisoformat(str(stated)[:10]))
    grace = 0
    try:
        rhythm = codes.load("update_cycles")[cycle].more
        grace = -(-int(rhythm.get("grace_hours") or 0) // 24)
        if last and rhythm.get("period_days"):
            days.append(last + dt.timedelta(days=int(rhythm["period_days"])))
    except (KeyError, FileNotFoundError, ValueError):
        pass
    if not days:
        return None
    day = max(days)
    if today > day + dt.timedelta(days=grace):
        return Due(day, "late")
    return Due(day, "soon" if (day - today).days <= SOON else "ok")


def number(value: Any) -> str:
    """A count with separators."""
    return f"{int(value):,}" if value is not None else "–"


def short(value: int, lang: str) -> str:
    """A large count as people say it: 1.2 万 or 12.3K."""
    steps = ((1e9, "B"), (1e6, "M"), (1e3, "K")) if lang.startswith("en") else ((1e8, " 亿"), (1e4, " 万"))
    for step, sign in steps:
        if value >= step:
            return f"{value / step:.1f}".removesuffix(".0") + sign
    return number(value)


def size(count: int | None) -> str:
    """Bytes as people say them."""
    if count is None:
        return ""
    for step, sign in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if count >= step:
            return f"{count / step:.1f}".removesuffix(".0") + f" {sign}"
    return f"{count} B"
