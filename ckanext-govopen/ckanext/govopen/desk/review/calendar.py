"""Until when a step is to be taken: working days by the calendar of this jurisdiction."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ckanext.govopen.desk.review import deadline
from ckanext.govopen.desk.review.steps import steps
from ckanext.govopen.face import today

__all__ = ["days_for", "due_for"]


@cache
def _acts() -> dict[str, Any]:
    text = files("govopen_schemas").joinpath("calendars", "sla.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["acts"])


def days_for(step: str) -> int:
    """Working days that a step may take."""
    return int(_acts()[steps()[step].act]["days"])


def due_for(step: str) -> dt.date:
    """The last day for a step that begins today."""
    return deadline.due(today(), days_for(step), deadline.load())
