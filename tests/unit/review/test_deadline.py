"""Working days by the published calendar, and a mark where it was not published yet."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.desk.review.deadline import due, load, working_days

D = dt.date


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (D(2026, 11, 24), 0, D(2026, 11, 24)),
        (D(2026, 11, 24), 3, D(2026, 11, 27)),
        (D(2026, 11, 27), 1, D(2026, 11, 30)),
        (D(2026, 2, 13), 1, D(2026, 2, 14)),  # A Saturday that is worked before the Spring Festival.
        (D(2026, 2, 14), 1, D(2026, 2, 24)),
        (D(2026, 9, 30), 2, D(2026, 10, 9)),
        (D(2026, 12, 31), 1, D(2027, 1, 4)),
    ],
)
def test_a_period_ends_on_a_working_day(start: D, days: int, end: D) -> None:
    """Festivals do not count, shifted weekends do."""
    assert due(start, days, load()) == end


def test_a_year_without_a_notice_is_marked() -> None:
    """2026 is published; 2027 is not yet, 2031 is unknown and falls back to Monday to Friday."""
    calendar = load()
    assert calendar.is_sure(D(2026, 1, 1), D(2026, 12, 31))
    assert not calendar.is_sure(D(2026, 12, 1), D(2027, 1, 5))
    assert not calendar.is_sure(D(2031, 1, 1), D(2031, 1, 1))
    assert calendar.is_working_day(D(2031, 1, 1))
    assert not calendar.is_working_day(D(2031, 1, 4))


def test_what_has_passed_counts_negative() -> None:
    """Days left, or days late."""
    assert working_days(D(2026, 11, 24), D(2026, 11, 30), load()) == 4
    assert working_days(D(2026, 11, 30), D(2026, 11, 24), load()) == -4
    assert working_days(D(2026, 11, 24), D(2026, 11, 24), load()) == 0


@given(st.dates(D(2026, 1, 1), D(2027, 12, 1)), st.integers(1, 30))
def test_counting_back_gives_the_days_again(start: D, days: int) -> None:
    """The end of a period of n working days lies n working days after its start, and is one."""
    end = due(start, days, load())
    assert working_days(start, end, load()) == days
    assert load().is_working_day(end)
