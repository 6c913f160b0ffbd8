"""Make, sign and spoil deliveries and approvals; seeding and the control routes both use it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govopen_harvesters.base import digest_of
from govopen_harvesters.hub.protocol import sealed
from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.store import Store

__all__ = ["approval_message", "pack", "spoil", "whole_of", "withdraw"]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def file_entry(name: str, media_type: str, encoding: str | None, raw: bytes) -> dict[str, Any]:
    """Describe a file as the manifest lists it."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(raw)
    return {
        "name": name,
        "media_type": media_type,
        "encoding": encoding,
        "bytes": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "sm3": sm3.finalize().hex(),
    }


def pack(
    store: Store,
    keys: Keys,
    *,
    remote_id: str,
    files: Mapping[str, tuple[str, str | None, bytes]],
    rows: int | None,
    schema: Mapping[str, Any] | None,
    link_url: str | None = None,
) -> str:
    """Write a new delivery of an item, sign its manifest, make it the current one; gives the package's id."""
    last = store.one("select max(sequence) from package where remote_id = ?", remote_id)
    sequence = (last[0] or 0) + 1 if last else 1
    package_id = "pkg-" + secrets.token_hex(10)
    folder = store.packages / package_id
    folder.mkdir()
    for name, (_, _, raw) in files.items():
        (folder / name).write_bytes(raw)
    document = {
        "package_id": package_id,
        "remote_id": remote_id,
        "sequence": sequence,
        "produced_at": _now().isoformat(),
        "files": [file_entry(name, media, encoding, raw) for name, (media, encoding, raw) in files.items()],
        "rows": rows,
        "table_schema": schema,
        "link_url": link_url,
    }
    message = sealed(keys.signing, "manifest", document)
    with store.open() as db:
        db.execute(
            "insert into package values (?, ?, ?, ?, null)", (package_id, remote_id, sequence, json.dumps(message))
        )
        db.execute(
            "update item set package_id = ?, version = version + 1, rows = ?, schema = ? where remote_id = ?",
            (package_id, rows, json.dumps(schema) if schema else None, remote_id),
        )
    return package_id


def approval_message(
    keys: Keys,
    *,
    remote_id: str,
    descriptor: Mapping[str, Any],
    decision: str = "approved",
    scope: str = "open",
    expires_in: int | None = 365,
    forged: bool = False,
) -> dict[str, Any]:
    """Sign an approval of an item in its wording of now; a forged one carries a stranger's signature."""
    today = _now().date()
    expires = None if expires_in is None else today + dt.timedelta(days=expires_in)
    document = {
        "id": "AP" + secrets.token_hex(6).upper(),
        "remote_id": remote_id,
        "decision": decision,
        "scope": scope,
        "approved_on": (min(today, expires or today) - dt.timedelta(days=30)).isoformat(),
        "expires_on": expires.isoformat() if expires else None,
        "descriptor_digest": digest_of(descriptor),
    }
    return sealed(Ed25519PrivateKey.generate() if forged else keys.signing, "approval", document)


def whole_of(path: Path) -> Path:
    """Where the good bytes of a spoiled file are kept, for mending it."""
    return path.with_name(path.name + ".whole")


def spoil(store: Store, keys: Keys, remote_id: str, fault: str) -> None:
    """Give an item's current delivery or approval a fault; `none` is not undone here, pack anew for that."""
    item = store.item(remote_id)
    if item is None:
        raise KeyError(remote_id)
    if fault == "forged_approval":
        forged = approval_message(keys, remote_id=remote_id, descriptor=item["descriptor"], forged=True)
        store.execute("update item set approval = ? where remote_id = ?", json.dumps(forged), remote_id)
        return
    package = store.one("select * from package where package_id = ?", item["package_id"])
    if package is None:
        raise KeyError(remote_id)
    message = json.loads(package["message"])
    if fault in {"digest", "truncated"}:
        path = store.packages / package["package_id"] / message["document"]["files"][0]["name"]
        raw = bytearray(path.read_bytes())
        if not whole_of(path).exists():
            whole_of(path).write_bytes(bytes(raw))
        raw[len(raw) // 2] ^= 1
        path.write_bytes(bytes(raw[: len(raw) * 3 // 4] if fault == "truncated" else raw))
    elif fault == "forged_manifest":
        stranger = sealed(Ed25519PrivateKey.generate(), "manifest", message["document"])
        store.execute(
            "update package set message = ? where package_id = ?", json.dumps(stranger), package["package_id"]
        )
    elif fault == "row_count":
        message["document"]["rows"] += 7
        message = sealed(keys.signing, "manifest", message["document"])
        store.execute("update package set message = ? where package_id = ?", json.dumps(message), package["package_id"])
    elif fault == "replay":
        _replay(store, keys, item, message["document"])
    else:
        raise ValueError(fault)


def _replay(store: Store, keys: Keys, item: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """List a new delivery, but serve the old one's manifest under its name."""
    old = str(document["package_id"])
    folder = store.packages / old
    files = {
        entry["name"]: (entry["media_type"], entry["encoding"], (folder / entry["name"]).read_bytes())
        for entry in document["files"]
    }
    new = pack(
        store, keys, remote_id=item["remote_id"], files=files, rows=document["rows"], schema=document["table_schema"]
    )
    store.execute("update package set served_as = ? where package_id = ?", old, new)


def withdraw(store: Store, keys: Keys, remote_id: str, *, reason_zh: str, reason_en: str) -> str:
    """Mark an item as withdrawn and issue the signed order; gives the order's id."""
    order_id = "WD" + secrets.token_hex(8).upper()
    document = {
        "order_id": order_id,
        "remote_id": remote_id,
        "issued_at": dt.datetime.now(dt.UTC).isoformat(),
        "reason_zh": reason_zh,
        "reason_en": reason_en,
    }
    message = sealed(keys.signing, "withdrawal", document)
    with store.open() as db:
        db.execute("update item set state = 'withdrawn', version = version + 1 where remote_id = ?", (remote_id,))
        db.execute("insert into withdrawal (order_id, message) values (?, ?)", (order_id, json.dumps(message)))
    return order_id
