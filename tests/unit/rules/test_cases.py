"""The cases that lie beside the rule set: each is answered as written, and every rule speaks in one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ckanext.govopen.desk.rules.columns import rule_columns
from ckanext.govopen.desk.rules.decision import Plan, Route
from ckanext.govopen.desk.rules.facts import Scene
from ckanext.govopen.desk.rules.match import entry_holds
from ckanext.govopen.desk.rules.plan import plan
from ckanext.govopen.desk.rules.table import RuleSet

CASES = yaml.safe_load(files("govopen_schemas").joinpath("rules", "default.cases.yaml").read_text(encoding="utf-8"))
Facts = Callable[[Mapping[str, Any]], Any]


def _check(route: Route, wanted: Mapping[str, Any]) -> None:
    columns = (route.recipe or {}).get("columns", {})
    cube = (route.recipe or {}).get("aggregate", {})
    for name in ("audience", "human_check"):
        assert getattr(route, name) == wanted.get(name, getattr(route, name))
    for name in ("k", "max_risk", "min_cell"):
        assert route.obligations.get(name) == wanted.get(name, route.obligations.get(name))
    assert route.open_type.value == wanted.get("open_type", route.open_type.value)
    assert (route.recipe is not None) == wanted.get("recipe", route.recipe is not None)
    assert route.standing_allowed == wanted.get("standing", route.standing_allowed)
    assert list(route.steps) == wanted.get("steps", list(route.steps))
    operators = {name: columns[name]["operator"] for name in wanted.get("operators", {})}
    assert operators == wanted.get("operators", {})
    assert cube.get("unit") == wanted.get("unit", cube.get("unit"))
    dimensions = [one["column"] for one in cube.get("dimensions", ())]
    assert sorted(dimensions) == sorted(wanted.get("dimensions", dimensions))
    measures = [one["name"] for one in cube.get("measures", ())]
    assert measures == wanted.get("measures", measures)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_a_case_is_answered_as_written(
    case: Mapping[str, Any], from_case: Facts, rules: RuleSet, recipe_format: Draft202012Validator
) -> None:
    """Open type, ground, routes with their treatments, and refusals are those of the file."""
    entry, columns = from_case(case)
    expect = case["expect"]
    made = plan(entry, columns, rules)
    assert made.closed == expect.get("closed")
    assert made.open_type.value == expect.get("open_type", made.open_type.value)
    assert made.grade == expect.get("grade", made.grade)
    assert made.national_grade == expect.get("national_grade", made.national_grade)
    assert made.category == expect.get("category", made.category)
    assert {route.route for route in made.routes} == set(expect["routes"])
    assert {one.route: one.code for one in made.refusals} == expect.get("refusals", {})
    for name, wanted in expect["routes"].items():
        route = made.route(name)
        assert route is not None
        _check(route, wanted)
        assert set(expect.get("fired", ())) <= {one.rule for one in route.fired}
        if route.recipe is not None:
            recipe_format.validate(route.recipe)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_a_plan_is_stored_and_read_without_loss(case: Mapping[str, Any], from_case: Facts, rules: RuleSet) -> None:
    """A plan survives JSON, and the same facts make the same plan again."""
    entry, columns = from_case(case)
    made = plan(entry, columns, rules)
    assert Plan.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    assert plan(entry, columns, rules).to_dict() == made.to_dict()


def test_every_rule_speaks_in_a_case(from_case: Facts, rules: RuleSet) -> None:
    """A rule that no case reaches is a rule that nobody tried; those that are only cited are left out."""
    heard: set[str] = set()
    for case in CASES["cases"]:
        entry, columns = from_case(case)
        scene = Scene.of(entry, columns)
        heard |= {rule.id for rule in rules.rules if not rule.columns and entry_holds(rule.when, scene)}
        heard |= {rule.id for ruling in rule_columns(scene, rules) for rule in ruling.fired}
    assert {rule.id for rule in rules.rules if "never" not in rule.when} == heard
