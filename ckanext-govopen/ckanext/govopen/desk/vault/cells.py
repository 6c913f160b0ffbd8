"""Cubes: the smallest cell that is shown, and every hidden cell that can be worked out from what is shown.

A reader sees published cells, one-way and grand totals (`合计`) and why a cell is hidden. Two attacks are tried. Exact
arithmetic: a hidden cell is determined if its unit vector lies in the row space of the equations that the totals give;
measured by the diagonal of the projection, whatever the number of cells. Bounds: hidden counts are at least one,
primary ones below the minimum, complementary ones not below it; sums narrow them until nothing moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np

from ckanext.govopen.releases.duck import quoted

__all__ = ["TOTAL", "measure_cells"]

TOTAL = "合计"
STATUS = "cell_status"
ROUNDS = 200


def measure_cells(
    db: duckdb.DuckDBPyConnection, schema: Mapping[str, str], recipe: Mapping[str, Any]
) -> dict[str, Any]:
    """The figures of a cube: its count measure is found by the recipe's word, else by type."""
    plan = recipe.get("aggregate") or {}
    counts = [m["name"] for m in plan.get("measures", ()) if m.get("function") == "count" and m["name"] in schema]
    dimensions = [d.get("name", d.get("column")) for d in plan.get("dimensions", ())]
    dimensions = [name for name in dimensions if name in schema]
    if not counts or not dimensions or STATUS not in schema:
        return {"k": None, "min_cell": None, "suppressed_cells": None, "derivable_cells": None}
    count, minimum = counts[0], int(plan.get("minimum_cell", 10))
    column, names = quoted(count), ", ".join(map(quoted, dimensions))
    smallest, hidden, shown = db.execute(
        f"""select min({column}) filter (where {column} > 0), count(*) filter (where {STATUS} like 'suppressed%'),
                   count(*) filter (where {column} is not null) from r"""
    ).fetchone() or (None, 0, 0)
    leaked = db.execute(  # A hidden cell must not keep another measure either.
        "select count(*) from r where "
        + STATUS
        + " like 'suppressed%' and ("
        + " or ".join(f"{quoted(m['name'])} is not null" for m in plan["measures"] if m["name"] in schema)
        + ")"
    ).fetchone()
    rounded = any(m.get("round", 1) not in (None, 1) for m in plan["measures"] if m["name"] == count)
    frame = db.execute(f"select {names}, {STATUS}, {column} from r").fetchnumpy()
    bounded = "unit" not in plan and "dominance" not in plan
    derivable = (
        0
        if rounded
        else _derivable(
            [_coded(frame[name]) for name in dimensions],
            np.asarray(frame[STATUS]).astype(str),
            np.ma.filled(np.ma.asarray(frame[count]).astype(float), np.nan),
            minimum if bounded else None,
        )
    )
    return {
        "k": None,
        "min_cell": int(smallest) if smallest is not None else None,
        "suppressed_cells": int(hidden),
        "published_cells": int(shown),
        "derivable_cells": int(derivable) + int(leaked[0] if leaked else 0),
    }


def _coded(values: Any) -> np.ndarray[Any, Any]:
    """Values as numbers, the total as -1: comparing numbers is quick."""
    texts = np.asarray(values).astype(str)
    names, codes = np.unique(texts, return_inverse=True)
    return np.where((names == TOTAL)[codes], -1, codes)


def _derivable(
    dimensions: Sequence[np.ndarray[Any, Any]],
    status: np.ndarray[Any, Any],
    values: np.ndarray[Any, Any],
    minimum: int | None,
) -> int:
    """How many hidden cells or totals can be worked out."""
    totals = np.stack([d < 0 for d in dimensions])
    free = (~totals).sum(axis=0)
    inner = free == len(dimensions)
    if len(dimensions) == 1:
        inner = free == 1
    hidden = np.char.startswith(status, "suppressed")
    unknown = np.flatnonzero(hidden)
    if not len(unknown):
        return 0
    index = {row: place for place, row in enumerate(unknown.tolist())}
    equations, rights = [], []
    for row in np.flatnonzero(~inner).tolist():
        members = inner.copy()
        for axis, values_of in enumerate(dimensions):
            if not totals[axis][row]:
                members &= values_of == values_of[row]
        inside = np.flatnonzero(members)
        right = float(np.nansum(np.where(hidden[inside], 0.0, values[inside])))
        signs = {index[cell]: 1.0 for cell in inside[hidden[inside]].tolist()}
        if hidden[row]:
            signs[index[row]] = -1.0
            right = -right
        else:
            right = float(values[row]) - right
        if signs:
            equations.append(signs)
            rights.append(right)
    if not equations:
        return 0
    exact = _exact(equations, len(unknown))
    if minimum is not None:
        exact |= _bounds(equations, rights, status[unknown], minimum)
    return int(exact.sum())


def _exact(equations: Sequence[Mapping[int, float]], size: int) -> np.ndarray[Any, Any]:
    """Cells whose unit vector lies in the row space: diagonal of A⁺A equals one, by way of the small matrix AAᵀ."""
    count = len(equations)
    rows: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    for number, signs in enumerate(equations):
        for cell, sign in signs.items():
            rows[cell].append((number, sign))
    gram = np.zeros((count, count))
    for cells_of in rows:
        for a, x in cells_of:
            for b, y in cells_of:
                gram[a, b] += x * y
    inverse = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
    diagonal = np.array([sum(x * y * inverse[a, b] for a, x in cell for b, y in cell) for cell in rows])
    return np.asarray(diagonal > 1 - 1e-7)


def _bounds(
    equations: Sequence[Mapping[int, float]], rights: Sequence[float], status: np.ndarray[Any, Any], minimum: int
) -> np.ndarray[Any, Any]:
    """Cells whose bounds meet when sums are used again and again."""
    primary = status == "suppressed_primary"
    low = np.where(primary, 1.0, float(minimum))
    high = np.where(primary, float(minimum - 1), np.inf)
    prepared = [
        (np.fromiter(signs.keys(), np.int64), np.fromiter(signs.values(), float), right)
        for signs, right in zip(equations, rights, strict=True)
    ]
    for _ in range(ROUNDS):
        moved = False
        for cells_of, signs, right in prepared:
            least = np.where(signs > 0, low[cells_of], -high[cells_of])
            most = np.where(signs > 0, high[cells_of], -low[cells_of])
            with np.errstate(invalid="ignore"):
                others_least, others_most = least.sum() - least, most.sum() - most
            infinite_low, infinite_high = np.isinf(least), np.isinf(most)
            others_least = _others(least, infinite_low, -np.inf, others_least)
            others_most = _others(most, infinite_high, np.inf, others_most)
            new_high, new_low = right - others_least, right - others_most
            up = np.where(signs > 0, new_high, -new_low)
            down = np.where(signs > 0, new_low, -new_high)
            tighter_high, tighter_low = np.minimum(high[cells_of], up), np.maximum(low[cells_of], down)
            if (tighter_high < high[cells_of] - 1e-9).any() or (tighter_low > low[cells_of] + 1e-9).any():
                high[cells_of], low[cells_of], moved = tighter_high, tighter_low, True
        if not moved:
            break
    return np.asarray(high - low < 0.5)


def _others(
    values: np.ndarray[Any, Any], infinite: np.ndarray[Any, Any], sign: float, plain: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """The sum of all the others: finite only where every other is."""
    count = int(infinite.sum())
    if count == 0:
        return plain
    finite = float(values[~infinite].sum())
    return np.where(infinite & (count == 1), finite, sign)
