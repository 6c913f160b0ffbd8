"""Cubes: small cells are hidden, and an attacker who tries every table that fits cannot work one out."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from govopen_anonymize import Recipe, errors, run

TOTAL = "合计"
FAST = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def cube(table: pa.Table, dimensions: list[str], minimum: int = 3, **more: Any) -> list[dict[str, Any]]:
    """Rows of a cube that counts."""
    plan = {
        "dimensions": [{"column": d} for d in dimensions],
        "measures": [{"name": "n", "function": "count"}],
        "minimum_cell": minimum,
        **more,
    }
    return run(Recipe.load({"version": 1, "kind": "cube", "aggregate": plan}), table).table.to_pylist()


def spread(counts: np.ndarray) -> pa.Table:
    """A table whose cube has these counts."""
    places = [p for p, n in np.ndenumerate(counts) for _ in range(int(n))]
    return pa.table({f"d{i}": pa.array([f"v{p[i]}" for p in places], pa.string()) for i in range(counts.ndim)})


def fits(row: dict[str, Any], amount: int, minimum: int) -> bool:
    """Whether a total may be this amount, by what is published of it."""
    if row["n"] is not None:
        return bool(row["n"] == amount)
    return 0 < amount < minimum if row["cell_status"] == "suppressed_primary" else amount >= minimum


def possible(rows: list[dict[str, Any]], minimum: int) -> dict[tuple[str, str], set[int]]:
    """Every value that a hidden cell takes in some table that fits all that is published: lines first, then their product."""
    at = {(r["d0"], r["d1"]): r for r in rows}
    whole = at[TOTAL, TOTAL]["n"]
    lines = [v for v in dict.fromkeys(r["d0"] for r in rows) if v != TOTAL]
    places = [v for v in dict.fromkeys(r["d1"] for r in rows) if v != TOTAL]

    def values(cell: dict[str, Any]) -> range | list[int]:
        if cell["n"] is not None:
            return [cell["n"]]
        return range(1, minimum) if cell["cell_status"] == "suppressed_primary" else range(minimum, whole + 1)

    fitting = [
        [g for g in product(*(values(at[line, p]) for p in places)) if fits(at[line, TOTAL], sum(g), minimum)]
        for line in lines
    ]
    assume(prod(map(len, fitting)) <= 100_000)
    seen: dict[tuple[str, str], set[int]] = {(x, y): set() for x in lines for y in places if at[x, y]["n"] is None}
    for guess in product(*fitting):
        if sum(map(sum, guess)) == whole and all(
            fits(at[TOTAL, p], sum(g[i] for g in guess), minimum) for i, p in enumerate(places)
        ):
            for (x, y), found in seen.items():
                found.add(guess[lines.index(x)][places.index(y)])
    return seen


@FAST
@given(st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_no_hidden_cell_can_be_worked_out(numbers: list[int]) -> None:
    """Two dimensions, 2 x 3 cells: brute force over all tables that fit leaves at least two values for every hidden cell."""
    counts = np.array(numbers).reshape(2, 3)
    rows = cube(spread(counts), ["d0", "d1"])
    if not rows or next(r["n"] for r in rows if r["d0"] == r["d1"] == TOTAL) is None:
        return
    for cell, values in possible(rows, 3).items():
        assert len(values) > 1, cell


@FAST
@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(1, 3), st.integers(2, 12))
def test_cells_add_up_and_small_ones_are_hidden(numbers: list[int], dims: int, minimum: int) -> None:
    """Published counts are true and at least the minimum; statuses say what they mean; totals are totals."""
    shape = {1: (len(numbers),), 2: (2, -1), 3: (2, 2, -1)}[dims]
    keep = len(numbers) // {1: 1, 2: 2, 3: 4}[dims] * {1: 1, 2: 2, 3: 4}[dims]
    if not keep:
        return
    counts = np.array(numbers[:keep]).reshape(shape)
    table, names = spread(counts), [f"d{i}" for i in range(dims)]
    for row in cube(table, names, minimum):
        place = tuple(slice(None) if row[d] == TOTAL or row[d] == "未知" else int(row[d][1:]) for d in names)
        truth = int(counts[place].sum())
        assert row["n"] in (None, truth)
        if row["cell_status"] == "published":
            assert row["n"] == truth >= minimum
        elif row["cell_status"] == "zero":
            assert row["n"] == truth == 0
        elif row["cell_status"] == "suppressed_primary":
            assert row["n"] is None


def test_a_lone_small_cell_takes_others_with_it() -> None:
    """One small cell in a table needs three more hidden ones to be safe."""
    rows = cube(spread(np.array([[2, 20, 30], [25, 40, 50], [35, 45, 55]])), ["d0", "d1"], 10)
    states = [r["cell_status"] for r in rows]
    assert states.count("suppressed_primary") == 1
    assert states.count("suppressed_complementary") >= 3


def test_one_dimension_hides_a_second_cell() -> None:
    """The grand total is published: a single hidden value would be the difference."""
    rows = cube(spread(np.array([2, 20, 30])), ["d0"], 10)
    assert [r["cell_status"] for r in rows] == [
        "suppressed_primary",
        "suppressed_complementary",
        "published",
        "published",
    ]


def test_tiny_tables_publish_nothing() -> None:
    """Fewer records than a cell may have: even the grand total stays hidden."""
    assert all(r["n"] in (None, 0) for r in cube(spread(np.array([[1, 0], [0, 2]])), ["d0", "d1"], 10))


def test_empty_tables_give_declared_cells() -> None:
    """No rows: declared values come out as zero cells."""
    table = pa.table({"a": pa.array([], pa.string())})
    plan = {"dimensions": [{"column": "a", "values": ["x", "y"]}], "measures": [{"name": "n", "function": "count"}]}
    rows = run(Recipe.load({"version": 1, "kind": "cube", "aggregate": plan}), table).table.to_pylist()
    assert rows == [{"a": v, "n": 0, "cell_status": "zero"} for v in ("x", "y", TOTAL)]


def test_units_count_persons_not_rows() -> None:
    """One patient with fifty visits is one person: the cell is small."""
    table = pa.table({"d0": ["v0"] * 50 + ["v1"] * 50 + ["v2"] * 60, "who": ["p"] * 50 + [f"q{i}" for i in range(110)]})
    rows = {r["d0"]: r for r in cube(table, ["d0"], 10, unit="who")}
    assert rows["v0"]["cell_status"] == "suppressed_primary"


def test_dominated_cells_are_hidden() -> None:
    """A sum that one firm makes almost alone gives that firm away."""
    table = pa.table({"d0": ["a"] * 20 + ["b"] * 20 + ["c"] * 20, "tax": [10_000.0] + [1.0] * 19 + [5.0] * 40})
    plan = {
        "dimensions": [{"column": "d0"}],
        "measures": [
            {"name": "n", "function": "count"},
            {"name": "税额", "function": "sum", "column": "tax", "round": 10},
        ],
        "minimum_cell": 3,
        "dominance": {"column": "tax"},
    }
    rows = {
        r["d0"]: r for r in run(Recipe.load({"version": 1, "kind": "cube", "aggregate": plan}), table).table.to_pylist()
    }
    assert rows["a"]["cell_status"] == "suppressed_primary"
    assert rows["a"]["税额"] is None


def test_a_mean_over_few_values_is_hidden() -> None:
    """Twenty rows of which one has a fee: the mean would be that one fee."""
    table = pa.table({"d0": ["a"] * 20 + ["b"] * 20 + ["c"] * 20, "fee": [None] * 19 + [77.0] + [5.0] * 40})
    plan = {"dimensions": [{"column": "d0"}], "measures": [{"name": "m", "function": "mean", "column": "fee"}]}
    rows = {
        r["d0"]: r for r in run(Recipe.load({"version": 1, "kind": "cube", "aggregate": plan}), table).table.to_pylist()
    }
    assert rows["a"]["m"] is None
    lone = pa.table({"d0": ["a"] * 40, "fee": [None] * 39 + [77.0]})
    assert {
        r["m"] for r in run(Recipe.load({"version": 1, "kind": "cube", "aggregate": plan}), lone).table.to_pylist()
    } == {None}
    assert rows["a"]["cell_status"] == "suppressed_primary"


def test_text_in_a_measure_is_refused_by_count() -> None:
    """The error counts, it never quotes."""
    plan = {"dimensions": [{"column": "d0"}], "measures": [{"name": "m", "function": "mean", "column": "x"}]}
    with pytest.raises(errors.ColumnUnfit) as refusal:
        run(Recipe.load({"version": 1, "kind": "cube", "aggregate": plan}), pa.table({"d0": ["a"], "x": ["张三"]}))
    assert refusal.value.fields["count"] == 1
    assert "张三" not in str(refusal.value)


def test_the_hospital_cube(people) -> None:
    """The example recipe on outpatient rows: nothing derivable, no small cell, the sum of visits kept in the total."""
    from pathlib import Path

    result = run(
        Recipe.load(Path(__file__).parents[3] / "schemas/recipes/examples/public_cube.yaml"), people.patients(5000)
    )
    assert result.report.cube["derivable"] == 0
    assert result.report.cube["smallest_published"] >= 10
    assert result.table.to_pylist()[-1]["人次"] == 5000
