# SPDX-License-Identifier: Apache-2.0
"""Kinds that only the table as a whole shows: dates of birth, ages, keys of persons, money, places of persons, minors.

First it is settled whether rows are about persons or organisations, by values; headers only raise confidence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .bulk import births, cleaned
from .checks import clean, sole_trader
from .column import Facts
from .finding import Finding
from .statistics import dates_of

__all__ = ["Subject", "subject", "contextual", "settle"]

DIRECT = (
    "person.id_number",
    "person.phone",
    "person.passport",
    "person.permit",
    "person.bank_card",
    "person.masked_id",
    "person.name",
    "person.email",
)
NOT_BIRTH = (
    "成立",
    "登记",
    "核准",
    "注册",
    "发布",
    "就诊",
    "入院",
    "出院",
    "入学",
    "开业",
    "更新",
    "发证",
    "有效",
    "到期",
    "挂号",
    "统计",
    "办理",
    "创建",
    "报名",
    "检查",
    "签订",
    "缴",
    "处罚",
    "日期 ",
)
BIRTH = ("出生", "生日", "birth", "出生年月")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the rows of a table are about."""

    persons: bool
    organisations: bool
    identity: str | None  # a column of resident identity numbers, if there is one


def subject(columns: Sequence[Facts], findings: Sequence[Finding]) -> Subject:
    """Rows are about persons where a column of persons is well filled; about organisations where their key is there."""
    by_name = {c.name: c for c in columns}
    strong = [f for f in findings if f.tag in DIRECT and f.share >= 0.3 and f.confidence >= 0.55]
    sexed = any(f.kind in ("sex", "ethnic_group") for f in findings)
    org = any(
        (
            (f.tag in ("org.uscc", "org.code") and f.share >= 0.4 and f.kind != "regno_15")
            or (f.tag == "org.name" and f.share >= 0.6)
        )
        and by_name[f.column].unique_share >= 0.3
        for f in findings
    )
    identity = max(
        (f for f in findings if f.kind.startswith("id_card") and f.share >= 0.3), key=lambda f: f.share, default=None
    )
    named = any(f.tag not in ("person.phone", "person.email") for f in strong)
    persons = named or sexed or (bool(strong) and not org)
    return Subject(persons=persons, organisations=org, identity=identity.column if identity else None)


def contextual(
    columns: Sequence[Facts], findings: Sequence[Finding], about: Subject, today: dt.date
) -> Iterator[Finding]:
    """Findings that need the whole table."""
    taken = {f.column for f in findings if f.share >= 0.5}
    known = _births_from_identity(columns, about)
    born: np.ndarray | None = known
    for column in columns:
        if column.name in taken or not column.filled:
            continue
        days = dates_of(column)
        if days is not None and about.persons:
            found = _birth_date(column, days, known, about, today)
            if found is not None:
                yield found
                yield from _minor(column, days, today)
                born = _rows(column, days.astype(np.float64)) if born is None else born
    for column in columns:
        if column.name in taken or not column.filled:
            continue
        yield from _age(column, born, about, today)
        yield from _coordinate(column)
        if about.persons or about.organisations:
            yield from _money(column, about)
        if about.persons:
            yield from _key(column, findings)
    yield from _minors_by_identity(known, about, today)


def _rows(column: Facts, values: np.ndarray) -> np.ndarray:
    """Values of the distinct texts spread over the rows; NaN where a cell is empty."""
    padded = np.r_[values, np.nan]
    return np.asarray(padded[column.index[column.codes]])


def _births_from_identity(columns: Sequence[Facts], about: Subject) -> np.ndarray | None:
    column = next((c for c in columns if c.name == about.identity), None)
    if column is None:
        return None
    days = births(cleaned(column.texts))
    return _rows(column, np.where(days > np.iinfo(np.int64).min, days, np.nan))


def _birth_date(
    column: Facts, days: np.ndarray, known: np.ndarray | None, about: Subject, today: dt.date
) -> Finding | None:
    real = days > np.iinfo(np.int64).min
    if not real.any():
        return None
    mask = real
    said = column.says(*BIRTH)
    spread = np.where(real, days, np.nan).astype(np.float64)
    if known is not None:
        rows = _rows(column, spread)
        both = ~np.isnan(rows) & ~np.isnan(known)
        if both.any() and float((rows[both] == known[both]).mean()) >= 0.5:
            return _finding(column, "birth_date", "person.birth_date", 0.98, mask)
        if both.any() and not said:
            return None
    if said:
        return _finding(column, "birth_date", "person.birth_date", 0.95, mask)
    if column.says(*NOT_BIRTH):
        return None
    now = today.toordinal() - 719163
    low, high = np.nanquantile(spread, 0.01), np.nanquantile(spread, 0.99)
    old = float(np.nanmean(spread < now - 25 * 365))
    if high > now - 365 * 2 or high - low < 365 * 4 or low < now - 365 * 125:
        return None
    if about.organisations and old < 0.5:
        return None
    return _finding(column, "birth_date", "person.birth_date", 0.7, mask)


