"""The described columns of an entry, however they are kept: a list in a frozen revision, JSON text in CKAN. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["described"]


def described(kept: Any) -> list[dict[str, Any]]:
    """The columns that `kept` describes; what is no list of columns describes none."""
    if isinstance(kept, str):
        try:
            kept = json.loads(kept or "[]")
        except (ValueError, RecursionError):
            return []
    if not isinstance(kept, Sequence):
        return []
    return [dict(column) for column in kept if isinstance(column, Mapping)]
