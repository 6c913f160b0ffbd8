# SPDX-License-Identifier: Apache-2.0
"""The nouns of harvesting and the two seams: where data come from (`Source`) and where they go (`Landing`).

Pure: values in, values out. The desk implements `Landing`; the hub client implements `Source`; tests give a list.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    from govopen_harvesters.errors import HarvestError
    from govopen_harvesters.reading.report import TableRead

__all__ = [
    "Approval",
    "FileRef",
    "Item",
    "Known",
    "Landing",
    "Manifest",
    "Package",
    "Provider",
    "Receipt",
    "Source",
    "WithdrawalOrder",
    "approval_standing",
    "canonical_json",
    "digest_of",
    "version_digest",
]


def canonical_json(value: object) -> bytes:
    """Give the one byte form of a JSON value: sorted keys, no spaces, UTF-8, no NaN; it is what gets signed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(value: object) -> str:
    """Digest a JSON value by its canonical bytes, as `sha256:…`."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """数源单位: a department that registers resources; `code` is its unified social credit code."""

    code: str
    name_zh: str
    name_en: str
    region: str
    level: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """审批记录: the hub's signed word that an item may be opened, until when, and in which wording."""

    id: str
    remote_id: str
    decision: str
    scope: str
    approved_on: dt.date
    expires_on: dt.date | None
    descriptor_digest: str
    signature: str
    document: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """目录条目: what the hub's catalogue says about one resource."""

    hub: str
    remote_id: str
    version: int
    kind: str
    descriptor: Mapping[str, Any]
    descriptor_digest: str
    provider: Provider
    approval: Approval | None
    state: str
    package_id: str | None
    link_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    """One file of a delivery as its manifest promises it."""

    name: str
    media_type: str
    encoding: str | None
    bytes: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """交付清单: the signed list of a delivery's files; `document` is the canonical JSON under the signature."""

    package_id: str
    remote_id: str
    sequence: int
    produced_at: dt.datetime
    files: tuple[FileRef, ...]
    rows: int | None
    table_schema: Mapping[str, Any] | None
    document: bytes
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A delivery at hand: streams are unlinked temporary files, so nothing outlives the process.

    `tables` holds what `verify` read from table files, by file name, so that the landing need not parse again.
    """

    item: Item
    manifest: Manifest
    files: Mapping[str, BinaryIO]
    tables: Mapping[str, TableRead] = field(default_factory=dict)

    def close(self) -> None:
        """Give the bytes back to the system; the files have no name, so this destroys them."""
        for stream in self.files.values():
            stream.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalOrder:
    """撤回指令: a signed order of the hub to close an item at once."""

    order_id: str
    remote_id: str
    issued_at: dt.datetime
    reason_zh: str
    reason_en: str
    signature: str
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """回执: what became of an item, told to the hub; `detail` holds counts and names of columns, never a cell."""

    remote_id: str
    package_id: str | None
    kind: str
    code: str | None
    detail: Mapping[str, Any]
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the landing remembers of an item, refused ones included, so that an unchanged item costs nothing."""

    version_digest: str
    package_id: str | None
    sequence: int = 0


class Source(Protocol):
    """Where items come from."""

    def providers(self) -> Iterable[Provider]:
        """List the departments."""

    def items(self) -> Iterator[Item]:
        """Walk the whole catalogue; paging happens inside."""

    def trusts(self, approval: Approval) -> bool:
        """Say whether the approval carries the source's signature."""

    def manifest(self, item: Item) -> Manifest:
        """Give the signed manifest of the item's current package, signature checked."""

    def fetch(self, item: Item, manifest: Manifest | None = None) -> Package:
        """Bring the files, with size, digests and signature checked while they stream."""

    def withdrawals(self, after: str | None) -> Iterator[WithdrawalOrder]:
        """Walk the withdrawal feed behind the order `after`."""

    def send(self, receipt: Receipt) -> None:
        """Tell the source what became of an item."""


class Landing(Protocol):
    """Where verified packages go; the desk gives the vault, tests give a list."""

    def known(self) -> Mapping[str, Known]:
        """Give what is remembered, by remote id."""

    def provider(self, provider: Provider) -> None:
        """Record a department."""

    def item(self, item: Item) -> None:
        """Record a new or changed catalogue item, before anything of it is judged.

        Only `land` and `refuse` make an item known (`version_digest`), so that a run that stops between takes it up
        again; an item without any package is known by this call alone.
        """

    def land(self, package: Package) -> Receipt:
        """Take a verified package.

        A link, and an entry approved for the catalogue only (closed data), come with a manifest and no files.
        """

    def refuse(self, item: Item, error: HarvestError, manifest: Manifest | None) -> Receipt:
        """Record a refusal; of a package with a secrecy mark only manifest, digest and code stay."""

    def gone(self, remote_ids: Iterable[str]) -> None:
        """Record that items are no longer in the catalogue."""


def approval_standing(approval: Approval | None, today: dt.date) -> str:
    """Say how an approval stands on a day: `none`, its decision if not `approved`, `expired` or `valid`."""
    if approval is None:
        return "none"
    if approval.decision != "approved":
        return approval.decision
    if approval.expires_on is not None and approval.expires_on < today:
        return "expired"
    return "valid"


def version_digest(item: Item, today: dt.date) -> str:
    """Digest all that decides an item's fate, so that an equal digest means nothing to do.

    The standing of the approval is part of it: an approval that runs out makes the item change without a word
    from the hub.
    """
    approval = item.approval
    return digest_of(
        [
            item.descriptor_digest,
            item.kind,
            item.state,
            item.package_id,
            item.link_url,
            [approval.id, approval.signature] if approval else None,
            approval_standing(approval, today),
        ]
    )
