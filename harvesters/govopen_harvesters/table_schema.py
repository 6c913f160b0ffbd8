"""Check a table of strings against its declared table schema, by column and in bulk.

frictionless checks that the schema itself is one; the cells are checked by Arrow kernels, which take a hundredth of
the time on big tables and whose messages never reach a reader. Missing values are empty cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from govopen_harvesters.errors import SchemaMismatch

__all__ = ["check_schema", "check_table", "column_names"]

_PATTERNS = {
    "integer": r"^[+-]?[0-9]+$",
    "number": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$",
    "boolean": r"^(true|false|True|False|TRUE|FALSE|1|0)$",
    "year": r"^[0-9]{4}$",
    "yearmonth": r"^[0-9]{4}-(0[1-9]|1[0-2])$",
    "time": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
}
_STRPTIME = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}


def column_names(schema: Mapping[str, Any]) -> list[str]:
    """Give the declared columns in order."""
    return [str(column["name"]) for column in schema["fields"]]


def check_schema(schema: Mapping[str, Any], *, file: str) -> None:
    """Refuse a descriptor that is not a table schema."""
    from frictionless import FrictionlessException, Schema

    try:
        fields = Schema.from_descriptor(dict(schema)).fields
    except (FrictionlessException, TypeError, KeyError, ValueError):
        raise SchemaMismatch(file=file, kind="table schema") from None
    if not fields:
        raise SchemaMismatch(file=file, kind="table schema")


def check_table(table: pa.Table, schema: Mapping[str, Any], *, file: str) -> None:
    """Refuse the table at its first wrong column, naming column, kind, first row and count."""
    for column in schema["fields"]:
        _check_column(table[column["name"]], column, file)
    keys = schema.get("primaryKey") or []
    keys = [keys] if isinstance(keys, str) else list(keys)
    if keys:
        for key in keys:
            _fail_where(pc.is_null(table[key]), file, key, "required")
        distinct = table.select(keys).group_by(keys).aggregate([]).num_rows
        if distinct != table.num_rows:
            raise SchemaMismatch(file=file, field=",".join(keys), kind="duplicate key", count=table.num_rows - distinct)


def _check_column(values: pa.ChunkedArray, column: Mapping[str, Any], file: str) -> None:
    name, kind = str(column["name"]), str(column.get("type", "string"))
    limits = column.get("constraints") or {}
    if limits.get("required"):
        _fail_where(pc.is_null(values), file, name, "required")
    if kind in _PATTERNS:
        _fail_unless(pc.match_substring_regex(values, _PATTERNS[kind]), file, name, kind)
    elif kind in _STRPTIME:
        given = column.get("format")
        pattern = given if given and given not in {"default", "any"} else _STRPTIME[kind]
        parsed = pc.strptime(values, format=pattern, unit="s", error_is_null=True)
        _fail_where(pc.and_(pc.is_null(parsed), pc.is_valid(values)), file, name, kind)
        # strptime rolls 02-30 over instead of refusing it, so the text must come back as it went in.
        if pattern == "%Y-%m-%d":
            _fail_unless(pc.equal(pc.strftime(parsed, format=pattern), values), file, name, kind)
    if "pattern" in limits:
        _fail_unless(pc.match_substring_regex(values, f"^(?:{limits['pattern']})$"), file, name, "pattern")
    if "enum" in limits:
        allowed = pa.array([str(value) for value in limits["enum"]], pa.string())
        _fail_where(pc.and_(pc.invert(pc.is_in(values, allowed)), pc.is_valid(values)), file, name, "enum")
    _check_limits(values, limits, file, name, kind)


def _check_limits(values: pa.ChunkedArray, limits: Mapping[str, Any], file: str, name: str, kind: str) -> None:
    lengths = pc.utf8_length(values)
    if "maxLength" in limits:
        _fail_unless(pc.less_equal(lengths, limits["maxLength"]), file, name, "maxLength")
    if "minLength" in limits:
        _fail_unless(pc.greater_equal(lengths, limits["minLength"]), file, name, "minLength")
    if limits.get("unique"):
        spare = len(values) - values.null_count - pc.count_distinct(values, mode="only_valid").as_py()
        if spare:
            raise SchemaMismatch(file=file, field=name, kind="unique", count=spare)
    if kind in {"integer", "number"} and {"minimum", "maximum"} & set(limits):
        numbers = pc.cast(pc.utf8_ltrim(values, characters="+"), pa.float64())
        if "minimum" in limits:
            _fail_unless(pc.greater_equal(numbers, float(limits["minimum"])), file, name, "minimum")
        if "maximum" in limits:
            _fail_unless(pc.less_equal(numbers, float(limits["maximum"])), file, name, "maximum")


def _fail_unless(good: pa.ChunkedArray, file: str, name: str, kind: str) -> None:
    """Nulls are neither good nor bad."""
    _fail_where(pc.invert(good), file, name, kind)


def _fail_where(bad: pa.ChunkedArray, file: str, name: str, kind: str) -> None:
    count = pc.sum(bad).as_py() or 0
    if count:
        first = pc.index(pc.fill_null(bad, fill_value=False), pa.scalar(value=True)).as_py()
        raise SchemaMismatch(file=file, field=name, row=first + 1, kind=kind, count=count)
