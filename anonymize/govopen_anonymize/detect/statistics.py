# SPDX-License-Identifier: Apache-2.0
"""Kinds that a column shows as a whole: names, addresses, code lists, dates, ages, diseases, coordinates, divisions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ..divisions import divisions
from .bulk import days
from .column import Facts
from .finding import Finding
from .words import characters, words

__all__ = ["statistical", "dates_of", "DATE"]

Mask = npt.NDArray[np.bool_]
DATE = r"^(?:1[89]|20)\d{2}(?:[-/.年](?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])日?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[ T].*)?$"
ICD = r"^[A-TV-Z]\d{2}(?:\.[0-9x]{1,3}(?:[x0-9]{0,3})(?:\+|\*)?)?$"
SAMPLE = 20_000
JOB_ENDS = ("人员", "员", "师", "工", "司机", "民", "户", "业", "者", "休")


def statistical(column: Facts) -> Iterator[Finding]:
    """Findings about one column by itself."""
    if not column.filled:
        return
    if not column.numeric:
        yield from _lists(column)
        yield from _organisation(column)
        yield from _name(column)
        yield from _address(column)
        yield from _disease(column)
    yield from _division(column)


def _finding(column: Facts, kind: str, tag: str, confidence: float, mask: Mask) -> Finding:
    count = int(column.counts[mask].sum())
    return Finding(column.name, kind, tag, round(min(confidence, 0.99), 3), count, round(count / column.filled, 6), ())


def _isin(column: Facts, wanted: frozenset[str]) -> Mask:
    return np.fromiter((v in wanted for v in column.values), bool, column.distinct)


def _lists(column: Facts) -> Iterator[Finding]:
    """Sex, ethnic group, education, occupation: short lists of known words."""
    if column.distinct > 400 or float(column.lengths.mean()) > 14:
        return
    ethnic = words("ethnic") | {w + "族" for w in words("ethnic")}
    for kind, tag, wanted, least, header in (
        ("sex", "person.sex", words("sex"), 0.9, ("性别", "sex", "gender")),
        ("ethnic_group", "person.ethnic", ethnic, 0.85, ("民族",)),
        ("education", "person.education", words("education"), 0.7, ("学历", "文化程度", "教育程度")),
        ("occupation", "person.occupation", words("occupation"), 0.5, ("职业", "工种")),
    ):
        mask = _isin(column, wanted)
        if kind == "occupation" and column.distinct <= 100 and mask.sum() >= 2:
            # Jobs are named by their endings; two known ones among them make it a list of jobs.
            mask |= np.fromiter((len(v) <= 10 and v.endswith(JOB_ENDS) for v in column.values), bool, column.distinct)
        share, said = column.share(mask), column.says(*header)
        if share >= least or (said and share >= 0.3):
            yield _finding(column, kind, tag, 0.8 + 0.1 * share + (0.08 if said else 0.0), mask)
            return
        if said and kind == "occupation" and column.distinct > 1:
            yield _finding(column, kind, tag, 0.6, np.ones(column.distinct, bool))
            return


def _sample(column: Facts) -> list[str]:
    """Distinct values, evenly thinned where there are very many."""
    step = max(1, column.distinct // SAMPLE)
    return column.values[::step] if step > 1 else column.values


def _organisation(column: Facts) -> Iterator[Finding]:
    if float(column.lengths.mean()) < 4 or float(column.lengths.mean()) > 40:
        return
    ends = tuple(e for e in words("org_end"))
    strong = tuple(e for e in ends if len(e) > 1)
    sample = _sample(column)
    hits = sum(1 for v in sample if v.endswith(strong) or (len(v) >= 5 and v.rstrip(")）0123456789").endswith(ends)))
    share = hits / len(sample)
    said = column.says("单位", "企业", "机构", "公司", "名称", "学校", "医院", "部门", "经办")
    if share >= 0.6 or (said and share >= 0.35):
        mask = np.fromiter((v.rstrip(")）0123456789").endswith(ends) for v in column.values), bool, column.distinct)
        yield _finding(column, "organisation_name", "org.name", 0.7 + 0.2 * share + (0.05 if said else 0.0), mask)


_PLACE_END = frozenset(
    "市区县镇乡村街路站州省旗岛湖河江山寺桥门口港湾林场园馆院厂店局部所司炎病癌症痛族校系科组队班类型"
)


def is_name(text: str) -> bool:
    """Whether a text has the build of a personal name: surname and one or two given characters, or parts joined by ·."""
    if "某" in text:
        return False
    if "·" in text:
        parts = text.split("·")
        return all(1 <= len(p) <= 10 and all("\u4e00" <= c <= "\u9fff" for c in p) for p in parts)
    if not 2 <= len(text) <= 4 or not all("\u4e00" <= c <= "\u9fff" for c in text):
        return False
    if text[:2] in words("compound") and len(text) >= 3:
        return True
    return len(text) <= 3 and text[0] in characters("surnames")


def _name(column: Facts) -> Iterator[Finding]:
    mean = float(column.lengths.mean())
    if not 1.8 <= mean <= 6 or column.distinct < 2:
        return
    sample = _sample(column)
    named = [v for v in sample if is_name(v)]
    share = len(named) / len(sample)
    said = column.says(
        "姓名",
        "名字",
        "法定代表人",
        "法人代表",
        "负责人",
        "联系人",
        "股东",
        "户主",
        "监护人",
        "患者",
        "医生",
        "教师",
        "学生",
        "name",
        "经办人",
    )
    if share < (0.4 if said else 0.75):
        return
    given = characters("given")
    marks = [sum(c in given for c in v[1:]) / len(v[1:]) for v in named if "·" not in v]
    familiar = sum(marks) / len(marks) if marks else 1.0
    places = sum(1 for v in named if v[-1] in _PLACE_END or divisions().by_name.get(v)) / len(named)
    others = sum(
        1 for v in named if v in words("disease") or v in words("occupation") or v in words("education")
    ) / len(named)
    score = 0.45 * share + 0.45 * familiar + 0.1 * min(1.0, len({v[0] for v in named}) / 8) - 0.8 * places - others
    if column.distinct < 8 and not said:
        score -= 0.25
    if score + (0.2 if said else 0.0) >= 0.62:
        mask = np.fromiter((is_name(v) for v in column.values), bool, column.distinct)
        yield _finding(column, "person_name", "person.name", score + (0.15 if said else 0.0), mask)


_HOUSE = r"(?:路|街|巷|弄|大道|胡同|小区|花园|新村|社区|村|镇|乡|区|县|园).*\d+\s*(?:号|弄|栋|幢|座|室|单元|组|楼|层|#)"


def _address(column: Facts) -> Iterator[Finding]:
    if float(column.lengths.mean()) < 6 or float(column.lengths.mean()) > 60:
        return
    said = column.says("地址", "住址", "住所", "户籍", "居住", "address", "现住")
    house = column.matches(_HOUSE)
    share = column.share(house)
    if share >= 0.5 or (said and share >= 0.1):
        yield _finding(column, "address", "person.address", 0.7 + 0.2 * share + (0.08 if said else 0.0), house)
        return
    sample = _sample(column)[:2000]
    street = re.compile(r"路|街|村|镇|乡|小区|社区|大道")
    placed = sum(
        1 for v in sample if divisions().parse(v)[1] >= 4 and len(v) > divisions().parse(v)[1] + 1 and street.search(v)
    ) / len(sample)
    if placed >= 0.6 or (said and placed >= 0.2):
        yield _finding(
            column,
            "address",
            "person.address",
            0.6 + 0.2 * placed + (0.1 if said else 0.0),
            np.ones(column.distinct, bool),
        )


def _disease(column: Facts) -> Iterator[Finding]:
    codes = column.matches(ICD)
    share = column.share(codes)
    said = column.says("诊断", "疾病", "病种", "ICD", "icd", "病名")
    letters = {v[0] for v, m in zip(column.values, codes, strict=True) if m}
    dotted = column.share(codes & column.matches(r"\."))
    if share >= 0.8 and (dotted >= 0.3 or said or (len(letters) >= 5 and column.distinct >= 8)):
        yield _finding(column, "icd10", "person.health", 0.85 + (0.1 if said else 0.0), codes)
        return
    if float(column.lengths.mean()) > 30:
        return
    known, ends = words("disease"), tuple(words("disease_end"))
    mask = np.fromiter(
        (
            v in known or v.endswith(ends) or any(d in v for d in ("癌", "综合征", "糖尿病", "高血压"))
            for v in column.values
        ),
        bool,
        column.distinct,
    )
    share = column.share(mask)
    if (share >= 0.5 and column.distinct >= 3) or (said and share >= 0.15):
        yield _finding(column, "disease", "person.health", 0.7 + 0.2 * share + (0.08 if said else 0.0), mask)
    elif said and column.distinct > 1:
        yield _finding(column, "disease", "person.health", 0.6, np.ones(column.distinct, bool))


def _division(column: Facts) -> Iterator[Finding]:
    table = divisions()
    if not column.numeric or bool((column.lengths >= 6).any()):
        coded = column.matches(r"^[1-8]\d{5}(?:\d{3}|\d{6})?$")
        if column.share(coded) >= 0.8:
            mask = np.fromiter(
                (c and table.known(v) for v, c in zip(column.values, coded, strict=True)), bool, column.distinct
            )
            if column.share(mask) >= 0.8 and not (column.distinct > 5000):
                yield _finding(column, "division_code", "geo.division", 0.9, mask)
                return
    if column.numeric or float(column.lengths.mean()) > 16 or float(column.lengths.mean()) < 2:
        return
    mask = np.fromiter(
        (table.parse(v)[1] == len(v) and len(v) >= 2 for v in column.values)
        if column.distinct <= 5000
        else (False,) * column.distinct,
        bool,
        column.distinct,
    )
    if column.share(mask) < 0.5:
        named = np.fromiter((v in table.by_name for v in column.values), bool, column.distinct)
        mask = mask | named
    if column.share(mask) >= 0.7:
        yield _finding(column, "division_name", "geo.division", 0.85, mask)


def dates_of(column: Facts) -> npt.NDArray[np.int64] | None:
    """Distinct values as days since 1970 where the column is one of dates; None for other columns."""
    if column.numeric and int(column.lengths.max(initial=0)) != 8:
        return None
    if column.share(column.matches(DATE)) < 0.9:
        return None
    return days(column.texts)
