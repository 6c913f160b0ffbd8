"""The fictitious city's districts, roads and names: what generated tables are made of. Codes 5399xx are unassigned."""

from __future__ import annotations

import numpy as np

__all__ = [
    "COUNTIES",
    "COUNTY_CODES",
    "COUNTY_WEIGHTS",
    "GIVEN",
    "RARE",
    "ROADS",
    "STREETS",
    "SURNAMES",
    "SURNAME_WEIGHTS",
    "pick",
]

COUNTIES = {
    "539901": "云上区",
    "539902": "望江区",
    "539903": "临湖区",
    "539904": "东岭区",
    "539905": "南塘区",
    "539906": "西桥区",
    "539907": "北苑区",
    "539908": "高新区",
    "539921": "青溪县",
    "539922": "白石县",
    "539923": "松阳县",
    "539924": "枫林县",
}
COUNTY_CODES = np.array(list(COUNTIES))
COUNTY_WEIGHTS = np.array([14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 3, 2], dtype=float) / 100
STREETS = ("城东街道", "城西街道", "湖滨街道", "新河街道", "古塔街道", "永安镇", "石门镇", "竹溪乡")
ROADS = (
    "望江路",
    "云栖大道",
    "湖光路",
    "学府街",
    "建设路",
    "和平巷",
    "滨河路",
    "青松街",
    "新民路",
    "长宁街",
    "南屏路",
    "文昌巷",
    "锦绣路",
    "育才街",
    "朝阳路",
    "古塔巷",
)
_SURNAMES = [
    "王7.2",
    "李7.2",
    "张6.8",
    "刘5.4",
    "陈4.5",
    "杨3.1",
    "赵2.3",
    "黄2.2",
    "周2.1",
    "吴2.0",
    "徐1.7",
    "孙1.5",
    "胡1.3",
    "朱1.3",
    "高1.2",
    "林1.2",
    "何1.2",
    "郭1.2",
    "马1.1",
    "罗1.0",
    "梁0.9",
    "宋0.9",
    "郑0.9",
    "谢0.8",
    "韩0.7",
    "唐0.7",
    "冯0.7",
    "于0.6",
    "董0.6",
    "萧0.6",
    "程0.6",
    "曹0.6",
    "袁0.6",
    "邓0.6",
    "许0.5",
    "傅0.5",
    "沈0.5",
    "曾0.5",
    "彭0.5",
    "吕0.5",
    "苏0.5",
    "卢0.4",
    "蒋0.4",
    "蔡0.4",
    "贾0.4",
    "丁0.4",
    "魏0.4",
    "薛0.4",
    "叶0.4",
    "阎0.4",
    "余0.4",
    "潘0.4",
    "杜0.4",
    "戴0.3",
    "夏0.3",
    "钟0.3",
    "汪0.3",
    "田0.3",
    "任0.3",
    "姜0.3",
    "范0.3",
    "方0.3",
    "石0.3",
    "姚0.3",
    "谭0.3",
    "廖0.3",
    "邹0.3",
    "熊0.3",
    "金0.3",
    "陆0.3",
    "郝0.2",
    "孔0.2",
    "白0.2",
    "崔0.2",
    "康0.2",
    "毛0.2",
    "邱0.2",
    "秦0.2",
    "江0.2",
    "史0.2",
    "欧阳0.1",
    "上官0.05",
    "司马0.05",
    "诸葛0.03",
    "皇甫0.02",
]
SURNAMES = np.array([text.rstrip("0123456789.") for text in _SURNAMES])
_WEIGHTS = np.array([float(text.lstrip("".join(set("".join(SURNAMES.tolist()))))) for text in _SURNAMES])
SURNAME_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
GIVEN = np.array(
    list(
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国文辉力春海峰波林志俊浩宇欣怡佳子涵梓轩雨诗晨博"
        "思琪梦婷雪颖慧莹洁琳倩璐薇岚茜彤嘉瑞泽鑫航凯睿哲逸然皓铭源森栋梁斌彬鹏翔飞龙凤鸣成功德仁义礼智信忠孝"
    )
)
RARE = "翀彧昶祎赟劼暐勰骉囧垚焱淼鑫犇羴鱻麤靐龘"


def pick(rng: np.random.Generator, values: object, count: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Draw `count` of `values`, with weights if given."""
    return rng.choice(np.asarray(values), size=count, p=weights)
