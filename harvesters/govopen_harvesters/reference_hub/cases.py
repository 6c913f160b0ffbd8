"""Cases at the door: withdrawn, unapproved, forged, replayed, spoiled, secret, odd and broken deliveries."""

from __future__ import annotations

from govopen_harvesters.reference_hub import files, places
from govopen_harvesters.reference_hub.entry import Column, Entry, col
from govopen_harvesters.reference_hub.makers import (
    facility_columns,
    figure_columns,
    figures,
    permit_columns,
    permits,
)
from govopen_harvesters.reference_hub.ordinary import YEARS, plain, statistics

__all__ = ["ENTRIES"]

# -- the hub's own record says no --------------------------------------------------------------------------------

_RECORD = (
    plain(
        "withdrawn-1",
        "education",
        "校外培训机构名录",
        "Training institutions",
        "education",
        fault="withdrawn",
        expect="hub.withdrawn",
    ),
    statistics(
        "withdrawn-2", "health", "医疗费用统计", "Medical expenses", "health", fault="withdrawn", expect="hub.withdrawn"
    ),
    plain(
        "unapproved-missing",
        "transport",
        "充电桩名录",
        "Charging points",
        "transport",
        approval="missing",
        expect="hub.not_approved",
    ),
    plain(
        "unapproved-pending",
        "county-transport",
        "农村客运站名录",
        "Rural bus stations",
        "transport",
        approval="pending",
        expect="hub.not_approved",
    ),
    statistics(
        "unapproved-revoked",
        "environment",
        "排污许可统计",
        "Discharge permits",
        "environment",
        approval="revoked",
        expect="hub.not_approved",
    ),
    plain(
        "unapproved-stale",
        "land",
        "测绘资质单位名录",
        "Surveying companies",
        "geography",
        approval="stale",
        expect="hub.not_approved",
    ),
    plain(
        "expired-1",
        "health",
        "公共厕所名录",
        "Public toilets",
        "living",
        approval="expired",
        expect="hub.approval_expired",
    ),
    statistics(
        "expired-2",
        "county-education",
        "教师培训统计",
        "Training of teachers",
        "education",
        approval="expired",
        expect="hub.approval_expired",
    ),
    plain(
        "forged-approval",
        "market",
        "检验检测机构名录",
        "Testing laboratories",
        "market",
        fault="forged_approval",
        expect="hub.signature",
    ),
    plain(
        "forged-manifest",
        "education",
        "图书馆名录",
        "Libraries",
        "education",
        fault="forged_manifest",
        expect="hub.signature",
    ),
    statistics(
        "replay-1", "transport", "道路里程统计", "Length of roads", "transport", fault="replay", expect="hub.replay"
    ),
    plain("replay-2", "county-health", "药品零售门店名录", "Pharmacies", "health", fault="replay", expect="hub.replay"),
    plain(
        "bad-digest", "land", "地名标志名录", "Place-name signs", "geography", fault="digest", expect="package.digest"
    ),
    statistics(
        "bad-digest-2",
        "police",
        "道路交通违法统计",
        "Traffic offences",
        "public_safety",
        fault="digest",
        expect="package.digest",
    ),
    statistics(
        "truncated",
        "statistics",
        "规模以上工业统计",
        "Industry above the threshold",
        "finance",
        fault="truncated",
        expect="package.size",
    ),
    statistics(
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
    plain(
        "secret-file",
        "police",
        "应急物资储备点",
        "Emergency stores",
        "public_safety",
        raw=_marked_first_line,
        expect="package.secrecy_mark",
    ),
    statistics(
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
    plain(
        "undescribed-1",
        "county-transport",
        "公路养护站名录",
        "Road maintenance stations",
        "transport",
        columns=_undescribed(facility_columns("养护站", "stations")),
        expect="entry.column_undescribed",
    ),
    statistics(
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
    plain(
        "broken-ragged",
        "transport",
        "驾校名录",
        "Driving schools",
        "transport",
        raw=_ragged,
        expect="package.unreadable",
    ),
    plain(
        "broken-nul",
        "county-education",
        "体育场馆名录",
        "Sports grounds",
        "education",
        raw=_nul,
        expect="package.unreadable",
    ),
    plain(
        "broken-encoding",
        "environment",
        "垃圾中转站名录",
        "Waste stations",
        "environment",
        raw=_half_gbk,
        expect="package.unreadable",
    ),
    statistics(
        "broken-columns",
        "health",
        "献血量统计",
        "Blood donations",
        "health",
        expect="package.schema",
        raw=lambda raw: raw.replace(b'"change"', b'"zengjian"', 1),
    ),
    statistics(
        "broken-types",
        "police",
        "户政业务量统计",
        "Household services",
        "public_safety",
        expect="package.schema",
        table=lambda rng: {
            **figures(YEARS, {"amount": (500, 0.04)})(rng),
            "change": ["待核"] * len(YEARS) * len(places.COUNTY_CODES),
        },
    ),
)

ENTRIES: tuple[Entry, ...] = (*_RECORD, *_ODD)
