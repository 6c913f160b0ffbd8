# SPDX-License-Identifier: Apache-2.0
"""Secondary suppression in a cube: no hidden cell may be worked out from the published cells and totals.

Unknowns are the hidden cells and hidden one-way totals; the equations are `sum of a slice = its total` and `sum of a
dimension's totals = grand total`. A hidden value is exposed when the equations determine it (it lies in their row
space), or when bounds that everybody knows (a cell hidden as small holds 1 to minimum-1) squeeze it too far.
Then the cheapest published value of a tight equation is hidden too, until nothing is exposed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .coded import Codes

__all__ = ["Grid", "PUBLISHED", "PRIMARY", "COMPLEMENTARY", "ZERO", "protect", "exposed"]

PUBLISHED, PRIMARY, COMPLEMENTARY, ZERO = 0, 1, 2, 3
ROUNDS = 60
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class Grid:
    """Counts and states of all values: the cells first, then the totals of each dimension (none in one dimension)."""

    shape: tuple[int, ...]
    counts: Codes
    status: npt.NDArray[np.int8]
    minimum: int
    bounded: bool  # whether PRIMARY says that the count is below the minimum
    grand_hidden: bool = False

    @property
    def cells(self) -> int:
        """Number of cells; totals follow them."""
        return int(np.prod(self.shape))

    @property
    def offsets(self) -> list[int]:
        """Where the totals of each dimension begin."""
        return [self.cells + sum(self.shape[:d]) for d in range(len(self.shape))]

    def lines(self) -> tuple[Codes, Codes, Codes, int]:
        """The equations as (equation, value, sign), and how many there are."""
        dims = len(self.shape)
        index = np.arange(self.cells)
        if dims == 1:
            return np.zeros(self.cells, np.int64), index, np.ones(self.cells, np.int64), 1
        equation, value, sign = [], [], []
        codes = np.unravel_index(index, self.shape)
        for d in range(dims):
            base = sum(self.shape[:d])
            totals = np.arange(self.shape[d])
            equation += [codes[d] + base, totals + base, np.full(self.shape[d], sum(self.shape) + d)]
            value += [index, totals + self.offsets[d], totals + self.offsets[d]]
            sign += [np.ones(self.cells, np.int64), -np.ones(self.shape[d], np.int64), np.ones(self.shape[d], np.int64)]
        return np.concatenate(equation), np.concatenate(value), np.concatenate(sign), sum(self.shape) + dims


def protect(grid: Grid) -> int:
    """Hide more values until nothing is exposed; gives the number of rounds."""
    equation, value, _, count = grid.lines()
    rounds = 0
    while rounds < 10_000:
        bare = exposed(grid)
        if not bare.any():
            return rounds
        rounds += 1
        if not _hide_more(grid, bare, equation, value, count) and not _hide_any(grid):
            grid.grand_hidden = True
            return rounds
    return rounds


def exposed(grid: Grid) -> Mask:
    """Hidden values that can be worked out, exactly or too nearly."""
    hidden = (grid.status == PRIMARY) | (grid.status == COMPLEMENTARY)
    result = np.zeros(len(grid.counts), bool)
    if not hidden.any() or grid.grand_hidden:
        return result
    equation, value, sign, count = grid.lines()
    inside = hidden[value]
    names, column = np.unique(value[inside], return_inverse=True)
    row, sign = equation[inside], sign[inside]
    result[names] = _determined(row, column, sign, len(names)) | _squeezed(grid, names, row, column, sign, count)
    return result


def _determined(row: Codes, column: Codes, sign: Codes, width: int) -> Mask:
    """Values that the equations alone determine: unit vectors in the row space of the matrix."""
    used, row = np.unique(row, return_inverse=True)
    gram = np.zeros((len(used), len(used)))
    order = np.argsort(column, kind="stable")
    row, column, sign = row[order], column[order], sign[order]
    starts = np.searchsorted(column, np.arange(width + 1))
    most = int(np.diff(starts).max())
    # Each value stands in a few equations only: pad those lists to one width and add up their outer products.
    rows = np.zeros((width, most), np.int64)
    signs = np.zeros((width, most))
    place = np.arange(len(column)) - starts[column]
    rows[column, place], signs[column, place] = row, sign
    products = signs[:, :, None] * signs[:, None, :]
    np.add.at(gram, (rows[:, :, None], rows[:, None, :]), products)
    inverse = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
    projection = (products * inverse[rows[:, :, None], rows[:, None, :]]).sum(axis=(1, 2))
    return np.asarray(projection > 1 - 1e-6)


def _squeezed(grid: Grid, names: Codes, row: Codes, column: Codes, sign: Codes, count: int) -> Mask:
    """Values whose bounds, tightened through the equations, leave too little room."""
    low, high = _known(grid, names)
    truth = np.bincount(row, weights=sign * grid.counts[names][column], minlength=count)
    for _ in range(ROUNDS):
        before = float((high - low).sum())
        smallest = np.where(sign > 0, low[column], -high[column])
        largest = np.where(sign > 0, high[column], -low[column])
        floor = np.bincount(row, weights=smallest, minlength=count)
        roof = np.bincount(row, weights=largest, minlength=count)
        most = truth[row] - (floor[row] - smallest)
        least = truth[row] - (roof[row] - largest)
        np.minimum.at(high, column, np.where(sign > 0, most, -least))
        np.maximum.at(low, column, np.where(sign > 0, least, -most))
        if before - float((high - low).sum()) < 0.5:
            break
    primary = grid.status[names] == PRIMARY
    wanted = np.where(primary & grid.bounded, max(1, grid.minimum // 2 - 1), 1)
    return np.asarray(high - low < wanted - 1e-9)


def _known(grid: Grid, names: Codes) -> tuple[Floats, Floats]:
    """What everybody knows of a hidden value from its state alone."""
    primary = grid.status[names] == PRIMARY
    whole = float(grid.counts[: grid.cells].sum())
    low = np.where(primary | (not grid.bounded), 1.0, float(grid.minimum))
    high = np.where(primary & grid.bounded, float(grid.minimum - 1), whole)
    return low, np.maximum(high, low)


def _hide_more(grid: Grid, bare: Mask, equation: Codes, value: Codes, count: int) -> bool:
    """In every equation with an exposed value hide the cheapest published one; cells before totals."""
    needy = np.zeros(count, bool)
    needy[equation[bare[value]]] = True
    inside = (equation < count) & (grid.status[value] == PUBLISHED) & (grid.counts[value] > 0)
    hidden_lines = np.bincount(
        equation, weights=(grid.status[value] == PRIMARY) | (grid.status[value] == COMPLEMENTARY), minlength=count
    )
    # A value that also stands in other equations with hidden values helps twice: it costs less.
    company = np.bincount(value, weights=hidden_lines[equation] > 0, minlength=len(grid.counts))
    cost = grid.counts / (1.0 + company) + np.where(np.arange(len(grid.counts)) >= grid.cells, 1e12, 0.0)
    usable = inside & needy[equation]
    if not usable.any():
        return False
    order = np.lexsort((value[usable], cost[value[usable]], equation[usable]))
    lines, values = equation[usable][order], value[usable][order]
    first = np.r_[True, lines[1:] != lines[:-1]]
    # Lines are served one after another by their cheapest value; one exposed value is helped in one line per round.
    helped: set[int] = set()
    for line, candidate in zip(lines[first].tolist(), values[first].tolist(), strict=True):
        victims = set(value[(equation == line) & bare[value]].tolist())
        if victims <= helped:
            continue
        helped |= victims
        grid.status[candidate] = COMPLEMENTARY
    return True


def _hide_any(grid: Grid) -> bool:
    """The last resort: hide the smallest value that is still published."""
    open_values = np.flatnonzero((grid.status == PUBLISHED) & (grid.counts > 0))
    if not len(open_values):
        return False
    grid.status[open_values[np.argmin(grid.counts[open_values])]] = COMPLEMENTARY
    return True
