"""Entries that are conditional or closed: by declaration, by their columns, by an embargo, by somebody's rights."""

from __future__ import annotations

from typing import Any

import numpy as np

from govopen_harvesters.reference_hub import people, places
from govopen_harvesters.reference_hub.entry import Column, Entry, Table, col
from govopen_harvesters.reference_hub.ordinary import plain, statistics
from govopen_harvesters.reference_hub.places import pick

__all__ = ["ENTRIES"]


def _turnover(rng: np.random.Generator) -> Table:
    firms = people.companies(rng, 1500)
    sales = np.exp(rng.normal(6.5, 1.2, 1500))
    return {
        "uscc": firms["uscc"],
        "name": firms["name"],
        "industry": firms["trade_code"],
        "division": firms["division"],
        "sales": sales.round(2),
        "tax": (sales * 0.06).round(2),
        "staff": rng.integers(3, 400, 1500),
    }


def _formulas(rng: np.random.Generator) -> Table:
    firms = people.companies(rng, 300)
    return {
        "uscc": firms["uscc"],
        "name": firms["name"],
        "product": pick(rng, ("复合调味料", "特种涂料", "电解液", "香精"), 300),
        "formula": [f"A{a}:B{b}:C{c}" for a, b, c in rng.integers(1, 99, (300, 3)).tolist()],
    }


def _pipes(rng: np.random.Generator) -> Table:
    return {
        "node": [f"GW{number:05d}" for number in range(1, 501)],
        "diameter": pick(rng, (200, 300, 500, 800, 1200), 500),
        "longitude": np.round(101.2 + rng.random(500), 7),
        "latitude": np.round(24.3 + rng.random(500), 7),
        "pressure": np.round(rng.uniform(0.2, 0.9, 500), 2),
    }


def _points(rng: np.random.Generator) -> Table:
    return {
        "poi": [f"P{number:06d}" for number in range(1, 801)],
        "kind": pick(rng, ("餐饮", "购物", "住宿", "加油站"), 800),
        "longitude": np.round(101.2 + rng.random(800), 6),
        "latitude": np.round(24.3 + rng.random(800), 6),
    }


def _minerals(rng: np.random.Generator) -> Table:
    return {
        "site": [f"KC{number:03d}" for number in range(1, 61)],
        "mineral": pick(rng, ("稀土", "铜", "锡", "锂"), 60),
        "reserve": rng.integers(100, 90000, 60),
        "division": pick(rng, places.COUNTY_CODES, 60),
    }


def _tagged(name: str, zh: str, en: str, tag: str, type: str = "string", level: int = 4, **more: Any) -> Column:
    return col(
        name, zh, en, f"{zh}内容", f"The {en.lower()}", type, tags=(tag,), level=level, open_type="closed", **more
    )


