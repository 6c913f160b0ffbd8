# SPDX-License-Identifier: Apache-2.0
"""The best vector of generalisation levels that meets the models: exact search on the histogram of combinations.

Depth first over the columns, widest domain first, from coarse to fine. A branch is left when its most general node
already suppresses more than allowed, or when no node in it can lose less than the best one found. The loss is ARX's:
geometric mean over the columns of (1 + share of the domain that a value stands for), a suppressed record standing for
all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .coded import Codes
from .histogram import number_classes
from .models.check import Requirement, failing

__all__ = ["Axis", "View", "Found", "Search"]

Floats = npt.NDArray[np.float64]
Node = tuple[int, ...]
BUDGET = 20_000


class Axis:
    """One quasi-identifier: its distinct values (leaves) and what they become on each level."""

    def __init__(self, name: str, labels: Sequence[Sequence[Any]], leaf_counts: Codes) -> None:
        self.name, self.leaves = name, len(leaf_counts)
        self.codes: list[Codes] = []
        self.labels: list[list[Any]] = []
        for level in labels:
            # The type stands in the key, so that 1, 1.0 and True are never mixed up.
            seen: dict[Any, int] = {}
            self.codes.append(
                np.fromiter((seen.setdefault((type(v), v), len(seen)) for v in level), np.int64, len(level))
            )
            self.labels.append([value for _, value in seen])
        self.lut = [self._step(level) for level in range(len(labels) - 1)]
        self.share = [
            np.bincount(c, minlength=len(lab)) / max(self.leaves, 1)
            for c, lab in zip(self.codes, self.labels, strict=True)
        ]
        weights = [
            np.bincount(c, weights=leaf_counts, minlength=len(lab)).astype(np.float64)
            for c, lab in zip(self.codes, self.labels, strict=True)
        ]
        self.total = [float((w * s).sum()) for w, s in zip(weights, self.share, strict=True)]
        self._removed = [self._curve(w, s) for w, s in zip(weights, self.share, strict=True)]

    @property
    def top(self) -> int:
        """The coarsest level."""
        return len(self.labels) - 1

    def _step(self, level: int) -> Codes:
        table = np.zeros(len(self.labels[level]), np.int64)
        table[self.codes[level]] = self.codes[level + 1]
        return table

    def to(self, codes: Codes, fine: int, coarse: int) -> Codes:
        """Codes of one level as codes of a coarser one."""
        for level in range(fine, coarse):
            codes = self.lut[level][codes]
        return codes

    @staticmethod
    def _curve(weights: Floats, share: Floats) -> tuple[Floats, Floats]:
        order = np.argsort(-share, kind="stable")
        return np.r_[0.0, np.cumsum(weights[order])], np.r_[0.0, np.cumsum((weights * share)[order])]

    def least(self, level: int, suppressed: int) -> float:
        """A lower bound of the column's loss when at least `suppressed` records are left out."""
        x, y = self._removed[level]
        return self.total[level] - float(np.interp(suppressed, x, y)) + suppressed


