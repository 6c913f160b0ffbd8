# SPDX-License-Identifier: Apache-2.0
"""Measure the risk of a table: classes of equal quasi-identifiers and what they give away of sensitive columns.

A null counts as a value of its own. Class sizes are those of the table itself (prosecutor model).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .coded import Codes, encode, ranks
from .errors import ColumnMissing
from .histogram import number_classes
from .models.classes import distinct_l, distribution, entropy_l, t_distance

__all__ = ["Risk", "Sensitive", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive:
    """The least of l and the worst of t over all classes, for one sensitive column."""

    distinct_l: int
    entropy_l: float
    t: float
    t_ordered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Figures of one table for one set of quasi-identifiers."""

    rows: int
    classes: int
    k: int
    uniques: int
    prosecutor_risk_max: float
    marketer_risk: float
    discernibility: int
    sizes: npt.NDArray[np.int64] = field(repr=False)
    sensitive: Mapping[str, Sensitive] = field(default_factory=dict)

    def records_below(self, n: int) -> int:
        """Records in classes of fewer than n records."""
        return int(self.sizes[self.sizes < n].sum())

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a report."""
        return {
            "rows": self.rows,
            "classes": self.classes,
            "k": self.k,
            "uniques": self.uniques,
            "prosecutor_risk_max": self.prosecutor_risk_max,
            "marketer_risk": self.marketer_risk,
            "discernibility": self.discernibility,
            "records_below": {str(n): self.records_below(n) for n in (2, 3, 5, 10, 20)},
            "sensitive": {
                name: {"distinct_l": s.distinct_l, "entropy_l": s.entropy_l, "t": s.t, "t_ordered": s.t_ordered}
                for name, s in self.sensitive.items()
            },
        }


def measure(table: pa.Table, quasi_identifiers: Sequence[str], sensitive: Sequence[str] = ()) -> Risk:
    """Class figures of `table`; without quasi-identifiers all rows are one class."""
    lacking = [c for c in (*quasi_identifiers, *sensitive) if c not in table.column_names]
    if lacking:
        raise ColumnMissing(columns=lacking)
    classes, sizes = _classes(table, quasi_identifiers)
    rows = table.num_rows
    return Risk(
        rows=rows,
        classes=len(sizes),
        k=int(sizes.min()) if rows else 0,
        uniques=int((sizes == 1).sum()),
        prosecutor_risk_max=float(1 / sizes.min()) if rows else 0.0,
        marketer_risk=len(sizes) / rows if rows else 0.0,
        discernibility=int((sizes * sizes).sum()),
        sizes=np.sort(sizes),
        sensitive={name: _sensitive(table, name, classes, len(sizes)) for name in sensitive},
    )


def _classes(table: pa.Table, columns: Sequence[str]) -> tuple[Codes, Codes]:
    if not table.num_rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    coded = [encode(table.column(c)) for c in columns]
    classes, first = number_classes([(c.codes, len(c.values)) for c in coded], table.num_rows)
    return classes, np.bincount(classes, minlength=len(first)).astype(np.int64)


def _sensitive(table: pa.Table, name: str, classes: Codes, count: int) -> Sensitive:
    if not table.num_rows:
        return Sensitive(distinct_l=0, entropy_l=0.0, t=0.0, t_ordered=None)
    coded = encode(table.column(name))
    codes = ranks(coded)
    pairs = distribution(classes, codes, np.ones(len(classes), np.int64), len(coded.values))
    ordered = _is_ordered(coded.values.type)
    return Sensitive(
        distinct_l=int(distinct_l(pairs, count).min()),
        entropy_l=float(entropy_l(pairs, count).min()),
        t=float(t_distance(pairs, count, "equal").max()),
        t_ordered=float(t_distance(pairs, count, "ordered").max()) if ordered else None,
    )


def _is_ordered(kind: pa.DataType) -> bool:
    return any(
        test(kind) for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_temporal)
    )
