"""A stored receipt as the hub's client sends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from govopen_harvesters.base import Receipt

__all__ = ["receipt_of"]


def receipt_of(payload: Mapping[str, Any]) -> Receipt:
    """Read an outbox line."""
    return Receipt(
        remote_id=str(payload["remote_id"]),
        package_id=payload.get("package_id"),
        kind=str(payload["kind"]),
        code=payload.get("code"),
        detail=dict(payload.get("detail") or {}),
        at=dt.datetime.fromisoformat(str(payload["at"])),
    )
