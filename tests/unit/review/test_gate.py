"""The gate is asked again whenever somebody decides: no stored verdict opens what its evidence does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ckanext.govopen.desk.review.gate import red_codes
from ckanext.govopen.desk.rules.facts import ColumnFacts, EntryFacts
from ckanext.govopen.desk.rules.plan import plan
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.desk.rules.verdict import verdict

RULES = RuleSet.load()
EVIDENCE: dict[str, Any] = {
    "rows_in": 100_000,
    "rows_out": 100_000,
    "rescan": [],
    "checksum": [],
    "quasi_identifiers": [],
    "linkage": {"checked_with": [], "ok": True, "worst": None},
    "fidelity": {"rows_equal": True, "leading_zeros_ok": True, "dates_ok": True},
    "quality": {"score": 90, "grade": "A", "groups": {"accuracy": 90}},
}
PLAN = plan(
    EntryFacts(kind="table", subject="object", rows=100_000, today=dt.date(2026, 11, 24), category="C"),
    [ColumnFacts(name="station", tags=frozenset({"public_facility"}), distinct=1000)],
    RULES,
)


@pytest.fixture
def candidate() -> dict[str, Any]:
    """A candidate that passed, as the database holds it."""
    route = PLAN.routes[0]
    judged = verdict(route, EVIDENCE, RULES)
    assert judged.green
    return {
        "route": route.route,
        "state": "candidate",
        "evidence": EVIDENCE,
        "verdict": judged.to_dict(),
        "green": True,
    }


def test_what_passed_passes_again(candidate: dict[str, Any]) -> None:
    """The same evidence and rules, the same answer."""
    assert red_codes(candidate, PLAN.to_dict(), RULES) == []


def test_a_green_verdict_over_red_evidence_opens_nothing(candidate: dict[str, Any]) -> None:
    """Whoever writes a verdict by hand gains nothing by it."""
    found = {"column": "station", "kind": "resident_id", "tag": "person.id_number", "count": 3, "share": 0.1}
    forged = {**candidate, "evidence": {**EVIDENCE, "rescan": [found]}}
    assert red_codes(forged, PLAN.to_dict(), RULES) == ["gate.direct_identifier"]


@pytest.mark.parametrize(
    "change", [{"evidence": None}, {"route": "elsewhere"}, {"green": False}, {"evidence": None, "verdict": None}]
)
def test_what_was_not_measured_has_not_passed(candidate: dict[str, Any], change: dict[str, Any]) -> None:
    """No evidence, no such route, no green: red."""
    assert red_codes({**candidate, **change}, PLAN.to_dict(), RULES) == ["gate.fidelity"]


def test_what_was_not_built_keeps_the_builder_s_word(candidate: dict[str, Any]) -> None:
    """A demand that no recipe met is red at its gate, and by its own code where it says none."""
    gate = {"code": "gate.k", "ok": False, "measured": 3, "limit": 20, "text": "model.unreachable"}
    unbuilt = {**candidate, "state": "failed", "verdict": {"gates": [gate]}}
    assert red_codes(unbuilt, PLAN.to_dict(), RULES) == ["gate.k"]
    assert red_codes({**unbuilt, "verdict": None}, PLAN.to_dict(), RULES) == ["vault.failed"]
