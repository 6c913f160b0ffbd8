"""Ed25519 signatures that public tools verify: minisign files for bundles, short lines for statements.

A bundle's signature is a minisign file in its prehashed form ("ED": Ed25519 over BLAKE2b-512 of the data, and a second
signature over the first one and the trusted comment), so `minisign -V` checks it without GovOpen. A statement is
signed over its canonical JSON behind a fixed prefix, so that no statement can be taken for a file or the reverse.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ckanext.govopen.releases.canonical import canonical
from ckanext.govopen.releases.errors import BadSignature

__all__ = ["key_id", "public_key_text", "sign", "sign_statement", "verify", "verify_statement"]

STATEMENT = b"govopen-statement/1\n"
_CHUNK = 1 << 20


def _private(seed: bytes | str) -> Ed25519PrivateKey:
    raw = bytes.fromhex(seed) if isinstance(seed, str) else seed
    return Ed25519PrivateKey.from_private_bytes(raw)


def _raw_public(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _number(public: bytes) -> bytes:
    """The eight bytes that name a key: taken from the key itself, so that one seed has one name for ever."""
    return hashlib.sha256(public).digest()[:8]


def _shown(number: bytes) -> str:
    return f"{struct.unpack('<Q', number)[0]:016X}"


def public_key_text(seed_hex: str | bytes) -> str:
    """The public half of a seed as a minisign public key file."""
    public = _raw_public(_private(seed_hex).public_key())
    number = _number(public)
    line = base64.b64encode(b"Ed" + number + public).decode("ascii")
    return f"untrusted comment: minisign public key {_shown(number)}\n{line}\n"


def key_id(public_text: str) -> str:
    """The name of a public key as minisign shows it."""
    return _shown(_read_public(public_text)[0])


def _read_public(text: str) -> tuple[bytes, Ed25519PublicKey]:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    try:
        raw = base64.b64decode(lines[-1], validate=True)
        if len(raw) != 42 or raw[:2] != b"Ed":
            raise ValueError
        return raw[2:10], Ed25519PublicKey.from_public_bytes(raw[10:])
    except (IndexError, ValueError, binascii.Error):
        raise BadSignature(subject="public key") from None


def _prehash(data: bytes | BinaryIO) -> bytes:
    hashed = hashlib.blake2b(digest_size=64)
    if isinstance(data, bytes):
        hashed.update(data)
    else:
        while block := data.read(_CHUNK):
            hashed.update(block)
    return hashed.digest()


def sign(seed: bytes | str, data: bytes | BinaryIO, trusted_comment: str) -> str:
    """A minisign file for `data`; the trusted comment is signed too and must be one line."""
    if "\n" in trusted_comment or "\r" in trusted_comment:
        raise ValueError("the trusted comment must be one line")
    key = _private(seed)
    number = _number(_raw_public(key.public_key()))
    signature = key.sign(_prehash(data))
    both = key.sign(signature + trusted_comment.encode("utf-8"))
    lines = (
        "untrusted comment: signature from a GovOpen publisher",
        base64.b64encode(b"ED" + number + signature).decode("ascii"),
        f"trusted comment: {trusted_comment}",
        base64.b64encode(both).decode("ascii"),
    )
    return "\n".join(lines) + "\n"


def verify(public_text: str, data: bytes | BinaryIO, sig_text: str) -> str:
    """The trusted comment of a signature that fits `data` and the key; BadSignature for every other one."""
    number, key = _read_public(public_text)
    lines = sig_text.split("\n")
    try:
        comment = lines[2].removeprefix("trusted comment: ")
        raw, both = base64.b64decode(lines[1], validate=True), base64.b64decode(lines[3], validate=True)
        if len(raw) != 74 or raw[:2] != b"ED" or raw[2:10] != number or comment == lines[2]:
            raise ValueError
        key.verify(raw[10:], _prehash(data))
        key.verify(both, raw[10:] + comment.encode("utf-8"))
    except (IndexError, ValueError, InvalidSignature):
        raise BadSignature(subject="signature") from None
    return comment


def sign_statement(seed: bytes | str, obj: Mapping[str, Any]) -> str:
    """A line "ed25519:<key id>:<signature>" over the canonical JSON of a statement, an approval for instance."""
    key = _private(seed)
    number = _number(_raw_public(key.public_key()))
    signature = key.sign(STATEMENT + canonical(dict(obj)))
    return f"ed25519:{_shown(number)}:{base64.b64encode(signature).decode('ascii')}"


def verify_statement(public_text: str, obj: Mapping[str, Any], sig: str) -> None:
    """Raise BadSignature unless `sig` was made over this statement by this key."""
    number, key = _read_public(public_text)
    kind, _, rest = sig.partition(":")
    name, _, line = rest.partition(":")
    try:
        if kind != "ed25519" or name != _shown(number):
            raise ValueError
        key.verify(base64.b64decode(line, validate=True), STATEMENT + canonical(dict(obj)))
    except (ValueError, InvalidSignature):
        raise BadSignature(subject="statement") from None
