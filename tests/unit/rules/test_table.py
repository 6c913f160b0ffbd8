"""A rule set is checked on loading, and who wrote it is told the line."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from ckanext.govopen.desk.rules.errors import RuleSetError
from ckanext.govopen.desk.rules.table import RuleSet

TEXT = files("govopen_schemas").joinpath("rules", "default.yaml").read_text(encoding="utf-8")


def _line(text: str, part: str) -> str:
    return f"line {text[: text.index(part)].count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("version: 1\nname", "version: 2\nname", "1 was expected"),
        ("k: $k_public}", "k: $k_nobody}", "$k_nobody is no number"),
        ('tags: ["@contact"]', 'tags: ["@nothing"]', "@nothing is no group"),
        ("tags: [person.name], subject: [person]", "tags: [person.nickname], subject: [person]", "person.nickname is not in"),
        ("explanatory: [statistic,", "explanatory: [statistics,", "statistics is not in"),
        ("harmless: [statistic,", "harmless: [statistics,", "statistics is not in"),
        ("- id: R02b", "- id: R02a", "rule R02a stands twice"),
        ("cites: [R06]", "cites: [R99]", "there is no rule R99"),
        ("human_check: register_law", "human_check: palm_reading", "there is no human check palm_reading"),
        ("operator: redact_text, human_check: free_text", "operator: redact_text, human_check: palm_reading", "palm_reading"),
        ("when: {embargoed: true}", "when: {full_moon: true}", "full_moon is no condition"),
        ("when: {level: [4]}", "when: {moon: [4]}", "moon is no condition"),
        ("when: {kind: [link], open_type: [conditional]}", "when: {moon: [link]}", "moon is no condition"),
        ("subject: [object, org], unless: [org.shareholder_name", "subject: [object, org], unless: [person.phone",
         "person.phone warns and may not relax"),
        ("close: rule.closed.business_secret", "close: rule.closed.moon", "rule.closed.moon is not in the list"),
        ("public: {refuse: rule.closed.personal}", "public: {refuse: rule.closed.moon}", "rule.closed.moon is not in"),
        ("operator: surname_only}", "operator: whisper}", "operator whisper has no place"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_line(old: str, new: str, problem: str) -> None:
    """The error names file, line and what is wrong."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(RuleSetError) as refusal:
        RuleSet.parse(text, "rules/mine.yaml")
    assert problem in str(refusal.value)
    assert str(refusal.value).startswith("rules/mine.yaml, line ")
    assert refusal.value.code == "rule.invalid"


def test_the_line_is_the_line_of_the_mistake() -> None:
    """A wrong number is told on the very line that uses it."""
    text = TEXT.replace("k: $k_licensee}", "k: $nothing}", 1)
    with pytest.raises(RuleSetError) as refusal:
        RuleSet.parse(text, "mine.yaml")
    assert refusal.value.where == _line(text, "k: $nothing}")


@pytest.mark.parametrize(
    ("text", "where"), [("a: ]", "line 1"), ("- 1", "line 1"), ("", "line 1"), ("a: 1\nb: ]", "line 2")]
)
def test_what_is_no_mapping_is_refused(text: str, where: str) -> None:
    """Broken YAML and other documents are refused like any mistake."""
    with pytest.raises(RuleSetError) as refusal:
        RuleSet.parse(text, "mine.yaml")
    assert refusal.value.where == where


def test_a_missing_part_is_told_at_the_top() -> None:
    """What is not there has no line of its own: the document's first line stands for it."""
    plain: dict[str, Any] = yaml.safe_load(TEXT)
    del plain["gates"]
    with pytest.raises(RuleSetError, match="'gates' is a required property"):
        RuleSet.parse(yaml.safe_dump(plain, allow_unicode=True), "mine.yaml")


def test_the_digest_names_the_set_and_follows_every_change() -> None:
    """The same text has the same name; one number more or one day longer has another."""
    same = RuleSet.parse(TEXT, "x")
    assert same.digest == RuleSet.load().digest
    assert same.id == RuleSet.load().id
    stricter = RuleSet.parse(TEXT.replace("k_public: {value: 20", "k_public: {value: 30"), "x")
    assert stricter.digest != same.digest
    assert stricter.numbers["k_public"] == 30
    slower = (
        files("govopen_schemas").joinpath("calendars", "sla.yaml").read_text("utf-8").replace("days: 5", "days: 6", 1)
    )
    assert RuleSet.parse(TEXT, "x", sla=slower).digest != same.digest
    assert same.rule("R03").grade == "L4"
