"""Check digits, one at a time and in bulk: identity numbers (GB 11643), credit codes (GB 32100), organisation codes."""

from __future__ import annotations

import numpy as np

__all__ = ["identity_numbers", "organisation_code", "uscc", "usccs"]

_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = np.array(list("10X98765432"))
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def identity_numbers(divisions: np.ndarray, birth: np.ndarray, sequence: np.ndarray) -> list[str]:
    """Build identity numbers from six-digit divisions, yyyymmdd births (both integers) and sequence 1–999."""
    body = np.empty((len(divisions), 17), dtype=np.int64)
    for source, start, width in ((divisions, 0, 6), (birth, 6, 8), (sequence, 14, 3)):
        for place in range(width):
            body[:, start + place] = source // 10 ** (width - 1 - place) % 10
    checks = _ID_CHECKS[(body @ _ID_WEIGHTS) % 11]
    return [f"{d:06d}{b:08d}{s:03d}{c}" for d, b, s, c in zip(divisions, birth, sequence, checks, strict=True)]


def organisation_code(body: str) -> str:
    """Add the check character of GB 11714 to eight characters."""
    rest = 11 - sum(weight * _ORG.index(char) for weight, char in zip(_ORG_WEIGHTS, body, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(rest, str(rest))


def uscc(head: str, body: str) -> str:
    """Build a credit code from authority, kind and division (8 characters) and an organisation code's body (8)."""
    code = head + organisation_code(body)
    rest = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(code)) % 31
    return code + _USCC[(31 - rest) % 31]


def usccs(rng: np.random.Generator, count: int, *, prefix: str = "91", division: str = "539900") -> list[str]:
    """Draw distinct credit codes with right check characters, all at once."""
    letters = "ABCDEFGHJK"
    bodies = rng.choice(10_000_000, size=count, replace=False)
    letter = bodies // 1_000_000
    digits = [bodies // 10**place % 10 for place in range(5, -1, -1)]
    ranks = [np.full(count, _ORG.index("M")), np.array([_ORG.index(char) for char in letters])[letter], *digits]
    rest = 11 - sum(weight * rank for weight, rank in zip(_ORG_WEIGHTS, ranks, strict=True)) % 11
    checks = np.array(list("0123456789X0"))[rest]
    head = [np.full(count, _USCC.index(char)) for char in prefix + division + "M"]
    values = [*head, np.array([_USCC.index(char) for char in letters])[letter], *digits]
    values.append(np.array([0, *range(1, 10), _USCC.index("X"), 0])[rest])
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values)) % 31
    ends = np.array(list(_USCC))[(31 - total) % 31]
    parts = zip(letter.tolist(), (bodies % 1_000_000).tolist(), checks.tolist(), ends.tolist(), strict=True)
    return [f"{prefix}{division}M{letters[one]}{body:06d}{check}{end}" for one, body, check, end in parts]
