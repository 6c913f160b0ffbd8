"""What each kind of job does, and the one wrapper round all of them: errors become a code and harmless facts."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ckanext.govopen.desk.agreements.delivery import deliver
from ckanext.govopen.desk.audit import sequencer
from ckanext.govopen.desk.intake import withdrawals
from ckanext.govopen.desk.intake.harvest import harvest
from ckanext.govopen.desk.intake.hub import client
from ckanext.govopen.desk.jobs import queue, sql
from ckanext.govopen.desk.jobs.process import process
from ckanext.govopen.desk.jobs.queue import Job
from ckanext.govopen.desk.jobs.sweep import sweep
from ckanext.govopen.desk.publishing import publisher
from ckanext.govopen.desk.publishing.errors import Closed, Lapsed, NotWitnessed, PartAway
from ckanext.govopen.desk.publishing.refresh import refresh
from ckanext.govopen.desk.secrets import Secrets
from ckanext.govopen.desk.vault import store as releases
from ckanext.govopen.desk.vault.scrub import harmless, is_transient
from ckanext.govopen.desk.vault.sealed import Vault
from ckanext.govopen.errors import Conflict, GovOpenError, Refused, Transient
from ckanext.govopen.face import today

__all__ = ["RECURRING", "Room", "Stopping", "ensure_recurring", "run_job"]

log = logging.getLogger(__name__)
RECURRING = ("intake", "withdrawals", "sweep")
WITHDRAWAL_SECONDS, SWEEP_SECONDS, HUB_AWAY_SECONDS = 5.0, 600.0, 10.0
UNKNOWN_ATTEMPTS = 3


@dataclass(eq=False)
class Stopping(GovOpenError, Transient):
    """The process was asked to end; the job goes back as it is."""

    stage: str = ""
    code = "job.stopping"
    stops_run = True  # A harvest ends at this item and goes on with it when the worker is back.
    template = "The worker stops at {stage}; the job goes on when it is back."


@dataclass(kw_only=True)
class Room:
    """What a worker process holds: keys, vault, settings, and whether it is asked to end."""

    secrets: Secrets
    vault: Vault
    rules: str = "default"
    intake_seconds: float = 60.0
    stopping: Callable[[], bool] = lambda: False
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        """The day where the officers work."""
        return today()

    def alive(self, stage: str = "") -> None:
        """A place where a job may be given back."""
        if self.stopping():
            raise Stopping(stage=stage)

    def has_part(self, name: str) -> bool:
        """Whether the vault holds a part."""
        return self.vault.exists(f"parts/{name}")


def ensure_recurring(room: Room) -> None:
    """Make the rows of the recurring jobs where they are missing; commits."""
    if room.secrets.hub is not None:
        for kind, lane in (("intake", "worker"), ("withdrawals", "publisher")):
            _once(kind, room.secrets.hub.name, lane)
    _once("sweep", "vault", "worker")
    sql.commit()


def _once(kind: str, key: str, lane: str) -> None:
    waiting = sql.scalar(
        "select exists (select from job where kind = :kind and key = :key and state in ('queued', 'running'))",
        kind=kind,
        key=key,
    )
    if not waiting:
        queue.enqueue(kind, key, {"hub": key} if kind != "sweep" else {}, lane=lane)


def _intake(room: Room, job: Job) -> float:
    if room.secrets.hub is None or room.secrets.hub.name != job.key:
        return room.intake_seconds
    last = sql.scalar("select progress ->> 'stopped' from job where id = :id", id=job.id)
    counts = harvest(room.secrets.hub, room.vault, today=room.today, last_stop=last, alive=room.alive)
    queue.rearm(job, HUB_AWAY_SECONDS if counts["stopped"] else room.intake_seconds, {**counts, "at": _now()})
    sql.commit()
    return 0


def _withdrawals(room: Room, job: Job) -> float:
    if room.secrets.hub is None:
        return SWEEP_SECONDS
    withdrawals.poll(job.key, client(room.secrets.hub, patient=False))
    return WITHDRAWAL_SECONDS


def _sweep(room: Room, _job: Job) -> float:
    sweep(room.vault)
    return SWEEP_SECONDS


def _process(room: Room, job: Job) -> dict[str, Any]:
    def alive(stage: str) -> None:
        room.alive(stage)
        queue.progress(job.id, {"stage": stage, "at": _now()})
        sql.commit()

    return process(
        str(job.payload.get("delivery_id") or job.key),
        room.vault,
        room.secrets,
        today=room.today,
        rules=room.rules,
        alive=alive,
    )


def _publish(room: Room, job: Job) -> dict[str, Any]:
    request_id = str(job.payload.get("request_id") or job.key)
    sequencer.sign_steps(room.secrets.signing_key, request_id)
    try:
        return publisher.publish_request(request_id, room.secrets.signing_key, room.has_part)
    except (Closed, Lapsed, NotWitnessed, PartAway, Refused) as err:
        sql.rollback()
        code, detail = harmless(err)
        publisher.lapse(request_id, code, detail)
        raise
    except Exception as err:
        lost = publisher.guarded(err, request_id)  # What the database's own guard refused.
        if lost is None or isinstance(err, GovOpenError):
            raise
        sql.rollback()
        if isinstance(lost, Closed):
            publisher.lapse(request_id, lost.code, {})
        raise lost from None


def _sign(room: Room, _job: Job) -> dict[str, Any]:
    return {"signed": sequencer.sign_steps(room.secrets.signing_key)}


def _deliver(room: Room, job: Job) -> dict[str, Any]:
    return deliver(
        str(job.payload.get("grant_id") or job.key), room.vault, room.secrets, today=room.today, rules=room.rules
    )


def _refresh(room: Room, job: Job) -> dict[str, Any]:
    return refresh(
        str(job.payload.get("release_id") or job.key),
        room.secrets.signing_key,
        room.has_part,
        today=room.today,
        rules=room.rules,
    )


_PERIODIC: dict[str, Callable[[Room, Job], float]] = {"intake": _intake, "withdrawals": _withdrawals, "sweep": _sweep}
_ONCE: dict[str, Callable[[Room, Job], dict[str, Any]]] = {
    "process": _process,
    "publish": _publish,
    "sign": _sign,
    "deliver": _deliver,
    "refresh": _refresh,
}


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def run_job(room: Room, job: Job) -> bool:
    """Run a claimed job to its end; whether it went well. Nothing that it raises leaves this function but an exit."""
    try:
        if job.kind in _PERIODIC:
            pause = _PERIODIC[job.kind](room, job)
            if pause:
                queue.rearm(job, pause)
        elif job.kind in _ONCE:
            queue.finish(job, _ONCE[job.kind](room, job))
        else:
            queue.fail(job, "job.unknown", {"kind": job.kind})
        sql.commit()
    except Exception as err:  # noqa: BLE001 - the one wrapper: what is stored and logged is scrubbed here.
        _failed(job, err)
        return False
    return True


def _failed(job: Job, err: BaseException) -> None:
    sql.rollback()
    code, detail = harmless(err)
    log.warning("job %s %s: %s %s", job.kind, job.key, code, detail)
    if job.kind in _PERIODIC:
        queue.rearm(job, HUB_AWAY_SECONDS, {"stopped": code, "at": _now()})
    elif isinstance(err, Stopping):
        queue.retry(job, code, detail, 0)
    elif is_transient(err):
        quick = isinstance(err, Conflict)
        queue.retry(job, code, detail, 0.2 if quick else min(60.0, 2.0 * job.attempts))
    elif not isinstance(err, GovOpenError) and code == "vault.failed" and job.attempts < UNKNOWN_ATTEMPTS:
        queue.retry(job, code, detail, 5.0 * job.attempts)
    else:
        queue.fail(job, code, detail)
        if job.kind == "process":  # Officers look at deliveries, not at jobs.
            with suppress(ValueError):
                releases.fail_delivery(str(uuid.UUID(str(job.payload.get("delivery_id") or job.key))), code, detail)
    sql.commit()