def _minor(column: Facts, days: np.ndarray, today: dt.date) -> Iterator[Finding]:
    limit = today.replace(year=today.year - 14, day=min(today.day, 28)).toordinal() - 719163
    young = (days > limit) & (days <= today.toordinal() - 719163)
    if column.share(young) >= 0.5:
        yield _finding(column, "minor", "person.minor", 0.85, young)


def _minors_by_identity(known: np.ndarray | None, about: Subject, today: dt.date) -> Iterator[Finding]:
    if known is None or about.identity is None or np.isnan(known).all():
        return
    limit = today.replace(year=today.year - 14, day=min(today.day, 28)).toordinal() - 719163
    share = float((known[~np.isnan(known)] > limit).mean())
    if share >= 0.5:
        count = int((known > limit).sum())
        yield Finding(about.identity, "minor", "person.minor", 0.9, count, round(share, 6), ())


def _age(column: Facts, born: np.ndarray | None, about: Subject, today: dt.date) -> Iterator[Finding]:
    if not about.persons and not column.says("年龄"):
        return
    numbers = column.numbers
    whole = ~np.isnan(numbers) & (numbers == np.floor(numbers)) & (numbers >= 0) & (numbers <= 120)
    if column.share(whole) < 0.97 or column.distinct > 125:
        return
    said = column.says("年龄", "岁") or column.name.lower() in ("age", "nl", "nianling")
    if born is not None:
        years = today.year - (1970 + born / 365.2425)
        ages = _rows(column, np.where(whole, numbers, np.nan))
        both = ~np.isnan(ages) & ~np.isnan(years)
        if both.sum() >= 10 and float((np.abs(ages[both] - years[both]) <= 2.1).mean()) >= 0.9 and column.distinct >= 3:
            yield _finding(column, "age", "person.age", 0.95, whole)
            return
    if said:
        yield _finding(column, "age", "person.age", 0.92, whole)
    elif (
        about.persons
        and not about.organisations
        and column.distinct >= 40
        and 60 <= float(np.nanmax(numbers)) <= 120
        and float(np.nanmin(numbers)) < 25
    ):
        yield _finding(column, "age", "person.age", 0.6, whole)


def _coordinate(column: Facts) -> Iterator[Finding]:
    if not column.numeric and not bool(column.matches(r"\d\.\d{3}").any()):
        return
    pair = column.matches(r"^(?:7[3-9]|[89]\d|1[0-2]\d|13[0-6])\.\d{3,}\s*[,，]\s*(?:[3-9]|[1-4]\d|5[0-4])\.\d{3,}$")
    if column.share(pair) >= 0.8:
        yield _finding(column, "coordinate_pair", "geo.coordinate", 0.95, pair)
        return
    numbers = column.numbers
    fine = column.matches(r"^\d{1,3}\.\d{3,}$")
    if column.share(fine) < 0.7:
        return
    for kind, low, high, said in (
        ("longitude", 73.0, 136.0, ("经度", "lon", "lng")),
        ("latitude", 3.0, 54.0, ("纬度", "lat")),
    ):
        mask = ~np.isnan(numbers) & (numbers >= low) & (numbers <= high)
        spread = float(np.nanmax(numbers) - np.nanmin(numbers))
        if column.share(mask) >= 0.95 and (
            column.says(*said) or (spread < 25 and column.share(column.matches(r"\.\d{4,}$")) >= 0.6)
        ):
            yield _finding(column, kind, "geo.coordinate", 0.9 if column.says(*said) else 0.65, mask)
            return


# Levels of schooling and jobs say something of persons only where rows are persons.
OF_PERSONS = ("education", "occupation", "sex", "ethnic_group")
MONEY = (
    "金额",
    "费用",
    "工资",
    "收入",
    "余额",
    "缴费",
    "存款",
    "贷款",
    "薪",
    "医疗费",
    "税额",
    "income",
    "salary",
    "amount",
    "fee",
    "营业收入",
    "资产",
    "负债",
    "利润",
    "社保",
)


def _money(column: Facts, about: Subject) -> Iterator[Finding]:
    numbers = column.numbers
    there = ~np.isnan(numbers)
    if column.share(there) < 0.95 or column.distinct < 10:
        return
    said = column.says(*MONEY)
    cents = column.share(column.matches(r"^\d{2,}\.\d{1,2}$"))
    if (
        about.persons
        and not about.organisations
        and (said or (cents >= 0.5 and float(np.nanmax(numbers)) >= 500 and float(np.nanmin(numbers)) >= 0))
    ):
        yield _finding(column, "money", "person.finance", 0.85 if said else 0.5, there)


