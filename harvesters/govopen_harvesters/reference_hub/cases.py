"""Every case that the rules know: conditional, closed, withdrawn, unapproved, spoiled, secret, odd and broken ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from govopen_harvesters.reference_hub import files, people, places
from govopen_harvesters.reference_hub.entry import Column, Entry, Table, col
from govopen_harvesters.reference_hub.harmless import (
    facilities,
    facility_columns,
    figure_columns,
    figures,
    permit_columns,
    permits,
)
from govopen_harvesters.reference_hub.places import pick

__all__ = ["ENTRIES"]

_YEARS = tuple(str(year) for year in range(2019, 2026))


def _plain(key: str, dept: str, zh: str, en: str, theme: str, **more: Any) -> Entry:
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


def _statistics(key: str, dept: str, zh: str, en: str, theme: str, **more: Any) -> Entry:
    values: dict[str, Any] = {
        "columns": figure_columns(
            ("年份", "Year"), ("amount", "数量", "Amount", "个"), ("change", "增减", "Change", "个")
        ),
        "table": figures(_YEARS, {"amount": (500, 0.04), "change": (40, 0.02)}),
        "notes": (f"{zh}，按年份和区县汇总。示范条目。", f"{en} by year and county. Demo entry."),
        "row_meaning": ("每行一个区县一年", "One county in one year"),
        "tags": ("统计",),
        "tags_declared": ("statistic",),
        **more,
    }
    return Entry(key=key, dept=dept, title=(zh, en), theme=theme, **values)


# -- conditional, closed -------------------------------------------------------------------------------------------


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
_CLOSED = (
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
    _statistics(
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
    _plain(
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
    _plain(
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
    _statistics(
        "bought-sensing",
        "environment",
        "外购遥感监测指标",
        "Bought remote-sensing figures",
        "environment",
        tags_declared=("third_party",),
        rights_holder="示范遥感有限公司",
        expect="rule.closed.third_party",
    ),
    _statistics(
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
    _statistics(
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
)

# -- the hub's own record says no --------------------------------------------------------------------------------

_RECORD = (
    _plain(
        "withdrawn-1",
        "education",
        "校外培训机构名录",
        "Training institutions",
        "education",
        fault="withdrawn",
        expect="hub.withdrawn",
    ),
    _statistics(
        "withdrawn-2", "health", "医疗费用统计", "Medical expenses", "health", fault="withdrawn", expect="hub.withdrawn"
    ),
    _plain(
        "unapproved-missing",
        "transport",
        "充电桩名录",
        "Charging points",
        "transport",
        approval="missing",
        expect="hub.not_approved",
    ),
    _plain(
        "unapproved-pending",
        "county-transport",
        "农村客运站名录",
        "Rural bus stations",
        "transport",
        approval="pending",
        expect="hub.not_approved",
    ),
    _statistics(
        "unapproved-revoked",
        "environment",
        "排污许可统计",
        "Discharge permits",
        "environment",
        approval="revoked",
        expect="hub.not_approved",
    ),
    _plain(
        "unapproved-stale",
        "land",
        "测绘资质单位名录",
        "Surveying companies",
        "geography",
        approval="stale",
        expect="hub.not_approved",
    ),
    _plain(
        "expired-1",
        "health",
        "公共厕所名录",
        "Public toilets",
        "living",
        approval="expired",
        expect="hub.approval_expired",
    ),
    _statistics(
        "expired-2",
        "county-education",
        "教师培训统计",
        "Training of teachers",
        "education",
        approval="expired",
        expect="hub.approval_expired",
    ),
    _plain(
        "forged-approval",
        "market",
        "检验检测机构名录",
        "Testing laboratories",
        "market",
        fault="forged_approval",
        expect="hub.signature",
    ),
    _plain(
        "forged-manifest",
        "education",
        "图书馆名录",
        "Libraries",
        "education",
        fault="forged_manifest",
        expect="hub.signature",
    ),
    _statistics(
        "replay-1", "transport", "道路里程统计", "Length of roads", "transport", fault="replay", expect="hub.replay"
    ),
    _plain(
        "replay-2", "county-health", "药品零售门店名录", "Pharmacies", "health", fault="replay", expect="hub.replay"
    ),
    _plain(
        "bad-digest", "land", "地名标志名录", "Place-name signs", "geography", fault="digest", expect="package.digest"
    ),
    _statistics(
        "bad-digest-2",
        "police",
        "道路交通违法统计",
        "Traffic offences",
        "public_safety",
        fault="digest",
        expect="package.digest",
    ),
    _statistics(
        "truncated",
        "statistics",
        "规模以上工业统计",
        "Industry above the threshold",
        "finance",
        fault="truncated",
        expect="package.size",
    ),
    _statistics(
        "row-count", "data", "数据目录统计", "Catalogue figures", "living", fault="row_count", expect="package.schema"
    ),
)

# -- secret, odd and broken ones -----------------------------------------------------------------------------------


def _pdf(*lines: str) -> bytes:
    return files.pdf_bytes(lines, title=lines[0])


def _ragged(raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    lines[40] += b',"x"'
    return b"\n".join(lines)


def _nul(raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    lines[25] = lines[25].replace(b'","', b'\0","', 1)
    return b"\n".join(lines)


def _half_gbk(raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    lines[30] = lines[30].decode().encode("gb18030")
    return b"\n".join(lines)


def _marked_first_line(raw: bytes) -> bytes:
    return "秘密★10年\n".encode() + raw


def _undescribed(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    nameless = [
        Column(**{**{slot: getattr(c, slot) for slot in Column.__slots__}, "meaning": ("", ""), "title": ("", "")})
        for c in columns[-3:]
    ]
    return (*columns[:-3], *nameless)


_ODD = (
    _plain(
        "secret-file",
        "police",
        "应急物资储备点",
        "Emergency stores",
        "public_safety",
        raw=_marked_first_line,
        expect="package.secrecy_mark",
    ),
    _statistics(
        "secret-name",
        "land",
        "军民共用设施统计",
        "Shared facilities",
        "geography",
        file="共用设施（秘密★5年）.csv",
        expect="package.secrecy_mark",
    ),
    Entry(
        key="secret-sheet",
        dept="county-health",
        title=("重点物资调度表", "Dispatch of key goods"),
        theme="health",
        notes=("重点物资调度情况表，由业务科室填报。", "Dispatch of key goods as filled in by the office."),
        row_meaning=("每行一家机构", "One institution"),
        form="xlsx",
        sheet_notes=("机密★启封前", ""),
        expect="package.secrecy_mark",
        columns=(
            col("机构", "机构", "Institution", "机构名称", "Name of the institution"),
            col("数量_调入", "调入数量", "In", "调入数量", "Goods in", "integer"),
            col("数量_调出", "调出数量", "Out", "调出数量", "Goods out", "integer"),
        ),
        table=lambda rng: {
            "机构": [f"第{n}储备库" for n in range(1, 21)],
            "数量_调入": rng.integers(1, 99, 20),
            "数量_调出": rng.integers(1, 99, 20),
        },
    ),
    Entry(
        key="secret-pdf",
        dept="police",
        title=("专项工作方案", "Plan of a special task"),
        theme="public_safety",
        kind="file",
        form="pdf",
        notes=("专项工作方案电子文件，请登记后查阅。", "Electronic file of a plan."),
        raw=lambda _: _pdf("专项工作方案", "秘密★3年", "示范内容。"),
        expect="package.secrecy_mark",
    ),
    Entry(
        key="yearbook",
        dept="statistics",
        title=("统计公报（文件）", "Statistical bulletin (file)"),
        theme="finance",
        kind="file",
        form="pdf",
        base_library="macro_economy",
        notes=(
            "国民经济和社会发展统计公报，以文件形式发布。",
            "Statistical bulletin of the economy and society, as a file.",
        ),
        tags=("公报",),
        raw=lambda _: _pdf(
            "云栖市国民经济和社会发展统计公报", "全年地区生产总值比上年增长百分之五。", "本公报为示范文件。"
        ),
    ),
    Entry(
        key="guide",
        dept="education",
        title=("义务教育入学指南（文件）", "School entry guide (file)"),
        theme="education",
        kind="file",
        form="pdf",
        notes=("义务教育阶段学校入学政策与办理流程说明。", "Rules and steps for entering school."),
        tags=("入学",),
        raw=lambda _: _pdf("义务教育入学指南", "适龄儿童少年按学区入学。", "本指南为示范文件。"),
    ),
    *(
        Entry(
            key=key,
            dept=dept,
            title=title,
            theme=theme,
            kind="link",
            notes=notes,
            cycle="1",
            link_url=url,
            tags=("接口",),
            row_meaning=("接口按请求返回实时数据", "Live data for each call"),
            columns=(
                col("time", "时间", "Time", "数据时间", "Time of the data", "datetime"),
                col("value", "数值", "Value", "当前数值", "Value of now", "number", tags=("weather",)),
            ),
        )
        for key, dept, theme, title, notes, url in (
            (
                "bus-live",
                "transport",
                "transport",
                ("公交实时到站接口", "Live bus arrivals (API)"),
                (
                    "公交车辆实时到站预测接口，由数源单位直接提供服务。",
                    "Live predictions of bus arrivals, served by the department itself.",
                ),
                "https://api.example.org/yunxi/bus/arrivals",
            ),
            (
                "weather-live",
                "meteorology",
                "weather",
                ("实时气象观测接口", "Live weather (API)"),
                (
                    "自动气象站实时观测接口，由数源单位直接提供服务。",
                    "Live observations, served by the department itself.",
                ),
                "https://api.example.org/yunxi/weather/now",
            ),
        )
    ),
    *(
        Entry(
            key=key,
            dept=dept,
            title=title,
            theme="geography",
            base_library="geography",
            kind="map",
            form="shp",
            notes=notes,
            tags=("地图",),
            tags_declared=("survey_map",),
            raw=lambda _: b"\x00\x00\x27\x0a" + bytes(96),
            expect="package.type",
        )
        for key, dept, title, notes in (
            (
                "map-boundary",
                "land",
                ("行政区域界线矢量图", "Boundaries (map)"),
                ("行政区域界线矢量地图，未取得审图号。", "Vector map of boundaries without a map approval number."),
            ),
            (
                "map-roads",
                "transport",
                ("道路网矢量图", "Road network (map)"),
                ("道路网矢量地图，未取得审图号。", "Vector map of roads without a map approval number."),
            ),
        )
    ),
    Entry(
        key="wrong-code-city",
        dept="market",
        title=("食品经营许可证名录", "Food licences"),
        theme="market",
        category="B",
        notes=("有效食品经营许可证持证单位名录。", "Holders of valid food licences."),
        row_meaning=("每行一张许可证", "One licence"),
        tags=("许可证",),
        columns=permit_columns(),
        table=permits("云食许", ("食品经营许可",), 800, wrong=24),
        expect="gate.checksum",
    ),
    Entry(
        key="wrong-code-county",
        dept="county-market",
        title=("药品经营许可证名录", "Drug licences"),
        theme="market",
        category="B",
        notes=("有效药品经营许可证持证单位名录。", "Holders of valid drug licences."),
        row_meaning=("每行一张许可证", "One licence"),
        tags=("许可证",),
        columns=permit_columns(),
        table=permits("青药许", ("药品经营许可",), 260, wrong=12),
        expect="gate.checksum",
    ),
    _plain(
        "undescribed-1",
        "county-transport",
        "公路养护站名录",
        "Road maintenance stations",
        "transport",
        columns=_undescribed(facility_columns("养护站", "stations")),
        expect="entry.column_undescribed",
    ),
    _statistics(
        "undescribed-2",
        "environment",
        "固体废物统计",
        "Solid waste",
        "environment",
        columns=_undescribed(
            figure_columns(("年份", "Year"), ("amount", "数量", "Amount", "吨"), ("change", "增减", "Change", "吨"))
        ),
        expect="entry.column_undescribed",
    ),
    _plain(
        "broken-ragged",
        "transport",
        "驾校名录",
        "Driving schools",
        "transport",
        raw=_ragged,
        expect="package.unreadable",
    ),
    _plain(
        "broken-nul",
        "county-education",
        "体育场馆名录",
        "Sports grounds",
        "education",
        raw=_nul,
        expect="package.unreadable",
    ),
    _plain(
        "broken-encoding",
        "environment",
        "垃圾中转站名录",
        "Waste stations",
        "environment",
        raw=_half_gbk,
        expect="package.unreadable",
    ),
    _statistics(
        "broken-columns",
        "health",
        "献血量统计",
        "Blood donations",
        "health",
        expect="package.schema",
        raw=lambda raw: raw.replace(b'"change"', b'"zengjian"', 1),
    ),
    _statistics(
        "broken-types",
        "police",
        "户政业务量统计",
        "Household services",
        "public_safety",
        expect="package.schema",
        table=lambda rng: {
            **figures(_YEARS, {"amount": (500, 0.04)})(rng),
            "change": ["待核"] * len(_YEARS) * len(places.COUNTY_CODES),
        },
    ),
)

ENTRIES: tuple[Entry, ...] = (*_CLOSED, *_RECORD, *_ODD)
