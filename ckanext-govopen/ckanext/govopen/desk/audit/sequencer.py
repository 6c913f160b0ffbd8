"""Signs officers' steps, chains audit leaves, sets checkpoints: the only hand that holds the signing key for them.

Chaining takes the log's lock alone, so that no leaf with a lower number can still be on its way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckanext.govopen.desk.audit.chain import GENESIS, link, merkle_root
from ckanext.govopen.desk.audit.store import LOCK, leaf_of
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.releases.signature import sign_statement

__all__ = ["CHECKPOINT_EVERY", "chain_leaves", "checkpoint", "checkpoint_statement", "sign_steps", "step_statement"]

BATCH = 2000
CHECKPOINT_EVERY = 256


def step_statement(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the signature of an officer's step covers: officer, step, decision, words, digests, time."""
    return {
        "statement": "govopen-step/1",
        "request": str(row["request_id"]),
        "step": row["step"],
        "officer": row["officer"],
        "decision": row["decision"],
        "comment": row["comment"],
        "digests": row["digests"],
        "at": row["at"].astimezone(dt.UTC).isoformat(timespec="microseconds"),
    }


def sign_steps(seed: bytes, request_id: str | None = None) -> int:
    """Sign the steps that have no signature yet, all or those of one request; commits. Gives how many."""
    found = sql.rows(
        "select id, request_id, step, officer, decision, comment, digests, at from request_step"
        " where signature is null and (cast(:request as uuid) is null or request_id = cast(:request as uuid))"
        " order by id limit :batch for update skip locked",
        request=request_id,
        batch=BATCH,
    )
    for row in found:
        sql.execute(
            "update request_step set signature = :signature where id = :id and signature is null",
            id=row["id"],
            signature=sign_statement(seed, step_statement(row)),
        )
    sql.commit()
    return len(found)


def chain_leaves() -> int:
    """Chain what was written since; commits. Gives how many, 0 also when a writer is at work just now."""
    if not sql.scalar("select exists (select from audit_leaf where hash is null)"):
        sql.rollback()
        return 0
    if not sql.scalar("select pg_try_advisory_xact_lock(:lock)", lock=LOCK):
        sql.rollback()
        return 0
    previous = sql.scalar("select hash from audit_leaf where hash is not null order by seq desc limit 1") or GENESIS
    found = sql.rows(
        "select seq, at, event, actor, subject, detail from audit_leaf where hash is null order by seq limit :batch",
        batch=BATCH,
    )
    for seq, before, digest in link((leaf_of(row) for row in found), previous):
        sql.execute(
            "update audit_leaf set previous = :before, hash = :digest where seq = :seq",
            before=before,
            digest=digest,
            seq=seq,
        )
    sql.commit()
    return len(found)


def checkpoint_statement(upto: int, root: str) -> dict[str, Any]:
    """What a checkpoint's signature covers."""
    return {"statement": "govopen-audit-checkpoint/1", "upto": upto, "root": root}


def checkpoint(seed: bytes, *, every: int = CHECKPOINT_EVERY) -> int | None:
    """Sign the Merkle root over the whole chain once `every` new leaves are there; commits. Gives the last leaf."""
    last = int(sql.scalar("select coalesce(max(upto), 0) from audit_checkpoint"))
    upto = int(sql.scalar("select coalesce(max(seq), 0) from audit_leaf where hash is not null"))
    new = int(sql.scalar("select count(*) from audit_leaf where hash is not null and seq > :last", last=last))
    if not upto or new < every:
        sql.rollback()
        return None
    digests = [
        row["hash"]
        for row in sql.rows(
            "select hash from audit_leaf where hash is not null and seq <= :upto order by seq", upto=upto
        )
    ]
    root = merkle_root(digests)
    sql.execute(
        "insert into audit_checkpoint (upto, root, signature) values (:upto, :root, :signature) on conflict do nothing",
        upto=upto,
        root=root,
        signature=sign_statement(seed, checkpoint_statement(upto, root)),
    )
    sql.commit()
    return upto