_FIRM = (
    col(
        "uscc",
        "统一社会信用代码",
        "Credit code",
        "企业统一社会信用代码",
        "Unified social credit code",
        key=True,
        tags=("org.uscc",),
    ),
    col("name", "企业名称", "Company", "企业登记名称", "Registered name", tags=("org.name",)),
)
_LONLAT = tuple(
    col(name, zh, en, f"点位{zh}", f"{en} of the point", "number", unit="°", tags=("geo.coordinate",))
    for name, zh, en in (("longitude", "经度", "Longitude"), ("latitude", "纬度", "Latitude"))
)
ENTRIES: tuple[Entry, ...] = (
    Entry(
        key="company-turnover",
        dept="market",
        title=("企业经营指标明细", "Turnover of companies"),
        theme="market",
        category="B",
        open_type="conditional",
        open_condition="签订开放利用协议，用于信用评价与产业研究。",
        notes=(
            "企业年度营业收入、纳税与用工明细，有条件开放。",
            "Turnover, taxes and staff of each company; conditional.",
        ),
        row_meaning=("每行一家企业一年", "One company in one year"),
        tags=("企业", "经营"),
        table=_turnover,
        share_type="2",
        share_condition="依据职责申请",
        columns=(
            *_FIRM,
            col(
                "industry", "行业代码", "Industry", "国民经济行业大类代码", "Code of the industry", codelist="GB/T 4754"
            ),
            col(
                "division",
                "区划代码",
                "Division",
                "县级行政区划代码",
                "Code of the county",
                codelist="GB/T 2260",
                tags=("geo.division",),
            ),
            *(
                col(
                    name,
                    zh,
                    en,
                    f"本年{zh}",
                    f"{en} of the year",
                    kind,
                    unit=unit,
                    level=3,
                    open_type="conditional",
                    tags=("org.finance",),
                )
                for name, zh, en, kind, unit in (
                    ("sales", "营业收入", "Turnover", "number", "万元"),
                    ("tax", "纳税额", "Taxes", "number", "万元"),
                    ("staff", "从业人数", "Staff", "integer", "人"),
                )
            ),
        ),
    ),
    statistics(
        "parking-turnover",
        "transport",
        "停车场泊位周转统计",
        "Turnover of parking places",
        "transport",
        open_type="conditional",
        open_condition="签订开放利用协议。",
        share_type="2",
        share_condition="依据职责申请",
    ),
    plain(
        "case-files",
        "police",
        "案件办理信息",
        "Case files",
        "public_safety",
        table=None,
        approval="catalogue",
        open_type="closed",
        closed_ground="personal",
        share_type="3",
        share_condition="涉及个人隐私",
        category="A",
        expect="rule.closed.personal",
    ),
    plain(
        "credit-model",
        "data",
        "信用评分模型参数",
        "Parameters of the credit model",
        "credit",
        table=None,
        approval="catalogue",
        open_type="closed",
        closed_ground="business_secret",
        share_type="3",
        share_condition="涉及商业秘密",
        category="B",
        expect="rule.closed.business_secret",
    ),
    Entry(
        key="formulas",
        dept="market",
        title=("企业产品配方备案", "Filed product formulas"),
        theme="market",
        category="B",
        notes=("企业报备的产品配方，供监管使用，含企业商业秘密。", "Product formulas filed by companies."),
        row_meaning=("每行一个备案产品", "One product"),
        tags=("备案",),
        table=_formulas,
        expect="rule.closed.business_secret",
        columns=(
            *_FIRM,
            col("product", "产品", "Product", "备案产品类别", "Kind of product"),
            _tagged("formula", "配方", "Formula", "business.secret"),
        ),
    ),
    Entry(
        key="bids",
        dept="county-market",
        title=("未公开投标报价", "Undisclosed bids"),
        theme="commerce",
        category="B",
        notes=("采购项目尚未公开的投标报价明细。", "Bids of purchases that are not disclosed yet."),
        row_meaning=("每行一份投标", "One bid"),
        tags=("采购",),
        table=_formulas,
        expect="rule.closed.business_secret",
        columns=(
            *_FIRM,
            col("product", "标的", "Subject", "采购标的类别", "Kind of purchase"),
            _tagged("formula", "报价", "Bid", "business.secret"),
        ),
    ),
    Entry(
        key="water-pipes",
        dept="land",
        title=("供水管网节点", "Nodes of the water network"),
        theme="geography",
        base_library="geography",
        notes=("城市供水管网节点位置与压力，属关键基础设施。", "Positions and pressure of the water network's nodes."),
        row_meaning=("每行一个管网节点", "One node"),
        tags=("管网",),
        table=_pipes,
        expect="rule.closed.other_law",
        columns=(
            _tagged("node", "节点", "Node", "infrastructure"),
            _tagged("diameter", "管径", "Diameter", "infrastructure", "integer", unit="mm"),
            *(_tagged(c.name, *c.title, "infrastructure", "number", unit="°") for c in _LONLAT),
            _tagged("pressure", "压力", "Pressure", "infrastructure", "number", unit="MPa"),
        ),
    ),
    Entry(
        key="licensed-points",
        dept="land",
        title=("商用兴趣点底图数据", "Licensed points of interest"),
        theme="geography",
        notes=("向图商采购的兴趣点数据，著作权归图商所有。", "Points of interest bought from a map company."),
        row_meaning=("每行一个兴趣点", "One point"),
        tags=("兴趣点",),
        tags_declared=("third_party",),
        rights_holder="示范图商有限公司",
        table=_points,
        expect="rule.closed.third_party",
        columns=(
            _tagged("poi", "编号", "Code", "third_party"),
            _tagged("kind", "类别", "Kind", "third_party"),
            *_LONLAT,
        ),
    ),
    statistics(
        "bought-sensing",
        "environment",
        "外购遥感监测指标",
        "Bought remote-sensing figures",
        "environment",
        tags_declared=("third_party",),
        rights_holder="示范遥感有限公司",
        expect="rule.closed.third_party",
    ),
    statistics(
        "next-gdp",
        "statistics",
        "下一季度生产总值初步核算",
        "Preliminary product of next quarter",
        "finance",
        embargo_days=45,
        tags_declared=("embargoed",),
        expect="rule.closed.in_process",
        base_library="macro_economy",
    ),
    statistics(
        "draft-plan",
        "land",
        "国土空间规划草案指标",
        "Figures of a draft plan",
        "geography",
        embargo_days=90,
        tags_declared=("embargoed",),
        expect="rule.closed.in_process",
    ),
    Entry(
        key="minerals",
        dept="land",
        title=("重点矿产储量明细", "Reserves of key minerals"),
        theme="geography",
        base_library="geography",
        notes=("重点矿产地储量明细，已列入重要数据目录。", "Reserves of key minerals, listed as important data."),
        row_meaning=("每行一处矿产地", "One site"),
        tags=("矿产",),
        tags_declared=("important_data",),
        table=_minerals,
        expect="rule.closed.other_law",
        columns=(
            _tagged("site", "矿产地", "Site", "important_data"),
            _tagged("mineral", "矿种", "Mineral", "important_data"),
            _tagged("reserve", "储量", "Reserve", "important_data", "integer", unit="吨"),
            col(
                "division",
                "区划代码",
                "Division",
                "县级行政区划代码",
                "Code of the county",
                codelist="GB/T 2260",
                tags=("geo.division",),
            ),
        ),
    ),
    statistics(
        "declared-secret",
        "police",
        "专用通信设施统计",
        "Special communication facilities",
        "public_safety",
        tags_declared=("state.secret",),
        expect="rule.closed.state_secret",
    ),
    statistics(
        "declared-core",
        "land",
        "战略资源保障统计",
        "Strategic resources",
        "geography",
        tags_declared=("core_data",),
        expect="rule.closed.other_law",
    ),
)
