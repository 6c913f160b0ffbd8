"""Registers, measurements and workbooks that a city opens as they are; generated, without personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from govopen_harvesters.reference_hub import people, places
from govopen_harvesters.reference_hub.entry import Column, Entry, Table, col
from govopen_harvesters.reference_hub.makers import (
    AREA_CODE,
    Maker,
    permit_columns,
    permits,
)
from govopen_harvesters.reference_hub.places import pick

__all__ = ["ENTRIES"]


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
            AREA_CODE,
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
            AREA_CODE,
        ),
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
            AREA_CODE,
        ),
    ),
)
