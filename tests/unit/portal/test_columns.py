"""Described columns are read alike on both sides, however an entry keeps them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ckanext.govopen.columns import described

COLUMNS = [{"name": "a", "name_zh": "甲"}, {"name": "b", "name_zh": "乙"}]


@pytest.mark.parametrize("kept", [COLUMNS, tuple(COLUMNS), json.dumps(COLUMNS), [*COLUMNS, "c", None]])
def test_a_list_and_its_text_say_the_same(kept: Any) -> None:
    """CKAN keeps text, a frozen revision keeps a list; what is no column is left out."""
    assert described(kept) == COLUMNS


@pytest.mark.parametrize("kept", [None, "", "no json", "{}", "3", 3, {"name": "a"}, "[" * 100_000])
def test_what_is_no_list_describes_nothing(kept: Any) -> None:
    """A damaged description never breaks a page."""
    assert described(kept) == []


def test_the_answer_is_its_reader_s_own() -> None:
    """Nobody changes what is kept by changing what he was given."""
    found = described(COLUMNS)
    found[0]["name"] = "x"
    assert COLUMNS[0]["name"] == "a"
