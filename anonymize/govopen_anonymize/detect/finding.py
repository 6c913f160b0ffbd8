# SPDX-License-Identifier: Apache-2.0
"""What a scan says of a column; examples are masked, so that a finding never carries a value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Finding", "masked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind found in one column."""

    column: str
    kind: str
    tag: str
    confidence: float
    count: int
    share: float
    examples: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**asdict(self), "examples": list(self.examples)}


def masked(text: str) -> str:
    """The shape of a value: digits 9, Latin letters A, Han 某, the rest as it is."""
    shape = "".join(
        "9" if c.isdigit() else "A" if c.isascii() and c.isalpha() else "某" if c.isalpha() else c for c in text[:24]
    )
    return shape + ("…" if len(text) > 24 else "")
