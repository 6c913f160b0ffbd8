"""Source items and deliveries in the database; textual SQL, no commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.govopen.desk.jobs import sql

__all__ = ["delivery_row", "item_row", "known", "put_delivery", "put_item", "put_quarantined", "supersede"]


def known(hub: str) -> list[dict[str, Any]]:
    """What is remembered of a hub's items, with the sequence of the last delivery that was taken."""
    return sql.rows(
        """select s.remote_id, s.version_digest, s.package_id,
                  coalesce((select max((d.manifest ->> 'sequence')::int) from delivery d
                             where d.source_item_id = s.id and d.state <> 'quarantined'), 0) as sequence
             from source_item s where s.hub = :hub""",
        hub=hub,
    )


def item_row(hub: str, remote_id: str) -> dict[str, Any] | None:
    """One source item."""
    return sql.one("select * from source_item where hub = :hub and remote_id = :remote", hub=hub, remote=remote_id)


def put_item(
    *,
    hub: str,
    remote_id: str,
    kind: str,
    version: int,
    version_digest: str,
    descriptor: Mapping[str, Any],
    approval: Mapping[str, Any] | None,
    package_id: str | None,
    organisation: str | None,
    entry_id: str | None,
    state: str,
    code: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> str:
    """Write an item as it stands now; gives its id."""
    return str(
        sql.scalar(
            """insert into source_item (hub, remote_id, entry_id, organisation, kind, version, version_digest, descriptor,
                                        approval, package_id, state, reason_code, reason_detail)
               values (:hub, :remote, :entry, :organisation, :kind, :version, :digest, cast(:descriptor as jsonb),
                       cast(:approval as jsonb), :package, :state, :code, cast(:detail as jsonb))
               on conflict (hub, remote_id) do update set
                   entry_id = coalesce(excluded.entry_id, source_item.entry_id),
                   organisation = coalesce(excluded.organisation, source_item.organisation),
                   kind = excluded.kind, version = excluded.version, version_digest = excluded.version_digest,
                   descriptor = excluded.descriptor, approval = excluded.approval, package_id = excluded.package_id,
                   state = excluded.state, reason_code = excluded.reason_code, reason_detail = excluded.reason_detail,
                   seen_at = now(), changed_at = now()
               returning id""",
            hub=hub,
            remote=remote_id,
            entry=entry_id,
            organisation=organisation,
            kind=kind,
            version=version,
            digest=version_digest,
            descriptor=sql.js(dict(descriptor)),
            approval=None if approval is None else sql.js(dict(approval)),
            package=package_id,
            state=state,
            code=code,
            detail=sql.js(dict(detail or {})),
        )
    )


def put_delivery(
    *,
    delivery_id: str,
    source_item_id: str,
    package_id: str,
    package_digest: str,
    manifest: Mapping[str, Any],
    object_name: str | None,
    rows: int | None,
    load_report: Mapping[str, Any],
) -> str:
    """Write a verified delivery; the same package again keeps its row, takes the new object and starts anew."""
    return str(
        sql.scalar(
            """insert into delivery (id, source_item_id, package_id, package_digest, manifest, object, rows, load_report,
                                     state, stage)
               values (cast(:id as uuid), cast(:item as uuid), :package, :digest, cast(:manifest as jsonb), :object, :rows,
                       cast(:report as jsonb), 'verified', 'landed')
               on conflict (source_item_id, package_digest) do update set
                   object = excluded.object, rows = excluded.rows, load_report = excluded.load_report,
                   state = 'verified', stage = 'landed', reason_code = null, reason_detail = '{}'
               returning id""",
            id=delivery_id,
            item=source_item_id,
            package=package_id,
            digest=package_digest,
            manifest=sql.js(dict(manifest)),
            object=object_name,
            rows=rows,
            report=sql.js(dict(load_report)),
        )
    )


def put_quarantined(
    *,
    source_item_id: str,
    package_id: str,
    package_digest: str,
    manifest: Mapping[str, Any],
    code: str,
    detail: Mapping[str, Any],
) -> str:
    """Write down a delivery of which only manifest, digest and code stay."""
    return str(
        sql.scalar(
            """insert into delivery (source_item_id, package_id, package_digest, manifest, state, stage, reason_code,
                                     reason_detail)
               values (cast(:item as uuid), :package, :digest, cast(:manifest as jsonb), 'quarantined', 'failed', :code,
                       cast(:detail as jsonb))
               on conflict (source_item_id, package_digest) do update set
                   object = case when delivery.state = 'quarantined' then null else delivery.object end,
                   reason_detail = case when delivery.state = 'quarantined' then excluded.reason_detail
                                        else delivery.reason_detail end
               returning id""",
            item=source_item_id,
            package=package_id,
            digest=package_digest,
            manifest=sql.js(dict(manifest)),
            code=code,
            detail=sql.js(dict(detail)),
        )
    )


def supersede(source_item_id: str, delivery_id: str) -> int:
    """Mark an item's other deliveries as superseded; what is public of them stays until it is replaced."""
    return sql.execute(
        "update delivery set state = 'superseded' where source_item_id = cast(:item as uuid)"
        " and id <> cast(:id as uuid) and state in ('received', 'verified', 'profiled')",
        item=source_item_id,
        id=delivery_id,
    )


def delivery_row(delivery_id: str) -> dict[str, Any] | None:
    """A delivery with its item and entry."""
    return sql.one(
        """select d.*, s.hub, s.remote_id, s.kind, s.descriptor, s.entry_id, s.organisation, s.state as item_state,
                  e.name as entry_name, e.current_delivery, e.current_plan
             from delivery d join source_item s on s.id = d.source_item_id
             left join entry e on e.entry_id = s.entry_id where d.id = cast(:id as uuid)""",
        id=delivery_id,
    )
