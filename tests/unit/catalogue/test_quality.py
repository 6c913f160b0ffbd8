"""Quality: shares of what was checked; what was not checked is never counted as good."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ckanext.govopen.desk.catalogue.quality import Quality, score

TODAY = dt.date(2026, 11, 24)
COLUMN: dict[str, Any] = {"name": "a", "rows": 100, "nulls": 0, "distinct": 100, "findings": [], "declared_tags": []}


def _score(column: dict[str, Any] | None = None, **more: Any) -> Quality:
    profile = {"rows": 100, "columns": [{**COLUMN, **(column or {})}], "checks": more.pop("checks", [])}
    report = more.pop("report", {"rows": 100})
    return score(profile, report, more, TODAY)


def _share(made: Quality, name: str) -> float:
    return next(one.share for one in made.indicators if one.name == name)


def test_an_empty_delivery_scores_by_what_there_is() -> None:
    """Groups without an indicator are left out; the catalogue alone can be measured."""
    made = score({}, {}, {}, TODAY)
    assert (made.score, made.grade, made.groups) == (0.0, "E", {"conformity": 0.0})
    assert "timeliness" not in made.to_dict()["groups"]


@pytest.mark.parametrize(
    ("column", "name", "share"),
    [
        ({"type_problem": {"kind": "date", "count": 5}}, "format", 0.95),
        ({"nulls": 20}, "cells", 0.8),
        ({"padded": 10}, "clean_cells", 0.9),
        ({"is_key": True, "distinct": 50}, "unique_keys", 0.5),
        ({"findings": [{"tag": "person.phone"}]}, "security", 0.0),
        ({"findings": [{"tag": "person.phone"}], "declared_tags": ["person.phone"]}, "security", 1.0),
    ],
)
def test_each_trouble_lowers_its_own_indicator(column: dict[str, Any], name: str, share: float) -> None:
    """The share is what passed among what was checked."""
    assert _share(_score(column), name) == pytest.approx(share)


def test_wrong_check_digits_and_missing_rows_lower_accuracy_and_completeness() -> None:
    """Both are measured only when something was declared to compare with."""
    made = _score(checks=[{"checked": 10, "failed": 4}], report={"rows": 90, "declared_rows": 100})
    assert _share(made, "check_digits") == pytest.approx(0.6)
    assert _share(made, "records") == pytest.approx(0.9)
    assert made.groups["accuracy"] == pytest.approx(80.0)


@pytest.mark.parametrize(
    ("updated", "cycle", "share"),
    [
        ("2026-11-23", "daily", 1.0),
        ("2026-10-20", "monthly", 1.0),
        ("2026-11-21", "daily", 0.0),
        ("2026-10-01", "monthly", 1 - 18 / 31),
        ("2026-11-24T01:00:00", "realtime", 1.0),
    ],
)
def test_lateness_counts_after_cycle_and_grace(updated: str, cycle: str, share: float) -> None:
    """One missed cycle more is one share less, never below nothing."""
    assert _share(_score(update_cycle=cycle, modified_data=updated), "update") == pytest.approx(share)


@pytest.mark.parametrize(
    "facts", [{}, {"update_cycle": "irregular", "modified_data": "2020-01-01"}, {"update_cycle": "daily"}]
)
def test_what_has_no_cycle_or_date_has_no_timeliness(facts: dict[str, str]) -> None:
    """Not applicable is left out, not full marks."""
    assert "timeliness" not in _score(**facts).groups


def test_the_total_is_the_weighted_mean_of_its_groups() -> None:
    """Weights and grades are data; the indicators behind are told."""
    made = _score({"nulls": 50})
    weights = {"conformity": 20, "completeness": 20, "accuracy": 25, "accessibility": 10}
    wanted = sum(weights[group] * value for group, value in made.groups.items()) / sum(weights.values())
    assert made.score == pytest.approx(wanted, abs=0.06)
    assert made.grade == "C"
    assert {one["name"] for one in made.to_dict()["indicators"]} >= {"cells", "metadata", "machine_readable"}
