# SPDX-License-Identifier: Apache-2.0
"""Apply a recipe to a table: treat every distinct value once, find the levels, leave out what fails, sort, report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from . import cube
from .coded import Coded, Codes, encode, ranks
from .columns.apply import apply
from .columns.generalise import labels
from .divisions import forget
from .errors import AnonymizeError, ColumnMissing, ColumnWithoutRole, Internal, ModelUnreachable
from .lattice import Axis, Found, Search, View
from .measure import Risk, measure
from .models.check import Requirement, requirement
from .recipe import Column, Recipe
from .report import Report

__all__ = ["Result", "run"]

Batches: TypeAlias = pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]
PERSONAL = ("identifier", "quasi_identifier")
NULLS = {"zh": "空值作为一个独立的取值参与分组。", "en": "A null counts as a value of its own."}
SORTED = {
    "zh": "行按发布值排序，不反映原始顺序。",
    "en": "Rows are sorted by released values; the original order is gone.",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What leaves, and the record of how it was made."""

    table: pa.Table
    report: Report


def run(recipe: Recipe, table_or_batches: Batches, *, keys: Mapping[str, bytes] | None = None, seed: int = 0) -> Result:
    """Make the released table. Deterministic: the same rows, recipe, keys and seed give the same bytes.

    Raises typed errors only; what the libraries say is withheld, since it may quote a cell.
    """
    try:
        table = _table(table_or_batches)
        if recipe.kind == "cube":
            made, report = cube.build(recipe, table, seed)
            return Result(made, report)
        return _rows(recipe, table, keys or {}, seed)
    except AnonymizeError:
        raise
    except Exception as error:  # noqa: BLE001 - the border: nothing of the library's text may pass
        raise Internal(kind=type(error).__name__) from None
    finally:
        forget()


def _table(source: Batches) -> pa.Table:
    if isinstance(source, pa.Table):
        return source
    if isinstance(source, pa.RecordBatchReader):
        return source.read_all()
    return pa.Table.from_batches(list(source))


def _rows(recipe: Recipe, table: pa.Table, keys: Mapping[str, bytes], seed: int) -> Result:
    _complete(recipe, table)
    coded = {c.name: encode(table.column(c.name)) for c in recipe.columns if c.released}
    need = requirement(recipe.models)
    released, axes = {}, []
    for column in recipe.columns:
        if not column.released:
            continue
        if column.role == "quasi_identifier":
            axes.append(_axis(column, coded[column.name], keys))
        else:
            released[column.name] = apply(column, coded[column.name], keys)
    view, widths = _view(axes, coded, released, need, table.num_rows)
    search = Search(axes, widths, view, need, recipe.suppression_limit)
    found = _found(search, recipe)
    node = found.node or ()
    codes = [a.to(c, 0, level) for a, c, level in zip(axes, view.axes, node, strict=True)]
    gone = search.bad_rows(View(tuple(codes), view.sensitive, view.counts))[1]
    for axis, code, level in zip(axes, codes, node, strict=True):
        released[axis.name] = pa.array(axis.labels[level], type=_kind(axis.labels[level], coded[axis.name])).take(
            pa.array(code)
        )
    made = pa.table({c.name: released[c.name] for c in recipe.columns if c.released}).filter(pa.array(~gone))
    personal = any(c.role in PERSONAL for c in recipe.columns)
    made = _sorted(made, [a.name for a in axes]) if personal else made
    report = _report(recipe, table, made, axes, found, need, personal, seed)
    return Result(made, report)


def _complete(recipe: Recipe, table: pa.Table) -> None:
    named = [c.name for c in recipe.columns]
    without = [c for c in table.column_names if c not in named]
    if without:
        raise ColumnWithoutRole(columns=without)
    missing = [c for c in named if c not in table.column_names]
    if missing:
        raise ColumnMissing(columns=missing)


