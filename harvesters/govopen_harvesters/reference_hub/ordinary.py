"""Ordinary entries for cases whose only trouble is what is said beside: a plain list, a plain statistic."""

from __future__ import annotations

from typing import Any

from govopen_harvesters.reference_hub.entry import Entry
from govopen_harvesters.reference_hub.makers import (
    facilities,
    facility_columns,
    figure_columns,
    figures,
)

__all__ = ["YEARS", "plain", "statistics"]

YEARS = tuple(str(year) for year in range(2019, 2026))


def plain(key: str, dept: str, zh: str, en: str, theme: str, **more: Any) -> Entry:
    """A list of facilities of a harmless kind, whose only trouble is what `more` says."""
    noun_zh, noun_en = zh.removesuffix("名录"), en.lower()
    values: dict[str, Any] = {
        "columns": facility_columns(noun_zh, noun_en),
        "table": facilities("LB", noun_zh[:6], 90),
        "notes": (
            f"{zh}，含名称、位置、规模与开放时间。示范条目。",
            f"{en} with names, positions, capacity and hours. Demo entry.",
        ),
        "row_meaning": (f"每行一处{noun_zh}", "One place"),
        "tags": (noun_zh,),
        **more,
    }
    return Entry(key=key, dept=dept, title=(zh, en), theme=theme, **values)


def statistics(key: str, dept: str, zh: str, en: str, theme: str, **more: Any) -> Entry:
    """A statistic by year and county, whose only trouble is what `more` says."""
    values: dict[str, Any] = {
        "columns": figure_columns(
            ("年份", "Year"), ("amount", "数量", "Amount", "个"), ("change", "增减", "Change", "个")
        ),
        "table": figures(YEARS, {"amount": (500, 0.04), "change": (40, 0.02)}),
        "notes": (f"{zh}，按年份和区县汇总。示范条目。", f"{en} by year and county. Demo entry."),
        "row_meaning": ("每行一个区县一年", "One county in one year"),
        "tags": ("统计",),
        "tags_declared": ("statistic",),
        **more,
    }
    return Entry(key=key, dept=dept, title=(zh, en), theme=theme, **values)
