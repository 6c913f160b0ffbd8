"""The gate: what is not measured is red, and every limit bites on its own side."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ckanext.govopen.desk.rules.decision import Plan, Route
from ckanext.govopen.desk.rules.plan import plan
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.desk.rules.verdict import Verdict, roads, verdict

Make = Callable[..., Any]
GOOD: dict[str, Any] = {
    "rows_in": 100_000,
    "rows_out": 99_000,
    "suppressed": 1000,
    "quasi_identifiers": ["sex"],
    "k": 20,
    "max_risk": 0.05,
    "min_cell": 10,
    "derivable_cells": 0,
    "rescan": [],
    "linkage": {"checked_with": [], "ok": True, "worst": None},
    "fidelity": {"rows_equal": True, "leading_zeros_ok": True, "dates_ok": True, "encoding": "utf-8"},
    "checksum": [],
    "quality": {"score": 70, "grade": "C", "groups": {"accuracy": 60}},
}


@pytest.fixture
def persons(entry: Make, column: Make, rules: RuleSet) -> Plan:
    """A table of persons with a public and a licensee's route."""
    facts = entry(subject="person", category="A")
    return plan(facts, [column("id", "person.id_number"), column("sex", "person.sex", distinct=2)], rules)


@pytest.fixture
def visits(entry: Make, column: Make, rules: RuleSet) -> Plan:
    """A table of patients that leaves as cubes."""
    facts = entry(subject="person", category="A")
    return plan(facts, [column("sex", "person.sex", distinct=2), column("ill", "person.health", distinct=9)], rules)


def _route(made: Plan, name: str) -> Route:
    route = made.route(name)
    assert route is not None
    return route


def test_good_evidence_is_green_and_survives_storage(persons: Plan, rules: RuleSet) -> None:
    """Exactly at the limits is inside; the stored verdict is the same verdict."""
    made = verdict(_route(persons, "table"), GOOD, rules)
    assert made.green
    assert made.red == ()
    assert Verdict.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_no_evidence_is_red_everywhere(persons: Plan, visits: Plan, rules: RuleSet) -> None:
    """A gate without its measure does not open."""
    rows = verdict(_route(persons, "table"), {}, rules)
    assert set(rows.red) == {
        "gate.direct_identifier", "gate.k", "gate.linkage", "gate.fidelity", "gate.quality", "gate.checksum",
    }  # fmt: skip
    cube = verdict(_route(visits, "cube"), {}, rules)
    assert {"gate.small_cell", "gate.linkage", "gate.fidelity", "gate.quality"} <= set(cube.red)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"k": 19}, "gate.k"),
        ({"max_risk": 0.051}, "gate.k"),
        ({"linkage": {"ok": False, "worst": 3}}, "gate.linkage"),
        ({"fidelity": {**GOOD["fidelity"], "leading_zeros_ok": False}}, "gate.fidelity"),
        ({"fidelity": {**GOOD["fidelity"], "filled_ok": False}}, "gate.fidelity"),
        ({"quality": {"score": 69.9}}, "gate.quality"),
        ({"quality": {"score": 90, "groups": {"accuracy": 59}}}, "gate.quality"),
        ({"checksum": [{"column": "uscc", "kind": "uscc", "checked": 9, "failed": 1}]}, "gate.checksum"),
        ({"rescan": [{"column": "sex", "kind": "mobile", "tag": "person.phone", "count": 1, "share": 0.1}]},
         "gate.direct_identifier"),
        ({"rescan": [{"column": "id", "kind": "id18", "tag": "person.id_number", "count": 1, "share": 0.1}]},
         "gate.direct_identifier"),
        ({"gaps": [{"code": "entry.incomplete", "field": "notes"}]}, "entry.incomplete"),
        ({"gaps": [{"code": "entry.column_undescribed", "field": "sex"}]}, "entry.column_undescribed"),
    ],
)  # fmt: skip
def test_each_limit_has_its_own_code(change: dict[str, Any], code: str, persons: Plan, rules: RuleSet) -> None:
    """One figure on the wrong side turns exactly its gate red."""
    made = verdict(_route(persons, "table"), {**GOOD, **change}, rules)
    assert not made.green
    assert made.red == (code,)


