"""What a visitor types becomes words and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.portal.search import document, pinyin, query, thesaurus


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("企业的登记", "企业 登记"),
        ("ＰＭ２．５", "PM2.5"),
        ("title:企业", "title\\:企业"),
        ("{!lucene}a OR b", "\\{\\!lucene\\}a or b"),
        ("的", "的"),
        ("  公交   站 ", "公交 站"),
    ],
)
def test_words_are_cleaned(typed: str, asked: str) -> None:
    """Particles go, full width is folded, and no sign of a query language is left."""
    assert query.clean(typed) == asked


@given(st.text(max_size=400))
def test_nothing_typed_is_query_language(text: str) -> None:
    """Every special sign is behind a backslash, and the length has a bound."""
    cleaned = query.clean(text)
    bare = cleaned.replace("\\\\", "")
    for place, sign in enumerate(bare):
        if sign in '+-!(){}[]^"~*?:/&|':
            assert bare[place - 1] == "\\"
    assert len(cleaned) <= 8 * query.LONGEST * 4


def test_programs_keep_their_field_queries() -> None:
    """CKAN's API goes on taking `name:x`; plain words get our parser."""
    assert query.prepare({"q": "name:x"}) == {"q": "name:x"}
    assert query.prepare({"q": "*:*"}) == {"q": "*:*"}
    prepared = query.prepare({"q": "药店", "rows": 5})
    assert (prepared["defType"], prepared["rows"]) == ("edismax", 5)
    assert "title_py" not in prepared["qf"]
    assert "title_py" in query.prepare({"q": "yaodian"})["qf"]


def test_a_document_has_no_string_past_the_limit() -> None:
    """CKAN's wildcard field refuses long strings: none is left, and their words are in text fields."""
    long = "字" * 20_000
    shown = {
        "title": "标题",
        "notes": long,
        "govopen_fields": json.dumps([{"name": "a", "name_zh": "列名", "description_zh": long}]),
    }
    doc = {
        "validated_data_dict": json.dumps(shown),
        "id": "x",
        "extras_govopen_fields": long,
        "govopen_fields": long,
        "title": "标题",
    }
    made = document.enrich(doc)
    assert "govopen_fields" not in made
    assert "extras_govopen_fields" not in made
    assert long in made["body_word"]
    assert "列名" in made["keyword_bi"]


def test_a_wrong_date_is_left_out() -> None:
    """A free text in a date would fail the whole document in Solr."""
    made = document.enrich(
        {
            "id": "x",
            "validated_data_dict": json.dumps({"title": "t", "modified_data": "去年", "metadata_modified": "?"}),
        }
    )
    assert "modified_dt" not in made
    dated = document.enrich(
        {"id": "x", "validated_data_dict": json.dumps({"title": "t", "modified_data": "2026-11-20"})}
    )
    assert dated["modified_dt"] == "2026-11-20T00:00:00Z"


def test_pinyin_begins_at_every_word() -> None:
    """A title is found by the sound of any of its words and by initials."""
    full, initials = pinyin.readings("零售药店")
    assert "yaodian" in full
    assert "lsyd" in initials
    assert pinyin.readings("厦门")[0][0] == "xiamen"


def test_synonyms_in_the_configset_are_fresh() -> None:
    """The Solr file is made of the thesaurus: whoever changes one runs the other."""
    from importlib.resources import files

    kept = files("govopen_stack").joinpath("solr", "conf", "synonyms.txt").read_text(encoding="utf-8").splitlines()
    assert kept[1:] == thesaurus.solr_lines(thesaurus.concepts())
    assert len(thesaurus.concepts()) >= 200
