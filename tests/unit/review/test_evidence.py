"""The proof of diligence: rules, figures, people, and what was not checked."""

from __future__ import annotations

import datetime as dt
import json

from ckanext.govopen.desk.review.evidence import diligence, not_checked
from ckanext.govopen.desk.review.steps import Signature
from ckanext.govopen.desk.rules.facts import ColumnFacts, EntryFacts
from ckanext.govopen.desk.rules.plan import Plan, plan
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.desk.rules.verdict import verdict

RULES = RuleSet.load()


def _plan(kind: str) -> Plan:
    tags = frozenset({"weather"})
    columns = [ColumnFacts(name="a")] if kind == "table" else []
    facts = EntryFacts(kind=kind, subject="object", today=dt.date(2026, 11, 24), declared_tags=tags)  # type: ignore[arg-type]
    return plan(facts, columns, RULES)


def test_the_proof_holds_rules_gates_people_and_gaps() -> None:
    """It is made of values alone and can be made again and compared."""
    made = _plan("table")
    judged = [verdict(route, {}, RULES) for route in made.routes]
    taken = [Signature(step="security", officer="chen", decision="approve", comment="未见密级")]
    proof = diligence(number=7, digests={"plan": "sha256:p"}, plan=made, verdicts=judged, taken=taken)
    assert json.loads(json.dumps(proof)) == proof
    assert {rule["rule"] for rule in proof["rules"]} == {"R22"}
    assert proof["steps"][0]["zh"] == "保密审查"
    assert proof["gates"][0]["green"] is False
    assert proof["decision"]["open_type"] == "unconditional"


def test_what_was_not_checked_is_said() -> None:
    """Clauses nobody compared with their text are named; a file's content is a person's to read."""
    assert any("R22" in one["en"] for one in not_checked(_plan("table")))
    file = not_checked(_plan("file"))
    assert any("file" in one["en"] for one in file)
    assert not any("clause" in one["en"] for one in file)
