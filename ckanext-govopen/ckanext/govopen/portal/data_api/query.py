"""查询: from parameters to a query tree. Pure; names are allow-listed, values are typed, nothing is ever pasted.

A parameter is the `name` of a column, alone (equal) or followed by `__` and an operator. A few names are reserved
(`sort`, `limit`, …). A column whose own name clashes, with a reserved name or with the operator form, is reached by
the prefix `col.`: `col.sort=3`, `col.limit__gt=5`. Without the prefix a parameter that equals a column's whole name is
that column; with it the operator is read first.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ckanext.govopen.portal.data_api.errors import ApiError, nearest, shown

__all__ = ["ID", "MAX_LIMIT", "OPERATORS", "RESERVED", "Column", "Condition", "Query", "columns_of", "parse", "unknown"]

ID = "_id"
PREFIX = "col."
RESERVED = ("sort", "limit", "offset", "cursor", "columns", "format", "group", "q", "total", "distinct", "filename")
OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le", "contains", "in", "isnull")
BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "string": OPERATORS,
    "integer": ("eq", "ne", "gt", "ge", "lt", "le", "in", "isnull"),
    "number": ("eq", "ne", "gt", "ge", "lt", "le", "in", "isnull"),
    "date": ("eq", "ne", "gt", "ge", "lt", "le", "in", "isnull"),
    "datetime": ("eq", "ne", "gt", "ge", "lt", "le", "in", "isnull"),
    "boolean": ("eq", "ne", "in", "isnull"),
}
DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET = 100, 10_000, 1_000_000_000_000
MAX_CONDITIONS, MAX_IN, MAX_SORT, MAX_TEXT, MAX_WORDS, MAX_QUERY = 50, 1000, 5, 1000, 8, 8192
_INTEGER = re.compile(r"[+-]?\d{1,19}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_EXPECTED = {
    "integer": ("64 位整数", "a whole number of 64 bits"),
    "number": ("数值", "a number"),
    "date": ("日期，如 2026-01-31", "a date, as 2026-01-31"),
    "datetime": ("时间，如 2026-01-31T08:00:00", "a time, as 2026-01-31T08:00:00"),
    "boolean": ("true 或 false", "true or false"),
    "string": ("文本", "text"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that may be asked for: its place in the schema stands for its name in SQL."""

    name: str
    type: str
    position: int = -1
    name_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison; `value` is typed already, a tuple for `in`."""

    column: Column
    operator: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of one release."""

    columns: tuple[Column, ...]
    where: tuple[Condition, ...] = ()
    words: tuple[str, ...] = ()
    sort: tuple[tuple[Column, bool], ...] = ()
    group: tuple[Column, ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    cursor: str = ""
    format: str = "json"
    total: bool = True
    distinct: bool = False
    filename: str = field(default="", compare=False)

    def key(self) -> str:
        """The question without its page: two pages of one question have the same key."""
        return repr((self.columns, self.where, self.words, self.sort, self.group, self.distinct))

    def at(self, offset: int) -> Query:
        """The same question at another offset."""
        return replace(self, offset=offset, cursor="")


def columns_of(fields: Iterable[Mapping[str, Any]], allowed: Iterable[str] | None = None) -> dict[str, Column]:
    """The columns of a release that may be asked for, by name; `_id` (the row's place) is one of them."""
    only = None if allowed is None else frozenset(allowed)
    made = {ID: Column(name=ID, type="integer")}
    for position, one in enumerate(fields):
        if only is None or one["name"] in only:
            made[one["name"]] = Column(
                name=one["name"], type=one["type"], position=position, name_zh=str(one.get("name_zh") or "")
            )
    return made


def parse(parameters: Sequence[tuple[str, str]], columns: Mapping[str, Column], *, max_limit: int = MAX_LIMIT) -> Query:
    """A query from parameters in their order, or an ApiError that names the parameter that is wrong."""
    if len(parameters) > MAX_CONDITIONS:
        raise ApiError(400, "query.limit", {"subject": "parameters", "limit": MAX_CONDITIONS})
    made: dict[str, Any] = {}
    where: list[Condition] = []
    for key, value in parameters:
        if "\x00" in key or "\x00" in value:
            raise _value(key, "string", "不含空字符的文本", "text without a NUL character")
        if key in RESERVED and not key.startswith(PREFIX):
            if key in made:
                raise _value(key, "string", "只出现一次的参数", "a parameter given once")
            made[key] = _RESERVED_READERS[key](value, columns, max_limit)
        else:
            where.append(_condition(key, value, columns))
    if made.get("cursor") and made.get("offset"):
        raise _value("cursor", "string", "与 offset 二者选一", "either cursor or offset, not both")
    words = made.pop("q", ())
    made.setdefault("columns", tuple(column for column in columns.values() if column.name != ID))
    query = Query(where=_merged(where), words=words, **made)
    if query.distinct and not {column for column, _ in query.sort} <= set(query.columns):
        raise _value("sort", "string", "distinct 时只能按所选字段排序", "only columns that are answered, when distinct")
    return query


def _merged(where: Sequence[Condition]) -> tuple[Condition, ...]:
    """Several equal signs on one column mean any of them; everything else must hold together."""
    first: dict[str, Condition] = {}
    rest: list[Condition] = []
    for condition in where:
        name = condition.column.name
        if condition.operator != "eq":
            rest.append(condition)
        elif name not in first:
            first[name] = condition
        else:
            held = first[name]
            values = held.value if held.operator == "in" else (held.value,)
            first[name] = Condition(column=held.column, operator="in", value=(*values, condition.value))
    return (*first.values(), *rest)


def _condition(key: str, value: str, columns: Mapping[str, Column]) -> Condition:
    column, operator = _named(key, columns)
    if operator not in OPERATORS or (column is not None and operator not in BY_TYPE[column.type]):
        choices = ", ".join(BY_TYPE[column.type] if column else OPERATORS)
        raise ApiError(
            400,
            "query.operator",
            {"subject": shown(key), "choices": choices},
            field=key,
            hint=nearest(operator, choices.split(", ")),
        )
    if column is None:
        raise unknown(key.removeprefix(PREFIX).rpartition("__")[0] or key, columns)
    return Condition(column=column, operator=operator, value=_typed(key, column, operator, value))


def _named(key: str, columns: Mapping[str, Column]) -> tuple[Column | None, str]:
    """The column and the operator that a parameter means."""
    name = key.removeprefix(PREFIX)
    prefixed = name != key
    if not prefixed and key in columns:
        return columns[key], "eq"
    base, cut, operator = name.rpartition("__")
    if cut and base in columns and (operator in OPERATORS or name not in columns):
        return columns[base], operator
    if name in columns:
        return columns[name], "eq"
    if prefixed and key in columns:  # A column may itself be called "col.x".
        return columns[key], "eq"
    if cut and operator in OPERATORS:
        raise unknown(base, columns)
    raise unknown(name, columns)


def unknown(name: str, columns: Mapping[str, Column]) -> ApiError:
    """There is no such column: said with the nearest one, by its name or its Chinese name."""
    by_title = {column.name_zh: column.name for column in columns.values() if column.name_zh}
    hint = nearest(name, [*columns, *RESERVED])
    if "suggestion" not in hint and by_title:
        titled = nearest(name, by_title)
        if "suggestion" in titled:
            hint = nearest(by_title[titled["suggestion"]], columns)
    elif name in by_title:
        hint = nearest(by_title[name], columns)
    return ApiError(400, "query.field", {"subject": shown(name)}, field=name, hint=hint)


def _typed(key: str, column: Column, operator: str, value: str) -> Any:
    if operator == "isnull":
        return _one(key, "boolean", value)
    if operator != "in":
        return _one(key, column.type, value)
    values = _list(key, value)
    if not 0 < len(values) <= MAX_IN:
        raise ApiError(400, "query.limit", {"subject": shown(key), "limit": MAX_IN}, field=key)
    return tuple(_one(key, column.type, item) for item in values)


def _list(key: str, value: str) -> list[str]:
    """Values of `in`: cut at commas, or a JSON list where values hold commas themselves."""
    if not value.startswith("["):
        return value.split(",")
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        raise _value(key, "string", "以逗号分隔的值或 JSON 数组", "values cut by commas, or a JSON list") from None
    if not isinstance(found, list) or any(isinstance(item, list | dict) or item is None for item in found):
        raise _value(key, "string", "以逗号分隔的值或 JSON 数组", "values cut by commas, or a JSON list")
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in found]


