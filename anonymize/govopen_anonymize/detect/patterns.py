# SPDX-License-Identifier: Apache-2.0
"""What identifiers look like: one pattern, rank, tag and check per kind. The registry is open: `register(Pattern(...))`.

Patterns are written for text after NFKC. They carry no look-around, so that both Python and RE2 read them; borders are
checked on the match. Where several kinds claim the same place, the lowest rank wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import checks

__all__ = ["Pattern", "PATTERNS", "register", "SEPARATOR"]

SEPARATOR = r"[ \t\n\r\-_.·\u2010-\u2015]?"
S = SEPARATOR


def always(_: str) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One kind of identifier."""

    kind: str
    tag: str
    regex: str
    rank: int
    check: Callable[[str], bool] = always
    confidence: float = 0.9
    in_text: bool = True
    hint: str = ""
    mask: str = ""
    separated: bool = False
    own: bool = False  # added by register(): cells are looked for by the pattern itself too

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern for Python."""
        return re.compile(self.regex)

    @cached_property
    def re2(self) -> str:
        """The pattern for Arrow's RE2, which writes code points otherwise."""
        return re.sub(r"\\u([0-9a-fA-F]{4})", r"\\x{\1}", self.regex)

    @cached_property
    def width(self) -> tuple[int, int]:
        """Least and most characters of a match."""
        low, high = _parser.parse(self.regex).getwidth()
        return int(low), int(min(high, 1 << 30))


def _digits(count: int) -> str:
    return S.join([r"\d"] * count)


def _ipv4(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(p.isdecimal() and int(p) < 256 for p in parts) and parts[0] != "0"


def _mobile(text: str) -> bool:
    digits = text.lstrip("+")
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits.removeprefix("0086")
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789" and len(set(digits)) > 2


def _hk_residence(text: str) -> bool:
    return text[:6] in ("810000", "820000", "830000") and checks.id18(text)


def _card(text: str) -> bool:
    return text[:2] in _BINS and checks.luhn(text)


def _card_guard(texts: Any) -> Any:
    return pc.is_in(pc.utf8_slice_codeunits(texts, 0, 2), pa.array(sorted(_BINS))).to_numpy(zero_copy_only=False)


# A whole column of cards is checked as a matrix, see bulk.check.
_card.bulk, _card.guard = checks.luhn, _card_guard  # type: ignore[attr-defined]


_BINS = frozenset(
    [
        "62",
        "60",
        "45",
        "40",
        "41",
        "42",
        "43",
        "44",
        "46",
        "47",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "35",
        "34",
        "37",
        "36",
        "30",
        "95",
        "94",
        "90",
        "68",
        "69",
        "50",
        "56",
        "58",
    ]
)
_PLATE = r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新使]"

