"""The desk's side of a harvest: what verified packages become, and what stays of those that were refused.

Each item is one transaction: bytes sealed first, then entry, item, delivery and job together. A kill between leaves an
item that is simply not known yet, so the next run takes it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.intake import packages, store
from ckanext.govopen.desk.intake.errors import EntryRefused
from ckanext.govopen.desk.jobs import queue, sql
from ckanext.govopen.desk.vault.scrub import border
from ckanext.govopen.desk.vault.sealed import SealedWriter, Vault
from govopen_harvesters.base import Item, Known, Manifest, Package, Provider, Receipt, version_digest

if TYPE_CHECKING:
    from govopen_harvesters.errors import HarvestError

__all__ = ["MACHINE", "DeskLanding", "package_digest"]

MACHINE = "intake"
# Items refused for these reasons have a good approval and a catalogue text: officers see their entry without data.
WITH_ENTRY = frozenset({"package.digest", "package.size", "package.schema", "package.unreadable", "hub.replay"})
CHUNK = 1 << 20


def package_digest(manifest: Manifest) -> str:
    """The digest that names a delivery: over the manifest as it was signed."""
    return "sha256:" + hashlib.sha256(manifest.document).hexdigest()


class DeskLanding:
    """Implements `govopen_harvesters.base.Landing` over the vault and the desk's database."""

    def __init__(self, hub: str, vault: Vault, *, today: dt.date, alive: Callable[[], None] = lambda: None) -> None:
        self._hub, self._vault, self._today, self._alive = hub, vault, today, alive
        self.wrote = False

    def known(self) -> Mapping[str, Known]:
        """What is remembered, refused items included."""
        return {
            row["remote_id"]: Known(
                version_digest=row["version_digest"], package_id=row["package_id"], sequence=row["sequence"]
            )
            for row in store.known(self._hub)
        }

    def provider(self, provider: Provider) -> None:
        """Make or renew the organisation; nothing is written when it stands as it is."""
        if packages.put_organisation(provider):
            self.wrote = True
            audit.record("organisation:write", MACHINE, f"organisation:{provider.slug}", {"hub": self._hub})
        sql.commit()

    def item(self, item: Item) -> None:  # noqa: ARG002 - the protocol hands it over; its fate is not known yet.
        """A new or changed item is looked at now; it is written when its fate is known."""
        self._alive()

    def _digest(self, item: Item) -> str:
        return version_digest(item, self._today)

    def _put_item(
        self,
        item: Item,
        *,
        entry_id: str | None,
        state: str,
        package_id: str | None,
        code: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> str:
        self.wrote = True
        approval = item.approval
        return store.put_item(
            hub=self._hub,
            remote_id=item.remote_id,
            kind=item.kind,
            version=item.version,
            version_digest=self._digest(item),
            descriptor={**item.descriptor, **({"link_url": item.link_url} if item.link_url else {})},
            approval=None
            if approval is None
            else {
                "id": approval.id,
                "decision": approval.decision,
                "scope": approval.scope,
                "approved_on": approval.approved_on.isoformat(),
                "expires_on": approval.expires_on.isoformat() if approval.expires_on else None,
                "descriptor_digest": approval.descriptor_digest,
                "signature": approval.signature,
            },
            package_id=package_id,
            organisation=item.provider.slug,
            entry_id=entry_id,
            state=state,
            code=code,
            detail=detail,
        )

    def _entry(self, item: Item) -> str:
        try:
            return packages.put_entry(item.provider, self._hub, item.remote_id, item.descriptor)
        except tk.ValidationError as err:
            fields = ", ".join(sorted(map(str, err.error_dict)))
            raise EntryRefused(remote_id=item.remote_id, field=fields[:200]) from None

    def recorded(self, item: Item) -> None:
        """An approved item without a package (a catalogue entry): its entry is made and planned from its words alone."""
        with self._whole():
            entry_id = self._entry(item)
            item_id = self._put_item(item, entry_id=entry_id, state="active", package_id=None)
            found = store.put_delivery(
                delivery_id=str(uuid.uuid4()),
                source_item_id=item_id,
                package_id="",
                package_digest=item.descriptor_digest,
                manifest={"remote_id": item.remote_id, "files": []},
                object_name=None,
                rows=None,
                load_report={},
            )
            self._current(entry_id, item_id, found)
            audit.record("item:record", MACHINE, f"item:{self._hub}/{item.remote_id}", {"entry": entry_id})

    def _current(self, entry_id: str, item_id: str, delivery_id: str) -> None:
        """Make a delivery the entry's, and ask for its processing."""
        store.supersede(item_id, delivery_id)
        sql.execute(
            "update entry set current_delivery = cast(:delivery as uuid), changed_at = now() where entry_id = :entry",
            delivery=delivery_id,
            entry=entry_id,
        )
        queue.enqueue("process", delivery_id, {"delivery_id": delivery_id})

    def land(self, package: Package) -> Receipt:
        """Seal a verified package, write its rows and ask for its processing."""
        item, manifest = package.item, package.manifest
        delivery_id = str(uuid.uuid4())
        name, rows, report = self._seal(package, delivery_id)
        try:
            with self._whole():
                entry_id = self._entry(item)
                item_id = self._put_item(item, entry_id=entry_id, state="active", package_id=manifest.package_id)
                old = sql.scalar(
                    "select object from delivery where source_item_id = cast(:item as uuid) and package_digest = :digest",
                    item=item_id,
                    digest=package_digest(manifest),
                )
                found = store.put_delivery(
                    delivery_id=delivery_id,
                    source_item_id=item_id,
                    package_id=manifest.package_id,
                    package_digest=package_digest(manifest),
                    manifest=_plain(manifest),
                    object_name=name,
                    rows=rows,
                    load_report=report,
                )
                self._current(entry_id, item_id, found)
                audit.record(
                    "delivery:land",
                    MACHINE,
                    f"delivery:{found}",
                    {"entry": entry_id, "item": item.remote_id, "digest": package_digest(manifest), "rows": rows or 0},
                )
        except BaseException:
            if name:
                self._vault.destroy(name)
            raise
        if old and old != name:
            self._vault.destroy(old)
        return self._receipt(item.remote_id, manifest.package_id, "accepted", None, {"rows": rows or 0})

    def refuse(self, item: Item, error: HarvestError, manifest: Manifest | None) -> Receipt:
        """Write down why an item or its package was not taken; no byte of it is kept."""
        code, detail = error.code, dict(error.detail)
        with self._whole():
            entry_id = self._entry(item) if code in WITH_ENTRY else None
            item_id = self._put_item(
                item,
                entry_id=entry_id,
                state="withdrawn" if code == "hub.withdrawn" else "refused",
                package_id=item.package_id,
                code=code,
                detail=detail,
            )
            if manifest is not None or entry_id:
                quarantined = store.put_quarantined(
                    source_item_id=item_id,
                    package_id=manifest.package_id if manifest else item.package_id or "",
                    package_digest=package_digest(manifest) if manifest else item.descriptor_digest,
                    manifest=_plain(manifest) if manifest else {"remote_id": item.remote_id, "files": []},
                    code=code,
                    detail=detail,
                )
                if entry_id:  # An entry that never had data shows why; one that had some keeps what it had.
                    sql.execute(
                        """update entry set current_delivery = cast(:delivery as uuid), changed_at = now()
                            where entry_id = :entry and current_delivery is null""",
                        delivery=quarantined,
                        entry=entry_id,
                    )
            audit.record("item:refuse", MACHINE, f"item:{self._hub}/{item.remote_id}", {"code": code, **detail})
        kind = "quarantined" if manifest is not None else "refused"
        return self._receipt(item.remote_id, manifest.package_id if manifest else item.package_id, kind, code, detail)

    def gone(self, remote_ids: Iterable[str]) -> None:
        """Items that left the catalogue without an order: officers are told, nothing is closed by absence."""
        for remote_id in remote_ids:
            row = store.item_row(self._hub, remote_id)
            if row is None or row["state"] == "withdrawn":
                continue
            made = sql.execute(
                """insert into task (kind, key, entry_id, organisation, role, code)
                   values ('item_gone', :key, :entry, :organisation, 'officer', 'hub.withdrawn')
                   on conflict (kind, key) where state = 'open' do nothing""",
                key=f"{self._hub}/{remote_id}",
                entry=row["entry_id"],
                organisation=row["organisation"] or "*",
            )
            if made:
                self.wrote = True
                audit.record("item:gone", MACHINE, f"item:{self._hub}/{remote_id}", {})
        sql.commit()

    def _whole(self) -> _Whole:
        return _Whole()

    def _receipt(
        self, remote_id: str, package_id: str | None, kind: str, code: str | None, detail: Mapping[str, Any]
    ) -> Receipt:
        at = dt.datetime.now(dt.UTC)
        return Receipt(remote_id=remote_id, package_id=package_id, kind=kind, code=code, detail=detail, at=at)

    def _seal(self, package: Package, delivery_id: str) -> tuple[str | None, int | None, dict[str, Any]]:
        """Put the package's content into the vault; gives the object's name, the rows and the load report."""
        if package.item.kind == "link" or not package.files:
            return None, None, {}
        name = f"deliveries/{delivery_id}"
        if package.item.kind == "table":
            read = [package.tables[ref.name] for ref in package.manifest.files]
            with border("sealing"):
                table = pa.concat_tables([each.table for each in read])
                with self._vault.create(name) as writer:
                    _write(table, writer)
            reports = [json.loads(json.dumps(each.report.to_dict(), default=str)) for each in read]
            report = reports[0] if len(reports) == 1 else {**reports[0], "rows": table.num_rows, "files": reports}
            return name, table.num_rows, {**report, "declared_rows": package.manifest.rows or table.num_rows}
        first = package.manifest.files[0]
        stream = package.files[first.name]
        stream.seek(0)
        with border("sealing"), self._vault.create(name) as writer:
            while chunk := stream.read(CHUNK):
                writer.write(chunk)
        return name, None, {"file": first.name, "media_type": first.media_type, "bytes": first.bytes}


def _write(table: pa.Table, writer: SealedWriter) -> None:
    sink = pa.PythonFile(writer, mode="w")
    with pq.ParquetWriter(sink, table.schema, compression="zstd", use_dictionary=True) as parquet:
        parquet.write_table(table, row_group_size=100_000)


def _plain(manifest: Manifest) -> dict[str, Any]:
    """The manifest as it was signed, with its signature: the proof of what was delivered."""
    try:
        document = json.loads(manifest.document)
    except ValueError:
        document = {"package_id": manifest.package_id, "remote_id": manifest.remote_id}
    return {**document, "sequence": manifest.sequence, "signature": manifest.signature}


class _Whole:
    """One item, one transaction."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            sql.commit()
        else:
            sql.rollback()
