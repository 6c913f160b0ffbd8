"""The question: names are allow-listed, values typed, clashes have a documented way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.portal.data_api import cursors
from ckanext.govopen.portal.data_api.errors import ApiError
from ckanext.govopen.portal.data_api.query import OPERATORS, RESERVED, columns_of, parse
from ckanext.govopen.portal.data_api.sql import page

FIELDS = [
    {"name": "企业编号", "type": "string", "name_zh": "企业编号"},
    {"name": "n", "type": "integer"},
    {"name": "limit", "type": "integer"},
    {"name": "n__gt", "type": "integer"},
    {"name": "col.n", "type": "integer"},
    {"name": 'we"ird', "type": "string"},
]
COLUMNS = columns_of(FIELDS)


@pytest.mark.parametrize(
    ("key", "column", "operator"),
    [
        ("n", "n", "eq"),
        ("n__ge", "n", "ge"),
        ("n__gt", "n__gt", "eq"),
        ("n__gt__eq", "n__gt", "eq"),
        ("col.n__gt", "n", "gt"),
        ("col.n__gt__eq", "n__gt", "eq"),
        ("col.limit", "limit", "eq"),
        ("col.limit__lt", "limit", "lt"),
        ("col.n", "n", "eq"),
        ("col.col.n", "col.n", "eq"),
        ("col.col.n__lt", "col.n", "lt"),
        ("_id", "_id", "eq"),
    ],
)
def test_every_column_can_be_reached(key: str, column: str, operator: str) -> None:
    """Whatever a column is called, there is one spelling that means it."""
    (condition,) = parse([(key, "1")], COLUMNS).where
    assert (condition.column.name, condition.operator) == (column, operator)


def test_reserved_names_are_reserved() -> None:
    """Without the prefix a reserved word is never a column."""
    assert parse([("limit", "5")], COLUMNS).limit == 5


def test_names_are_quoted_and_values_bound() -> None:
    """SQL holds no value, and a name with a quote stays a name."""
    statement = page(parse([('we"ird', "x'; drop table t")], COLUMNS), "t", [])
    assert '"we""ird" = ?' in statement.text
    assert "drop" not in statement.text
    assert statement.values[0] == "x'; drop table t"


@given(st.text(max_size=60), st.text(max_size=60))
def test_anything_is_a_question_or_a_refusal(key: str, value: str) -> None:
    """No pair of texts leads to anything but a query or a 400 in both languages."""
    try:
        made = parse([(key, value)], COLUMNS)
    except ApiError as err:
        assert err.status == 400  # noqa: PT017 - both outcomes are right.
        body = err.body()
        assert body["message"]["zh"]
        assert body["message"]["en"]
        return
    statement = page(made, "t", [])
    assert statement.text.count("?") == len(statement.values) or '"' in key


@given(st.sampled_from(["n", "企业编号"]), st.sampled_from(OPERATORS), st.text(max_size=30))
def test_operators_with_any_value(name: str, operator: str, value: str) -> None:
    """A known column and operator with any value is bound or refused."""
    try:
        made = parse([(f"{name}__{operator}" if operator != "gt" else f"col.{name}__gt", value)], COLUMNS)
    except ApiError as err:
        assert err.code in {"query.value", "query.operator", "query.limit"}  # noqa: PT017 - both outcomes are right.
        return
    assert made.where[0].column.name == name


@given(st.text(max_size=200))
def test_cursors_of_others_are_refused(text: str) -> None:
    """No text that we did not make is read as a cursor."""
    with pytest.raises(ApiError):
        cursors.read(text)


def test_own_cursor() -> None:
    """Ours comes back whole, and knows its question."""
    digest = "sha256:" + "a" * 64
    found = cursors.read(cursors.make(digest, "question", 40))
    assert (found[0], found[2]) == (digest, 40)
    assert cursors.fits(found[1], "question")
    assert not cursors.fits(found[1], "other")


def test_reserved_list_is_documented() -> None:
    """The contract names every reserved word."""
    from ckanext.govopen.portal.data_api.openapi import document

    named = {one["name"] for one in document("x")["paths"]["/products/{id}/rows"]["get"]["parameters"]}
    assert set(RESERVED) <= named
