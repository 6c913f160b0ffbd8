"""What an action accepts: every field named, typed and bounded; anything else is refused by its name.

CKAN's own validation flattens nested objects and lets unknown fields through; the desk's actions take digests, filters
and lists, so they are checked as they come. Pure: problems are values, and their texts are translated at the border.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Field",
    "Problem",
    "boolean",
    "check",
    "date",
    "future_date",
    "integer",
    "json_object",
    "need",
    "number",
    "one_of",
    "opt",
    "paging",
    "text",
    "text_list",
    "uuid_text",
]


class Problem(Exception):
    """One thing wrong with one field: a text to translate and what fills it."""

    def __init__(self, message: str, *values: Any) -> None:
        super().__init__(message)
        self.message, self.values = message, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How one field is read."""

    read: Callable[[Any], Any]
    required: bool = False
    default: Any = None


def need(read: Callable[[Any], Any]) -> Field:
    """A field that must be there."""
    return Field(read=read, required=True)


def opt(read: Callable[[Any], Any], default: Any = None) -> Field:
    """A field that may be left out."""
    return Field(read=read, default=default)


def check(schema: Mapping[str, Field], data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Problem]]]:
    """Read `data` by `schema`: values for every field, and the problems by field."""
    values: dict[str, Any] = {}
    problems: dict[str, list[Problem]] = {}
    for name in data:
        if name not in schema:
            problems[str(name)[:60].replace("\x00", "")] = [Problem("Unknown field")]
    for name, field in schema.items():
        raw = data.get(name)
        if raw is None or raw == "":
            values[name] = field.default
            if field.required:
                problems[name] = [Problem("Missing value")]
            continue
        try:
            values[name] = field.read(raw)
        except Problem as problem:
            problems[name] = [problem]
    return values, problems


def text(limit: int = 4000) -> Callable[[Any], str]:
    """Text and nothing else, of bounded length, without NUL (which PostgreSQL answers with an error)."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Problem("Must be text")
        if "\x00" in value:
            raise Problem("Must not contain a NUL character")
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise Problem("Must be text")
        if len(value) > limit:
            raise Problem("Must be at most %d characters", limit)
        return value.strip()

    return read


def integer(low: int, high: int) -> Callable[[Any], int]:
    """A whole number inside bounds; booleans are none."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise Problem("Must be a whole number")
        digits = str(value).strip().removeprefix("-") if isinstance(value, str) else "0"
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
            raise Problem("Must be a whole number")
        if not low <= int(value) <= high:
            raise Problem("Must be between %d and %d", low, high)
        return int(value)

    return read


def number(low: float, high: float) -> Callable[[Any], float]:
    """A number inside bounds."""

    def read(value: Any) -> float:
        try:
            found = float(value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)[:40])
        except ValueError:
            raise Problem("Must be a number") from None
        if not low <= found <= high:
            raise Problem("Must be between %s and %s", low, high)
        return found

    return read


def one_of(*values: str) -> Callable[[Any], str]:
    """One word of a closed list."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise Problem("Must be one of: %s", ", ".join(values))
        return value

    return read


def boolean(value: Any) -> bool:
    """True or false, as JSON or as a form says it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "1", "on", "yes", "false", "0", "no"}:
        return value.lower() in {"true", "1", "on", "yes"}
    raise Problem("Must be true or false")


def uuid_text(value: Any) -> str:
    """An id of a row, in the form PostgreSQL takes."""
    try:
        return str(uuid.UUID(text(60)(value)))
    except ValueError:
        raise Problem("Must be an id") from None


def date(value: Any) -> dt.date:
    """A calendar date, written 2026-12-31."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(text(10)(value))
    except ValueError:
        raise Problem("Must be a date such as 2026-12-31") from None


def future_date(value: Any) -> dt.date:
    """A date that has not passed."""
    found = date(value)
    if found < dt.datetime.now(dt.UTC).date():
        raise Problem("Must not lie in the past")
    return found


def text_list(value: Any) -> list[str]:
    """A list of texts; one text with commas will do for forms."""
    if isinstance(value, str):
        value = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
    if not isinstance(value, list) or len(value) > 500:
        raise Problem("Must be a list of texts")
    return [text(200)(item) for item in value]


def _plain(value: Any, depth: int = 0) -> None:
    if depth > 6:
        raise Problem("Must be a JSON object")
    if isinstance(value, Mapping):
        for key, item in value.items():
            text(200)(key)
            _plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _plain(item, depth + 1)
    elif isinstance(value, str):
        text(4000)(value)
    elif isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:  # noqa: PLR0124
        return
    elif value is not None and (not isinstance(value, int) or abs(value) >= 2**63):
        raise Problem("Must be a JSON object")


def json_object(value: Any) -> dict[str, Any]:
    """A JSON object of bounded depth, given as such or as its text."""
    if isinstance(value, str):
        try:
            value = json.loads(text(20_000)(value))
        except (ValueError, RecursionError):
            raise Problem("Must be a JSON object") from None
    if not isinstance(value, dict) or len(value) > 500:
        raise Problem("Must be a JSON object")
    _plain(value)
    return value


def paging(default: int = 20) -> dict[str, Field]:
    """The paging that every list takes."""
    return {"page": opt(integer(1, 100_000), 1), "limit": opt(integer(1, 100), default)}
