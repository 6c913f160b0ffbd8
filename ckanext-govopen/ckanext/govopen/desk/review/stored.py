"""A stored request as the pure core knows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .steps import Request, Signature

__all__ = ["as_request"]


def as_request(row: Mapping[str, Any], taken: Iterable[Mapping[str, Any]], red: Iterable[str] = ()) -> Request:
    """The request of a row with the steps that were taken, and the codes of the gates that are red today."""
    return Request(
        id=f"#{row['number']}",
        state=row["state"],
        steps=tuple(row["steps"]),
        digests=row["digests"],
        submitted_by=row["submitted_by"],
        taken=tuple(
            Signature(step=one["step"], officer=one["officer"], decision=one["decision"], comment=one["comment"])
            for one in taken
        ),
        red=tuple(dict.fromkeys(red)),
    )