def _one(key: str, kind: str, value: str) -> Any:
    if len(value) > MAX_TEXT:
        raise ApiError(400, "query.limit", {"subject": shown(key), "limit": f"{MAX_TEXT} 字 characters"}, field=key)
    try:
        return _READERS[kind](value)
    except (ValueError, KeyError, OverflowError):
        raise _value(key, kind, *_EXPECTED[kind]) from None


def _integer(value: str) -> int:
    if not _INTEGER.fullmatch(value.strip()):
        raise ValueError
    number = int(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def _number(value: str) -> float | int:
    if _INTEGER.fullmatch(value.strip()) and abs(int(value)) <= 2**53:
        return int(value)
    number = float(value)
    if not math.isfinite(number) or "_" in value:
        raise ValueError
    return number


def _datetime(value: str) -> dt.datetime:
    made = dt.datetime.fromisoformat(value.strip().replace(" ", "T", 1))
    return made.astimezone(dt.UTC).replace(tzinfo=None) if made.tzinfo else made


def _text(value: str) -> str:
    value.encode("utf-8")  # Half a surrogate pair is no text; the error is a ValueError.
    return value


_READERS: Mapping[str, Callable[[str], Any]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "date": lambda value: dt.date.fromisoformat(value.strip()),
    "datetime": _datetime,
    "boolean": lambda value: _BOOLEANS[value.strip().lower()],
}


def _value(key: str, kind: str, zh: str, en: str) -> ApiError:
    return ApiError(
        400, "query.value", {"subject": shown(key), "expected_zh": zh, "expected": en, "kind": kind}, field=key
    )


def _count(key: str, lowest: int, highest: int) -> Any:
    def read(value: str, _columns: Mapping[str, Column], max_limit: int) -> int:
        top = max_limit if key == "limit" else highest
        if not re.fullmatch(r"\d{1,40}", value):
            raise _value(key, "integer", f"{lowest} 至 {top} 的整数", f"a whole number from {lowest} to {top}")
        if not lowest <= int(value) <= top:
            hint = {
                "zh": "请用 cursor 翻页，或下载整个文件。",
                "en": "Page with the cursor, or download the whole file.",
            }
            raise ApiError(400, "query.limit", {"subject": key, "limit": top}, field=key, hint=hint)
        return int(value)

    return read


def _names(key: str, most: int) -> Any:
    def read(value: str, columns: Mapping[str, Column], _max: int) -> tuple[Column, ...]:
        found = []
        for name in _list(key, value):
            if name not in columns:
                raise unknown(name, columns)
            found.append(columns[name])
        if not found or len(found) > most or len({column.name for column in found}) < len(found):
            raise _value(key, "string", f"1 至 {most} 个不重复的字段", f"1 to {most} different columns")
        return tuple(found)

    return read


def _sort(value: str, columns: Mapping[str, Column], _max: int) -> tuple[tuple[Column, bool], ...]:
    found = []
    for item in _list("sort", value):
        descending = item.startswith("-") and item not in columns
        name = item[1:] if descending else item
        if name not in columns:
            raise unknown(name, columns)
        found.append((columns[name], descending))
    if not 0 < len(found) <= MAX_SORT:
        raise ApiError(400, "query.limit", {"subject": "sort", "limit": MAX_SORT}, field="sort")
    return tuple(found)


def _words(value: str, _columns: Mapping[str, Column], _max: int) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_one("q", "string", value).split()))
    if len(found) > MAX_WORDS:
        raise ApiError(400, "query.limit", {"subject": "q", "limit": f"{MAX_WORDS} 词 words"}, field="q")
    return found


def _choice(key: str, choices: Mapping[str, Any]) -> Any:
    def read(value: str, _columns: Mapping[str, Column], _max: int) -> Any:
        if value not in choices:
            listed = ", ".join(choices)
            raise ApiError(
                400,
                "query.value",
                {"subject": key, "expected": f"one of {listed}", "expected_zh": f"以下之一：{listed}"},
                field=key,
                hint=nearest(value, choices),
            )
        return choices[value]

    return read


def _plain(key: str) -> Any:
    return lambda value, _columns, _max: _one(key, "string", value)


_RESERVED_READERS: Mapping[str, Callable[..., Any]] = {
    "sort": _sort,
    "limit": _count("limit", 0, MAX_LIMIT),
    "offset": _count("offset", 0, MAX_OFFSET),
    "cursor": _plain("cursor"),
    "columns": _names("columns", 500),
    "format": _choice("format", {name: name for name in ("json", "csv", "tsv", "jsonl")}),
    "group": _names("group", 2),
    "q": _words,
    "total": _choice("total", _BOOLEANS),
    "distinct": _choice("distinct", _BOOLEANS),
    "filename": _plain("filename"),
}
