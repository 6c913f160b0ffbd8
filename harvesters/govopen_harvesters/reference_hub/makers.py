"""Kinds of harmless tables and their columns: lists of facilities, statistics, published permits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from govopen_harvesters.reference_hub import people, places
from govopen_harvesters.reference_hub.entry import Column, Table, Two, col
from govopen_harvesters.reference_hub.places import pick

__all__ = [
    "AREA",
    "AREA_CODE",
    "Maker",
    "facilities",
    "facility_columns",
    "figures",
    "figure_columns",
    "permits",
    "permit_columns",
]

Maker = Callable[[np.random.Generator], Table]
AREA_CODE = col(
    "division",
    "区划代码",
    "Division code",
    "县级行政区划代码",
    "Code of the county",
    codelist="GB/T 2260",
    tags=("geo.division",),
)
AREA = col("county", "区县", "County", "县级行政区名称", "Name of the county", tags=("geo.division",))


def facility_columns(zh: str, en: str) -> tuple[Column, ...]:
    """Columns of a list of facilities."""
    return (
        col("code", "编号", "Code", f"{zh}编号", f"Code of the {en}", key=True, required=True),
        col("name", "名称", "Name", f"{zh}名称", f"Name of the {en}", tags=("public_facility",), required=True),
        AREA_CODE,
        AREA,
        col("street", "街道", "Street", "所在街道乡镇", "Subdistrict or township", tags=("geo.division",)),
        col(
            "longitude",
            "经度",
            "Longitude",
            f"{zh}经度",
            f"Longitude of the {en}",
            "number",
            unit="°",
            tags=("geo.coordinate", "public_facility"),
        ),
        col(
            "latitude",
            "纬度",
            "Latitude",
            f"{zh}纬度",
            f"Latitude of the {en}",
            "number",
            unit="°",
            tags=("geo.coordinate", "public_facility"),
        ),
        col(
            "capacity",
            "规模",
            "Capacity",
            f"{zh}可容纳或服务的数量",
            f"How many the {en} holds or serves",
            "integer",
            tags=("statistic",),
        ),
        col("hours", "开放时间", "Hours", f"{zh}开放或服务时间", f"Opening hours of the {en}"),
    )


def facilities(prefix: str, word: str, count: int, *, biggest: int = 500, breaks: bool = False) -> Maker:
    """Make a list of facilities; with `breaks` the hours have two lines in one cell."""

    def made(rng: np.random.Generator) -> Table:
        division = pick(rng, places.COUNTY_CODES, count, places.COUNTY_WEIGHTS).tolist()
        road = pick(rng, places.ROADS, count).tolist()
        day = "周一至周五 8:30-17:30\n周末 9:00-12:00" if breaks else "周一至周日 8:30-17:30"
        return {
            "code": [f"{prefix}{number:05d}" for number in range(1, count + 1)],
            "name": [
                f"{places.COUNTIES[d]}{r}第{number}{word}"
                for number, (d, r) in enumerate(zip(division, road, strict=True), 1)
            ],
            "division": division,
            "county": [places.COUNTIES[d] for d in division],
            "street": pick(rng, places.STREETS, count),
            "longitude": np.round(101.2 + rng.random(count), 6),
            "latitude": np.round(24.3 + rng.random(count), 6),
            "capacity": rng.integers(10, biggest, count),
            "hours": [day] * count,
        }

    return made


def figure_columns(
    period: Two, *measures: tuple[str, str, str, str], group: tuple[str, str, str] | None = None, kind: str = "integer"
) -> tuple[Column, ...]:
    """Columns of statistics by period and county; a measure is (name, zh, en, unit)."""
    return (
        col("period", *period, f"统计{period[0]}", f"{period[1]} of the figures", key=True, required=True),
        Column(**{**{name: getattr(AREA_CODE, name) for name in Column.__slots__}, "key": True}),
        AREA,
        *(
            (col(group[0], group[1], group[2], f"统计分组：{group[1]}", f"Group: {group[2].lower()}", key=True),)
            if group
            else ()
        ),
        *(
            col(name, zh, en, f"本期{zh}", f"{en} of the period", kind, unit=unit, tags=("statistic",))
            for name, zh, en, unit in measures
        ),
    )


def figures(
    periods: Sequence[str],
    measures: dict[str, tuple[float, float]],
    *,
    group: tuple[str, Sequence[str]] | None = None,
    whole: bool = True,
) -> Maker:
    """Make statistics: each measure grows from a base by a yearly rate, with noise, weighted by the county's size."""

    def made(rng: np.random.Generator) -> Table:
        groups = group[1] if group else ("",)
        index = [
            (p, c, g) for p in range(len(periods)) for c in range(len(places.COUNTY_CODES)) for g in range(len(groups))
        ]
        at, county, part = (np.array(column) for column in zip(*index, strict=True))
        codes = places.COUNTY_CODES[county]
        table: dict[str, Any] = {
            "period": np.array(periods)[at],
            "division": codes,
            "county": [places.COUNTIES[c] for c in codes.tolist()],
        }
        if group:
            table[group[0]] = np.array(groups)[part]
        for name, (base, growth) in measures.items():
            level = base * places.COUNTY_WEIGHTS[county] * 12 * (1 + growth) ** (at / max(1, len(periods) - 1) * 5)
            level = level * (0.7 + 0.6 * np.modf(part * 0.618)[0]) * rng.normal(1, 0.04, len(at))
            table[name] = np.maximum(12, level).round().astype(int) if whole else level.round(2)
        return table

    return made


def permit_columns() -> tuple[Column, ...]:
    """Columns of published permits."""
    return (
        col(
            "permit_no",
            "许可文书号",
            "Permit number",
            "行政许可决定文书号",
            "Number of the decision",
            key=True,
            required=True,
            tags=("public_register",),
        ),
        col(
            "uscc",
            "统一社会信用代码",
            "Credit code",
            "被许可单位统一社会信用代码",
            "Credit code of the holder",
            tags=("org.uscc", "public_register"),
        ),
        col(
            "holder",
            "被许可单位",
            "Holder",
            "被许可单位名称",
            "Name of the holder",
            tags=("org.name", "public_register"),
        ),
        col("permit", "许可事项", "Permit", "行政许可事项名称", "What is permitted", tags=("public_register",)),
        col(
            "decided", "决定日期", "Decided", "许可决定日期", "Date of the decision", "date", tags=("public_register",)
        ),
        col(
            "until",
            "有效期至",
            "Valid until",
            "许可有效期截止日期",
            "Last day of the permit",
            "date",
            tags=("public_register",),
        ),
        AREA_CODE,
    )


def permits(prefix: str, items: Sequence[str], count: int, *, wrong: int = 0) -> Maker:
    """Make published permits; `wrong` of them carry a credit code whose check character was mistyped."""

    def made(rng: np.random.Generator) -> Table:
        firms = people.companies(rng, count)
        codes = firms["uscc"].tolist()
        for row in rng.choice(count, size=wrong, replace=False).tolist():
            codes[row] = codes[row][:17] + ("2" if codes[row][17] != "2" else "3")
        decided = people.todays() - rng.integers(0, 700, count).astype("timedelta64[D]")
        return {
            "permit_no": [f"{prefix}〔2026〕{number:05d}号" for number in range(1, count + 1)],
            "uscc": codes,
            "holder": firms["name"],
            "permit": pick(rng, items, count),
            "decided": np.datetime_as_string(decided),
            "until": np.datetime_as_string(decided + np.timedelta64(1825, "D")),
            "division": firms["division"],
        }

    return made
