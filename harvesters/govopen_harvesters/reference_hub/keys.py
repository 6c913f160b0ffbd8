"""The hub's own keys, random for each home, in files that only its owner reads."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

__all__ = ["Keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The signing key, the key of the control routes, and what the national gateway's scheme needs."""

    signing: Ed25519PrivateKey = field(repr=False)
    control: str = field(repr=False)
    rid: str
    sid: str
    appkey: str = field(repr=False)
    gateway_secret: str = field(repr=False)

    @property
    def public(self) -> str:
        """Give the public key in hex."""
        return self.signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @classmethod
    def of(cls, home: Path) -> Keys:
        """Read the keys of a home, making those that are missing."""
        folder = home / "keys"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(
            signing=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(_secret(folder / "signing", 32))),
            control=_secret(folder / "control", 24),
            rid=_secret(folder / "gateway_rid", 16) + "@govopen",
            sid="s_11539900000_1",
            appkey=_secret(folder / "gateway_appkey", 16),
            gateway_secret=_secret(folder / "gateway_secret", 24),
        )


def _secret(path: Path, size: int) -> str:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as stream:
        value = secrets.token_hex(size)
        stream.write(value)
    return value