ACCOUNT = (
    "病历号",
    "门诊号",
    "住院号",
    "社保",
    "医保",
    "公积金",
    "学号",
    "学籍号",
    "考号",
    "准考证",
    "工号",
    "案号",
    "卡号",
    "编号",
    "档案号",
)


def _key(column: Facts, findings: Sequence[Finding]) -> Iterator[Finding]:
    """A number that names one person in each row: constant build, hardly ever twice, or a header that says so."""
    from ..columns.pseudonym import is_pseudonym

    shaped = column.matches(r"^[A-Za-z]{0,6}[-_]?\d{4,20}[A-Za-z]{0,2}$")
    if column.share(shaped) < 0.9 or any(f.column == column.name and f.share > 0.5 for f in findings):
        return
    if dates_of(column) is not None or is_pseudonym(column.values[0]):
        return
    said = column.says(*ACCOUNT)
    lengths = len(set(column.lengths.tolist()))
    keyed = column.unique_share >= 0.5 or (column.unique_share >= 0.1 and column.distinct >= 200)
    if (keyed and lengths <= 2 and column.filled >= 20) or (said and column.unique_share >= 0.2):
        yield _finding(column, "personal_code", "person.other_id", 0.85 if said else 0.6, shaped)


def _finding(column: Facts, kind: str, tag: str, confidence: float, mask: np.ndarray) -> Finding:
    count = int(column.counts[mask].sum())
    return Finding(column.name, kind, tag, round(confidence, 3), count, round(count / column.filled, 6), ())


def settle(columns: Sequence[Facts], findings: Sequence[Finding], about: Subject) -> list[Finding]:
    """Last word on tags that depend on the table: phones of organisations, addresses of no one, sole traders, free text."""
    by_name: Mapping[str, Facts] = {c.name: c for c in columns}
    settled = [
        _of_organisation(f, about, _belongs(columns, findings, f))
        for f in findings
        if about.persons or f.kind not in OF_PERSONS
    ]
    for found in [f for f in settled if f.tag == "org.uscc"]:
        column = by_name[found.column]
        mask = np.fromiter((v[:2] == "92" and sole_trader(clean(v)) for v in column.values), bool, column.distinct)
        if mask.any():
            settled.append(_finding(column, "sole_trader", "person.sole_trader", 0.9, mask))
    personal = {f.column for f in settled if f.tag.startswith("person.")}
    for name in sorted(personal):
        column = by_name[name]
        if (
            column.distinct
            and float(column.lengths.mean()) >= 15
            and column.unique_share > 0.05
            and not _is_address(settled, name)
            and not column.numeric
        ):
            inside = max((f.count for f in settled if f.column == name and f.share < 0.95), default=0)
            if inside and column.share(column.matches(r"[\x{4E00}-\x{9FFF}]{2}")) >= 0.5:
                settled.append(
                    Finding(name, "free_text", "person.free_text", 0.8, inside, round(inside / column.filled, 6), ())
                )
    return settled


def _is_address(findings: Sequence[Finding], name: str) -> bool:
    return any(f.column == name and f.kind == "address" and f.share >= 0.5 for f in findings)


def _belongs(columns: Sequence[Facts], findings: Sequence[Finding], found: Finding) -> bool:
    """Whether an address goes with the firm and not with the person: several rows per firm, one address in all of them."""
    if found.kind != "address":
        return False
    by_name = {c.name: c for c in columns}
    address = by_name[found.column]
    for key in (f.column for f in findings if f.tag == "org.uscc" and f.share >= 0.4):
        firm = by_name[key].index[by_name[key].codes]
        place = address.index[address.codes]
        both = (firm >= 0) & (place >= 0)
        firms = len(np.unique(firm[both]))
        pairs = len(np.unique(firm[both] * (address.distinct + 1) + place[both]))
        if firms and both.sum() >= 1.2 * firms and pairs <= 1.02 * firms:
            return True
    return False


def _of_organisation(found: Finding, about: Subject, of_firm: bool) -> Finding:
    if found.kind == "landline" and (about.organisations or not about.persons):
        return replace(found, tag="org.phone")
    if found.kind == "bank_card" and about.organisations and about.identity is None:
        return replace(found, tag="org.bank_account")
    # Where firms are registered is no home of anybody; sole traders among them are named by a finding of their own.
    if found.kind == "address" and (of_firm or not about.persons or (about.organisations and about.identity is None)):
        return replace(found, tag="geo.division")
    return found
