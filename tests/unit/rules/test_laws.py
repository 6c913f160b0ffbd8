"""Laws that hold whatever the table: a warning tag never loosens, decisions are the same for ever, recipes are valid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ckanext.govopen.codes import load
from ckanext.govopen.desk.rules.columns import rule_columns
from ckanext.govopen.desk.rules.decision import Plan
from ckanext.govopen.desk.rules.facts import ColumnFacts, EntryFacts, Scene
from ckanext.govopen.desk.rules.grade import Grade, OpenType, strictest
from ckanext.govopen.desk.rules.plan import plan
from ckanext.govopen.desk.rules.table import RuleSet

RULES = RuleSet.load()
TODAY = dt.date(2026, 11, 24)
TAGS = sorted(load("tags").codes)
WARNING = sorted(set(TAGS) - RULES.explanatory)
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))

columns = st.builds(
    ColumnFacts,
    name=st.sampled_from(["a", "b", "c", "d"]),
    type=st.sampled_from(["string", "integer", "number", "date", "datetime", "boolean"]),
    tags=st.frozensets(st.sampled_from(TAGS), max_size=2),
    declared_level=st.sampled_from([None, 1, 2, 3, 4]),
    distinct=st.sampled_from([0, 1, 5, 60, 5000, 100_000]),
    stats=st.sampled_from([{}, {"code": True}, {"minor_share": 0.9}]),
)
tables = st.lists(columns, min_size=1, max_size=4, unique_by=lambda column: column.name)
entries = st.builds(
    EntryFacts,
    kind=st.sampled_from(["table", "file", "link"]),
    subject=st.sampled_from(["person", "org", "object"]),
    today=st.just(TODAY),
    # A declared condition is left out: an owner who knows that persons are the ground lifts it for aggregates.
    open_type=st.sampled_from(["unconditional", "closed"]),
    share_type=st.sampled_from(["1", "2", "3"]),
    closed_ground=st.sampled_from([None, "personal", "third_party"]),
    declared_tags=st.frozensets(st.sampled_from(TAGS), max_size=2),
    rows=st.sampled_from([None, 0, 500, 100_000, 2_000_000]),
    embargo_until=st.sampled_from([None, TODAY, TODAY + dt.timedelta(days=9)]),
    refresh_cycle=st.sampled_from([None, "daily", "never"]),
    category=st.sampled_from([None, "A", "B", "C"]),
)


def _more(facts: ColumnFacts, tag: str) -> ColumnFacts:
    return ColumnFacts(
        name=facts.name,
        type=facts.type,
        tags=facts.tags | {tag},
        declared_level=facts.declared_level,
        distinct=facts.distinct,
        stats=facts.stats,
    )


def _exposure(made: Plan, name: str, audiences: set[str]) -> int:
    """How openly single values of a column reach the audiences; -1 when not at all. Aggregates show no single value."""
    ranks = [-1]
    for route in made.routes:
        if route.kind != "table" or route.audience not in audiences or name not in route.columns:
            continue
        treated: Mapping[str, str] = (route.recipe or {}).get("columns", {}).get(name, {"operator": "keep"})
        ranks.append(len(RULES.strictness) - RULES.strictness.index(treated["operator"]))
    return max(ranks)


@QUICK
@given(entries, tables, st.integers(0, 3), st.sampled_from(WARNING))
def test_a_warning_tag_never_loosens(entry: EntryFacts, table: list[ColumnFacts], at: int, tag: str) -> None:
    """Open type, grade and every column's exposure to each audience stay or get stricter."""
    at %= len(table)
    scene = Scene.of(entry, table)
    before = plan(entry, table, RULES)
    tagged = [_more(facts, tag) if n == at else facts for n, facts in enumerate(table)]
    after = plan(entry, tagged, RULES)
    if rule_columns(scene, RULES)[at].unmatched or any(rule.fallback for rule in rule_columns(scene, RULES)[at].fired):
        # What no rule knew was closed already; a first tag says what it is and brings the tag's own treatment.
        return
    assert strictest((before.open_type, after.open_type)) is after.open_type
    assert Grade[after.grade] >= Grade[before.grade]
    assert after.closed is not None or before.closed is None
    for facts in table:
        for audiences in ({"public"}, {"public", "licensee"}):
            assert _exposure(after, facts.name, audiences) <= _exposure(before, facts.name, audiences)


@QUICK
@given(entries, tables)
def test_every_recipe_is_one_that_the_engine_reads(entry: EntryFacts, table: list[ColumnFacts]) -> None:
    """Whatever the table, a recipe of a route follows the format, and treats every column."""
    made = plan(entry, table, RULES)
    for route in made.routes:
        if route.recipe is None:
            continue
        errors = [error.message for error in FORMAT.iter_errors(route.recipe)]
        assert not errors
        assert route.kind != "table" or set(route.recipe["columns"]) == {facts.name for facts in table}


@QUICK
@given(entries, tables)
def test_what_is_closed_has_a_ground_and_no_route(entry: EntryFacts, table: list[ColumnFacts]) -> None:
    """A plan either has routes or a coded ground, and the public never gets a direct identifier as it is."""
    made = plan(entry, table, RULES)
    assert bool(made.routes) == (made.closed is None)
    assert (made.open_type is OpenType.CLOSED) == (made.closed is not None)
    direct = next(gate for gate in RULES.gates if gate["check"] == "direct_identifier")["tags"] - {"person.name"}
    for route in made.routes:
        if entry.kind == "table":
            assert "security" in route.steps
        for facts in table:
            if facts.tags & direct:
                assert _exposure(made, facts.name, {"public"}) == -1
        if made.route("table-licensee") and route.standing_allowed:
            assert not Scene.of(entry, table).tags & RULES.person_tags


def _format() -> Draft202012Validator:
    import json
    from importlib.resources import files

    text = files("govopen_schemas").joinpath("recipes", "recipe.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


FORMAT = _format()
