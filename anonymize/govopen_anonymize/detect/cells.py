# SPDX-License-Identifier: Apache-2.0
"""Kinds that a cell shows by itself: identifiers with patterns and check digits, whole cells and inside text."""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .checks import clean
from .column import Facts
from .finding import Finding, masked
from .patterns import PATTERNS, Pattern
from .text import find

__all__ = ["identifiers", "TEXT_LENGTH"]

Mask = npt.NDArray[np.bool_]
TEXT_LENGTH = 25
# What has none of these holds no identifier at all: runs of digits, @, capitals with digits, plates, masks, secrets.
CANDIDATE = (
    r"\d(?:[\s\-_.·\x{2010}-\x{2015}]?\d){6,}|@|[A-Za-z]\d{5,}|\d[*＊xX×]{4,}|[*＊]{4,}\d|[A-Za-z]{2}\d{6,}|\d[0-9A-Z]{7,}"
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{4,}|[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-|[0-9A-Fa-f]{32}|[A-Z0-9]{8}-[0-9X]"
    r"|[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新使][A-Z]|AKIA|eyJ|PRIVATE KEY|sk-|gh[pousr]_|(?i:password|passwd|pwd|secret|api_?key|token)|密码|口令"
)
WORDY = r"[一-龥]{2}.*(?:先生|女士|患者|病人|姓名|当事人|申请人|投诉人|举报人|联系人|法定代表人|负责人|经办人|业主|家属|监护人|户主|居民|市民|村民|反映|来电|同志|号|室|弄|栋|幢|·)"
# Kinds so loose that a few stray cells prove nothing: they need a share of the column, or the header's word.
LOOSE = {"org_code": 0.6, "regno_15": 0.5, "imei": 0.5, "id_card_15": 0.3, "passport": 0.3, "hk_mo_permit": 0.3, "hashed_identifier": 0.3,
         "foreigner_permit": 0.3, "bank_card": 0.3, "vin": 0.3, "landline": 0.05, "ipv6": 0.3}


@lru_cache(maxsize=4)
def _whole(_: int) -> tuple[tuple[Pattern, re.Pattern[str]], ...]:
    return tuple((p, re.compile(p.regex)) for p in sorted(PATTERNS, key=lambda p: p.rank))


def identifiers(column: Facts) -> Iterator[Finding]:
    """Findings of identifiers in one column; each distinct value is looked at once and has one winner per place."""
    if not column.distinct or (column.numeric and not _long_integers(column)):
        return
    candidates = column.matches(CANDIDATE)
    if not column.numeric and int(column.lengths.max()) >= 8:
        candidates |= column.matches(WORDY) & (column.lengths >= 8)
    places = np.flatnonzero(candidates)
    if not len(places):
        return
    cells, inside = _kinds(column, places)
    whole = {kind: _count(column, where) for kind, where in cells.items()}
    for kind, where in cells.items():
        pattern = _pattern(kind)
        if pattern is not None and _enough(column, pattern, whole[kind]):
            yield _finding(column, kind, pattern.tag, _confidence(column, pattern, whole[kind]), where)
    yield from _in_text(column, inside)


def _long_integers(column: Facts) -> bool:
    return int(column.lengths.max()) >= 8


def _kinds(column: Facts, places: npt.NDArray[np.int64]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Distinct values by kind: those that are an identifier as a whole, and those that hold one."""
    cells: dict[str, list[int]] = {}
    inside: dict[str, list[int]] = {}
    texts = column.texts.take(places).to_pylist()
    patterns = _whole(len(PATTERNS))
    recent: list[tuple[Pattern, re.Pattern[str]]] = []
    for place, text in zip(places.tolist(), texts, strict=True):
        kind = _whole_cell(text, recent, patterns) if len(text) <= 64 else None
        if kind is not None:
            cells.setdefault(kind, []).append(place)
        elif len(text) >= 8:
            for found in {h.kind for h in find(text)}:
                inside.setdefault(found, []).append(place)
    return cells, inside


def _whole_cell(text: str, recent: list[tuple[Pattern, re.Pattern[str]]], patterns: tuple[tuple[Pattern, re.Pattern[str]], ...]) -> str | None:
    for pattern, regex in patterns:
        if regex.fullmatch(text):
            subject = text if pattern.kind == "ipv4" else clean(text) if pattern.separated or not text.isascii() else text.upper().replace("-", "")
            if pattern.check(subject):
                return pattern.kind
    return None


def _pattern(kind: str) -> Pattern | None:
    return next((p for p in PATTERNS if p.kind == kind), None)


def _count(column: Facts, where: list[int]) -> int:
    return int(column.counts[where].sum())


def _hinted(column: Facts, pattern: Pattern) -> bool:
    return bool(pattern.hint) and re.search(pattern.hint, column.header, re.IGNORECASE) is not None


def _enough(column: Facts, pattern: Pattern, count: int) -> bool:
    share = count / column.filled
    return share >= LOOSE.get(pattern.kind, 0.0) or (_hinted(column, pattern) and share >= 0.02)


def _confidence(column: Facts, pattern: Pattern, count: int) -> float:
    share = count / column.filled
    value = pattern.confidence * (0.75 + 0.25 * min(1.0, share * 2))
    return round(min(0.99, value + (0.1 if _hinted(column, pattern) else 0.0)), 3)


def _in_text(column: Facts, inside: dict[str, list[int]]) -> Iterator[Finding]:
    """Findings inside longer cells. Names and addresses in short cells are left to the column's own statistics."""
    prose = float(column.lengths.mean()) >= 12
    for kind, where in inside.items():
        if kind in ("person_name", "address"):
            if prose and _count(column, where) >= max(2, 0.01 * column.filled):
                yield _finding(column, kind, "person.name" if kind == "person_name" else "person.address", 0.7, where)
            continue
        pattern = _pattern(kind)
        if pattern is not None and (pattern.kind not in ("passport", "hk_mo_permit", "org_code") or _count(column, where) >= 2):
            yield _finding(column, kind, pattern.tag, round(pattern.confidence * 0.9, 3), where)


def _finding(column: Facts, kind: str, tag: str, confidence: float, where: list[int]) -> Finding:
    count = _count(column, where)
    examples = tuple(dict.fromkeys(masked(column.texts[i].as_py(), kind) for i in where[:20]))[:3]
    return Finding(column.name, kind, tag, confidence, count, round(count / column.filled, 6), examples)
