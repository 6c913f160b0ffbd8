"""Jobs in PostgreSQL: enqueued in the caller's transaction, run under a lease, taken over when the holder is gone.

`(kind, key)` is unique among waiting and running jobs, so a job can be asked for any number of times. A recurring job
is one row for ever: `rearm` sets it back to waiting. A lease names host, pid and the process's start, so a new worker on
the same machine takes over at once what a killed one held; on another machine it waits until the lease runs out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.jobs.lease import LEASE_SECONDS, owner_alive, this_owner

if TYPE_CHECKING:
    import datetime as dt

__all__ = [
    "LEASE_SECONDS",
    "Job",
    "claim",
    "enqueue",
    "extend",
    "fail",
    "finish",
    "owner_alive",
    "progress",
    "rearm",
    "retry",
    "sweep",
    "this_owner",
]

MAX_ATTEMPTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """作业: one piece of work under a lease."""

    id: int
    kind: str
    key: str
    lane: str
    payload: dict[str, Any]
    attempts: int
    owner: str


def enqueue(
    kind: str,
    key: str,
    payload: dict[str, Any] | None = None,
    lane: str = "worker",
    at: dt.datetime | None = None,
) -> int:
    """Ask for a job in the caller's transaction; a waiting twin is brought forward instead, a running one is kept."""
    return int(
        sql.scalar(
            """
            insert into job (kind, key, lane, payload, next_at)
            values (:kind, :key, :lane, cast(:payload as jsonb), coalesce(:at, now()))
            on conflict (kind, key) where state in ('queued', 'running')
            do update set next_at = case when job.state = 'queued' then least(job.next_at, excluded.next_at)
                                         else job.next_at end,
                          payload = job.payload || excluded.payload || case when job.state = 'running'
                                         then '{"again": true}'::jsonb else '{}'::jsonb end
            returning id""",
            kind=kind,
            key=key,
            lane=lane,
            payload=sql.js(payload or {}),
            at=at,
        )
    )


def claim(lane: str, owner: str, kinds: tuple[str, ...] | None = None, *, without: tuple[str, ...] = ()) -> Job | None:
    """Take the next due job of a lane (of some kinds, or without some), or None; committed, so the lease is seen by all."""
    row = sql.one(
        """
        update job set state = 'running', lease_owner = :owner, attempts = attempts + 1,
               lease_until = now() + make_interval(secs => :lease), payload = payload - 'again'
         where id = (select id from job
                      where lane = :lane and next_at <= now()
                        and (cast(:kinds as text[]) is null or kind = any(cast(:kinds as text[])))
                        and not kind = any(cast(:without as text[]))
                        and (state = 'queued' or (state = 'running' and lease_until < now()))
                      order by next_at, id limit 1 for update skip locked)
        returning id, kind, key, lane, payload, attempts, lease_owner as owner""",
        lane=lane,
        owner=owner,
        lease=LEASE_SECONDS,
        kinds=list(kinds) if kinds else None,
        without=list(without),
    )
    sql.commit()
    if row is None:
        return None
    job = Job(**row)
    if job.attempts > MAX_ATTEMPTS and job.kind == "process":  # What kills its worker again and again is set aside.
        fail(job, "job.poison", {"attempts": job.attempts})
        sql.commit()
        return None
    return job


def extend(job_id: int, owner: str) -> bool:
    """Prolong a lease; False when somebody else holds it by now."""
    return bool(
        sql.execute(
            "update job set lease_until = now() + make_interval(secs => :lease)"
            " where id = :id and lease_owner = :owner and state = 'running'",
            id=job_id,
            owner=owner,
            lease=LEASE_SECONDS,
        )
    )


def progress(job_id: int, facts: dict[str, Any]) -> None:
    """Note how far a job is: counts and names of stages, never a cell."""
    sql.execute(
        "update job set progress = progress || cast(:facts as jsonb) where id = :id", id=job_id, facts=sql.js(facts)
    )


def finish(job: Job, facts: dict[str, Any] | None = None) -> None:
    """Close a job in the caller's transaction; one that was asked for again meanwhile waits anew."""
    sql.execute(
        """
        update job set state = case when payload ? 'again' then 'queued' else 'done' end,
               lease_owner = null, lease_until = null, attempts = 0, next_at = now(), finished_at = now(),
               error_code = null, error_detail = null, progress = progress || cast(:facts as jsonb)
         where id = :id and lease_owner = :owner""",
        id=job.id,
        owner=job.owner,
        facts=sql.js(facts or {}),
    )


def rearm(job: Job, seconds: float, facts: dict[str, Any] | None = None) -> None:
    """Set a recurring job back to waiting; what it found last stays in its progress."""
    sql.execute(
        """
        update job set state = 'queued', lease_owner = null, lease_until = null, attempts = 0, finished_at = now(),
               next_at = now() + make_interval(secs => case when payload ? 'again' then 0 else :seconds end),
               error_code = null, error_detail = null, progress = progress || cast(:facts as jsonb)
         where id = :id and lease_owner = :owner""",
        id=job.id,
        owner=job.owner,
        seconds=seconds,
        facts=sql.js(facts or {}),
    )


def retry(job: Job, code: str, detail: dict[str, Any], seconds: float) -> None:
    """Let a job wait and try again: the cause may pass."""
    sql.execute(
        """
        update job set state = 'queued', lease_owner = null, lease_until = null,
               next_at = now() + make_interval(secs => :seconds), error_code = :code,
               error_detail = cast(:detail as jsonb)
         where id = :id and lease_owner = :owner""",
        id=job.id,
        owner=job.owner,
        seconds=seconds,
        code=code,
        detail=sql.js(detail),
    )


def fail(job: Job, code: str, detail: dict[str, Any]) -> None:
    """Give a job up, with its code and harmless facts."""
    sql.execute(
        """
        update job set state = 'failed', lease_owner = null, lease_until = null, finished_at = now(),
               error_code = :code, error_detail = cast(:detail as jsonb)
         where id = :id and lease_owner = :owner""",
        id=job.id,
        owner=job.owner,
        code=code,
        detail=sql.js(detail),
    )


def sweep() -> int:
    """Free at once what processes of this machine held that are gone; give the number of jobs freed."""
    freed = 0
    for row in sql.rows("select distinct lease_owner as owner from job where state = 'running'"):
        if row["owner"] and not owner_alive(row["owner"]):
            freed += sql.execute(
                "update job set state = 'queued', lease_owner = null, lease_until = null"
                " where state = 'running' and lease_owner = :owner",
                owner=row["owner"],
            )
    sql.commit()
    return freed
