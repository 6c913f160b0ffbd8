"""Generated tables that hold personal data: plausible people with right check digits, none of them real.

Divisions in identity numbers are unassigned (province digits are real, 99 as prefecture), so no number is anybody's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from govopen_harvesters.reference_hub import places
from govopen_harvesters.reference_hub.diagnoses import DIAGNOSES
from govopen_harvesters.reference_hub.entry import Table
from govopen_harvesters.reference_hub.numbers import identity_numbers, usccs
from govopen_harvesters.reference_hub.places import pick

__all__ = [
    "companies",
    "contracts",
    "enterprises",
    "hotline",
    "outpatients",
    "people",
    "planted",
    "population",
    "students",
    "todays",
]

_TODAY = np.datetime64("2026-06-30")
_PROVINCES = (11, 31, 33, 35, 36, 42, 43, 44, 45, 50, 51, 52, 61)
_ETHNIC = ("汉族", "彝族", "白族", "回族", "傣族", "苗族", "满族", "壮族")
_ETHNIC_WEIGHTS = np.array([0.86, 0.05, 0.03, 0.02, 0.015, 0.012, 0.008, 0.005])
_SCHOOLING = ("未上过学", "小学", "初中", "高中", "大学专科", "大学本科", "研究生")
_JOBS = ("农业", "制造业工人", "商业服务", "专业技术", "办事人员", "个体经营", "单位负责人", "离退休", "其他")
_PLANTED = 40


def todays() -> np.datetime64:
    """Give the day to which generated tables refer; it is fixed, so that the same seed gives the same table."""
    return _TODAY


def people(
    rng: np.random.Generator, count: int, *, ages: tuple[int, int] = (0, 100), rare: bool = True
) -> dict[str, np.ndarray]:
    """Draw people with number, name, sex, birth, division, address and phone; some carry rare, traceable names unless `rare` is false."""
    years = np.arange(100)
    weights = np.where(
        years < 20, 1.05, np.where(years < 60, 1.5, np.maximum(0.02, 1.5 * np.exp(-(((years - 60) / 17.0) ** 2))))
    )
    weights[(years < ages[0]) | (years >= ages[1])] = 0
    age = rng.choice(years, size=count, p=weights / weights.sum())
    born = _TODAY - (age * 365.25 + rng.integers(0, 365, count)).astype("timedelta64[D]")
    male = rng.random(count) < 0.512
    division = pick(rng, places.COUNTY_CODES, count, places.COUNTY_WEIGHTS)
    moved = rng.random(count) < 0.15
    home = np.where(
        moved, rng.choice(_PROVINCES, count) * 10000 + 9901 + rng.integers(0, 20, count), division.astype(int)
    )
    days = born.astype("datetime64[D]")
    stamp = np.char.replace(np.datetime_as_string(days), "-", "").astype(int)
    sequence = rng.integers(0, 499, count) * 2 + np.where(male, 1, 2)
    phones = pick(
        rng, (130, 131, 135, 136, 137, 138, 139, 150, 151, 158, 159, 166, 177, 180, 186, 188, 189, 199), count
    )
    return {
        "id_number": np.array(identity_numbers(home, stamp, sequence), dtype=object),
        "name": _names(rng, count, rare=rare),
        "sex": np.where(male, "男", "女"),
        "birth_date": np.datetime_as_string(days),
        "age": age,
        "division": division,
        "address": _addresses(rng, division),
        "phone": np.array(
            [f"{a}{b:08d}" for a, b in zip(phones.tolist(), rng.integers(0, 10**8, count).tolist(), strict=True)],
            dtype=object,
        ),
    }


def _names(rng: np.random.Generator, count: int, *, rare: bool) -> np.ndarray:
    surnames = pick(rng, places.SURNAMES, count, places.SURNAME_WEIGHTS)
    first, second = pick(rng, places.GIVEN, count), pick(rng, places.GIVEN, count)
    second = np.where(rng.random(count) < 0.18, "", second)
    names = np.array(
        [a + b + c for a, b, c in zip(surnames.tolist(), first.tolist(), second.tolist(), strict=True)], dtype=object
    )
    for row in planted(count) if rare else ():
        names[row] = surnames[row] + places.RARE[row % 7] + places.RARE[7 + row % 13]
    return names


def planted(count: int) -> list[int]:
    """Give the rows whose values the canary hunt looks for: spread evenly over the table."""
    return sorted({int(row) for row in np.linspace(0, count - 1, min(count, _PLANTED))})


def _addresses(rng: np.random.Generator, division: np.ndarray) -> np.ndarray:
    count = len(division)
    street, road = pick(rng, places.STREETS, count), pick(rng, places.ROADS, count)
    number, unit, room = (
        rng.integers(1, 900, count),
        rng.integers(1, 9, count),
        rng.integers(1, 30, count) * 100 + rng.integers(1, 9, count),
    )
    parts = zip(
        division.tolist(), street.tolist(), road.tolist(), number.tolist(), unit.tolist(), room.tolist(), strict=True
    )
    return np.array([f"云栖市{places.COUNTIES[d]}{s}{r}{n}号{u}单元{m}室" for d, s, r, n, u, m in parts], dtype=object)


def population(rows: int) -> Callable[[np.random.Generator], Table]:
    """人口登记: one person a row."""

    def made(rng: np.random.Generator) -> Table:
        who = people(rng, rows)
        adult = who["age"] >= 16
        return {
            "sfzh": who["id_number"],
            "xm": who["name"],
            "xb": who["sex"],
            "csrq": who["birth_date"],
            "mz": pick(rng, _ETHNIC, rows, _ETHNIC_WEIGHTS),
            "xzqh": who["division"],
            "zz": who["address"],
            "lxdh": np.where(who["age"] >= 12, who["phone"], ""),
            "whcd": np.where(
                adult, pick(rng, _SCHOOLING, rows, np.array([0.04, 0.2, 0.32, 0.18, 0.13, 0.11, 0.02])), ""
            ),
            "zy": np.where(adult, pick(rng, _JOBS, rows), ""),
            "djrq": np.datetime_as_string(_TODAY - rng.integers(0, 4000, rows).astype("timedelta64[D]")),
        }

    return made


_HOSPITALS = (
    "云栖市第一人民医院",
    "云栖市中医医院",
    "云栖市妇幼保健院",
    "望江区人民医院",
    "临湖区人民医院",
    "青溪县人民医院",
    "云栖大学附属医院",
    "南塘社区卫生服务中心",
)


def outpatients(rows: int) -> Callable[[np.random.Generator], Table]:
    """门诊就诊: one visit a row; a patient may come more than once."""

    def made(rng: np.random.Generator) -> Table:
        who = people(rng, max(1, int(rows * 0.62)))
        visitor = rng.integers(0, len(who["name"]), rows)
        visitor[: len(planted(len(who["name"])))] = planted(len(who["name"]))
        weights = 1 / (np.arange(len(DIAGNOSES)) + 4.0) ** 1.15
        sick = rng.choice(len(DIAGNOSES), size=rows, p=weights / weights.sum())
        codes, names, wards = (np.array(column, dtype=object)[sick] for column in zip(*DIAGNOSES, strict=True))
        days = _TODAY - (rng.integers(0, 180, rows)).astype("timedelta64[D]")
        return {
            "visit_no": [f"MZ{number:010d}" for number in rng.permutation(rows * 3)[:rows].tolist()],
            "patient_id": who["id_number"][visitor],
            "patient_name": who["name"][visitor],
            "sex": who["sex"][visitor],
            "birth_date": who["birth_date"][visitor],
            "phone": who["phone"][visitor],
            "address": who["address"][visitor],
            "division": who["division"][visitor],
            "hospital": pick(rng, _HOSPITALS, rows),
            "department": wards,
            "diagnosis_code": codes,
            "diagnosis_name": names,
            "visit_date": np.datetime_as_string(days),
            "fee": np.round(np.exp(rng.normal(5.1, 0.8, rows)), 2),
            "insurance": pick(rng, ("职工医保", "居民医保", "自费", "其他"), rows, np.array([0.45, 0.4, 0.12, 0.03])),
        }

    return made


_TRADES = (
    ("13", "农副食品加工业"),
    ("26", "化学原料制造业"),
    ("35", "专用设备制造业"),
    ("47", "房屋建筑业"),
    ("51", "批发业"),
    ("52", "零售业"),
    ("54", "道路运输业"),
    ("62", "餐饮业"),
    ("65", "软件和信息技术服务业"),
    ("72", "商务服务业"),
    ("73", "研究和试验发展"),
    ("88", "体育"),
)
_BRANDS = (
    "云泰",
    "华晟",
    "青禾",
    "望江",
    "瑞丰",
    "恒通",
    "嘉禾",
    "天衡",
    "博远",
    "金石",
    "海诺",
    "盛景",
    "新源",
    "明德",
    "永和",
    "卓越",
)
_ENDS = (
    "科技有限公司",
    "贸易有限公司",
    "建设有限公司",
    "食品有限公司",
    "物流有限公司",
    "文化传媒有限公司",
    "股份有限公司",
    "商行",
)


def companies(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Draw companies with code, name, trade, type, state and address."""
    brand, tail = pick(rng, _BRANDS, count), pick(rng, _ENDS, count)
    trade = rng.integers(0, len(_TRADES), count)
    division = pick(rng, places.COUNTY_CODES, count, places.COUNTY_WEIGHTS)
    names = [
        f"云栖{a}{number % 9973}{b}" for number, (a, b) in enumerate(zip(brand.tolist(), tail.tolist(), strict=True))
    ]
    road, number = pick(rng, places.ROADS, count), rng.integers(1, 900, count)
    return {
        "uscc": np.array(usccs(rng, count), dtype=object),
        "name": np.array(names, dtype=object),
        "trade_code": np.array([_TRADES[t][0] for t in trade.tolist()], dtype=object),
        "trade": np.array([_TRADES[t][1] for t in trade.tolist()], dtype=object),
        "type": pick(
            rng, ("有限责任公司", "股份有限公司", "合伙企业", "个人独资企业"), count, np.array([0.8, 0.06, 0.08, 0.06])
        ),
        "state": pick(rng, ("存续", "注销", "吊销"), count, np.array([0.86, 0.11, 0.03])),
        "division": division,
        "address": np.array(
            [
                f"云栖市{places.COUNTIES[d]}{r}{n}号"
                for d, r, n in zip(division.tolist(), road.tolist(), number.tolist(), strict=True)
            ],
            dtype=object,
        ),
        "founded": np.datetime_as_string(_TODAY - rng.integers(30, 9000, count).astype("timedelta64[D]")),
    }


