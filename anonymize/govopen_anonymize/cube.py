# SPDX-License-Identifier: Apache-2.0
"""Build a cube: one row per declared cell, one-way and grand totals beside them, small cells hidden once and for all.

Only what the recipe's `aggregate` declares leaves. The totals carry 合计 as the value of the dimensions that they add up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .coded import Coded, Codes, encode
from .columns.apply import apply
from .columns.generalise import number
from .errors import ColumnMissing, ColumnUnfit, CubeTooLarge
from .protect import COMPLEMENTARY, PRIMARY, PUBLISHED, ZERO, Grid, exposed, protect
from .recipe import Column, Recipe
from .report import Report

__all__ = ["build", "TOTAL", "UNKNOWN", "OTHER", "STATUS"]

TOTAL, UNKNOWN, OTHER = "合计", "未知", "其他"
STATUS = {
    PUBLISHED: "published",
    PRIMARY: "suppressed_primary",
    COMPLEMENTARY: "suppressed_complementary",
    ZERO: "zero",
}
LIMIT = 500_000
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension: its name, its values in order, and the value of every row."""

    name: str
    values: list[str]
    codes: Codes


def build(recipe: Recipe, table: pa.Table, seed: int = 0) -> tuple[pa.Table, Report]:
    """The cube of a table, and the record of what was hidden."""
    plan = recipe.data["aggregate"]
    _present(plan, table)
    axes = [_axis(d, table) for d in plan["dimensions"]]
    shape = tuple(max(len(a.values), 1) for a in axes)
    if int(np.prod([float(s) for s in shape])) > LIMIT:
        raise CubeTooLarge(cells=int(np.prod([float(s) for s in shape])), limit=LIMIT)
    where = _positions(axes, shape, table.num_rows)
    grid = _grid(plan, table, shape, where)
    rounds = protect(grid) if plan.get("complementary", True) else 0
    made = _long(plan, table, axes, shape, where, grid)
    return made, _report(recipe, table, made, axes, grid, rounds, seed)


def _present(plan: Mapping[str, Any], table: pa.Table) -> None:
    wanted = [d["column"] for d in plan["dimensions"]] + [m["column"] for m in plan["measures"] if "column" in m]
    wanted += [plan["unit"]] if "unit" in plan else []
    wanted += [plan["dominance"]["column"]] if "dominance" in plan else []
    missing = [c for c in dict.fromkeys(wanted) if c not in table.column_names]
    if missing:
        raise ColumnMissing(columns=missing)


def _axis(dimension: Mapping[str, Any], table: pa.Table) -> Axis:
    coded = encode(table.column(dimension["column"]))
    column = Column(
        name=dimension["column"],
        role="quasi_identifier",
        operator=dimension.get("operator", "keep"),
        params=dimension.get("params", {}),
    )
    distinct = Coded(np.arange(len(coded.values)), coded.values)
    labels = [
        UNKNOWN if v is None or v == "*" or not str(v).strip() else str(v)
        for v in apply(column, distinct, {}).to_pylist()
    ]
    declared = list(dict.fromkeys(dimension.get("values", ())))
    if declared:
        known = set(declared)
        labels = [v if v in known or v == UNKNOWN else OTHER for v in labels]
        values = declared + sorted(set(labels) - known)
    else:
        values = sorted(set(labels), key=_natural)
    position = {v: i for i, v in enumerate(values)}
    codes = np.fromiter((position[v] for v in labels), np.int64, len(labels))
    return Axis(dimension.get("name", dimension["column"]), values, codes[coded.codes] if labels else coded.codes)


def _natural(text: str) -> tuple[bool, list[tuple[int, Any]]]:
    parts = re.findall(r"\d+|\D+", text)
    return text in (UNKNOWN, OTHER), [(0, int(p)) if p.isdecimal() else (1, p) for p in parts]


def _positions(axes: Sequence[Axis], shape: tuple[int, ...], rows: int) -> list[tuple[Codes, int]]:
    """For the cells, and for the totals of each dimension: the place of every row, and how many places there are."""
    cells = np.ravel_multi_index(tuple(a.codes for a in axes), shape) if rows else np.zeros(0, np.int64)
    places = [(cells.astype(np.int64), int(np.prod(shape)))]
    return places + [(a.codes, s) for a, s in zip(axes, shape, strict=True)] if len(axes) > 1 else places