PATTERNS: list[Pattern] = [
    Pattern(
        kind="secret",
        tag="code.secret",
        rank=1,
        confidence=0.95,
        mask="…",
        regex=r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{5,}|gh[pousr]_[A-Za-z0-9]{36}|sk-[A-Za-z0-9_-]{20,}|(?:password|passwd|pwd|secret|api_?key|access_?token|密码|口令)\s*[=:：]\s*[^\s,，;；。]{6,}",
    ),
    Pattern(
        kind="hk_mo_tw_residence",
        tag="person.permit",
        rank=4,
        check=_hk_residence,
        regex=r"8[123]0000" + S + _digits(11) + S + r"[\dXx]",
        hint="居住证",
    ),
    Pattern(
        kind="id_card_18",
        tag="person.id_number",
        rank=5,
        check=checks.id18,
        confidence=0.98,
        separated=True,
        hint="身份|证件|公民",
        regex=r"[1-9]"
        + S
        + _digits(5)
        + S
        + r"(?:1"
        + S
        + r"[89]|2"
        + S
        + r"0)"
        + S
        + _digits(2)
        + S
        + r"[01]"
        + S
        + r"\d"
        + S
        + r"[0-3]"
        + S
        + r"\d"
        + S
        + _digits(3)
        + S
        + r"[\dXx]",
        mask="###…##",
    ),
    Pattern(
        kind="uscc",
        tag="org.uscc",
        rank=6,
        check=checks.uscc,
        confidence=0.98,
        hint="信用代码",
        regex=r"[1-9ANYany][0-9A-Ya-y][0-9]{6}[0-9A-Ya-y]{10}",
    ),
    Pattern(
        kind="foreigner_permit",
        tag="person.permit",
        rank=7,
        confidence=0.6,
        regex=r"[A-Z]{3}\d{12}",
        in_text=False,
        hint="永久居留|证件",
    ),
    Pattern(
        kind="imei",
        tag="person.device",
        rank=8,
        check=lambda t: checks.luhn(t) and t[:2] in ("35", "86", "01", "99"),
        confidence=0.8,
        regex=r"\d{15}",
        in_text=False,
        hint="IMEI|设备|终端",
    ),
    Pattern(
        kind="regno_15",
        tag="org.code",
        rank=8,
        check=checks.regno15,
        confidence=0.8,
        regex=r"\d{15}",
        in_text=False,
        hint="注册号",
    ),
    Pattern(
        kind="id_card_15",
        tag="person.id_number",
        rank=9,
        check=checks.id15,
        confidence=0.75,
        regex=r"[1-9]\d{5}\d{2}[01]\d[0-3]\d{4}",
        hint="身份|证件|公民",
    ),
    Pattern(
        kind="bank_card",
        tag="person.bank_card",
        rank=10,
        check=_card,
        confidence=0.9,
        separated=True,
        hint="银行|卡号|账号|账户",
        regex=r"[3-69]" + S + r"\d(?:" + S + r"\d){13,17}",
    ),
    Pattern(
        kind="vin",
        tag="person.plate",
        rank=11,
        check=checks.vin,
        confidence=0.95,
        regex=r"[A-HJ-NPR-Z0-9]{17}",
        hint="车架|VIN",
    ),
    Pattern(
        kind="mobile",
        tag="person.phone",
        rank=12,
        check=_mobile,
        confidence=0.92,
        separated=True,
        hint="电话|手机|联系|mobile|phone",
        regex=r"(?:(?:\+|00)?86" + S + r")?1" + S + r"[3-9]" + S + _digits(9),
        mask="###…##",
    ),
    Pattern(
        kind="masked_identifier",
        tag="person.masked_id",
        rank=13,
        confidence=0.85,
        hint="身份|证件|手机|电话|卡号",
        regex=r"1[3-9]\d[*xX×＊]{4,6}\d{2,4}|[1-9]\d{2,9}[*xX×＊]{4,14}[\dXx]{0,4}|[*xX×＊]{6,}\d{3,4}[Xx]?",
    ),
    Pattern(
        kind="email",
        tag="person.email",
        rank=14,
        confidence=0.97,
        hint="邮箱|mail",
        regex=r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
        mask="#…",
    ),
    Pattern(
        kind="landline",
        tag="person.phone",
        rank=15,
        confidence=0.85,
        hint="电话|传真|座机|tel",
        regex=r"\(?(?:\+?86[ -]?)?0(?:10|2[0-9]|[3-9]\d{2})\)?[ -]?[2-8]\d{6,7}(?:[ -转]\d{1,6})?|[48]00-?\d{3}-?\d{4}",
        mask="####…",
    ),
    Pattern(
        kind="plate",
        tag="person.plate",
        rank=16,
        confidence=0.93,
        hint="车牌|号牌",
        regex=_PLATE + r"[A-HJ-NP-Z][·. ]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳领]",
        mask="##…",
    ),
    Pattern(
        kind="mac",
        tag="person.device",
        rank=17,
        confidence=0.95,
        hint="MAC",
        regex=r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}",
    ),
    Pattern(
        kind="ipv4",
        tag="person.device",
        rank=18,
        check=_ipv4,
        confidence=0.9,
        hint="IP",
        regex=r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}",
    ),
    Pattern(
        kind="ipv6",
        tag="person.device",
        rank=18,
        confidence=0.9,
        hint="IP",
        regex=r"(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){2,6}:(?:[0-9A-Fa-f]{1,4})?",
    ),
    Pattern(
        kind="passport",
        tag="person.passport",
        rank=19,
        confidence=0.75,
        hint="护照|passport|证件",
        regex=r"[EGDSPHegdsph]\d{8}|E[A-HJ-NP-Z]\d{7}|(?:SE|DE|PE|MA|KJ|KR)\d{7}",
    ),
    Pattern(
        kind="hk_mo_permit",
        tag="person.permit",
        rank=20,
        confidence=0.65,
        hint="通行证|证件|回乡",
        regex=r"[CWHMchwm]\d{8}(?:\d{2})?|C[A-Z]\d{7}",
    ),
    Pattern(
        kind="org_code",
        tag="org.code",
        rank=21,
        check=lambda t: checks.org9(t) and not t.isalpha(),
        confidence=0.8,
        in_text=False,
        hint="机构代码",
        regex=r"[0-9A-Z]{8}-?[0-9X]",
    ),
    Pattern(
        kind="hashed_identifier",
        tag="person.masked_id",
        rank=22,
        confidence=0.8,
        in_text=False,
        hint="hash|摘要|加密|脱敏",
        regex=r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9A-F]{32}|[0-9A-F]{40}|[0-9A-F]{64}",
    ),
]


def register(pattern: Pattern) -> None:
    """Add a detector; the next scan and the next redaction use it."""
    PATTERNS.append(replace(pattern, own=True))
    PATTERNS.sort(key=lambda p: p.rank)
