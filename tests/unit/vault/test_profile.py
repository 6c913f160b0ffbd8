"""A profile shows statistics; of personal and rare values it shows nothing."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from ckanext.govopen.desk.vault.profile import make_profile

CANARY = "330106199001011234"


def finding(column: str, tag: str, *examples: str) -> Any:
    return SimpleNamespace(column=column, kind="k", tag=tag, confidence=1.0, count=3, share=1.0, examples=examples)


def test_no_personal_or_rare_value_is_in_a_profile() -> None:
    """Not as a frequent value, an end of a range, a shape or an example."""
    table = pa.table({
        "id": [CANARY] * 30,
        "born": ["1990-01-01"] * 30,
        "plain": ["common"] * 29 + ["rare canary"],
        "n": ["5"] * 29 + ["987654321"],
    })  # fmt: skip
    body = make_profile(
        table,
        findings=[
            finding("id", "person.id_number", CANARY, "999999999999999999"),
            finding("born", "person.birth_date"),
        ],
        descriptor={"fields": [{"name_en": "n", "type": "N"}, {"name_en": "born", "type": "D"}]},
        load_report={},
    )
    text = json.dumps(body, ensure_ascii=False)
    for canary in (CANARY, "1990-01-01", "rare canary", "987654321"):
        assert canary not in text
    by_name = {column["name"]: column for column in body["columns"]}
    assert by_name["plain"]["top"] == [{"value": "common", "count": 29}]
    assert by_name["id"]["top"] == []
    assert by_name["id"]["findings"][0]["examples"] == ["999999999999999999"]


def test_traps_are_counted_by_row() -> None:
    """Leading zeros, long numbers, blanks around, nulls."""
    table = pa.table({"c": ["0330100"] * 3 + ["1234567890123456", " x", None]})
    column = make_profile(table, findings=[], descriptor={}, load_report={})["columns"][0]
    assert (column["leading_zeros"], column["long_numbers"], column["padded"], column["nulls"]) == (3, 1, 1, 1)


def test_a_key_may_span_columns() -> None:
    """Uniqueness is that of the whole key; a column that is a part of one is no key."""
    table = pa.table({"day": ["1", "1", "2"], "place": ["a", "b", "a"]})
    fields = [{"name_en": name, "type": "C", "is_key": True} for name in ("day", "place")]
    body = make_profile(table, findings=[], descriptor={"fields": fields}, load_report={})
    assert body["key"] == {"columns": ["day", "place"], "distinct": 3}
    assert not any(column["is_key"] for column in body["columns"])


def test_an_empty_table_has_a_profile() -> None:
    """No rows, no crash."""
    body = make_profile(pa.table({"a": pa.array([], pa.string())}), findings=[], descriptor={}, load_report={})
    assert body["rows"] == 0
    assert body["columns"][0]["distinct"] == 0
