"""One value, one run of bytes: what every digest and every signature of GovOpen is taken over.

Keys are sorted, nothing is blank between them, text is UTF-8. A float that is no number has no canonical form and is
refused, because readers would disagree about it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

__all__ = ["bare", "canonical", "digest", "digest_bytes", "is_digest"]

PREFIX = "sha256:"
_HEX = frozenset("0123456789abcdef")


def canonical(value: Any) -> bytes:
    """The canonical JSON of `value`; NaN and infinities raise ValueError, foreign types TypeError."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def digest(value: Any) -> str:
    """The digest of a value's canonical JSON, written "sha256:<hex>"."""
    return digest_bytes(canonical(value))


def digest_bytes(data: bytes | memoryview) -> str:
    """The digest of bytes as they are, written "sha256:<hex>"."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def is_digest(text: object) -> bool:
    """Whether `text` is a digest in the one written form."""
    return isinstance(text, str) and len(text) == 71 and text.startswith(PREFIX) and _HEX.issuperset(text[7:])


def bare(text: str) -> str:
    """The hex of a digest, with or without its prefix: the name of its file."""
    name = text.removeprefix(PREFIX)
    if len(name) != 64 or not _HEX.issuperset(name):
        raise ValueError("not a sha256 digest")
    return name
