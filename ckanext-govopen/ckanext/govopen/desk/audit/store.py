"""Where decisions are written down, in the transaction of the decision itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckanext.govopen.desk.audit.chain import GENESIS, Broken, Leaf, verify_chain
from ckanext.govopen.desk.jobs import sql

__all__ = ["LOCK", "leaf_of", "leaves", "record", "verify"]

LOCK = (
    0x60_70_65_6E  # Writers share this advisory lock, the sequencer takes it alone: no leaf is committed out of order.
)


def record(event: str, actor: str, subject: str, detail: Mapping[str, Any] | None = None) -> int:
    """Write a leaf in the caller's transaction; the sequencer chains it. `detail` holds harmless facts only."""
    sql.execute("select pg_advisory_xact_lock_shared(:lock)", lock=LOCK)
    return int(
        sql.scalar(
            "insert into audit_leaf (event, actor, subject, detail)"
            " values (:event, :actor, :subject, cast(:detail as jsonb)) returning seq",
            event=event,
            actor=actor,
            subject=subject,
            detail=sql.js(dict(detail or {})),
        )
    )


def leaf_of(row: Mapping[str, Any]) -> Leaf:
    """A stored row as a value; the time in UTC with microseconds, as it is hashed."""
    return Leaf(
        seq=row["seq"],
        at=row["at"].astimezone(dt.UTC).isoformat(timespec="microseconds"),
        event=row["event"],
        actor=row["actor"],
        subject=row["subject"],
        detail=row["detail"],
    )


def leaves(
    page: int = 1, limit: int = 50, *, subject: str | None = None, event: str | None = None, actor: str | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Give a page of the log, newest first, and how many leaves there are."""
    where = """where (cast(:subject as text) is null or subject = :subject)
                 and (cast(:event as text) is null or event = :event)
                 and (cast(:actor as text) is null or actor = :actor)"""
    size = max(1, min(limit, 200))
    params = {"subject": subject, "event": event, "actor": actor}
    found = sql.rows(
        f"select seq, at, event, actor, subject, detail, previous, hash from audit_leaf {where}"
        " order by seq desc limit :limit offset :offset",
        limit=size,
        offset=(max(1, page) - 1) * size,
        **params,
    )
    return found, int(sql.scalar(f"select count(*) from audit_leaf {where}", **params))


def verify(batch: int = 5000) -> tuple[int, Broken | None]:
    """Recompute the whole chain; give how many leaves hold and the first that does not."""
    previous, after, checked = GENESIS, 0, 0
    while True:
        found = sql.rows(
            "select seq, at, event, actor, subject, detail, previous, hash from audit_leaf"
            " where seq > :after and hash is not null order by seq limit :batch",
            after=after,
            batch=batch,
        )
        if not found:
            return checked, None
        broken = verify_chain([(leaf_of(row), row["previous"], row["hash"]) for row in found], previous, after)
        if broken is not None:
            return checked, broken
        previous, after, checked = found[-1]["hash"], found[-1]["seq"], checked + len(found)
