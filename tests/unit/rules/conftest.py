"""What the tests of the rules share: the shipped rule set, a short way to write facts, the recipe format."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ckanext.govopen.desk.rules.facts import ColumnFacts, EntryFacts
from ckanext.govopen.desk.rules.table import RuleSet

TODAY = dt.date(2026, 11, 24)


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    """The rule set that ships."""
    return RuleSet.load()


@pytest.fixture(scope="session")
def recipe_format() -> Draft202012Validator:
    """The format that `govopen_anonymize` reads."""
    return Draft202012Validator(
        json.loads(files("govopen_schemas").joinpath("recipes", "recipe.schema.json").read_text(encoding="utf-8"))
    )


def entry(**facts: Any) -> EntryFacts:
    """An entry: a table of objects of 100,000 rows unless said otherwise."""
    return EntryFacts(**{"kind": "table", "subject": "object", "rows": 100_000, "today": TODAY, **facts})


def column(name: str, *tags: str, **facts: Any) -> ColumnFacts:
    """A column of text with a thousand distinct values unless said otherwise."""
    return ColumnFacts(**{"name": name, "tags": frozenset(tags), "distinct": 1000, **facts})


@pytest.fixture(name="entry")
def _entry() -> Callable[..., EntryFacts]:
    return entry


@pytest.fixture(name="column")
def _column() -> Callable[..., ColumnFacts]:
    return column


def from_case(case: Mapping[str, Any]) -> tuple[EntryFacts, list[ColumnFacts]]:
    """Facts of a case beside the rule set."""
    facts = dict(case["entry"])
    facts["declared_tags"] = frozenset(facts.get("declared_tags", ()))
    if "embargo_until" in facts:
        facts["embargo_until"] = dt.date.fromisoformat(facts["embargo_until"])
    columns = []
    for name, (kind, distinct, level, *tags) in case["columns"].items():
        stats = {"code": kind == "code", **case.get("stats", {}).get(name, {})}
        plain = "string" if kind == "code" else kind
        columns.append(column(name, *tags, type=plain, distinct=distinct, declared_level=level or None, stats=stats))
    return entry(**facts), columns


@pytest.fixture(name="from_case")
def _from_case() -> Callable[[Mapping[str, Any]], tuple[EntryFacts, list[ColumnFacts]]]:
    return from_case
