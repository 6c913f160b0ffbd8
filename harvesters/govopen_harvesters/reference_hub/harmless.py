"""Lists of facilities and statistics that a city opens as they are; generated, without personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from govopen_harvesters.reference_hub.entry import Entry, Two
from govopen_harvesters.reference_hub.makers import (
    facilities,
    facility_columns,
    figure_columns,
    figures,
)

__all__ = ["ENTRIES"]

_MONTHS = tuple(f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13))
_YEARS = tuple(str(year) for year in range(2016, 2026))


def _list(key: str, dept: str, zh: str, en: str, theme: str, prefix: str, word: str, count: int, **more: Any) -> Entry:
    breaks = bool(more.pop("breaks", False))
    return Entry(
        key=key,
        dept=dept,
        title=(f"{zh}名录", f"List of {en}"),
        theme=theme,
        columns=facility_columns(zh, en),
        notes=(
            f"全市{zh}名称、位置、规模与开放时间，方便公众查找和地图展示。",
            f"Names, positions, capacity and hours of {en}, for finding them and for maps.",
        ),
        row_meaning=(f"每行一处{zh}", f"One of the {en}"),
        tags=(zh, "公共设施", "名录"),
        table=facilities(prefix, word, count, breaks=breaks),
        **more,
    )


def _figures(
    key: str,
    dept: str,
    zh: str,
    en: str,
    theme: str,
    period: Two,
    periods: Sequence[str],
    measures: Sequence[tuple[str, str, str, str, float, float]],
    group: tuple[str, str, str, Sequence[str]] | None = None,
    whole: bool = True,
    **more: Any,
) -> Entry:
    return Entry(
        key=key,
        dept=dept,
        title=(zh, en),
        theme=theme,
        tags=("统计", "区县"),
        tags_declared=("statistic",),
        notes=(
            f"{zh}，按{period[0]}和区县汇总，均为已发布统计数据。",
            f"{en} by {period[1].lower()} and county; figures already published.",
        ),
        row_meaning=(
            f"每行一个区县一个{period[0]}" + ("的一个分组" if group else ""),
            f"One county in one {period[1].lower()}" + (" and group" if group else ""),
        ),
        columns=figure_columns(
            period,
            *(measure[:4] for measure in measures),
            group=group[:3] if group else None,
            kind="integer" if whole else "number",
        ),
        table=figures(
            periods, {m[0]: (m[4], m[5]) for m in measures}, group=(group[0], group[3]) if group else None, whole=whole
        ),
        **more,
    )


_MONTH: Two = ("月份", "Month")
_YEAR: Two = ("年份", "Year")
_QUARTER: Two = ("季度", "Quarter")
_QUARTERS = tuple(f"{year}Q{quarter}" for year in range(2020, 2026) for quarter in (1, 2, 3, 4))

ENTRIES: tuple[Entry, ...] = (
    _figures(
        "market-entities",
        "market",
        "市场主体月度统计",
        "Market entities by month",
        "market",
        _MONTH,
        _MONTHS,
        (
            ("opened", "新设户数", "New entities", "户", 320, 0.05),
            ("closed", "注销户数", "Closed entities", "户", 140, 0.02),
            ("total", "期末户数", "Entities at the end", "户", 9000, 0.06),
        ),
        group=("kind", "主体类型", "Kind", ("企业", "个体工商户", "农民专业合作社")),
        cycle="4",
    ),
    _figures(
        "special-equipment",
        "market",
        "特种设备数量年度统计",
        "Special equipment by year",
        "work_safety",
        _YEAR,
        _YEARS,
        (("count", "在用数量", "In use", "台", 900, 0.07), ("inspected", "检验数量", "Inspected", "台", 860, 0.07)),
        group=("kind", "设备种类", "Kind", ("电梯", "锅炉", "压力容器", "起重机械")),
    ),
    _figures(
        "county-traders",
        "county-market",
        "个体工商户年度统计",
        "Sole traders by year",
        "market",
        _YEAR,
        _YEARS,
        (("opened", "新设户数", "New", "户", 800, 0.05), ("closed", "注销户数", "Closed", "户", 350, 0.02)),
    ),
    _list(
        "hospitals", "health", "医疗机构", "hospitals", "health", "YY", "医院", 86, tags_declared=("public_facility",)
    ),
    _list(
        "vaccination-sites", "health", "预防接种门诊", "vaccination sites", "health", "JZ", "接种门诊", 120, breaks=True
    ),
    _list(
        "schools",
        "education",
        "中小学校",
        "schools",
        "education",
        "XX",
        "小学",
        310,
        tags_declared=("public_facility",),
    ),
    _list("kindergartens", "county-education", "幼儿园", "kindergartens", "education", "YE", "幼儿园", 140, bom=True),
    _figures(
        "enrolment",
        "education",
        "分学段在校生统计",
        "Pupils by stage and year",
        "education",
        _YEAR,
        _YEARS,
        (("pupils", "在校生数", "Pupils", "人", 21000, 0.01), ("teachers", "专任教师数", "Teachers", "人", 1400, 0.03)),
        group=("stage", "学段", "Stage", ("小学", "初中", "高中")),
    ),
    _list("bus-stops", "transport", "公交站点", "bus stops", "transport", "GJ", "公交站", 1800),
    _list("parking", "transport", "公共停车场", "car parks", "transport", "TC", "停车场", 420),
    _list(
        "county-bus-stops",
        "county-transport",
        "城乡公交站点",
        "county bus stops",
        "transport",
        "CX",
        "候车亭",
        360,
        encoding="gb18030",
    ),
    _figures(
        "passengers",
        "transport",
        "城市公共交通客运量统计",
        "Public transport passengers",
        "transport",
        _MONTH,
        _MONTHS,
        (
            ("trips", "客运量", "Passengers", "人次", 420000, 0.03),
            ("vehicles", "运营车辆", "Vehicles", "辆", 160, 0.02),
        ),
        group=("mode", "方式", "Mode", ("公共汽电车", "轨道交通", "出租汽车")),
        cycle="4",
    ),
    _figures(
        "gdp",
        "statistics",
        "地区生产总值季度统计",
        "Gross regional product by quarter",
        "finance",
        _QUARTER,
        _QUARTERS,
        (
            ("gdp", "地区生产总值", "Gross product", "亿元", 42.0, 0.05),
            ("industry", "第二产业增加值", "Secondary sector", "亿元", 16.0, 0.04),
        ),
        whole=False,
        base_library="macro_economy",
        cycle="5",
    ),
    _figures(
        "retail",
        "statistics",
        "社会消费品零售总额月度统计",
        "Retail sales by month",
        "commerce",
        _MONTH,
        _MONTHS,
        (("sales", "零售总额", "Retail sales", "亿元", 6.5, 0.06),),
        whole=False,
        base_library="macro_economy",
        cycle="4",
    ),
    _figures(
        "population-figures",
        "statistics",
        "常住人口年度统计",
        "Residents by year",
        "social_security",
        _YEAR,
        _YEARS,
        (
            ("residents", "常住人口", "Residents", "人", 260000, 0.01),
            ("urban", "城镇人口", "Urban residents", "人", 170000, 0.03),
            ("births", "出生人口", "Births", "人", 1900, -0.05),
        ),
        base_library="population",
        cycle="7",
    ),
    _list("parks", "land", "公园绿地", "parks", "living", "GY", "公园", 150),
    _figures(
        "land-supply",
        "land",
        "建设用地供应统计",
        "Land supply by year",
        "geography",
        _YEAR,
        _YEARS,
        (("plots", "供应宗数", "Plots", "宗", 60, 0.02), ("area", "供应面积", "Area", "公顷", 140, 0.02)),
        base_library="geography",
    ),
    _list("police-stations", "police", "派出所", "police stations", "public_safety", "PC", "派出所", 74),
    _figures(
        "hotline-figures",
        "data",
        "政务热线受理量统计",
        "Hotline calls by month",
        "living",
        _MONTH,
        _MONTHS,
        (("calls", "受理量", "Calls", "件", 2600, 0.08), ("closed", "办结量", "Closed", "件", 2500, 0.08)),
        cycle="4",
    ),
)
