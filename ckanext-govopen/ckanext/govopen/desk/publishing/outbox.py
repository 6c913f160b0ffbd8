"""The outbox's drain: bundles into the spool in one order without gaps, receipts to the hub.

A number is given and committed before the file is written, and the file is a function of the outbox line and the
number, so a kill at any moment ends in the same bytes. Closures go first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.releases.bundle import bundle_name, write_bundle
from ckanext.govopen.releases.canonical import bare

__all__ = ["Opener", "drain_bundles", "drain_receipts", "failed"]

Opener = Callable[[str], BinaryIO]
LOCK = 0x60_62_6F_78
PENDING = "pending"


class _Lazy:
    """A part that is opened when it is read, so that a bundle of many parts holds one open at a time."""

    def __init__(self, opener: Opener, digest: str) -> None:
        self._opener, self._digest, self._stream = opener, digest, None

    def read(self, size: int = -1) -> bytes:
        if self._stream is None:
            self._stream = self._opener(bare(self._digest))  # type: ignore[assignment]
        block: bytes = self._stream.read(size)  # type: ignore[attr-defined]
        if not block:
            self._stream.close()  # type: ignore[attr-defined]
        return block


def drain_bundles(spool: Path, seed: bytes, open_part: Opener, *, limit: int = 50) -> int:
    """Write what is due; gives how many. A failure leaves its line for the next time and stops, to keep the order."""
    written = 0
    while written < limit:
        line = _next(open_part)
        if line is None:
            return written
        _write(line, spool, seed, open_part)
        written += 1
    return written


def _put_back(line_id: int, code: str) -> None:
    sql.execute(
        "update outbox set attempts = attempts + 1, last_error = :code,"
        " next_at = now() + make_interval(secs => least(600, 15 * (attempts + 1))) where id = :id",
        id=line_id,
        code=code,
    )
    sql.commit()


def _next(open_part: Opener) -> dict[str, Any] | None:
    """The line to be written: one that has its number already, else the most urgent one, which gets its number now."""
    sql.execute("select pg_advisory_xact_lock(:lock)", lock=LOCK)
    begun = sql.one(
        """select o.id, o.payload, o.created_at, b.number from outbox o join bundle b on b.outbox_id = o.id
            where o.kind = 'bundle' and o.done_at is null order by b.number limit 1"""
    )
    if begun is not None:
        sql.rollback()
        return begun
    line = sql.one(
        """select id, payload, created_at from outbox where kind = 'bundle' and done_at is null and next_at <= now()
            order by urgent desc, id limit 1"""
    )
    if line is None:
        sql.rollback()
        return None
    for part in line["payload"].get("parts", ()):
        try:
            open_part(bare(part["digest"])).close()
        except Exception as err:  # noqa: BLE001 - whatever is wrong with a part, closures must not wait behind it.
            _put_back(line["id"], str(getattr(err, "code", type(err).__name__)))
            return _next(open_part)
    line["number"] = int(sql.scalar("select coalesce(max(number), 0) + 1 from bundle"))
    sql.execute(
        "insert into bundle (number, outbox_id, file, digest) values (:number, :id, :file, :digest)",
        number=line["number"],
        id=line["id"],
        file=bundle_name(line["number"]),
        digest=PENDING,
    )
    sql.commit()
    return line


def _write(line: dict[str, Any], spool: Path, seed: bytes, open_part: Opener) -> None:
    manifest = {
        "closures": [],
        "grants": [],
        "keys": [],
        "parts": [],
        "products": [],
        "releases": [],
        "pointers": [],
        **line["payload"],
        "format": "govopen-bundle/1",
        "number": line["number"],
        "created_at": line["created_at"].astimezone(dt.UTC).isoformat(timespec="seconds"),
    }
    spool.mkdir(parents=True, exist_ok=True)
    parts = {part["digest"]: _Lazy(open_part, part["digest"]) for part in manifest["parts"]}
    path = write_bundle(spool, manifest, parts, seed)  # type: ignore[arg-type] - reading is all that it does with them.
    sql.execute(
        "update bundle set digest = :digest where number = :number", digest=_digest(path), number=line["number"]
    )
    sql.execute("update outbox set done_at = now(), last_error = null where id = :id", id=line["id"])
    sql.commit()


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def failed(code: str) -> None:
    """Note why the foremost line could not be written; it is tried again a little later."""
    sql.execute(
        """update outbox set attempts = attempts + 1, last_error = :code where id = (
               select o.id from outbox o left join bundle b on b.outbox_id = o.id
                where o.kind = 'bundle' and o.done_at is null order by b.number nulls last, o.urgent desc, o.id limit 1)""",
        code=code,
    )
    sql.commit()


def drain_receipts(send: Callable[[dict[str, Any]], None], *, limit: int = 100) -> int:
    """Send what is due to the hub; gives how many. The first failure puts that line back and stops."""
    sent = 0
    for line in sql.rows(
        "select id, payload from outbox where kind = 'receipt' and done_at is null and next_at <= now()"
        " order by id limit :limit",
        limit=limit,
    ):
        try:
            send(line["payload"])
        except Exception as err:  # noqa: BLE001 - whatever keeps the hub away, the line waits.
            sql.rollback()
            sql.execute(
                "update outbox set attempts = attempts + 1, last_error = :code,"
                " next_at = now() + make_interval(secs => least(300, 5 * (attempts + 1))) where id = :id",
                id=line["id"],
                code=str(getattr(err, "code", type(err).__name__)),
            )
            sql.commit()
            return sent
        sql.execute("update outbox set done_at = now(), last_error = null where id = :id", id=line["id"])
        sql.commit()
        sent += 1
    return sent
