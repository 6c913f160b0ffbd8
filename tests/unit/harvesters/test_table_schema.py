"""Declared types and constraints are checked in bulk, and agree with frictionless cell by cell."""

from __future__ import annotations

import warnings
from typing import Any

import pyarrow as pa
import pytest

from govopen_harvesters.errors import SchemaMismatch
from govopen_harvesters.table_schema import check_schema, check_table

CELLS = {
    "integer": ["0", "-12", "007", "1.5", "x", "1e3", "١"],
    "number": ["0", "-1.5", "1e3", ".5", "x", "1,5", "--1"],
    "date": ["2026-01-31", "2026-02-30", "2026/01/01", "2026-1-1", "x"],
    "boolean": ["true", "false", "maybe", "1"],
    "yearmonth": ["2026-01", "2026-13", "2026"],
}


def _accepts(cell: str, kind: str) -> bool:
    table = pa.table({"c": pa.array([cell], pa.string())})
    try:
        check_table(table, {"fields": [{"name": "c", "type": kind}]}, file="f")
    except SchemaMismatch:
        return False
    return True


@pytest.mark.parametrize(("kind", "cell"), [(kind, cell) for kind, cells in CELLS.items() for cell in cells])
def test_types_are_never_laxer_than_frictionless(kind: str, cell: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from frictionless import Field

        _, notes = Field.from_descriptor({"name": "c", "type": kind}).create_cell_reader()(cell)
    if notes:
        assert not _accepts(cell, kind)
    elif cell.isascii() and cell != "2026-1-1":
        assert _accepts(cell, kind)


@pytest.mark.parametrize(
    ("constraints", "cells", "kind", "row"),
    [
        ({"required": True}, ["1", None], "required", 2),
        ({"unique": True}, ["1", "1"], "unique", None),
        ({"enum": ["1", "2"]}, ["1", "3"], "enum", 2),
        ({"pattern": "[0-9]"}, ["1", "12"], "pattern", 2),
        ({"maxLength": 2}, ["12", "123"], "maxLength", 2),
        ({"minLength": 2}, ["12", "1"], "minLength", 2),
        ({"minimum": 2}, ["2", "1"], "minimum", 2),
        ({"maximum": 2}, ["+2", "3"], "maximum", 2),
    ],
)
def test_constraints_name_the_first_bad_row(
    constraints: dict[str, Any], cells: list[str], kind: str, row: int | None
) -> None:
    table = pa.table({"c": pa.array(cells, pa.string())})
    field = {"name": "c", "type": "integer", "constraints": constraints}
    with pytest.raises(SchemaMismatch) as refusal:
        check_table(table, {"fields": [field]}, file="f")
    assert (refusal.value.kind, refusal.value.row, refusal.value.field) == (kind, row, "c")


def test_duplicate_keys_are_refused() -> None:
    table = pa.table({"a": ["1", "1"], "b": ["x", "x"]})
    schema = {"fields": [{"name": "a"}, {"name": "b"}], "primaryKey": ["a", "b"]}
    with pytest.raises(SchemaMismatch) as refusal:
        check_table(table, schema, file="f")
    assert (refusal.value.kind, refusal.value.count) == ("duplicate key", 1)


def test_own_date_formats() -> None:
    schema = {"fields": [{"name": "d", "type": "date", "format": "%Y/%m/%d"}]}
    check_table(pa.table({"d": ["2026/01/31"]}), schema, file="f")
    with pytest.raises(SchemaMismatch):
        check_table(pa.table({"d": ["2026-01-31"]}), schema, file="f")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "schema", [{"fields": []}, {"fields": [{"type": "string"}]}, {"fields": [{"name": "a", "type": "nonsense"}]}]
)
def test_what_is_no_table_schema_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(SchemaMismatch):
        check_schema(schema, file="f")
