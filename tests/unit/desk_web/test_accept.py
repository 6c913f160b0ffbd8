"""What the desk's actions accept: fields by name, of their type, inside their bounds; nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.desk.accept import (
    Problem,
    boolean,
    check,
    date,
    integer,
    json_object,
    need,
    number,
    one_of,
    opt,
    paging,
    text,
    text_list,
    uuid_text,
)

SCHEMA = {"name": need(text(10)), "size": opt(integer(1, 5), 2)}


def test_an_unknown_field_is_named() -> None:
    """Misspelled fields are refused, not ignored."""
    _values, problems = check(SCHEMA, {"name": "a", "naem": "b"})
    assert set(problems) == {"naem"}


def test_a_missing_field_is_named_and_a_default_filled_in() -> None:
    """What is needed is asked for; what is optional has its default."""
    values, problems = check(SCHEMA, {"name": ""})
    assert set(problems) == {"name"}
    assert values["size"] == 2


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (text(), 3),
        (text(), "a\x00b"),
        (text(), "\ud800"),
        (text(3), "abcd"),
        (integer(1, 5), True),
        (integer(1, 5), "six"),
        (integer(1, 5), 99999999999999999999),
        (integer(1, 5), "9" * 30),
        (integer(1, 5), 2.0),
        (number(0, 1), "nan"),
        (number(0, 1), [1]),
        (one_of("a", "b"), "c"),
        (one_of("a", "b"), {"a": 1}),
        (boolean, "perhaps"),
        (uuid_text, "1; drop table request"),
        (date, "2026-13-01"),
        (date, 20261301),
        (text_list, {"a": 1}),
        (text_list, [1]),
        (json_object, "[1]"),
        (json_object, {"a": "b\x00"}),
        (json_object, {"a": 2**64}),
        (json_object, {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}),
    ],
)
def test_what_does_not_fit_is_refused(read: Any, value: Any) -> None:
    """Wrong types, NUL, big integers, deep nesting: each is a problem of its field, none an error of ours."""
    with pytest.raises(Problem):
        read(value)


def test_what_fits_is_read() -> None:
    """Forms send text, programs send JSON; both are understood."""
    assert integer(1, 5)("4") == 4
    assert boolean("on") is True
    assert text_list("a，b, c") == ["a", "b", "c"]
    assert date("2026-12-31") == dt.date(2026, 12, 31)
    assert json_object('{"a": [1, "x"]}') == {"a": [1, "x"]}
    assert check(paging(7), {})[0] == {"page": 1, "limit": 7}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_no_value_breaks_a_reader(value: Any) -> None:
    """Whatever is sent, a reader answers with a value or a problem."""
    for read in (text(), integer(0, 9), number(0, 1), boolean, uuid_text, date, text_list, json_object, one_of("a")):
        try:
            read(value)
        except Problem:
            continue
