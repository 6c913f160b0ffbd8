"""Generated tables without personal data: registers, facilities, statistics that a city opens as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from govopen_harvesters.reference_hub import people, places
from govopen_harvesters.reference_hub.entry import Column, Entry, Table, Two, col
from govopen_harvesters.reference_hub.places import pick

__all__ = ["ENTRIES", "facilities", "facility_columns", "figures", "figure_columns", "permits", "permit_columns"]

Maker = Callable[[np.random.Generator], Table]
_AREA_CODE = col(
    "division",
    "区划代码",
    "Division code",
    "县级行政区划代码",
    "Code of the county",
    codelist="GB/T 2260",
    tags=("geo.division",),
)
_AREA = col("county", "区县", "County", "县级行政区名称", "Name of the county", tags=("geo.division",))
_MONTHS = tuple(f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13))
_YEARS = tuple(str(year) for year in range(2016, 2026))


# -- kinds of tables ---------------------------------------------------------------------------------------------


def facility_columns(zh: str, en: str) -> tuple[Column, ...]:
    """Columns of a list of facilities."""
    return (
        col("code", "编号", "Code", f"{zh}编号", f"Code of the {en}", key=True, required=True),
        col("name", "名称", "Name", f"{zh}名称", f"Name of the {en}", tags=("public_facility",), required=True),
        _AREA_CODE,
        _AREA,
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
        Column(**{**{name: getattr(_AREA_CODE, name) for name in Column.__slots__}, "key": True}),
        _AREA,
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
        _AREA_CODE,
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


# -- the entries -------------------------------------------------------------------------------------------------


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


def _companies(rng: np.random.Generator) -> Table:
    firms = people.companies(rng, 6000)
    return {
        "uscc": firms["uscc"],
        "name": firms["name"],
        "type": firms["type"],
        "state": firms["state"],
        "industry": firms["trade_code"],
        "scope": firms["trade"],
        "founded": firms["founded"],
        "division": firms["division"],
        "address": firms["address"],
    }


def _samples(rng: np.random.Generator) -> Table:
    count = 3000
    firms = people.companies(rng, count)
    return {
        "sample_no": [f"SC26{number:06d}" for number in range(1, count + 1)],
        "product": pick(rng, ("大米", "食用油", "酱油", "糕点", "饮用水", "猪肉", "蔬菜", "茶叶"), count),
        "uscc": firms["uscc"],
        "producer": firms["name"],
        "sampled": np.datetime_as_string(people.todays() - rng.integers(0, 365, count).astype("timedelta64[D]")),
        "result": pick(rng, ("合格", "不合格"), count, np.array([0.975, 0.025])),
        "division": firms["division"],
    }


def _air(rng: np.random.Generator) -> Table:
    days = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]")
    stations = ("云上子站", "望江子站", "临湖子站", "东岭子站", "青溪子站")
    day, station = np.repeat(np.arange(len(days)), len(stations)), np.tile(np.arange(len(stations)), len(days))
    season = 1 + 0.5 * np.cos(day / 365 * 2 * np.pi)
    fine = np.maximum(3, 28 * season * rng.lognormal(0, 0.35, len(day))).round().astype(int)
    return {
        "date": np.datetime_as_string(days)[day],
        "station": np.array(stations)[station],
        "pm25": fine,
        "pm10": (fine * rng.uniform(1.3, 2.0, len(day))).round().astype(int),
        "no2": rng.integers(8, 60, len(day)),
        "o3": np.maximum(10, 160 - 60 * season + rng.normal(0, 20, len(day))).round().astype(int),
        "aqi": np.minimum(300, fine + rng.integers(15, 40, len(day))),
    }


def _air_columns() -> tuple[Column, ...]:
    return (
        col("date", "日期", "Date", "监测日期", "Day of measurement", "date", key=True),
        col("station", "监测站", "Station", "空气质量监测站名称", "Name of the station", key=True, tags=("weather",)),
        *(
            col(name, zh, zh, f"{zh}日均浓度或指数", f"Daily mean of {zh}", "integer", unit=unit, tags=("weather",))
            for name, zh, unit in (
                ("pm25", "PM2.5", "μg/m³"),
                ("pm10", "PM10", "μg/m³"),
                ("no2", "NO2", "μg/m³"),
                ("o3", "O3", "μg/m³"),
                ("aqi", "AQI", ""),
            )
        ),
    )


def _warnings(rng: np.random.Generator) -> Table:
    count = 640
    issued = np.sort(rng.integers(0, 2000, count))
    hours = rng.integers(0, 24, count)
    days = np.datetime_as_string(people.todays() - (2000 - issued).astype("timedelta64[D]"))
    return {
        "warning_no": [f"YJ{number:05d}" for number in range(1, count + 1)],
        "kind": pick(rng, ("暴雨", "大风", "雷电", "高温", "寒潮", "大雾"), count),
        "colour": pick(rng, ("蓝色", "黄色", "橙色", "红色"), count, np.array([0.5, 0.35, 0.12, 0.03])),
        "issued": [f"{day} {hour:02d}:00:00" for day, hour in zip(days.tolist(), hours.tolist(), strict=True)],
        "division": pick(rng, places.COUNTY_CODES, count),
    }


_SHEET: dict[str, Any] = {
    "form": "xlsx",
    "sheet_notes": ("填报单位：示范单位　　单位：张、人次", ""),
    "sheet_footer": ("注：本表为示范数据。",),
    "sheet_total": "合计",
}


def _beds(names: Sequence[str], word: str) -> Maker:
    def made(rng: np.random.Generator) -> Table:
        count = len(names) * 6
        return {
            "机构": [f"{name}{number}{word}" for number in range(1, 7) for name in names],
            "床位_编制": rng.integers(20, 900, count),
            "床位_实有": rng.integers(20, 900, count),
            "诊疗_门诊": rng.integers(2000, 90000, count),
            "诊疗_住院": rng.integers(200, 9000, count),
        }

    return made


_BED_COLUMNS = (
    col(
        "机构",
        "医疗机构",
        "Institution",
        "医疗机构名称",
        "Name of the institution",
        tags=("public_facility",),
        required=True,
    ),
    *(
        col(name, zh, en, f"{zh}数量", f"Number of {en.lower()}", "integer", unit=unit, tags=("statistic",))
        for name, zh, en, unit in (
            ("床位_编制", "编制床位", "Planned beds", "张"),
            ("床位_实有", "实有床位", "Beds in use", "张"),
            ("诊疗_门诊", "门诊人次", "Outpatient visits", "人次"),
            ("诊疗_住院", "住院人次", "Admissions", "人次"),
        )
    ),
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        key="companies",
        dept="market",
        title=("企业登记基本信息", "Registered companies"),
        theme="market",
        base_library="legal_person",
        category="B",
        notes=(
            "企业登记基本信息，含名称、统一社会信用代码、类型、状态、行业与住所。",
            "Registered companies with name, credit code, type, state, industry and office.",
        ),
        row_meaning=("每行一家企业", "One company"),
        tags=("企业登记", "市场主体"),
        cycle="4",
        legal_basis="《企业信息公示暂行条例》",
        table=_companies,
        columns=(
            col(
                "uscc",
                "统一社会信用代码",
                "Credit code",
                "企业统一社会信用代码",
                "Unified social credit code",
                key=True,
                required=True,
                tags=("org.uscc", "public_register"),
            ),
            col("name", "企业名称", "Company", "企业登记名称", "Registered name", tags=("org.name", "public_register")),
            col("type", "企业类型", "Type", "企业登记类型", "Registered type", tags=("public_register",)),
            col("state", "登记状态", "State", "企业登记状态", "State of the registration", tags=("public_register",)),
            col(
                "industry",
                "行业代码",
                "Industry code",
                "国民经济行业大类代码",
                "Code of the industry",
                codelist="GB/T 4754",
                tags=("public_register",),
            ),
            col("scope", "行业", "Industry", "国民经济行业大类名称", "Name of the industry", tags=("public_register",)),
            col(
                "founded",
                "成立日期",
                "Founded",
                "企业成立日期",
                "Date of establishment",
                "date",
                tags=("public_register",),
            ),
            _AREA_CODE,
            col("address", "住所", "Office", "企业登记住所", "Registered office", tags=("public_register",)),
        ),
    ),
    Entry(
        key="permits",
        dept="market",
        title=("行政许可公示信息", "Published permits"),
        theme="market",
        category="B",
        cycle="3",
        notes=(
            "市场监管领域行政许可决定公示信息，依法自作出决定之日起公示。",
            "Permits in market regulation, published by law.",
        ),
        row_meaning=("每行一项行政许可决定", "One decision"),
        tags=("行政许可", "公示"),
        columns=permit_columns(),
        table=permits("云市监许", ("食品经营许可", "食品生产许可", "特种设备使用登记"), 2200),
    ),
    Entry(
        key="food-samples",
        dept="market",
        title=("食品安全监督抽检结果", "Food inspection results"),
        theme="market",
        category="B",
        cycle="4",
        notes=(
            "食品安全监督抽检样品、生产单位与检验结论，已依法公布。",
            "Samples, producers and results of food inspection, already published.",
        ),
        row_meaning=("每行一个抽检样品", "One sample"),
        tags=("食品安全", "抽检"),
        table=_samples,
        columns=(
            col(
                "sample_no",
                "抽样编号",
                "Sample number",
                "抽检样品编号",
                "Number of the sample",
                key=True,
                required=True,
                tags=("public_register",),
            ),
            col("product", "食品类别", "Product", "样品所属食品类别", "Kind of food", tags=("public_register",)),
            col(
                "uscc",
                "统一社会信用代码",
                "Credit code",
                "生产单位统一社会信用代码",
                "Credit code of the producer",
                tags=("org.uscc", "public_register"),
            ),
            col(
                "producer",
                "生产单位",
                "Producer",
                "样品生产单位名称",
                "Name of the producer",
                tags=("org.name", "public_register"),
            ),
            col("sampled", "抽样日期", "Sampled", "样品抽样日期", "Day of sampling", "date", tags=("public_register",)),
            col("result", "检验结论", "Result", "样品检验结论", "Result of the inspection", tags=("public_register",)),
            _AREA_CODE,
        ),
    ),
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
    Entry(
        key="hospital-beds",
        dept="health",
        title=("医疗机构床位与诊疗量统计", "Beds and treatments of hospitals"),
        theme="health",
        cycle="7",
        columns=_BED_COLUMNS,
        notes=(
            "各医疗机构编制床位、实有床位及门诊、住院诊疗量年度统计。",
            "Planned and real beds, outpatient visits and admissions by institution.",
        ),
        row_meaning=("每行一家医疗机构", "One institution"),
        tags=("床位", "诊疗量"),
        tags_declared=("statistic",),
        table=_beds(("云上", "望江", "临湖", "东岭", "南塘"), "号医院"),
        **_SHEET,
    ),
    Entry(
        key="county-clinic-visits",
        dept="county-health",
        title=("基层医疗机构诊疗量统计", "Treatments of primary care"),
        theme="health",
        cycle="7",
        columns=_BED_COLUMNS,
        notes=(
            "乡镇卫生院与社区卫生服务中心床位及诊疗量年度统计。",
            "Beds and treatments of township hospitals and community centres.",
        ),
        row_meaning=("每行一家基层医疗机构", "One institution"),
        tags=("基层医疗", "诊疗量"),
        tags_declared=("statistic",),
        table=_beds(("石门", "竹溪", "永安"), "号卫生院"),
        **_SHEET,
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
    Entry(
        key="air-quality",
        dept="environment",
        title=("空气质量日报", "Daily air quality"),
        theme="environment",
        cycle="7",
        columns=_air_columns(),
        table=_air,
        notes=(
            "各空气质量监测站主要污染物日均浓度与空气质量指数。",
            "Daily means of the main pollutants and the index by station.",
        ),
        row_meaning=("每行一个监测站一天", "One station on one day"),
        tags=("空气质量", "环境监测"),
    ),
    Entry(
        key="weather-warnings",
        dept="meteorology",
        title=("气象灾害预警信号发布记录", "Weather warnings"),
        theme="weather",
        cycle="3",
        table=_warnings,
        notes=("气象灾害预警信号种类、等级、发布时间与区县。", "Kind, colour, time and county of weather warnings."),
        row_meaning=("每行一次预警发布", "One warning"),
        tags=("预警", "气象灾害"),
        columns=(
            col(
                "warning_no",
                "预警编号",
                "Warning number",
                "预警信号编号",
                "Number of the warning",
                key=True,
                required=True,
                tags=("weather",),
            ),
            col("kind", "种类", "Kind", "预警信号种类", "Kind of the warning", tags=("weather",)),
            col("colour", "等级", "Colour", "预警信号等级颜色", "Colour of the warning", tags=("weather",)),
            col(
                "issued", "发布时间", "Issued", "预警信号发布时间", "When it was issued", "datetime", tags=("weather",)
            ),
            _AREA_CODE,
        ),
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
