"""What harvester tests share: items, files and manifests made in memory."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from govopen_harvesters.base import Approval, FileRef, Item, Manifest, Package, Provider, digest_of

PROVIDER = Provider(code="11539900MB0000019L", name_zh="局", name_en="Bureau", region="539900", level="city", slug="b")


def file_ref(raw: bytes, name: str = "t.csv", media_type: str = "text/csv", encoding: str | None = None) -> FileRef:
    """Describe bytes as a manifest would."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(raw)
    return FileRef(
        name=name,
        media_type=media_type,
        encoding=encoding,
        bytes=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        sm3=sm3.finalize().hex(),
    )


@pytest.fixture
def make_item() -> Callable[..., Item]:
    """Give a factory of approved items."""

    def made(remote_id: str = "r1", **more: Any) -> Item:
        descriptor = more.pop("descriptor", {"title_translated": {"zh_Hans_CN": "表", "en": "Table"}, "fields": []})
        digest = digest_of(descriptor)
        approval = Approval(
            id="a",
            remote_id=remote_id,
            decision="approved",
            scope="open",
            approved_on=dt.date(2026, 1, 1),
            expires_on=dt.date(2027, 1, 1),
            descriptor_digest=digest,
            signature="s",
        )
        values: dict[str, Any] = {
            "hub": "h",
            "remote_id": remote_id,
            "version": 1,
            "kind": "table",
            "descriptor": descriptor,
            "descriptor_digest": digest,
            "provider": PROVIDER,
            "approval": approval,
            "state": "listed",
            "package_id": "p1",
        }
        return Item(**{**values, **more})

    return made


@pytest.fixture
def make_package(make_item: Callable[..., Item]) -> Callable[..., Package]:
    """Give a factory of packages with one file."""

    def made(
        raw: bytes, *, item: Item | None = None, rows: int | None = None, schema: Any = None, **ref: Any
    ) -> Package:
        item = item or make_item()
        entry = file_ref(raw, **ref)
        manifest = Manifest(
            package_id=item.package_id or "p1",
            remote_id=item.remote_id,
            sequence=1,
            produced_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            files=(entry,),
            rows=rows,
            table_schema=schema,
            document=b"{}",
            signature="s",
        )
        return Package(item=item, manifest=manifest, files={entry.name: io.BytesIO(raw)})

    return made
