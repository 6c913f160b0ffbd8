"""Typing loses no character: what cannot be said again as it was stays text, with a note of why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.desk.vault.typed import decided_type, typed


@pytest.mark.parametrize(
    ("declared", "values", "kind", "problem"),
    [
        ("N", ["1", "20", "-3"], "integer", ""),
        ("N", ["1.5", "2"], "number", ""),
        ("N", ["0330100", "12"], "string", "leading_zero"),
        ("N", ["330106199001011234"], "integer", ""),
        ("N", ["3301061990010112345"], "string", "long_number"),
        ("N", ["1", "n/a"], "string", "not_number"),
        ("D", ["2024-01-05", "2024/1/6", "20240107", "2024年1月8日"], "date", ""),
        ("D", ["2024-02-30"], "string", "not_date"),
        ("D", ["2024-01"], "string", "not_date"),
        ("T", ["2024-01-05 10:20:30", "2024-01-05"], "datetime", ""),
        ("C", ["1", "2"], "string", ""),
        ("B", ["是", "否"], "boolean", ""),
    ],
)
def test_a_column_becomes_what_loses_nothing(declared: str, values: list[str], kind: str, problem: str) -> None:
    """The declared type is a wish; the values decide."""
    became, _, why, _ = decided_type(declared, values)
    assert (became, why) == (kind, problem)


def test_a_tagged_column_stays_text() -> None:
    """Codes of divisions and identifiers are no numbers, even where they look like some."""
    assert decided_type("N", ["330106"], tagged=True)[0] == "string"


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9), min_size=1
    )
)
def test_numbers_say_the_same_again(numbers: list[Decimal]) -> None:
    """A float stands in for a decimal only if it is the same number."""
    texts = [format(number, "f") for number in numbers]
    kind, made, _, _ = decided_type("N", texts)
    if kind != "string":
        assert [Decimal(repr(value)) for value in made] == [Decimal(text) for text in texts]


def test_nulls_and_rows_stay_in_place() -> None:
    """Row order and empty cells are untouched."""
    table = pa.table({"d": ["2024-01-02", None, "2024-01-01"], "n": [None, "2", "1"]})
    made, notes = typed(table, {"d": "D", "n": "N"})
    assert made.column("d").to_pylist() == [dt.date(2024, 1, 2), None, dt.date(2024, 1, 1)]
    assert made.column("n").to_pylist() == [None, 2, 1]
    assert [note.kind for note in notes] == ["", ""]
