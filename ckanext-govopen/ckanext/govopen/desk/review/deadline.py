"""期限: working days by the calendar of the State Council's notices.

Pure but for reading the shipped calendar once. A year that is missing falls back to Monday to Friday and is marked, as
is a year whose notice was not at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["Calendar", "due", "load", "working_days"]

_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """日历: weekdays that are off, weekend days that are worked, and the years whose list was verified."""

    off: frozenset[date]
    worked: frozenset[date]
    verified: frozenset[int]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Calendar:
        """The calendar of a `holidays.yaml` document."""
        years = document["years"]
        return cls(
            off=frozenset(date.fromisoformat(day) for year in years.values() for day in year["rest"]),
            worked=frozenset(date.fromisoformat(day) for year in years.values() for day in year["worked"]),
            verified=frozenset(int(year) for year, content in years.items() if content["verified"]),
        )

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on `day`."""
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def is_sure(self, start: date, end: date) -> bool:
        """Tell whether every year between the two days has a verified list; else a date is shown with a mark."""
        return all(year in self.verified for year in range(start.year, end.year + 1))


@cache
def load() -> Calendar:
    """The shipped calendar."""
    return Calendar.parse(
        yaml.safe_load(files("govopen_schemas").joinpath("calendars", "holidays.yaml").read_text(encoding="utf-8"))
    )


def due(start: date, days: int, calendar: Calendar) -> date:
    """The last day of a period of `days` working days that begins on the day after `start`.

    Of no days it is `start` itself: the same day, working or not.
    """
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= calendar.is_working_day(day)
    return day


def working_days(start: date, end: date, calendar: Calendar) -> int:
    """Working days after `start` up to and with `end`; negative when `end` has passed."""
    if end < start:
        return -working_days(end, start, calendar)
    return sum(calendar.is_working_day(start + timedelta(days=n + 1)) for n in range((end - start).days))
