# SPDX-License-Identifier: Apache-2.0
"""Find and redact personal data inside text: numbers by pattern and check digit, names and addresses by their words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..divisions import divisions
from .checks import clean
from .patterns import PATTERNS, Pattern
from .words import characters, words

__all__ = ["Hit", "find", "named", "occurrences", "winners", "finds_kind", "redact", "PERSONAL_LABELS"]

PERSONAL_LABELS = {
    "id_card_18": "身份证号",
    "id_card_15": "身份证号",
    "hk_mo_tw_residence": "证件号",
    "foreigner_permit": "证件号",
    "uscc": "信用代码",
    "bank_card": "银行卡号",
    "mobile": "手机号",
    "landline": "电话",
    "masked_identifier": "证件号",
    "email": "邮箱",
    "plate": "车牌",
    "vin": "车架号",
    "mac": "设备号",
    "ipv4": "网络地址",
    "ipv6": "网络地址",
    "passport": "护照号",
    "hk_mo_permit": "证件号",
    "secret": "口令",
    "person_name": "姓名",
    "address": "地址",
    "birth_date": "日期",
}
KEEP_IN_TEXT = frozenset({"uscc", "landline"})
_BORDER = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DATE = re.compile(r"(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
TITLE = re.compile(
    r"(?:姓名|患者|病人|当事人|申请人|投诉人|举报人|联系人|被告|原告|法定代表人|负责人|经办人|业主|家属|监护人|户主|居民|市民|村民|学生|考生|同学|老师)[是为叫]?[:：\s]*"
    r"([\u4e00-\u9fff]{2,4})"
)
CALLED = re.compile(r"([\u4e00-\u9fff]{2,4}?)(?:先生|女士|同志|小姐|反映|来电|投诉|称其)")
# Characters that follow a name in a sentence; a name is rather hidden with one character too many than one too few.
_AFTER_NAME = frozenset("来的于在称说因向与和是为反到去有要不住电先女投被其及、，已将把从由对")
DOT = re.compile(r"[\u4e00-\u9fff]{2,10}(?:·[\u4e00-\u9fff]{2,10})+")
HOUSE = re.compile(
    r"[\u4e00-\u9fff\dA-Za-z\-]{2,30}?(?:路|街|巷|弄|大道|胡同|村|小区|花园|新村|苑|园|镇|乡)"
    r"[\u4e00-\u9fff\dA-Za-z\-]{0,20}?\d+(?:号|弄|栋|幢|座|单元|室|组|楼)(?:[\dA-Za-z\-]+(?:号楼|号|栋|幢|座|单元|室|楼|层|组))*"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One find: kind, and where it stands in the text (after NFKC)."""

    kind: str
    start: int
    end: int
    rank: int
    pattern: Pattern | None = None


def find(text: str, *, names: bool = True, dates: bool = False) -> list[Hit]:
    """Finds in a text after NFKC, one winner per place, from left to right."""
    hits = [hit for pattern in PATTERNS if pattern.in_text for hit in occurrences(text, pattern)]
    if names:
        hits += named(text)
    if dates:
        hits += [Hit("birth_date", m.start(), m.end(), 60) for m in _DATE.finditer(text)]
    return winners(hits)


def occurrences(text: str, pattern: Pattern) -> Iterator[Hit]:
    """All places of one kind in a text after NFKC, borders and check digits tested."""
    at = 0
    while match := pattern.compiled.search(text, at):
        start, end = match.span()
        subject = text[start:end] if pattern.kind == "ipv4" else clean(text[start:end])
        good = _free(text, start, end, pattern) and pattern.check(subject)
        if good:
            yield Hit(pattern.kind, start, end, pattern.rank, pattern)
        at = end if good else start + 1


def _free(text: str, start: int, end: int, pattern: Pattern) -> bool:
    """Whether a match stands alone: no letter or digit touches it, so longer digit runs are never cut."""
    if pattern.kind in ("secret", "email"):
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before in _BORDER and before) or (after in _BORDER and after):
        return False
    if pattern.kind == "ipv4":
        return before != "." and not (after == "." and text[end + 1 : end + 2].isdigit())
    if pattern.kind == "masked_identifier":
        return before not in ("*", "＊") and after not in ("*", "＊")
    return True


def named(text: str, *, addresses: bool = True) -> Iterator[Hit]:
    """Names and addresses in a text, by the words around them."""
    surnames, compound = characters("surnames"), words("compound")
    for regex in (TITLE, CALLED):
        for match in regex.finditer(text):
            start, end = match.span(1)
            name = match.group(1)
            width = 3 if name[:2] in compound else 2
            if name[:2] in compound or name[0] in surnames:
                stop = min(end, start + (4 if name[:2] in compound else 3))
                given = text[start + width - 1 : stop]
                while len(given) > 1 and given[-1] in _AFTER_NAME:
                    given, stop = given[:-1], stop - 1
                yield Hit("person_name", start, stop, 40)
    for match in DOT.finditer(text):
        yield Hit("person_name", match.start(), match.end(), 41)
    for match in HOUSE.finditer(text) if addresses else ():
        yield Hit("address", _address_start(text, match.start(), match.end()), match.end(), 50)


def _address_start(text: str, start: int, end: int) -> int:
    """An address begins where its division does, if it has one."""
    for at in range(start, min(end, start + 12)):
        if divisions().parse(text[at:end])[1] >= 2:
            return at
    return start


def winners(hits: list[Hit]) -> list[Hit]:
    """One winner per place: the lowest rank, then the first and longest."""
    taken: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.rank, h.start, -h.end)):
        if all(hit.end <= t.start or hit.start >= t.end for t in taken):
            taken.append(hit)
    return sorted(taken, key=lambda h: h.start)


def finds_kind(text: str, kinds: Collection[str]) -> bool:
    """Whether any of the kinds is found in a text."""
    wanted = set(kinds)
    return any(
        h.kind in wanted
        for h in find(unicodedata.normalize("NFKC", text), names=bool(wanted & {"person_name", "address"}))
    )


def redact(text: str, kinds: Collection[str] | None = None, *, dates: bool = False) -> str:
    """Replace finds by their kind in brackets, 张三 by ［姓名］; text without finds comes back untouched."""
    plain = unicodedata.normalize("NFKC", text)
    wanted = set(kinds) if kinds else (set(PERSONAL_LABELS) | {p.kind for p in PATTERNS if p.own}) - KEEP_IN_TEXT
    hits = [h for h in find(plain, dates=dates) if h.kind in wanted]
    if not hits:
        return text
    pieces, at = [], 0
    for hit in hits:
        pieces += [plain[at : hit.start], f"［{PERSONAL_LABELS.get(hit.kind, '个人信息')}］"]
        at = hit.end
    return "".join([*pieces, plain[at:]])
