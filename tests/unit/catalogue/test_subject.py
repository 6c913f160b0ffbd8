"""About whom a table is, and the facts that rules ask for."""

from __future__ import annotations

import datetime as dt

import pytest

from ckanext.govopen.desk.catalogue.subject import column_facts, declared_tags, entry_facts, subject

TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("category", "declared", "found", "wanted"),
    [
        ("A", "", "", "person"),
        (None, "", "", "object"),
        (None, "person.id_number", "", "person"),
        (None, "", "person.id_number", "person"),
        (None, "", "person.name person.sex", "person"),
        (None, "", "person.name", "object"),
        (None, "", "person.phone", "person"),
        (None, "public_facility", "person.phone person.name", "object"),
        (None, "org.uscc", "person.phone", "org"),
        (None, "", "org.uscc person.phone", "person"),
        (None, "", "org.uscc", "org"),
        (None, "org.shareholder_name", "person.name person.id_number person.address", "org"),
        ("B", "", "person.id_number", "org"),
        ("B", "", "person.id_number person.birth_date", "person"),
        ("C", "statistic", "person.sex person.age person.health", "object"),
    ],
)
def test_the_subject_follows_the_owner_first_and_the_scan_against_him(
    category: str | None, declared: str, found: str, wanted: str
) -> None:
    """A register of firms may name its shareholders; a finding alone never makes a table less personal."""
    assert subject(category, frozenset(declared.split()), frozenset(found.split())) == wanted


def test_declared_tags_are_those_of_entry_and_columns() -> None:
    """Both places count."""
    fields = [{"sensitivity_tags": ["person.name"]}, {}]
    assert declared_tags({"tags_declared": ["weather"], "fields": fields}) == {"weather", "person.name"}
    assert declared_tags({}) == frozenset()


def test_columns_of_a_profile_become_facts() -> None:
    """Short codes are told by their shapes; a level that is not given is none."""
    column = {"name": "icd", "type": "string", "distinct": 300, "tags": ["person.health"], "declared_level": "4"}
    short = {"max_length": 5, "shapes": [{"shape": "A9.9", "count": 90}]}
    words = {"max_length": 5, "shapes": [{"shape": "文", "count": 90}]}
    code, word, bare = column_facts(
        {"columns": [{**column, **short}, {**column, **words, "stats": {"minor_share": 0.5}}, {"name": "x"}]}
    )
    assert code.is_code
    assert (code.declared_level, code.distinct, code.tags) == (4, 300, {"person.health"})
    assert not word.is_code
    assert word.stats["minor_share"] == 0.5
    assert (bare.type, bare.declared_level, bare.is_code) == ("string", None, False)


def test_an_entry_becomes_facts_in_our_codes() -> None:
    """What the owner writes in no known code is closed and shared on condition: fail closed."""
    descriptor = {
        "category": "A", "open_type": "有条件开放", "share_type": 2, "closed_ground": "商业秘密", "update_cycle": "2",
        "embargo_until": "2026-12-24", "fields": [{"name_zh": "列", "description": "含义"}],
    }  # fmt: skip
    facts = entry_facts(descriptor, (), kind="table", rows=9, today=TODAY)
    assert (facts.subject, facts.open_type, facts.share_type, facts.category) == ("person", "conditional", "2", "A")
    assert (facts.closed_ground, facts.refresh_cycle) == ("business_secret", "daily")
    assert facts.embargo_until == dt.date(2026, 12, 24)
    assert not facts.has_undescribed
    bare = entry_facts({"fields": [{"name_zh": "列"}]}, (), kind="link", rows=None, today=TODAY)
    assert (bare.open_type, bare.share_type, bare.category, bare.embargo_until) == ("closed", "2", None, None)
    assert bare.has_undescribed
