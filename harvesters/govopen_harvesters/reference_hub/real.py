"""The real tables, split into entries that make sense alone; origins and licences are in `tables/SOURCES.md`."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np

from govopen_harvesters.reference_hub.entry import Column, Entry, Table, Two, col

__all__ = ["DAILY_KEY", "ENTRIES", "real_rows"]

DAILY_KEY = "weather-daily"
"""The table that is refreshed every day."""

_DIVISIONS: Two = (
    "modood/Administrative-divisions-of-China（WTFPL）",
    "modood/Administrative-divisions-of-China (WTFPL)",
)
_EPIDEMIC: Two = ("canghailan/Wuhan-2019-nCoV（MIT）", "canghailan/Wuhan-2019-nCoV (MIT)")
_NOAA: Two = ("美国国家海洋和大气管理局（NOAA），西雅图观测站，公有领域", "NOAA, Seattle station, public domain")
_YUNNAN: Two = ("lvisei/kriging-wasm（MIT）", "lvisei/kriging-wasm (MIT)")
_METRO: Two = (
    "深圳地铁站名与坐标，整理自 HKUST-Trans-Lab/China-Metro-Info",
    "Shenzhen metro station names and coordinates, from HKUST-Trans-Lab/China-Metro-Info",
)
_MOE: Two = (
    "教育部公布的普通高等学校名单，整理自 Base-Technology/base-interface",
    "List published by the Ministry of Education, from Base-Technology/base-interface",
)
_CAVEAT: Two = (
    "真实公开数据的历史快照，仅供演示，以原发布单位为准。",
    "A historic snapshot of real open data; the original publisher prevails.",
)

Rows = list[dict[str, str]]


@functools.cache
def real_rows(name: str) -> Rows:
    """Read one of the real tables as rows of text."""
    path = files("govopen_harvesters.reference_hub") / "tables" / f"{name}.csv"
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def _take(
    name: str, columns: dict[str, str], keep: Callable[[dict[str, str]], bool] = lambda _: True
) -> Callable[[np.random.Generator], Table]:
    """Give a table maker that keeps some rows and renames columns (`new: old`)."""

    def made(_: np.random.Generator) -> Table:
        rows = [row for row in real_rows(name) if keep(row)]
        return {new: [row[old] for row in rows] for new, old in columns.items()}

    return made


def _begins(column: str, start: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: row[column].startswith(start)


def _cities_of(province: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: row["provinceCode"] == province and bool(row["city"])


# -- administrative divisions ------------------------------------------------------------------------------------

_CODE: dict[str, Any] = {"codelist": "GB/T 2260", "key": True, "required": True, "tags": ("geo.division",)}
_PROVINCES = (
    col("code", "省级代码", "Province code", "两位省级行政区划代码", "Two-digit code of the province", **_CODE),
    col("name", "省级名称", "Province", "省、自治区、直辖市名称", "Name of the province", tags=("geo.division",)),
)
_CITIES = (
    col("code", "地级代码", "Prefecture code", "四位地级行政区划代码", "Four-digit code of the prefecture", **_CODE),
    col("name", "地级名称", "Prefecture", "地级行政区名称", "Name of the prefecture", tags=("geo.division",)),
    col("province_code", "省级代码", "Province code", "所属省级代码", "Code of its province", codelist="GB/T 2260"),
)
_AREAS = (
    col("code", "县级代码", "County code", "六位县级行政区划代码", "Six-digit code of the county", **_CODE),
    col("name", "县级名称", "County", "县级行政区名称", "Name of the county", tags=("geo.division",)),
    col("city_code", "地级代码", "Prefecture code", "所属地级代码", "Code of its prefecture", codelist="GB/T 2260"),
    col("province_code", "省级代码", "Province code", "所属省级代码", "Code of its province", codelist="GB/T 2260"),
)
_STREETS = (
    col("code", "乡级代码", "Township code", "九位乡级统计用区划代码", "Nine-digit code of the township", **_CODE),
    col(
        "name",
        "乡级名称",
        "Township",
        "乡、镇、街道名称",
        "Name of the township or subdistrict",
        tags=("geo.division",),
    ),
    col("area_code", "县级代码", "County code", "所属县级代码", "Code of its county", codelist="GB/T 2260"),
    col("city_code", "地级代码", "Prefecture code", "所属地级代码", "Code of its prefecture", codelist="GB/T 2260"),
    col("province_code", "省级代码", "Province code", "所属省级代码", "Code of its province", codelist="GB/T 2260"),
)
_REGIONS: dict[str, tuple[str, str, str]] = {
    "north": ("华北", "North China", "1"),
    "northeast": ("东北", "Northeast China", "2"),
    "east": ("华东", "East China", "3"),
    "centre-south": ("中南", "Central and South China", "4"),
    "southwest": ("西南", "Southwest China", "5"),
    "northwest": ("西北", "Northwest China", "6"),
}


def _division(
    key: str, zh: str, en: str, source: str, columns: tuple[Column, ...], names: dict[str, str], **more: Any
) -> Entry:
    keep = more.pop("keep", lambda _: True)
    return Entry(
        key=f"divisions-{key}",
        dept="land",
        title=(zh, en),
        theme="geography",
        base_library="geography",
        notes=(
            f"{zh}，含统计用区划代码、名称与上级代码，可用于地址编码、地图连接和统计汇总。",
            f"{en}: statistical codes, names and codes of the level above, for joining tables and maps.",
        ),
        row_meaning=("每行一个行政区划", "One administrative division"),
        columns=columns,
        table=_take(source, names, keep),
        tags=("行政区划", "区划代码", "地理编码"),
        origin=_DIVISIONS,
        caveats=_CAVEAT,
        **more,
    )


_STREET_NAMES = {
    "code": "code",
    "name": "name",
    "area_code": "areaCode",
    "city_code": "cityCode",
    "province_code": "provinceCode",
}
_LAND = [
    _division(
        "provinces",
        "省级行政区划代码表",
        "Codes of provinces",
        "divisions_provinces",
        _PROVINCES,
        {"code": "code", "name": "name"},
    ),
    _division(
        "cities",
        "地级行政区划代码表",
        "Codes of prefectures",
        "divisions_cities",
        _CITIES,
        {"code": "code", "name": "name", "province_code": "provinceCode"},
        bom=True,
    ),
    _division(
        "areas",
        "县级行政区划代码表",
        "Codes of counties",
        "divisions_areas",
        _AREAS,
        {"code": "code", "name": "name", "city_code": "cityCode", "province_code": "provinceCode"},
    ),
    *(
        _division(
            f"streets-{key}",
            f"{zh}地区乡级行政区划代码表",
            f"Codes of townships in {en}",
            "divisions_streets",
            _STREETS,
            _STREET_NAMES,
            keep=_begins("code", digit),
            form="jsonl" if key == "northeast" else "csv",
        )
        for key, (zh, en, digit) in _REGIONS.items()
    ),
]

# -- health ------------------------------------------------------------------------------------------------------

_COUNTS = tuple(
    col(
        name,
        zh,
        en,
        f"截至当日累计{zh}例数",
        f"Cumulative {en.lower()} cases up to the day",
        "integer",
        unit="例",
        tags=("statistic",),
    )
    for name, zh, en in (
        ("confirmed", "确诊", "Confirmed"),
        ("suspected", "疑似", "Suspected"),
        ("cured", "治愈", "Cured"),
        ("dead", "死亡", "Dead"),
    )
)
_DAY = col("date", "日期", "Date", "统计日期", "Day of the count", "date", key=True, required=True)
_COUNT_NAMES = {name: name for name in ("confirmed", "suspected", "cured", "dead")}


def _epidemic(
    key: str,
    zh: str,
    en: str,
    columns: tuple[Column, ...],
    names: dict[str, str],
    keep: Callable[[dict[str, str]], bool],
    **more: Any,
) -> Entry:
    return Entry(
        key=f"epidemic-{key}",
        dept="health",
        title=(zh, en),
        theme="health",
        columns=columns,
        table=_take("epidemic_daily_2020q1", names, keep),
        notes=(
            f"{zh}，按日汇总确诊、疑似、治愈、死亡累计例数，不含任何个人信息。",
            f"{en}: cumulative confirmed, suspected, cured and dead by day, without personal data.",
        ),
        row_meaning=("每行一个地区一天的累计数", "One area on one day"),
        tags=("疫情", "公共卫生", "统计"),
        cycle="9",
        tags_declared=("statistic",),
        origin=_EPIDEMIC,
        caveats=_CAVEAT,
        **more,
    )


_PROVINCE = col(
    "province",
    "省份",
    "Province",
    "省级行政区名称",
    "Name of the province",
    key=True,
    required=True,
    tags=("geo.division",),
)
_PCODE = col(
    "province_code", "省级代码", "Province code", "六位省级代码", "Six-digit code of the province", codelist="GB/T 2260"
)
_CITY = col(
    "city", "城市", "City", "地级行政区名称", "Name of the prefecture", key=True, required=True, tags=("geo.division",)
)
_CCODE = col(
    "city_code",
    "地级代码",
    "Prefecture code",
    "六位地级代码，未编码者为空",
    "Six-digit code of the prefecture, empty where none",
    codelist="GB/T 2260",
)
_HEALTH = [
    _epidemic(
        "national",
        "2020年第一季度全国疫情日报",
        "National epidemic counts by day, Q1 2020",
        (_DAY, *_COUNTS),
        {"date": "date", **_COUNT_NAMES},
        lambda row: row["countryCode"] == "CN" and not row["province"],
    ),
    _epidemic(
        "provinces",
        "2020年第一季度分省疫情日报",
        "Epidemic counts by province and day, Q1 2020",
        (_DAY, _PROVINCE, _PCODE, *_COUNTS),
        {"date": "date", "province": "province", "province_code": "provinceCode", **_COUNT_NAMES},
        lambda row: row["countryCode"] == "CN" and bool(row["province"]) and not row["city"],
        encoding="gb18030",
    ),
    *(
        _epidemic(
            f"cities-{code}",
            f"2020年第一季度{zh}分市疫情日报",
            f"Epidemic counts by city of {en} and day, Q1 2020",
            (_DAY, _CITY, _CCODE, *_COUNTS),
            {"date": "date", "city": "city", "city_code": "cityCode", **_COUNT_NAMES},
            _cities_of(code),
        )
        for code, zh, en in (
            ("420000", "湖北省", "Hubei"),
            ("440000", "广东省", "Guangdong"),
            ("410000", "河南省", "Henan"),
            ("530000", "云南省", "Yunnan"),
            ("330000", "浙江省", "Zhejiang"),
        )
    ),
]

# -- education, transport, meteorology -----------------------------------------------------------------------------

_SCHOOL = (
    col(
        "code",
        "学校标识码",
        "School code",
        "教育部十位学校标识码",
        "Ten-digit code of the ministry",
        key=True,
        required=True,
    ),
    col(
        "name",
        "学校名称",
        "School",
        "学校全称",
        "Full name of the institution",
        tags=("public_facility",),
        required=True,
    ),
    col("authority", "主管部门", "Authority", "学校的主管部门", "Authority in charge"),
    col("city", "所在地", "City", "学校所在城市", "City where it lies", tags=("geo.division",)),
    col("level", "办学层次", "Level", "本科或专科", "Undergraduate or junior college"),
    col(
        "remark",
        "备注",
        "Remark",
        "民办、中外合作办学等，公办者为空",
        "Private, joint venture and so on; empty for public ones",
    ),
)
_SCHOOL_NAMES = {
    "code": "学校标识码",
    "name": "学校名称",
    "authority": "主管部门",
    "city": "所在地",
    "level": "办学层次",
    "remark": "备注",
}


def _schools(key: str, zh: str, en: str, keep: Callable[[dict[str, str]], bool], **more: Any) -> Entry:
    return Entry(
        key=f"universities-{key}",
        dept="education",
        title=(f"{zh}名单", f"List of {en}"),
        theme="education",
        columns=_SCHOOL,
        notes=(
            f"{zh}名单，含学校标识码、主管部门、所在地和办学层次。",
            f"List of {en} with ministry code, authority, city and level.",
        ),
        row_meaning=("每行一所高等学校", "One institution"),
        table=_take("higher_education_institutions", _SCHOOL_NAMES, keep),
        tags=("高等学校", "名单", "教育"),
        origin=_MOE,
        caveats=_CAVEAT,
        **more,
    )


_EDUCATION = [
    _schools("undergraduate", "本科高等学校", "undergraduate institutions", lambda row: row["办学层次"] == "本科"),
    _schools("junior", "专科高等学校", "junior colleges", lambda row: row["办学层次"] == "专科", encoding="gb18030"),
    _schools("private", "民办高等学校", "private institutions", lambda row: row["备注"] == "民办"),
]
_LON: dict[str, Any] = {"tags": ("geo.coordinate", "public_facility"), "unit": "°"}
_STATION = (
    col("line", "线路", "Line", "地铁线路名称", "Name of the metro line", key=True, required=True),
    col("position", "站序", "Position", "车站在线路中的顺序", "Order along the line", "integer", key=True),
    col("station", "站名", "Station", "车站名称", "Name of the station", tags=("public_facility",)),
    col("longitude", "经度", "Longitude", "车站经度", "Longitude of the station", "number", **_LON),
    col("latitude", "纬度", "Latitude", "车站纬度", "Latitude of the station", "number", **_LON),
)


def _lines(_: np.random.Generator) -> Table:
    lines: dict[str, list[dict[str, str]]] = {}
    for row in real_rows("metro_stations_shenzhen"):
        lines.setdefault(row["线路"], []).append(row)
    return {
        "line": list(lines),
        "stations": [len(rows) for rows in lines.values()],
        "first_station": [rows[0]["站名"] for rows in lines.values()],
        "last_station": [rows[-1]["站名"] for rows in lines.values()],
    }


_TRANSPORT = [
    Entry(
        key="metro-stations",
        dept="transport",
        title=("地铁车站表", "Metro stations"),
        theme="transport",
        columns=_STATION,
        notes=(
            "地铁各线路车站名称、顺序与坐标，可用于出行规划和地图展示。",
            "Stations of all metro lines with order and coordinates.",
        ),
        row_meaning=("每行一条线路上的一个车站", "One station on one line"),
        tags=("地铁", "车站", "轨道交通"),
        origin=_METRO,
        caveats=_CAVEAT,
        table=_take(
            "metro_stations_shenzhen",
            {"line": "线路", "position": "站序", "station": "站名", "longitude": "经度", "latitude": "纬度"},
        ),
    ),
    Entry(
        key="metro-lines",
        dept="transport",
        title=("地铁线路概况", "Metro lines"),
        theme="transport",
        form="tsv",
        table=_lines,
        notes=(
            "各地铁线路的车站数与起讫站，由车站表汇总而成。",
            "Number of stations and both ends of each metro line, summed up from the stations.",
        ),
        row_meaning=("每行一条地铁线路", "One metro line"),
        tags=("地铁", "线路", "轨道交通"),
        origin=_METRO,
        caveats=_CAVEAT,
        columns=(
            _STATION[0],
            col(
                "stations",
                "车站数",
                "Stations",
                "线路上的车站个数",
                "Number of stations",
                "integer",
                unit="个",
                tags=("statistic",),
            ),
            col(
                "first_station",
                "起点站",
                "First station",
                "线路起点站名",
                "Where the line begins",
                tags=("public_facility",),
            ),
            col(
                "last_station",
                "终点站",
                "Last station",
                "线路终点站名",
                "Where the line ends",
                tags=("public_facility",),
            ),
        ),
    ),
]
_WEATHER = (
    col("date", "日期", "Date", "观测日期", "Day of observation", "date", format="%Y/%m/%d", key=True, required=True),
    col(
        "precipitation",
        "降水量",
        "Precipitation",
        "日降水量",
        "Precipitation of the day",
        "number",
        unit="mm",
        tags=("weather",),
    ),
    col(
        "temp_max",
        "最高气温",
        "Highest temperature",
        "日最高气温",
        "Highest of the day",
        "number",
        unit="℃",
        tags=("weather",),
    ),
    col(
        "temp_min",
        "最低气温",
        "Lowest temperature",
        "日最低气温",
        "Lowest of the day",
        "number",
        unit="℃",
        tags=("weather",),
    ),
    col("wind", "风速", "Wind", "日平均风速", "Mean wind speed", "number", unit="m/s", tags=("weather",)),
    col("weather", "天气现象", "Weather", "主要天气现象", "Main weather of the day", tags=("weather",)),
)
_WEATHER_NAMES = {column.name: column.name for column in _WEATHER}


def _weather(key: str, zh: str, en: str, keep: Callable[[dict[str, str]], bool], **more: Any) -> Entry:
    return Entry(
        key=key,
        dept="meteorology",
        title=(zh, en),
        theme="weather",
        columns=_WEATHER,
        notes=(
            f"{zh}，含降水、气温、风速和天气现象。",
            f"{en}: precipitation, temperature, wind and weather of each day.",
        ),
        row_meaning=("每行一天的观测", "One day"),
        tags=("气象", "气温", "降水"),
        origin=_NOAA,
        caveats=_CAVEAT,
        table=_take("weather_daily_seattle", _WEATHER_NAMES, keep),
        **more,
    )


_YUNNAN_COLUMNS = (
    col(
        "station",
        "站名",
        "Station",
        "气象站名称",
        "Name of the station",
        tags=("weather", "public_facility"),
        required=True,
    ),
    col("longitude", "经度", "Longitude", "气象站经度", "Longitude of the station", "number", **_LON),
    col("latitude", "纬度", "Latitude", "气象站纬度", "Latitude of the station", "number", **_LON),
    col("height", "海拔", "Height", "气象站海拔高度", "Height above sea level", "number", unit="m", tags=("weather",)),
    col("date", "日期", "Date", "观测日期", "Day of observation", "date", format="%Y/%m/%d"),
    col(
        "temperature",
        "日平均气温",
        "Mean temperature",
        "日平均气温",
        "Mean temperature of the day",
        "number",
        unit="℃",
        tags=("weather",),
    ),
)


_METEOROLOGY = [
    *(
        _weather(
            f"weather-{year}",
            f"{year}年逐日气象观测",
            f"Daily weather of {year}",
            _begins("date", year),
            cycle="9",
        )
        for year in ("2012", "2013", "2014")
    ),
    _weather(
        DAILY_KEY,
        "逐日气象观测（每日更新）",
        "Daily weather, refreshed every day",
        lambda row: "2015/01/01" <= row["date"] <= "2015/06/30",
        cycle="2",
        more={"temporal_start": "2015-01-01"},
    ),
    Entry(
        key="weather-stations",
        dept="meteorology",
        title=("区域气象站月初气温观测", "Temperatures at regional weather stations"),
        theme="weather",
        notes=(
            "2020年1月区域气象站位置、海拔与日平均气温。",
            "Position, height and mean temperature of regional stations, January 2020.",
        ),
        row_meaning=("每行一个气象站的一次观测", "One observation at one station"),
        tags=("气象站", "气温", "观测"),
        origin=_YUNNAN,
        caveats=_CAVEAT,
        columns=_YUNNAN_COLUMNS,
        cycle="9",
        table=_take(
            "weather_stations_yunnan_202001",
            {
                "station": "站名",
                "longitude": "经度",
                "latitude": "纬度",
                "height": "海拔米",
                "date": "日期",
                "temperature": "日平均气温",
            },
        ),
    ),
]

ENTRIES: tuple[Entry, ...] = (*_LAND, *_HEALTH, *_EDUCATION, *_TRANSPORT, *_METEOROLOGY)
