"""Fill a hub's home: keys, departments, tables, packages, catalogue; the same rows and seed give the same tables."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from govopen_harvesters.reference_hub import canaries, files
from govopen_harvesters.reference_hub.catalogue import entries
from govopen_harvesters.reference_hub.departments import DEPARTMENTS
from govopen_harvesters.reference_hub.descriptor import descriptor, table_schema
from govopen_harvesters.reference_hub.entry import Entry, Table
from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.packing import approval_message, pack, spoil, withdraw
from govopen_harvesters.reference_hub.store import Store

__all__ = ["HubIdentity", "seed"]

_VERSION = "4"
_PACKING_FAULTS = frozenset({"digest", "truncated", "forged_manifest", "row_count", "replay", "forged_approval"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HubIdentity:
    """What a client must know of the hub; the control key is for demos and tests."""

    public_key: str
    control_key: str = field(repr=False)
    gateway_rid: str = ""
    gateway_sid: str = ""
    gateway_appkey: str = field(default="", repr=False)


def seed(home: Path, *, rows: int, seed: int, client_id: str, client_public_key: str) -> HubIdentity:
    """Fill `home` unless it is filled already with the same rows and seed; the client's key is taken in any case."""
    home = Path(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = Keys.of(home)
    store = Store(home)
    state = f"{_VERSION}:{rows}:{seed}"
    if store.meta("seeded") != state:
        shutil.rmtree(store.packages)
        for path in home.glob("hub.sqlite*"):
            path.unlink()
        store = Store(home)
        _fill(store, keys, rows, seed)
        store.set_meta(seeded=state)
    store.set_meta(**{f"client:{client_id}": client_public_key})
    return HubIdentity(
        public_key=keys.public,
        control_key=keys.control,
        gateway_rid=keys.rid,
        gateway_sid=keys.sid,
        gateway_appkey=keys.appkey,
    )


def _fill(store: Store, keys: Keys, rows: int, number: int) -> None:
    with store.open() as db:
        for position, provider in enumerate(DEPARTMENTS.values()):
            body = {name: getattr(provider, name) for name in ("code", "name_zh", "name_en", "region", "level", "slug")}
            db.execute("insert into provider values (?, ?, ?)", (provider.code, position, json.dumps(body)))
    planted: list[str] = []
    for position, entry in enumerate(entries(rows), 1):
        planted += _enter(store, keys, entry, position, number)
    canaries.keep(store.home, planted)


def _enter(store: Store, keys: Keys, entry: Entry, position: int, number: int) -> list[str]:
    provider = DEPARTMENTS[entry.dept]
    digest = hashlib.sha256(f"{number}:{entry.key}".encode()).hexdigest()
    remote_id = f"res-{digest[:16]}"
    described = descriptor(entry, provider, position, dt.datetime.now(dt.UTC).date())
    approval = _approval(keys, entry, remote_id, described)
    store.execute(
        "insert into item values (?, ?, ?, ?, 0, ?, ?, 'listed', null, ?, ?, ?, null, null)",
        remote_id,
        position,
        entry.key,
        entry.expect,
        entry.kind,
        json.dumps(described),
        entry.link_url or None,
        provider.code,
        json.dumps(approval) if approval else None,
    )
    planted: list[str] = []
    if entry.table is not None or entry.raw is not None:
        rng = np.random.default_rng([number, int(digest[:8], 16)])
        table = entry.table(rng) if entry.table is not None else {}
        planted = canaries.planted_in(entry, table)
        name, media, encoding, raw = delivery(entry, table, remote_id)
        count = len(next(iter(table.values()))) if table and entry.kind == "table" else None
        schema = table_schema(entry.columns) if entry.kind == "table" else None
        pack(store, keys, remote_id=remote_id, files={name: (media, encoding, raw)}, rows=count, schema=schema)
    else:
        # A link has no file, and of what is closed only the entry comes; both have a signed manifest all the same.
        pack(store, keys, remote_id=remote_id, files={}, rows=None, schema=None, link_url=entry.link_url or None)
    if entry.fault in _PACKING_FAULTS:
        spoil(store, keys, remote_id, entry.fault)
    if entry.fault == "withdrawn":
        withdraw(
            store,
            keys,
            remote_id,
            reason_zh="数源单位发现数据口径有误，撤回。",
            reason_en="The department found the figures to be wrong and withdraws them.",
        )
    return planted


def _approval(keys: Keys, entry: Entry, remote_id: str, described: dict[str, object]) -> dict[str, object] | None:
    if entry.approval == "missing":
        return None
    wording = {**described, "notes_translated": {}} if entry.approval == "stale" else described
    return approval_message(
        keys,
        remote_id=remote_id,
        descriptor=wording,
        decision="approved" if entry.approval in {"expired", "stale", "catalogue"} else entry.approval,
        scope="catalogue" if entry.approval == "catalogue" else "open",
        expires_in=-20 if entry.approval == "expired" else 365,
    )


def delivery(entry: Entry, table: Table, remote_id: str) -> tuple[str, str, str | None, bytes]:
    """Write an entry's file: its name, media type, encoding and bytes."""
    encoding: str | None = entry.encoding
    if entry.form in {"csv", "tsv"}:
        raw = files.csv_bytes(
            table, encoding=entry.encoding, bom=entry.bom, delimiter="\t" if entry.form == "tsv" else ","
        )
    elif entry.form == "jsonl":
        raw = files.json_lines_bytes(table)
    elif entry.form == "xlsx":
        raw = files.workbook_bytes(table, **entry.sheet())
        encoding = None
    else:
        raw, encoding = b"", None
    if entry.raw is not None:
        raw = entry.raw(raw)
    return entry.file or f"{remote_id}.{entry.form}", files.MEDIA[entry.form], encoding, raw
