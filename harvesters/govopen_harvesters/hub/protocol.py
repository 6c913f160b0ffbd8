# SPDX-License-Identifier: Apache-2.0
"""The hub's wire protocol: what is signed, how messages become values, how values become messages.

Pure: no clock, no network. Requests are signed over method, path, query, body digest, time and nonce; answers over
the request's nonce, status, body digest and time; documents (manifest, approval, order) over their canonical JSON
with a prefix that says what they are, so that one kind never passes for another.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from govopen_harvesters.base import (
    Approval,
    FileRef,
    Item,
    Manifest,
    Provider,
    Receipt,
    WithdrawalOrder,
    canonical_json,
    digest_of,
)
from govopen_harvesters.errors import BadSignature, SchemaMismatch

__all__ = [
    "API",
    "CLOCK_WINDOW",
    "answer_text",
    "approval_from",
    "document_text",
    "item_from",
    "manifest_from",
    "opened",
    "order_from",
    "provider_from",
    "receipt_message",
    "request_text",
    "sealed",
    "sign",
    "verified",
]

API = "/api/hub/v1"
CLOCK_WINDOW = dt.timedelta(minutes=5)
_LONGEST_NAME = 200
H_CLIENT, H_TIME, H_NONCE = "X-Hub-Client", "X-Hub-Time", "X-Hub-Nonce"
H_DIGEST, H_SIGNATURE = "X-Hub-Digest", "X-Hub-Signature"


def request_text(*, method: str, path: str, query: str, body: bytes, time: str, nonce: str) -> bytes:
    """Give the bytes that a request's signature covers; `path` and `query` as they stand in the request line."""
    lines = ["govopen-hub-request-v1", method.upper(), path, query, hashlib.sha256(body).hexdigest(), time, nonce]
    return "\n".join(lines).encode()


def answer_text(*, nonce: str, status: int, body: bytes, time: str) -> bytes:
    """Give the bytes that an answer's signature covers; the nonce ties it to its request."""
    return "\n".join(["govopen-hub-answer-v1", nonce, str(status), hashlib.sha256(body).hexdigest(), time]).encode()


def document_text(kind: str, document: bytes) -> bytes:
    """Give the bytes that the signature of a manifest, approval or order covers."""
    return f"govopen-hub-{kind}-v1\n".encode() + document


def sign(key: Ed25519PrivateKey, text: bytes) -> str:
    """Sign with Ed25519, in Base64."""
    return base64.b64encode(key.sign(text)).decode()


def verified(public_key: bytes, text: bytes, signature: str) -> bool:
    """Say whether a Base64 signature stands; garbage is a no, never an exception."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def sealed(key: Ed25519PrivateKey, kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Wrap a document with its signature, as it travels."""
    return {"document": dict(document), "signature": sign(key, document_text(kind, canonical_json(document)))}


def opened(public_key: bytes, kind: str, message: Any, *, remote_id: str | None = None) -> tuple[dict[str, Any], bytes]:
    """Check a wrapped document's signature; give it with the canonical bytes that were signed."""
    document = message.get("document") if isinstance(message, Mapping) else None
    if not isinstance(document, dict):
        raise BadSignature(remote_id=remote_id, kind=kind)
    raw = canonical_json(document)
    if not verified(public_key, document_text(kind, raw), str(message.get("signature", ""))):
        raise BadSignature(remote_id=remote_id, kind=kind)
    return document, raw


def provider_from(message: Mapping[str, Any]) -> Provider:
    """Read a department."""
    return Provider(**{name: str(message[name]) for name in ("code", "name_zh", "name_en", "region", "level", "slug")})


def approval_from(message: Mapping[str, Any]) -> Approval:
    """Read an approval as it travels; its signature is checked by the caller, who knows the key."""
    document = message["document"]
    expires = document.get("expires_on")
    return Approval(
        id=str(document["id"]),
        remote_id=str(document["remote_id"]),
        decision=str(document["decision"]),
        scope=str(document["scope"]),
        approved_on=dt.date.fromisoformat(document["approved_on"]),
        expires_on=dt.date.fromisoformat(expires) if expires else None,
        descriptor_digest=str(document["descriptor_digest"]),
        signature=str(message.get("signature", "")),
        document=canonical_json(document),
    )


def item_from(hub: str, message: Any, providers: Mapping[str, Provider]) -> Item:
    """Read a catalogue item; the descriptor's digest is computed here, never believed.

    What is malformed becomes an item without approval, so that it is refused by itself and the run goes on.
    """
    message = message if isinstance(message, Mapping) else {}
    descriptor = message.get("descriptor")
    descriptor = descriptor if isinstance(descriptor, Mapping) else {}
    code = str(message.get("provider", ""))
    approval, version = message.get("approval"), message.get("version")
    try:
        read = approval_from(approval) if approval and descriptor and code in providers else None
    except (KeyError, TypeError, ValueError, AttributeError):
        read = None
    return Item(
        hub=hub,
        remote_id=str(message.get("remote_id") or "malformed-" + digest_of(message)[7:23]),
        version=version if isinstance(version, int) else 0,
        kind=str(message.get("kind", "")),
        descriptor=descriptor,
        descriptor_digest=digest_of(descriptor),
        provider=providers.get(code) or _stranger(code),
        approval=read,
        state=str(message.get("state", "")),
        package_id=_text_or_none(message.get("package_id")),
        link_url=_text_or_none(message.get("link_url")),
    )


def _stranger(code: str) -> Provider:
    """A department that the hub did not list."""
    return Provider(
        code=code, name_zh="未登记单位", name_en="Unlisted department", region="", level="", slug="unlisted"
    )


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def manifest_from(document: Mapping[str, Any], raw: bytes, signature: str) -> Manifest:
    """Read a manifest whose signature stands; one that is not a manifest is refused as such."""
    try:
        files = tuple(FileRef(**entry) for entry in document["files"])
        if len({ref.name for ref in files}) != len(files) or not all(_plain_name(ref.name) for ref in files):
            raise SchemaMismatch(kind="manifest")
        return Manifest(
            package_id=str(document["package_id"]),
            remote_id=str(document["remote_id"]),
            sequence=int(document["sequence"]),
            produced_at=dt.datetime.fromisoformat(document["produced_at"]),
            files=files,
            rows=document.get("rows"),
            table_schema=document.get("table_schema"),
            document=raw,
            signature=signature,
        )
    except (KeyError, TypeError, ValueError):
        raise SchemaMismatch(kind="manifest") from None


def _plain_name(name: object) -> bool:
    """Whether a file's name is one: no path, no line break, nothing that a header or a log line would trip over."""
    sound = isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    return sound and not set(str(name)) & set('/\\<>"') and name not in {".", ".."}


def order_from(document: Mapping[str, Any], raw: bytes, signature: str) -> WithdrawalOrder:
    """Read a withdrawal order whose signature stands."""
    return WithdrawalOrder(
        order_id=str(document["order_id"]),
        remote_id=str(document["remote_id"]),
        issued_at=dt.datetime.fromisoformat(document["issued_at"]),
        reason_zh=str(document["reason_zh"]),
        reason_en=str(document["reason_en"]),
        signature=signature,
        document=raw,
    )


def receipt_message(receipt: Receipt) -> dict[str, Any]:
    """Write a receipt for the wire."""
    return {
        "remote_id": receipt.remote_id,
        "package_id": receipt.package_id,
        "kind": receipt.kind,
        "code": receipt.code,
        "detail": dict(receipt.detail),
        "at": receipt.at.isoformat(),
    }
