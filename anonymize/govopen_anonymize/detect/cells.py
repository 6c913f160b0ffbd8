# SPDX-License-Identifier: Apache-2.0
"""Kinds that a cell shows by itself: identifiers with patterns and check digits, whole cells and inside text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .bulk import check, cleaned
from .column import Facts
from .finding import Finding, masked
from .patterns import PATTERNS, Pattern, always
from .text import CALLED, DOT, HOUSE, TITLE, Hit, named, occurrences, winners

__all__ = ["identifiers"]

Places = npt.NDArray[np.int64]
# What has none of these holds no identifier at all: runs of digits, @, capitals with digits, plates, masks, secrets.
CANDIDATE = (
    r"\d(?:[\s\-_.·\x{2010}-\x{2015}]?\d){6,}|@|[A-Za-z]\d{5,}|\d[*＊xX×]{4,}|[*＊]{4,}\d|[A-Za-z]{2}\d{6,}|\d[0-9A-Z]{7,}"
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{4,}|[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-|[0-9A-Fa-f]{32}|[A-Z0-9]{8}-[0-9X]"
    r"|[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新使][A-Z]|AKIA|eyJ|PRIVATE KEY|sk-|gh[pousr]_|(?i:password|passwd|pwd|secret|api_?key|token)|密码|口令"
)
# Kinds so loose that a few stray cells prove nothing: they need a share of the column, or the header's word.
LOOSE = {
    "org_code": 0.6,
    "regno_15": 0.5,
    "imei": 0.5,
    "id_card_15": 0.3,
    "passport": 0.3,
    "hk_mo_permit": 0.3,
    "hashed_identifier": 0.3,
    "foreigner_permit": 0.3,
    "bank_card": 0.3,
    "vin": 0.3,
    "landline": 0.05,
    "ipv6": 0.3,
}


def identifiers(column: Facts) -> Iterator[Finding]:
    """Findings of identifiers in one column; each distinct value is looked at once and has one winner per place."""
    if not column.distinct or (column.numeric and int(column.lengths.max()) < 8):
        return
    candidate = "|".join([CANDIDATE, *(f"(?:{p.re2})" for p in PATTERNS if p.own)])
    places = np.flatnonzero(column.matches(candidate))
    cells, left = _cells(column, places)
    for kind, where in cells.items():
        pattern = _pattern(kind)
        if pattern is not None and _enough(column, pattern, _count(column, where)):
            yield _finding(column, kind, pattern.tag, _confidence(column, pattern, _count(column, where)), where)
    if not column.numeric and int(column.lengths.max()) >= 8:
        yield from _in_text(column, _inside(column, left))


def _cells(column: Facts, places: Places) -> tuple[dict[str, Places], Places]:
    """Distinct values that are an identifier as a whole, by kind, lowest rank first; and the rest."""
    found: dict[str, Places] = {}
    for pattern in PATTERNS:
        low, high = pattern.width
        lengths = column.lengths[places]
        fit = places[(lengths >= low) & (lengths <= min(high, 200))]
        if not len(fit):
            continue
        texts = column.texts.take(pa.array(fit))
        hits = np.flatnonzero(pc.match_substring_regex(texts, f"^(?:{pattern.re2})$").to_numpy(zero_copy_only=False))
        if not len(hits):
            continue
        good = fit[hits]
        if pattern.check is not always:
            subject = texts.take(pa.array(hits))
            good = good[check(pattern.check, subject if pattern.kind == "ipv4" else cleaned(subject))]
        if len(good):
            found[pattern.kind] = good
            places = np.setdiff1d(places, good, assume_unique=True)
    return found, places


def _inside(column: Facts, left: Places) -> dict[str, Places]:
    """Distinct values that hold an identifier somewhere: RE2 picks the cells, Python looks at borders and check digits."""
    hits: dict[int, list[Hit]] = {}
    left = left[column.lengths[left] >= 8]
    texts = column.texts.take(pa.array(left))
    for pattern in PATTERNS:
        if not len(left) or not pattern.in_text:
            continue
        for i in np.flatnonzero(pc.match_substring_regex(texts, pattern.re2).to_numpy(zero_copy_only=False)).tolist():
            hits.setdefault(i, []).extend(occurrences(texts[i].as_py(), pattern))
    found: dict[str, list[int]] = {}
    for i, each in hits.items():
        for kind in {h.kind for h in (winners(each) if len(each) > 1 else each)}:
            found.setdefault(kind, []).append(int(left[i]))
    if float(column.lengths.mean()) >= 12:
        found |= _wordy(column)
    return {kind: np.array(sorted(where)) for kind, where in found.items()}


def _wordy(column: Facts) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    house = np.flatnonzero(column.matches(_re2(HOUSE)))
    if len(house):
        found["address"] = house.tolist()
    called = np.flatnonzero(column.matches(f"{_re2(TITLE)}|{_re2(CALLED)}|{_re2(DOT)}"))
    texts = column.texts.take(pa.array(called)).to_pylist()
    people = [
        int(p)
        for p, t in zip(called, texts, strict=True)
        if any(h.kind == "person_name" for h in named(t, addresses=False))
    ]
    if people:
        found["person_name"] = people
    return found


def _re2(regex: re.Pattern[str]) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", r"\\x{\1}", regex.pattern)


def _pattern(kind: str) -> Pattern | None:
    return next((p for p in PATTERNS if p.kind == kind), None)


def _count(column: Facts, where: Places) -> int:
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


def _in_text(column: Facts, inside: dict[str, Places]) -> Iterator[Finding]:
    """Findings inside longer cells. Names and addresses in short cells are left to the column's own statistics."""
    for kind, where in inside.items():
        if kind in ("person_name", "address"):
            if _count(column, where) >= max(2, 0.01 * column.filled):
                yield _finding(column, kind, "person.name" if kind == "person_name" else "person.address", 0.7, where)
            continue
        pattern = _pattern(kind)
        if pattern is not None and (
            pattern.kind not in ("passport", "hk_mo_permit", "org_code") or _count(column, where) >= 2
        ):
            yield _finding(column, kind, pattern.tag, round(pattern.confidence * 0.9, 3), where)


def _finding(column: Facts, kind: str, tag: str, confidence: float, where: Places) -> Finding:
    count = _count(column, where)
    examples = tuple(dict.fromkeys(masked(column.texts[i].as_py()) for i in where[:20].tolist()))[:3]
    return Finding(column.name, kind, tag, confidence, count, round(count / column.filled, 6), examples)