def enterprises(rows: int) -> Callable[[np.random.Generator], Table]:
    """企业及自然人股东: one shareholder of one company a row."""

    def made(rng: np.random.Generator) -> Table:
        firms, who = companies(rng, max(1, rows // 3)), people(rng, rows, ages=(18, 85), rare=False)
        firm = np.sort(rng.integers(0, len(firms["name"]), rows))
        # The law publishes these names, so none of them may look like a planted one.
        boss = people(rng, len(firms["name"]), ages=(20, 75), rare=False)
        return {
            "uscc": firms["uscc"][firm],
            "ent_name": firms["name"][firm],
            "ent_type": firms["type"][firm],
            "reg_state": firms["state"][firm],
            "industry": firms["trade_code"][firm],
            "est_date": firms["founded"][firm],
            "reg_address": firms["address"][firm],
            "legal_rep": boss["name"][firm],
            "reg_capital": (10 ** rng.integers(1, 4, len(firms["name"])))[firm],
            "holder_name": who["name"],
            "holder_id": who["id_number"],
            "holder_phone": who["phone"],
            "holder_address": who["address"],
            "share_pct": np.round(rng.dirichlet([2, 3], rows)[:, 0] * 100, 2),
        }

    return made


def students(rows: int) -> Callable[[np.random.Generator], Table]:
    """学籍: one pupil a row, many of them under fourteen."""

    def made(rng: np.random.Generator) -> Table:
        who, parent = people(rng, rows, ages=(6, 19)), people(rng, rows, ages=(28, 60))
        level = np.clip(who["age"] - 5, 1, 12)
        school = pick(rng, [f"云栖市第{number}{kind}" for number in range(1, 31) for kind in ("小学", "中学")], rows)
        return {
            "student_no": np.array(["G" + number for number in who["id_number"].tolist()], dtype=object),
            "student_name": who["name"],
            "gender": who["sex"],
            "birthday": who["birth_date"],
            "id_card": who["id_number"],
            "school": school,
            "grade": level,
            "class_no": rng.integers(1, 13, rows),
            "guardian": parent["name"],
            "guardian_phone": parent["phone"],
            "home_address": who["address"],
            "subsidy": pick(rng, ("是", "否"), rows, np.array([0.08, 0.92])),
        }

    return made


def contracts(rows: int) -> Callable[[np.random.Generator], Table]:
    """家庭医生签约: names, phones and numbers under harmless-looking column names, as careless offices deliver them."""

    def made(rng: np.random.Generator) -> Table:
        who, doctor = people(rng, rows), people(rng, 40, ages=(25, 60))
        return {
            "f01": [f"QY{number:06d}" for number in range(1, rows + 1)],
            "f02": who["name"],
            "f03": who["id_number"],
            "f04": who["phone"],
            "f05": who["address"],
            "f06": doctor["name"][rng.integers(0, 40, rows)],
            "f07": pick(rng, ("高血压", "糖尿病", "慢阻肺", "健康"), rows, np.array([0.22, 0.12, 0.06, 0.6])),
        }

    return made


def hotline(rows: int) -> Callable[[np.random.Generator], Table]:
    """热线工单: free text in which callers left names, numbers and addresses."""

    def made(rng: np.random.Generator) -> Table:
        who = people(rng, rows, ages=(18, 85))
        topic = pick(rng, ("路灯不亮", "噪声扰民", "停车收费", "物业服务", "公交线路", "供水水压", "垃圾清运"), rows)
        left = rng.random(rows) < 0.3
        texts = [
            f"市民反映{place[3:10]}附近{what}，希望尽快处理。"
            + (f"联系人{name}，电话{phone}，身份证{number}。" if told else "")
            for place, what, name, phone, number, told in zip(
                who["address"].tolist(),
                topic.tolist(),
                who["name"].tolist(),
                who["phone"].tolist(),
                who["id_number"].tolist(),
                left.tolist(),
                strict=True,
            )
        ]
        return {
            "order_no": [f"RX2026{number:06d}" for number in range(1, rows + 1)],
            "topic": topic,
            "content": texts,
            "received": np.datetime_as_string(_TODAY - rng.integers(0, 90, rows).astype("timedelta64[D]")),
        }

    return made
