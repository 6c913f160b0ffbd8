"""What a body says in each language, and what its rhythm promises."""

from __future__ import annotations

import datetime as dt

import pytest

from ckanext.govopen.portal.pages import texts


def test_chinese_stands_in_for_missing_english() -> None:
    """Nothing is ever blank because a translation is."""
    body = {"title": "药店", "title_en": "", "notes": "说明", "notes_en": "Notes"}
    assert texts.said(body, "title", "en") == "药店"
    assert texts.said(body, "notes", "en") == "Notes"
    assert texts.said(body, "notes", "zh_Hans_CN") == "说明"


@pytest.mark.parametrize(
    ("today", "state"), [("2026-11-05", "ok"), ("2026-11-30", "soon"), ("2026-12-03", "soon"), ("2026-12-20", "late")]
)
def test_a_monthly_promise_with_its_grace(today: str, state: str) -> None:
    """A month after the last release the next is due; only past the days of grace is it late."""
    due = texts.due("monthly", dt.date(2026, 11, 1), None, dt.date.fromisoformat(today))
    assert due is not None
    assert due.day == dt.date(2026, 12, 2)
    assert due.state == state


def test_without_a_rhythm_nothing_is_promised() -> None:
    """Irregular and unknown cycles have no due date."""
    assert texts.due("irregular", dt.date(2026, 11, 1), None, dt.date(2026, 11, 2)) is None
    assert texts.due("", None, "nonsense", dt.date(2026, 11, 2)) is None


def test_columns_come_from_text_or_list() -> None:
    """A frozen body may hold the columns as JSON text; broken text is no columns, not an error."""
    assert texts.columns({"govopen_fields": '[{"name": "a"}]'}) == [{"name": "a"}]
    assert texts.columns({"govopen_fields": [{"name": "a"}, 3]}) == [{"name": "a"}]
    assert texts.columns({"govopen_fields": "{"}) == []


def test_grounds_and_figures_are_spoken() -> None:
    """A closed ground is its label and the officer's words; numbers come as people say them."""
    assert (
        texts.ground_of({"closed_ground": "personal", "closed_ground_text": "含身份信息"}, "zh")
        == "个人隐私和个人信息：含身份信息"
    )
    assert texts.short(23_456_789, "zh") == "2345.7 万"
    assert texts.short(1_200_000, "en") == "1.2M"
    assert texts.size(20_685) == "20.2 KB"
    assert texts.spoken({"zh": "甲"}, "en") == "甲"
