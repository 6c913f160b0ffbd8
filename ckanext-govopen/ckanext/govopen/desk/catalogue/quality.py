"""数据质量: six groups of indicators of GB/T 36344, each a share of what passes among what was checked.

Pure. What was not checked is not counted as good: an empty indicator, or an empty group, is left out of the mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ...codes import load
from .entry import revision_body

__all__ = ["Indicator", "Quality", "score"]

Profile = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """指标: how many passed among how many checked."""

    group: str
    name: str
    passed: float
    checked: float

    @property
    def share(self) -> float:
        """The share that passed, between 0 and 1."""
        return max(0.0, min(1.0, self.passed / self.checked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """质量得分: 0 to 100 with a grade, by group, and the indicators behind."""

    score: float
    grade: str
    groups: Mapping[str, float]
    indicators: tuple[Indicator, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for evidence, manifest and page."""
        return {
            "score": self.score,
            "grade": self.grade,
            "groups": dict(self.groups),
            "indicators": [
                {"group": one.group, "name": one.name, "share": round(one.share, 4), "checked": one.checked}
                for one in self.indicators
            ],
        }


@cache
def _settings() -> Mapping[str, Any]:
    text = files("govopen_schemas").joinpath("rules", "quality.yaml").read_text(encoding="utf-8")
    settings: Mapping[str, Any] = yaml.safe_load(text)
    return settings


def score(profile: Profile, load_report: Mapping[str, Any], catalogue: Mapping[str, Any], today: date) -> Quality:
    """Score a delivery from its profile, how it loaded, what the catalogue says, and the day."""
    body = revision_body(catalogue)
    found = [*_conformity(profile, body), *_completeness(profile, load_report), *_accuracy(profile)]
    found += [*_timeliness(catalogue, today), *_accessibility(load_report)]
    indicators = tuple(one for one in found if one.checked > 0)
    groups = _groups(indicators)
    weights = _settings()["weights"]
    whole = sum(weights[group] for group in groups)
    total = round(sum(weights[group] * value for group, value in groups.items()) / whole, 1) if whole else 0.0
    return Quality(score=total, grade=_grade(total), groups=groups, indicators=indicators)


def _groups(indicators: tuple[Indicator, ...]) -> dict[str, float]:
    by_group: dict[str, list[float]] = {}
    for one in indicators:
        by_group.setdefault(one.group, []).append(one.share)
    return {group: round(100 * sum(shares) / len(shares), 1) for group, shares in by_group.items()}


def _grade(total: float) -> str:
    grade: str = next(step["grade"] for step in _settings()["grades"] if total >= step["from"])
    return grade


def _indicator(group: str, name: str, passed: float, checked: float) -> Indicator:
    return Indicator(group=group, name=name, passed=passed, checked=checked)


def _columns(profile: Profile) -> list[Mapping[str, Any]]:
    return list(profile.get("columns") or ())


def _filled(column: Mapping[str, Any]) -> int:
    return int(column.get("rows") or 0) - int(column.get("nulls") or 0)


def _conformity(profile: Profile, body: Mapping[str, Any]) -> list[Indicator]:
    columns = _columns(profile)
    wrong = sum(int((column.get("type_problem") or {}).get("count") or 0) for column in columns)
    filled = sum(_filled(column) for column in columns)
    required = _settings()["metadata"]
    described = [bool(field.get("name_zh") and field.get("description_zh")) for field in body["govopen_fields"]]
    known = sum(bool(body.get(key)) for key in required)
    found = [column for column in columns if column.get("findings")]
    tagged = sum(
        {one["tag"] for one in column["findings"]} <= set(column.get("declared_tags") or ()) for column in found
    )
    return [
        _indicator("conformity", "format", filled - wrong, filled),
        _indicator("conformity", "metadata", known + sum(described), len(required) + len(described)),
        _indicator("conformity", "security", tagged, len(found)),
    ]


def _completeness(profile: Profile, load_report: Mapping[str, Any]) -> list[Indicator]:
    columns = _columns(profile)
    cells = sum(int(column.get("rows") or 0) for column in columns)
    declared = int(load_report.get("declared_rows") or 0)
    received = int(load_report.get("rows") or profile.get("rows") or 0)
    return [
        _indicator("completeness", "cells", sum(_filled(column) for column in columns), cells),
        _indicator("completeness", "records", received, declared),
    ]


def _accuracy(profile: Profile) -> list[Indicator]:
    columns = _columns(profile)
    checks = list(profile.get("checks") or ())
    checked = sum(int(check.get("checked") or 0) for check in checks)
    failed = sum(int(check.get("failed") or 0) for check in checks)
    keys = [column for column in columns if column.get("is_key")]
    padded = sum(int(column.get("padded") or 0) for column in columns)
    filled = sum(_filled(column) for column in columns)
    return [
        _indicator("accuracy", "check_digits", checked - failed, checked),
        _indicator("accuracy", "unique_keys", sum(int(k.get("distinct") or 0) for k in keys), sum(map(_filled, keys))),
        _indicator("accuracy", "clean_cells", filled - padded, filled),
    ]


def _timeliness(catalogue: Mapping[str, Any], today: date) -> list[Indicator]:
    """1 until cycle and grace have passed since the last update, then less with every cycle that is missed."""
    cycles = load("update_cycles")
    cycle = str(catalogue.get("update_cycle") or "")
    updated = str(catalogue.get("modified_data") or "")[:10]
    if not updated or cycle not in cycles or not cycles[cycle].more["grace_hours"]:
        return []
    period = max(1, int(cycles[cycle].more["period_days"] or 0))
    late = (today - date.fromisoformat(updated)).days - period - int(cycles[cycle].more["grace_hours"]) / 24
    return [_indicator("timeliness", "update", 1.0 if late <= 0 else max(0.0, 1 - late / period), 1)]


def _accessibility(load_report: Mapping[str, Any]) -> list[Indicator]:
    """What loaded into a table at all is machine-readable in every format made of it."""
    return [_indicator("accessibility", "machine_readable", 1, 1 if load_report else 0)]