@dataclass(frozen=True, slots=True)
class View:
    """A histogram: codes per axis, codes per sensitive column, and counts."""

    axes: tuple[Codes, ...]
    sensitive: tuple[Codes, ...]
    counts: Codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best node, or none."""

    node: Node | None
    score: float
    suppressed: int
    least_suppressed: int
    evaluated: int
    nodes: int
    exact: bool


def _sized(columns: Sequence[Codes]) -> list[tuple[Codes, int]]:
    return [(c, int(c.max()) + 1 if len(c) else 1) for c in columns]


class Search:
    """One search over one histogram."""

    def __init__(
        self, axes: Sequence[Axis], widths: Sequence[tuple[str, int]], view: View, need: Requirement, limit: float
    ) -> None:
        self.axes, self.widths, self.need = tuple(axes), tuple(widths), need
        self.base = self.collapse(view)
        self.rows = int(view.counts.sum())
        self.allowed = int(np.floor(limit * self.rows + 1e-9))
        self.top: Node = tuple(a.top for a in axes)
        self.order = sorted(range(len(axes)), key=lambda j: (-axes[j].leaves, j))
        self.best, self.suppressed = np.inf, 0
        self.node: Node | None = None
        self.done: dict[Node, tuple[int, int, float]] = {}
        self.least = self.rows

    def run(self) -> Found:
        """Search; the same histogram gives the same node."""
        start = tuple(0 for _ in self.axes)
        self._descend()
        self._branch(self.base, start, 0)
        nodes = int(np.prod([a.top + 1 for a in self.axes])) if self.axes else 1
        return Found(
            node=self.node,
            score=float(self.best),
            suppressed=self.suppressed,
            least_suppressed=self.least,
            evaluated=len(self.done),
            nodes=nodes,
            exact=len(self.done) < BUDGET,
        )

    def collapse(self, view: View) -> View:
        """Add up equal combinations."""
        inverse, first = number_classes(_sized((*view.axes, *view.sensitive)), len(view.counts))
        counts = np.bincount(inverse, weights=view.counts, minlength=len(first)).astype(np.int64)
        return View(tuple(c[first] for c in view.axes), tuple(c[first] for c in view.sensitive), counts)

    def roll(self, view: View, at: Node, to: Node) -> View:
        """The same histogram on coarser levels."""
        if at == to:
            return view
        codes = tuple(a.to(c, i, j) for a, c, i, j in zip(self.axes, view.axes, at, to, strict=True))
        return self.collapse(View(codes, view.sensitive, view.counts))

    def classes(self, view: View) -> Codes:
        """Class numbers of the combinations of a view."""
        return number_classes(_sized(view.axes), len(view.counts))[0]

    def bad_rows(self, view: View) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """For each combination: whether its class is too small, and whether it fails any model."""
        classes = self.classes(view)
        sensitive = {name: (codes, width) for (name, width), codes in zip(self.widths, view.sensitive, strict=True)}
        small, bad = failing(classes, view.counts, sensitive, self.need)
        return small[classes], bad[classes]

    def evaluate(self, view: View, node: Node) -> tuple[int, int, float]:
        """Records too small for k, records suppressed in all, and the score of a node."""
        if node in self.done:
            return self.done[node]
        small, bad = self.bad_rows(view)
        least, gone = int(view.counts[small].sum()), int(view.counts[bad].sum())
        sums = [
            a.total[level] - float((view.counts[bad] * a.share[level][codes[bad]]).sum()) + gone
            for a, codes, level in zip(self.axes, view.axes, node, strict=True)
        ]
        score = self._score(sums)
        self.done[node] = least, gone, score
        self.least = min(self.least, gone)
        if gone <= self.allowed and score < self.best - 1e-12:
            self.best, self.node, self.suppressed = score, node, gone
        return self.done[node]

    def _score(self, sums: Sequence[float]) -> float:
        if not sums or not self.rows:
            return 0.0
        shares = []
        for axis, total in zip(self.axes, sums, strict=True):
            finest = self.rows / axis.leaves
            shares.append(max(0.0, (total - finest) / (self.rows - finest)) if axis.leaves > 1 else 0.0)
        return float(np.prod([(1 + s) ** (1 / len(shares)) for s in shares]) - 1)

    def _bound(self, node: Node, suppressed: int, free: Sequence[int]) -> float:
        return self._score([a.least(0 if j in free else node[j], suppressed) for j, a in enumerate(self.axes)])

    def _descend(self) -> None:
        """Steepest descent from the top: a first good node, so that the search can leave branches early."""
        start = tuple(0 for _ in self.axes)
        node = self.top
        self.evaluate(self.roll(self.base, start, node), node)
        while True:
            below = [(*node[:j], node[j] - 1, *node[j + 1 :]) for j in range(len(node)) if node[j]]
            seen = [(self.evaluate(self.roll(self.base, start, n), n), n) for n in below]
            fit = [(score, n) for (_, gone, score), n in seen if gone <= self.allowed]
            if not fit or min(fit)[0] >= self.done[node][2]:
                return
            node = min(fit)[1]

    def _floor(self, node: Node) -> int:
        """Records that any more general node has to leave out: this one leaves out as many at least."""
        above = ((*node[:j], node[j] + 1, *node[j + 1 :]) for j in range(len(node)) if node[j] < self.top[j])
        return max((self.done[n][0] for n in above if n in self.done), default=0)

    def _branch(self, view: View, at: Node, depth: int) -> None:
        if depth == len(self.axes):
            return
        column, rest = self.order[depth], self.order[depth + 1 :]
        for level in range(self.top[column], -1, -1):
            root = tuple(level if j == column else self.top[j] if j in rest else at[j] for j in range(len(at)))
            if self._hopeless(root, self._floor(root), rest) or len(self.done) >= BUDGET:
                continue
            least = self.evaluate(self.roll(view, at, root), root)[0]
            if rest and not self._hopeless(root, least, rest):
                below = (*at[:column], level, *at[column + 1 :])
                self._branch(self.roll(view, at, below), below, depth + 1)

    def _hopeless(self, root: Node, suppressed: int, rest: Sequence[int]) -> bool:
        return suppressed > self.allowed or self._bound(root, suppressed, rest) >= self.best - 1e-12