def _axis(column: Column, coded: Coded, keys: Mapping[str, bytes]) -> Axis:
    if column.levels:
        ancestors = labels(column.name, column.params, coded.values.to_pylist())
    else:
        # A fixed operator is a lattice of one level: its result on every distinct value.
        distinct = Coded(np.arange(len(coded.values)), coded.values)
        ancestors = [apply(column, distinct, keys, coded.counts()).to_pylist()]
    return Axis(column.name, ancestors, coded.counts())


def _kind(values: list[Any], coded: Coded) -> pa.DataType | None:
    """Untouched values keep their type; ancestors are text."""
    texts = sum(1 for v in values if isinstance(v, str))
    if all(v is None for v in values):
        return coded.values.type if not pa.types.is_null(coded.values.type) else pa.string()
    if texts and texts < sum(1 for v in values if v is not None):
        values[:] = [None if v is None else str(v) for v in values]
    return coded.values.type if not texts and isinstance(values, list) and _same(values, coded) else None


def _same(values: list[Any], coded: Coded) -> bool:
    try:
        pa.array(values, type=coded.values.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return False
    return True


def _view(
    axes: list[Axis], coded: Mapping[str, Coded], released: Mapping[str, pa.Array], need: Requirement, rows: int
) -> tuple[View, list[tuple[str, int]]]:
    codes = tuple(a.codes[0][coded[a.name].codes] for a in axes)
    names = {a.name: i for i, a in enumerate(axes)}
    sensitive, widths = [], []
    for name in need.sensitive:
        if name in names:
            column = Coded(codes[names[name]], pa.array(range(len(axes[names[name]].labels[0]))))
        else:
            column = encode(released[name])
            column = Coded(ranks(column), column.values)
        sensitive.append(column.codes)
        widths.append((name, max(len(column.values), 1)))
    return View(codes, tuple(sensitive), np.ones(rows, np.int64)), widths


def _found(search: Search, recipe: Recipe) -> Found:
    if not search.rows:
        node = tuple(0 for _ in search.axes)
        return Found(node=node, score=0.0, suppressed=0, least_suppressed=0, evaluated=0, nodes=1, exact=True)
    found = search.run()
    if found.node is None:
        least = round(found.least_suppressed / search.rows, 4)
        raise ModelUnreachable(limit=recipe.suppression_limit, least=least)
    return found


def _sorted(table: pa.Table, first: list[str]) -> pa.Table:
    names = [*first, *(c for c in table.column_names if c not in first)]
    keys: list[Codes] = [ranks(encode(table.column(name))) for name in names]
    return table.take(pa.array(np.lexsort(keys[::-1]))) if keys and table.num_rows else table


def _report(
    recipe: Recipe,
    table: pa.Table,
    made: pa.Table,
    axes: list[Axis],
    found: Found,
    need: Requirement,
    personal: bool,
    seed: int,
) -> Report:
    quasi = [a.name for a in axes]
    watched = [c.name for c in recipe.columns if c.role == "sensitive" and c.released]
    before, after = (_measured(t, quasi, watched) if quasi else None for t in (table, made))
    levels = {a.name: level for a, level in zip(axes, found.node or (), strict=True)}
    columns = tuple(
        {"name": c.name, "role": c.role, "operator": c.operator, "level": levels.get(c.name) if c.levels else None}
        for c in recipe.columns
    )
    return Report(
        kind="rows",
        recipe_digest=recipe.digest,
        rows_in=table.num_rows,
        rows_out=made.num_rows,
        suppressed=table.num_rows - made.num_rows,
        columns=columns,
        models=recipe.models,
        levels=levels,
        search={
            "nodes": found.nodes,
            "evaluated": found.evaluated,
            "score": found.score,
            "exact": found.exact,
            "k": need.k,
        },
        before=before.to_dict() if before else None,
        after=after.to_dict() if after else None,
        order="released_values" if personal else "input",
        notes=(NULLS, SORTED) if personal else (NULLS,),
        seed=seed,
    )


def _measured(table: pa.Table, quasi: list[str], watched: list[str]) -> Risk:
    return measure(table, quasi, watched)
