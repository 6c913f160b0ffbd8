"""Licensees' keys: made on the desk, checked on the open side, never kept.

A key is "key_id.secret". The secret has 256 random bits, so a plain SHA-256 of it cannot be searched; only that is
stored. A key whose owner chose a secret of his own is stored by scrypt instead. Comparison takes constant time.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets

__all__ = ["hash_secret", "matches", "new_key", "split_key"]

_LENGTH = 512


def new_key() -> tuple[str, str, str]:
    """A fresh key: its id, its secret (to be shown once) and the hash to keep."""
    secret = secrets.token_urlsafe(32)
    return secrets.token_hex(8), secret, hash_secret(secret)


def hash_secret(secret: str) -> str:
    """What is stored of a random secret."""
    return "sha256:" + hashlib.sha256(secret.encode("utf-8")).hexdigest()


def split_key(text: str) -> tuple[str, str] | None:
    """The id and the secret of an X-Key header, or None when it cannot be one."""
    key_id, dot, secret = text.strip().partition(".")
    sound = dot and key_id and secret and len(text) <= _LENGTH and text.isascii() and text.isprintable()
    return (key_id, secret) if sound else None


def matches(secret: str, kept: str) -> bool:
    """Whether a secret is the one whose hash was kept ("sha256:<hex>" or "scrypt:n:r:p:<salt hex>:<hex>")."""
    scheme, _, rest = kept.partition(":")
    if scheme == "sha256":
        return hmac.compare_digest(hash_secret(secret), kept)
    if scheme != "scrypt":
        return False
    try:
        n, r, p, salt, wanted = rest.split(":")
        made = hashlib.scrypt(secret.encode("utf-8"), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p))
        return hmac.compare_digest(made[: len(wanted) // 2].hex(), wanted)
    except (ValueError, binascii.Error, MemoryError):
        return False
