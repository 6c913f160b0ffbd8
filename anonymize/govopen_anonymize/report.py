# SPDX-License-Identifier: Apache-2.0
"""What a run did: figures before and after, levels used, what was left out. It holds counts and names, never a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The record of one run, for people and machines."""

    kind: str
    recipe_digest: str
    rows_in: int
    rows_out: int
    suppressed: int
    columns: tuple[Mapping[str, Any], ...]
    models: tuple[Mapping[str, Any], ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    cube: Mapping[str, Any] | None = None
    order: str = "input"
    notes: tuple[Mapping[str, str], ...] = ()
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "format": "govopen-anonymize-report/1",
            "kind": self.kind,
            "recipe_digest": self.recipe_digest,
            "seed": self.seed,
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "suppressed": self.suppressed,
            "suppressed_share": self.suppressed / self.rows_in if self.rows_in else 0.0,
            "columns": [dict(c) for c in self.columns],
            "models": [dict(m) for m in self.models],
            "levels": dict(self.levels),
            "search": dict(self.search),
            "before": self.before,
            "after": self.after,
            "cube": self.cube,
            "order": self.order,
            "notes": [dict(n) for n in self.notes],
        }