def _grid(plan: Mapping[str, Any], table: pa.Table, shape: tuple[int, ...], where: Sequence[tuple[Codes, int]]) -> Grid:
    minimum = int(plan.get("minimum_cell", 10))
    counts = np.concatenate([np.bincount(codes, minlength=size) for codes, size in where]).astype(np.int64)
    units = _units(plan, table)
    persons = counts if units is None else np.concatenate([_distinct(codes, size, units) for codes, size in where])
    small = (counts > 0) & (persons < minimum)
    if "dominance" in plan:
        small |= (counts > 0) & np.concatenate(
            [_dominated(plan["dominance"], table, codes, size, units) for codes, size in where]
        )
    thin = _thin(plan, table, where, minimum)
    bounded = units is None and "dominance" not in plan and not (thin & ~small).any()
    small |= thin
    status = np.where(counts == 0, ZERO, np.where(small, PRIMARY, PUBLISHED)).astype(np.int8)
    grid = Grid(shape, counts, status, minimum, bounded=bounded)
    total = len(np.unique(units)) if units is not None else table.num_rows
    few = _thin(plan, table, [(np.zeros(table.num_rows, np.int64), 1)], minimum)[0]
    if 0 < total < minimum or few:
        grid.grand_hidden = True
        grid.status[grid.status == PUBLISHED] = PRIMARY
    return grid


def _thin(
    plan: Mapping[str, Any], table: pa.Table, where: Sequence[tuple[Codes, int]], minimum: int
) -> npt.NDArray[np.bool_]:
    """Cells whose sum or mean rests on few filled values, however many rows they have: it would tell those values."""
    result = np.zeros(sum(size for _, size in where), bool)
    for column in {m["column"] for m in plan["measures"] if "column" in m}:
        there = ~np.isnan(_numbers(table, column))
        known = np.concatenate([np.bincount(codes, weights=there, minlength=size) for codes, size in where])
        result |= (known > 0) & (known < minimum)
    return result


def _units(plan: Mapping[str, Any], table: pa.Table) -> Codes | None:
    return encode(table.column(plan["unit"])).codes if "unit" in plan else None


