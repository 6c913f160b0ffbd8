"""Seeded tables that look like a department's: people, patients, firms. Every number has a valid check digit and no owner."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
COUNTIES = ("330106", "330102", "330108", "330203", "330205", "330212", "310101", "310104", "320102", "440305")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文辉红梅"
DISEASES = (
    "高血压",
    "2型糖尿病",
    "急性上呼吸道感染",
    "冠心病",
    "腰椎间盘突出",
    "胃炎",
    "肺炎",
    "骨折",
    "哮喘",
    "湿疹",
    "龋齿",
    "贫血",
)
ROADS = ("文三路", "解放路", "中山北路", "人民大道", "延安路", "学院路", "体育场路")


def id18(division: str, born: dt.date, serial: int) -> str:
    """A resident identity number with its check digit."""
    body = f"{division}{born:%Y%m%d}{serial:03}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def uscc(rng: np.random.Generator, prefix: str = "91") -> str:
    """A credit code with its check character."""
    body = prefix + str(rng.choice(COUNTIES)) + "".join(CREDIT[i] for i in rng.integers(0, 31, 9))
    total = sum(CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + CREDIT[(31 - total % 31) % 31]


def card(rng: np.random.Generator) -> str:
    """A bank card number with its Luhn digit."""
    body = "622202" + "".join(map(str, rng.integers(0, 10, 12)))
    total = sum(int(c) if i % 2 else sum(divmod(int(c) * 2, 10)) for i, c in enumerate(body[::-1]))
    return body + str(-total % 10)


def names(rng: np.random.Generator, rows: int) -> list[str]:
    """Personal names."""
    first, second, third = (
        rng.integers(0, len(SURNAMES), rows),
        rng.integers(0, len(GIVEN), rows),
        rng.integers(0, len(GIVEN), rows),
    )
    long = rng.random(rows) < 0.7
    return [
        SURNAMES[a] + GIVEN[b] + (GIVEN[c] if more else "")
        for a, b, c, more in zip(first, second, third, long, strict=True)
    ]


def dates(rng: np.random.Generator, rows: int, first: dt.date, last: dt.date) -> list[dt.date]:
    """Dates between two."""
    return [first + dt.timedelta(days=int(d)) for d in rng.integers(0, (last - first).days, rows)]


def population(rows: int, seed: int = 1) -> pa.Table:
    """A population register of 15 columns."""
    rng = np.random.default_rng(seed)
    born = dates(rng, rows, dt.date(1930, 1, 1), dt.date(2020, 1, 1))
    division = rng.choice(COUNTIES, rows)
    serial = rng.integers(0, 1000, rows)
    house = rng.integers(1, 400, (rows, 2))
    return pa.table(
        {
            "姓名": names(rng, rows),
            "公民身份号码": [id18(str(d), b, int(s)) for d, b, s in zip(division, born, serial, strict=True)],
            "性别": ["男" if s % 2 else "女" for s in serial],
            "民族": rng.choice(["汉族", "回族", "畲族", "满族"], rows, p=[0.9, 0.04, 0.03, 0.03]),
            "出生日期": [b.isoformat() for b in born],
            "年龄": [2026 - b.year for b in born],
            "户籍区划": division,
            "现住址": [
                f"浙江省杭州市西湖区{ROADS[i]}{a}号{b}室"
                for i, (a, b) in zip(rng.integers(0, len(ROADS), rows), house, strict=True)
            ],
            "手机号码": [
                f"1{rng_p}{n:08d}"
                for rng_p, n in zip(
                    rng.choice(["38", "39", "50", "86"], rows), rng.integers(0, 10**8, rows), strict=True
                )
            ],
            "受教育程度": rng.choice(["小学", "初中", "高中", "大学本科", "硕士研究生"], rows),
            "职业": rng.choice(["教师", "工人", "农民", "医生", "公务员", "个体工商户"], rows),
            "银行卡号": [card(rng) for _ in range(rows)],
            "月收入": np.round(rng.lognormal(8.5, 0.5, rows), 2),
            "登记日期": [d.isoformat() for d in dates(rng, rows, dt.date(2024, 1, 1), dt.date(2026, 1, 1))],
            "备注": [f"第{i % 97}批次核对无误" for i in range(rows)],
        }
    )


def patients(rows: int, seed: int = 2) -> pa.Table:
    """Hospital outpatient visits."""
    rng = np.random.default_rng(seed)
    persons = rng.integers(0, max(1, rows // 2), rows)
    born = np.array(dates(rng, rows, dt.date(1935, 1, 1), dt.date(2022, 1, 1)), object)[persons]
    home = rng.choice(COUNTIES, rows, p=[0.3, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05, 0.04, 0.03, 0.03])
    name = names(rng, rows)
    return pa.table(
        {
            "病历号": [f"MZ{p:08d}" for p in persons],
            "患者姓名": [name[p] for p in persons],
            "证件号码": [
                id18(str(COUNTIES[p % len(COUNTIES)]), b, int(p % 1000)) for p, b in zip(persons, born, strict=True)
            ],
            "年龄": [2026 - b.year for b in born],
            "患者区划": home,
            "就诊日期": [d.isoformat() for d in dates(rng, rows, dt.date(2025, 1, 1), dt.date(2026, 1, 1))],
            "科室": rng.choice(["内科", "外科", "儿科", "骨科", "妇产科", "眼科"], rows),
            "诊断": rng.choice(DISEASES, rows),
            "费用": np.round(rng.lognormal(5, 1, rows), 2),
        }
    )


def firms(rows: int, seed: int = 3) -> pa.Table:
    """An enterprise register with sole traders in it."""
    rng = np.random.default_rng(seed)
    sole = rng.random(rows) < 0.1
    words = rng.choice(["华", "盛", "达", "通", "隆", "科", "源"], (rows, 2))
    return pa.table(
        {
            "企业名称": [
                f"杭州{a}{b}{'便利店' if s else '科技有限公司'}" for (a, b), s in zip(words, sole, strict=True)
            ],
            "统一社会信用代码": [uscc(rng, "92" if s else "91") for s in sole],
            "法定代表人": names(rng, rows),
            "成立日期": [d.isoformat() for d in dates(rng, rows, dt.date(1990, 1, 1), dt.date(2025, 1, 1))],
            "注册资本": rng.integers(1, 500, rows) * 10,
            "联系电话": [f"0571-8{n:07d}" for n in rng.integers(0, 10**7, rows)],
            "住所": [
                f"杭州市西湖区{ROADS[i]}{n}号"
                for i, n in zip(rng.integers(0, len(ROADS), rows), rng.integers(1, 400, rows), strict=True)
            ],
            "经营范围": rng.choice(["技术开发、技术服务", "日用百货销售", "餐饮服务；食品销售"], rows),
        }
    )
