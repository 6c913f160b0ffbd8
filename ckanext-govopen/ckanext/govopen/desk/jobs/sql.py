"""Textual SQL with bound parameters on CKAN's session: values in, values out, no ORM objects.

Nothing here commits on its own: a caller's transaction is the caller's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["commit", "execute", "js", "one", "rollback", "rows", "scalar"]


def js(value: Any) -> str:
    """The JSON text of a value, to be bound and cast to jsonb; NaN is refused, dates become ISO texts."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "hex") and hasattr(value, "version"):
        return str(value)
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if not isinstance(value, tuple) else list(value)
    raise TypeError(type(value).__name__)


def execute(text: str, /, **params: Any) -> int:
    """Run a statement; give the number of rows it touched."""
    result = model.Session.execute(sa.text(text), params)
    return int(getattr(result, "rowcount", 0) or 0)


def rows(text: str, /, **params: Any) -> list[dict[str, Any]]:
    """Give all rows as mappings; uuids as text."""
    return [_values(row) for row in model.Session.execute(sa.text(text), params).mappings()]


def one(text: str, /, **params: Any) -> dict[str, Any] | None:
    """Give the first row, or None."""
    row = model.Session.execute(sa.text(text), params).mappings().first()
    return None if row is None else _values(row)


def scalar(text: str, /, **params: Any) -> Any:
    """Give the first column of the first row, or None."""
    value = model.Session.execute(sa.text(text), params).scalar()
    return str(value) if hasattr(value, "hex") and hasattr(value, "version") else value


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if hasattr(value, "hex") and hasattr(value, "version") else value
        for name, value in row.items()
    }


def commit() -> None:
    """Commit CKAN's session."""
    model.Session.commit()


def rollback() -> None:
    """Give up the transaction and the session's state."""
    model.Session.rollback()
