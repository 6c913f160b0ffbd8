# SPDX-License-Identifier: Apache-2.0
"""Check digits of Chinese and international identifiers, one value at a time and whole columns at once."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping

import pyarrow as pa

from ..coded import encode
from ..errors import ColumnMissing

__all__ = [
    "validate_id",
    "check_digits",
    "clean",
    "id18",
    "id15",
    "uscc",
    "org9",
    "luhn",
    "regno15",
    "vin",
    "sole_trader",
]

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VIN = {
    **{str(d): d for d in range(10)},
    **dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    ),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_SEPARATORS = re.compile(r"[\s\-_·.–—\u200b\ufeff]+")
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
        "91",
    ]
)


def clean(value: str) -> str:
    """Full width to half width, separators out, letters upper case."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", value)).upper()


def _day(year: str, month: str, day: str) -> bool:
    try:
        dt.date(int(year), int(month), int(day))
    except ValueError:
        return False
    return 1850 <= int(year) <= 2100


def id18(text: str) -> bool:
    """Resident identity number, GB 11643: division, date and check digit."""
    if len(text) != 18 or not text[:17].isdecimal() or not text.isascii() or text[:2] not in PROVINCES:
        return False
    if not _day(text[6:10], text[10:12], text[12:14]):
        return False
    return "10X98765432"[sum(int(c) * w for c, w in zip(text, ID_WEIGHTS, strict=False)) % 11] == text[17]


def id15(text: str) -> bool:
    """Old resident identity number: division and date, no check digit."""
    return (
        len(text) == 15
        and text.isascii()
        and text.isdecimal()
        and text[:2] in PROVINCES
        and _day("19" + text[6:8], text[8:10], text[10:12])
    )


def uscc(text: str) -> bool:
    """Unified social credit code, GB 32100."""
    if (
        len(text) != 18
        or not all(c in CREDIT for c in text)
        or text[0] not in "123456789ANY"
        or not text[2:8].isdecimal()
    ):
        return False
    total = sum(CREDIT.index(c) * w for c, w in zip(text, CREDIT_WEIGHTS, strict=False))
    return CREDIT[(31 - total % 31) % 31] == text[17]


def org9(text: str) -> bool:
    """Organisation code, GB 11714."""
    if len(text) != 9 or not all(c in _ORG for c in text[:8]):
        return False
    check = 11 - sum(_ORG.index(c) * w for c, w in zip(text, _ORG_WEIGHTS, strict=False)) % 11
    return text[8] == {10: "X", 11: "0"}.get(check, str(check))


def luhn(text: str) -> bool:
    """Luhn's check digit, for cards and IMEI."""
    if not (text.isascii() and text.isdecimal()) or not 12 <= len(text) <= 19 or len(set(text)) == 1:
        return False
    odd = sum(int(c) for c in text[-1::-2])
    even = sum(divmod(int(c) * 2, 10)[0] + int(c) * 2 % 10 for c in text[-2::-2])
    return (odd + even) % 10 == 0


def regno15(text: str) -> bool:
    """Business registration number, GB/T 17710 (mod 11,10)."""
    if len(text) != 15 or not (text.isascii() and text.isdecimal()):
        return False
    rest = 10
    for digit in text[:14]:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return (rest + int(text[14])) % 10 == 1


def vin(text: str) -> bool:
    """Vehicle identification number with its check position."""
    if len(text) != 17 or not all(c in _VIN for c in text) or text.isdecimal() or text.isalpha():
        return False
    total = sum(_VIN[c] * w for c, w in zip(text, _VIN_WEIGHTS, strict=True)) % 11
    return text[8] == ("X" if total == 10 else str(total))


def sole_trader(text: str) -> bool:
    """个体工商户: a credit code of prefix 92, which often stands for a natural person."""
    return text.startswith("92") and uscc(text)


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "id18": id18,
    "id15": id15,
    "uscc": uscc,
    "org9": org9,
    "luhn": luhn,
    "regno15": regno15,
    "vin": vin,
}


def validate_id(kind: str, value: str) -> bool:
    """Whether a value passes the check of `kind`: id18, id15, uscc, org9, luhn, regno15, vin."""
    return _CHECKS[kind](clean(str(value)))


def check_digits(table: pa.Table, column: str, kind: str) -> tuple[int, int]:
    """Cells checked and cells that fail; empty cells are not checked."""
    if column not in table.column_names:
        raise ColumnMissing(columns=[column])
    coded = encode(table.column(column))
    checked = failed = 0
    for value, count in zip(coded.values.to_pylist(), coded.counts().tolist(), strict=True):
        if value is None or not str(value).strip():
            continue
        checked += count
        failed += 0 if validate_id(kind, str(value)) else count
    return checked, failed
