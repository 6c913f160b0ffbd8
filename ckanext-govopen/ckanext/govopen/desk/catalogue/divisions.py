"""行政区划: names of regions and which one lies in which, by their six-digit codes."""

from __future__ import annotations

from ...codes import load

__all__ = ["chain", "name_of", "within"]


def name_of(code: str) -> str:
    """The name of a region; a code of 2 to 12 digits is read to county level, an unknown one is shown as it is."""
    known = load("regions")
    return next((known[one].zh for one in reversed(chain(code)) if one in known), code)


def chain(code: str) -> tuple[str, ...]:
    """Province, city and county of `code`, as six-digit codes, as far as it goes; empty for what is no code."""
    if not code.isdigit() or not 2 <= len(code) <= 12:
        return ()
    six = code[:6].ljust(6, "0")
    parts = (six[:2] + "0000", six[:4] + "00", six)
    return tuple(dict.fromkeys(parts))


def within(code: str, region: str) -> bool:
    """Tell whether `code` is `region` or lies in it."""
    whole = chain(region)
    return bool(whole) and whole[-1] in chain(code)
