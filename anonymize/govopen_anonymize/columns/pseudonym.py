# SPDX-License-Identifier: Apache-2.0
"""Keyed pseudonyms: HMAC over the normalised value, so that one key and domain give one pseudonym everywhere."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as crypto_hmac

from ..errors import KeyMissing

__all__ = ["pseudonym", "is_pseudonym"]

MINIMUM_KEY = 16
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz234567")


def _mac(algorithm: str, key: bytes, message: bytes) -> bytes:
    if algorithm == "HMAC-SM3":
        mac = crypto_hmac.HMAC(key, hashes.SM3())
        mac.update(message)
        return mac.finalize()
    return hmac.digest(key, message, "sha256")


def pseudonym(column: str, params: Mapping[str, Any], keys: Mapping[str, bytes]) -> Callable[[Any], str]:
    """The function from a value to its pseudonym: lower-case base32 behind a prefix, never mistaken for a hash."""
    reference = params["key_ref"]
    key = keys.get(reference, b"")
    if len(key) < MINIMUM_KEY:
        raise KeyMissing(key_ref=reference)
    domain = params.get("domain", column).encode() + b"\x00"
    algorithm, length, prefix = (
        params.get("algorithm", "HMAC-SHA-256"),
        params.get("length", 20),
        params.get("prefix", "p"),
    )

    def apply(value: Any) -> str:
        text = unicodedata.normalize("NFKC", str(value)).strip().upper().encode()
        return str(prefix) + base64.b32encode(_mac(algorithm, key, domain + text)).decode().lower()[:length]

    return apply


def is_pseudonym(text: str) -> bool:
    """Whether a text looks like what `pseudonym` makes by default: scanners need not raise the alarm for it."""
    return len(text) >= 17 and text[0] == "p" and _ALPHABET.issuperset(text[1:]) and not text.isdigit()