def test_a_checksum_of_another_kind_and_a_name_that_stays_are_no_trouble(
    entry: Make, column: Make, rules: RuleSet
) -> None:
    """Only codes of organisations have a digit that gates, and a kept name is where the rules left it."""
    facts = entry(subject="org", open_type="conditional")
    made = plan(
        facts, [column("holder", "org.shareholder_name", "person.name"), column("id", "person.id_number")], rules
    )
    evidence = {
        **GOOD,
        "checksum": [{"column": "id", "kind": "id18", "checked": 9, "failed": 1}],
        "rescan": [{"column": "holder", "kind": "name", "tag": "person.name", "count": 9, "share": 1.0}],
    }
    assert verdict(_route(made, "table-licensee"), evidence, rules).green
    pseudonym = {"column": "id", "kind": "id18", "tag": "person.id_number", "count": 1, "share": 0.1}
    assert verdict(_route(made, "table-licensee"), {**evidence, "rescan": [pseudonym]}, rules).red == (
        "gate.direct_identifier",
    )


def test_rows_as_they_are_keep_what_the_rules_left(entry: Make, column: Make, rules: RuleSet) -> None:
    """A route without a recipe leaves every column: their own tags are no surprise, k is not owed."""
    made = plan(entry(declared_tags=frozenset({"weather"})), [column("station", "person.masked_id")], rules)
    assert made.closed is not None
    made = plan(entry(declared_tags=frozenset({"public_register"})), [column("head", "person.name")], rules)
    found = [{"column": "head", "kind": "name", "tag": "person.name", "count": 1, "share": 1}]
    evidence = {key: value for key, value in GOOD.items() if key not in {"k", "max_risk", "linkage"}}
    assert verdict(_route(made, "table"), {**evidence, "rescan": found}, rules).green


def test_without_quasi_identifiers_there_is_no_class_to_measure(persons: Plan, rules: RuleSet) -> None:
    """An empty list is the meter's word that nothing is left to tell persons apart by; silence is not."""
    route = _route(persons, "table")
    assert verdict(route, {**GOOD, "quasi_identifiers": [], "k": None, "max_risk": None}, rules).green
    assert verdict(route, {**GOOD, "k": None, "max_risk": None}, rules).red == ("gate.k",)


def test_a_cube_owes_cells_and_no_k(visits: Plan, rules: RuleSet) -> None:
    """Cells under ten and cells that can be worked out are one code."""
    route = _route(visits, "cube")
    assert verdict(route, {**GOOD, "k": None, "max_risk": None}, rules).green
    assert verdict(route, {**GOOD, "min_cell": 9}, rules).red == ("gate.small_cell",)
    assert verdict(route, {**GOOD, "derivable_cells": 1}, rules).red == ("gate.small_cell",)


def test_undescribed_columns_stop_a_table_and_not_a_file(entry: Make, column: Make, rules: RuleSet) -> None:
    """The entry's own gap is known from the plan; a file needs no measure but its catalogue."""
    made = plan(entry(declared_tags=frozenset({"weather"}), has_undescribed=True), [column("a")], rules)
    assert verdict(_route(made, "table"), GOOD, rules).red == ("entry.column_undescribed",)
    paper = plan(entry(kind="file", has_undescribed=True), [], rules)
    assert verdict(_route(paper, "file"), {}, rules).green


def test_roads_tell_what_each_costs(persons: Plan, visits: Plan, rules: RuleSet) -> None:
    """The passable road first; one that was not measured yet is neither green nor red."""
    judged = verdict(_route(persons, "table-licensee"), GOOD, rules)
    first, second = (road.to_dict() for road in roads(persons, {"table-licensee": judged}))
    assert (first["route"], first["green"], first["k"], first["rows_lost"]) == ("table-licensee", True, 20, 1000)
    assert (second["route"], second["green"], second["k"], second["columns_lost"]) == ("table", None, 20, 1)
    assert second["days"] == 15
    assert [road.rows_lost for road in roads(visits, {})] == [None, None]


def test_a_file_loses_no_column(entry: Make, rules: RuleSet) -> None:
    """What has no columns loses none."""
    assert [road.columns_lost for road in roads(plan(entry(kind="file"), [], rules), {})] == [0]
