"""The fictitious departments of the fictitious city 云栖市 and its county 青溪县, at two levels.

Region codes 5399xx are unassigned in GB/T 2260 on purpose: no real place, and no real identity number, is meant.
"""

from __future__ import annotations

from govopen_harvesters.base import Provider
from govopen_harvesters.reference_hub.numbers import uscc

__all__ = ["CITY", "COUNTY", "DEPARTMENTS"]

CITY, COUNTY = "539900", "539921"

_CITY = (
    ("police", "公安局", "Public Security Bureau"),
    ("health", "卫生健康委员会", "Health Commission"),
    ("education", "教育局", "Education Bureau"),
    ("transport", "交通运输局", "Transport Bureau"),
    ("meteorology", "气象局", "Meteorological Bureau"),
    ("market", "市场监督管理局", "Administration for Market Regulation"),
    ("land", "自然资源和规划局", "Natural Resources and Planning Bureau"),
    ("statistics", "统计局", "Bureau of Statistics"),
    ("data", "数据局", "Data Bureau"),
    ("environment", "生态环境局", "Ecology and Environment Bureau"),
)
_COUNTY = (
    ("county-health", "卫生健康局", "Health Bureau"),
    ("county-education", "教育局", "Education Bureau"),
    ("county-market", "市场监督管理局", "Administration for Market Regulation"),
    ("county-transport", "交通运输局", "Transport Bureau"),
)


def _made() -> dict[str, Provider]:
    found = {}
    for number, (slug, zh, en) in enumerate((*_CITY, *_COUNTY), 1):
        city = number <= len(_CITY)
        region = CITY if city else COUNTY
        found[slug] = Provider(
            code=uscc(f"11{region}", f"MB{number:06d}"),
            name_zh=("云栖市" if city else "青溪县") + zh,
            name_en=f"{'Yunxi City' if city else 'Qingxi County'} {en}",
            region=region,
            level="city" if city else "county",
            slug=f"yunxi-{slug}",
        )
    return found


DEPARTMENTS = _made()
