"""A refusal of the data service: status, stable code, facts, and a hint how to do better."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from ckanext.govopen.portal.data_api.messages import text

__all__ = ["ApiError", "nearest", "shown", "unfit"]

SHOWN = 80


@dataclasses.dataclass(eq=False)
class ApiError(Exception):
    """One refusal, fit to be answered; it never holds a row's value, only what the caller sent."""

    status: int
    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    field: str = ""
    hint: Mapping[str, str] | None = None
    notice: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.code

    def body(self) -> dict[str, Any]:
        """What stands under "error" in the answer."""
        made: dict[str, Any] = {"code": self.code, "message": text(self.code, self.facts)}
        if self.field:
            made["field"] = shown(self.field)
        if self.hint:
            made["hint"] = dict(self.hint)
        if self.notice:
            made["notice"] = dict(self.notice)
        return made


def shown(value: object) -> str:
    """What a caller sent, short and printable, so that it can be said back to him."""
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value))
    return plain if len(plain) <= SHOWN else plain[:SHOWN] + "…"


def nearest(wanted: str, names: Iterable[str]) -> dict[str, str]:
    """A hint with the nearest of the names, or with some of them."""
    known = list(names)
    lower = {name.lower(): name for name in known}
    close = get_close_matches(wanted.lower()[:SHOWN], lower, n=1, cutoff=0.5)
    shared = [name for name in known if wanted and (wanted.lower() in name.lower() or name.lower() in wanted.lower())]
    found = lower[close[0]] if close else (shared[0] if shared else "")
    if found:
        return {"zh": f"您要找的可能是“{found}”。", "en": f"Did you mean {found}?", "suggestion": found}
    some = ", ".join(known[:20])
    return {"zh": f"可用的有：{some}", "en": f"These are there: {some}"}


def unfit(subject: str, zh: str, en: str) -> ApiError:
    """A value that does not fit: what was expected, in both languages."""
    return ApiError(400, "query.value", {"subject": subject, "expected_zh": zh, "expected": en}, field=subject)