def _distinct(codes: Codes, size: int, units: Codes) -> Codes:
    width = int(units.max()) + 1 if len(units) else 1
    return np.bincount(np.unique(codes * width + units) // width, minlength=size).astype(np.int64)


def _dominated(
    rule: Mapping[str, Any], table: pa.Table, codes: Codes, size: int, units: Codes | None
) -> npt.NDArray[np.bool_]:
    """Cells in which one contributor has too large a share, or in which there are too few."""
    amounts = np.abs(np.nan_to_num(_numbers(table, rule["column"])))
    who = np.arange(len(codes)) if units is None else units
    width = int(who.max()) + 1 if len(who) else 1
    pairs, inverse = np.unique(codes * width + who, return_inverse=True)
    sums = np.bincount(inverse, weights=amounts, minlength=len(pairs))
    cell = pairs // width
    largest = np.zeros(size)
    np.maximum.at(largest, cell, sums)
    total = np.bincount(cell, weights=sums, minlength=size)
    few = np.bincount(cell, minlength=size) < rule.get("contributors", 3)
    return np.asarray(few | (largest > rule.get("share", 0.85) * np.maximum(total, 1e-300)))


def _numbers(table: pa.Table, name: str) -> Floats:
    coded = encode(table.column(name))
    values = coded.values.to_pylist()
    exact = [number(v) if v is not None and str(v).strip() else None for v in values]
    unfit = sum(1 for v, e in zip(values, exact, strict=True) if e is None and v is not None and str(v).strip())
    if unfit:
        raise ColumnUnfit(column=name, operator="aggregate", count=unfit)
    floats = np.array([np.nan if e is None else float(e) for e in exact] or [0.0])
    return floats[coded.codes] if len(values) else np.zeros(0)


def _long(
    plan: Mapping[str, Any],
    table: pa.Table,
    axes: Sequence[Axis],
    shape: tuple[int, ...],
    where: Sequence[tuple[Codes, int]],
    grid: Grid,
) -> pa.Table:
    status = [STATUS[int(s)] for s in grid.status] + [_grand(grid)]
    columns: dict[str, pa.Array] = {}
    index = np.unravel_index(np.arange(grid.cells), shape)
    for d, axis in enumerate(axes):
        names = [axis.values[i] for i in index[d].tolist()] if axis.values else [UNKNOWN] * grid.cells
        for other in range(len(axes)) if len(axes) > 1 else ():
            names += (axis.values or [UNKNOWN]) if other == d else [TOTAL] * shape[other]
        columns[axis.name] = pa.array([*names, TOTAL], pa.string())
    places = [*where, (np.zeros(table.num_rows, np.int64), 1)]
    shown = np.array([s in ("published", "zero") for s in status])
    for measure in plan["measures"]:
        columns[measure["name"]] = _measure(measure, table, places, shown)
    columns["cell_status"] = pa.array(status, pa.string())
    return pa.table(columns)


def _grand(grid: Grid) -> str:
    if not grid.counts[: grid.cells].sum():
        return STATUS[ZERO]
    return STATUS[PRIMARY] if grid.grand_hidden else STATUS[PUBLISHED]


def _measure(
    measure: Mapping[str, Any], table: pa.Table, places: Sequence[tuple[Codes, int]], shown: npt.NDArray[np.bool_]
) -> pa.Array:
    if measure["function"] == "count":
        counts = np.concatenate([np.bincount(codes, minlength=size) for codes, size in places]).astype(np.int64)
        base = measure.get("round")
        values = [_round(v, base) if base else v for v in counts.tolist()]
        kind = pa.int64() if base is None or float(base).is_integer() else pa.float64()
        return pa.array(
            [(int(v) if kind == pa.int64() else float(v)) if s else None for v, s in zip(values, shown, strict=True)],
            kind,
        )
    numbers = _numbers(table, measure["column"])
    there = ~np.isnan(numbers)
    filled = np.where(there, numbers, 0.0)
    sums = np.concatenate([np.bincount(codes, weights=filled, minlength=size) for codes, size in places])
    known = np.concatenate([np.bincount(codes, weights=there, minlength=size) for codes, size in places])
    result = (
        sums
        if measure["function"] == "sum"
        else np.divide(sums, known, out=np.full(len(sums), np.nan), where=known > 0)
    )
    base = measure.get("round", 0.01)
    return pa.array(
        [
            float(_round(v, base)) if s and k > 0 else None
            for v, k, s in zip(result.tolist(), known.tolist(), shown, strict=True)
        ],
        pa.float64(),
    )


def _round(value: float, base: float) -> Decimal:
    step = Decimal(str(base))
    return (Decimal(str(value)) / step).to_integral_value(rounding=ROUND_HALF_UP) * step


def _report(
    recipe: Recipe, table: pa.Table, made: pa.Table, axes: Sequence[Axis], grid: Grid, rounds: int, seed: int
) -> Report:
    plan = recipe.data["aggregate"]
    cells, totals = grid.status[: grid.cells], grid.status[grid.cells :]
    shown = grid.counts[: grid.cells][cells == PUBLISHED]
    figures = {
        "dimensions": [{"name": a.name, "values": len(a.values)} for a in axes],
        "cells": grid.cells,
        **{STATUS[s]: int((cells == s).sum()) for s in STATUS},
        "totals": {STATUS[s]: int((totals == s).sum()) for s in STATUS},
        "grand_total_hidden": grid.grand_hidden,
        "minimum_cell": plan.get("minimum_cell", 10),
        "smallest_published": int(shown.min()) if len(shown) else None,
        "counts_hidden_share": 1 - float(shown.sum()) / table.num_rows if table.num_rows else 0.0,
        "derivable": int(exposed(grid).sum()),
        "rounds": rounds,
    }
    used = {d["column"]: d.get("operator", "keep") for d in plan["dimensions"]}
    columns = tuple(
        {"name": c, "role": "dimension" if c in used else "left_out", "operator": used.get(c, "drop"), "level": None}
        for c in table.column_names
    )
    return Report(
        kind="cube",
        recipe_digest=recipe.digest,
        rows_in=table.num_rows,
        rows_out=made.num_rows,
        suppressed=0,
        columns=columns,
        cube=figures,
        order="cells",
        seed=seed,
    )
