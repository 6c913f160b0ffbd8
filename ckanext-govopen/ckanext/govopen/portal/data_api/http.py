"""Small things of HTTP: Range, entity tags, file names. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote

__all__ = ["BadRange", "disposition", "etag_matches", "parse_range"]

_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')


class BadRange(ValueError):
    """No byte of the range is in the file."""


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None when the whole file is to be sent (several ranges, or no bytes)."""
    found = _RANGE.fullmatch((header or "").strip())
    if found is None or (not found[1] and not found[2]) or max(len(found[1]), len(found[2])) > 30:
        return None
    if not found[1]:
        length = int(found[2])
        if length == 0 or size == 0:
            raise BadRange
        return max(0, size - length), size - 1
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if last < first and found[2]:
        return None
    if first >= size:
        raise BadRange
    return first, min(last, size - 1)


def etag_matches(header: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this tag (weakly compared)."""
    if not header:
        return False
    wanted = etag.removeprefix("W/")
    return any(one.strip() == "*" or one.strip().removeprefix("W/") == wanted for one in header.split(","))


def disposition(name: str, fallback: str) -> str:
    """Content-Disposition of a download: an ASCII name for old readers, the Chinese one for all others."""
    clean = _UNSAFE.sub("_", name).strip(". ")[:120] or fallback
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(clean, safe='')}"
