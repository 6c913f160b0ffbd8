"""Until when a step is to be taken: working days by the calendar of this jurisdiction."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ckanext.govopen.desk.review import deadline
from ckanext.govopen.face import today

__all__ = ["days_for", "due_for"]


@cache
def _document(name: str) -> Any:
    return yaml.safe_load(files("govopen_schemas").joinpath(*name.split("/")).read_text(encoding="utf-8"))


def days_for(step: str) -> int:
    """Working days that a step may take."""
    act = next((item["act"] for item in _document("steps.yaml")["steps"] if item["step"] == step), "")
    return int((_document("calendars/sla.yaml")["acts"].get(act) or {"days": 5})["days"])


def due_for(step: str) -> dt.date:
    """The last day for a step that begins today."""
    return deadline.due(today(), days_for(step), deadline.load())
