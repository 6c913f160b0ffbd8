"""One entry as lists show it, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckanext.govopen.face import lang, today
from ckanext.govopen.portal.pages import texts

__all__ = ["card", "day_of", "quality_of"]


def day_of(value: Any) -> dt.date | None:
    """The calendar day of a moment, a date or a text; None when it is none of them."""
    if isinstance(value, dt.datetime):
        return (value.astimezone(dt.UTC) + dt.timedelta(hours=8)).date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def quality_of(measured: Any, stated: Any = None) -> dict[str, Any] | None:
    """The quality of a release as measured, else as the catalogue states it."""
    score = measured.get("score") if isinstance(measured, Mapping) else stated
    try:
        value = round(float(score))
    except (TypeError, ValueError):
        return None
    grade = str(measured.get("grade") or "") if isinstance(measured, Mapping) else ""
    steps = ((90, "A"), (80, "B"), (70, "C"), (60, "D"), (0, "E"))
    return {"score": value, "grade": grade or next(g for low, g in steps if value >= low)}


def card(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a card or a line of a list shows of an entry."""
    body, organisation, speech = row["body"], row["organisation"] or {}, lang()
    last = day_of(row["released_at"]) or day_of(body.get("modified_data"))
    updated = last or day_of(row["modified_at"])
    return {
        "id": row["entry_id"],
        "name": row["name"],
        "title": texts.said(body, "title", speech),
        "notes": texts.said(body, "notes", speech),
        "open_type": body.get("open_type") or ("closed" if body.get("closed_ground") else ""),
        "high_value": body.get("high_value"),
        "theme": body.get("theme"),
        "update_cycle": body.get("update_cycle"),
        "quality": quality_of(row["quality"], body.get("quality_score")) if row["row_count"] is not None else None,
        "provider": texts.said(organisation, "title", speech),
        "has_data": row["row_count"] is not None,
        "kind": row["kind"],
        "rows": row["row_count"] if row["kind"] in ("table", "cube") else None,
        "modified": updated.isoformat() if updated else "",
        "due": texts.due(str(body.get("update_cycle") or ""), last, body.get("next_due"), today()) if last else None,
        "ground": texts.ground_of(body, speech) if row["row_count"] is None else "",
        "match": [],
    }
