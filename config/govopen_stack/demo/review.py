"""How the demo's officers work: submit what the gate lets through, then each step by the account that holds its role."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import Any

from govopen_stack.demo.desk import ActionRefused, Desk

__all__ = ["approve_all", "due", "settle", "submit_all"]

Progress = Callable[[str, int, int], None]
LIVE = ("submitted", "reviewed", "security_ok", "deid_ok")
DAILY = ("2", "EVERY_DAY", "daily")
"""How the code list of update cycles writes 每日."""
BEATS = ("intake", "withdrawals", "sweep", "sign")
"""Jobs that come back by themselves."""
WAITING = 3
"""Requests that are left open, so that the reader of a demo finds work at the desk."""
COMMENTS = {
    "review": "业务口径、字段说明与更新周期已核对。",
    "security": "未见密级标志，未见重要数据，符合保密审查要求。",
    "deid": "已核对独立测量结果，满足去标识化要求。",
    "approve": "同意开放。",
}


def due(operator: Desk) -> int:
    """How many jobs run or ought to; beats that wait for their next time are not counted."""
    now = dt.datetime.now(dt.UTC)
    queued = operator.every("job_list", state="queued")
    ripe = sum(
        dt.datetime.fromisoformat(job["next_at"]) <= now
        for job in queued
        if job["kind"] not in BEATS or job["kind"] == "intake"
    )
    return ripe + operator.count("job_list", state="running")


def settle(operator: Desk, progress: Progress, *, timeout: float, idle: float = 1.0) -> None:
    """Wait until no job is queued or running at the desk."""
    deadline, quiet, most = time.monotonic() + timeout, 0.0, 1
    while time.monotonic() < deadline:
        waiting = due(operator)
        most = max(most, waiting)
        progress("workers", most - waiting, most)
        quiet = quiet + 0.5 if waiting == 0 else 0.0
        if quiet >= idle:
            return
        time.sleep(0.5)
    message = f"{waiting} jobs are still running after {timeout:.0f} s: look with `govopen logs worker`"
    raise TimeoutError(message)


def submit_all(officer: Desk, progress: Progress, *, standing_until: str) -> dict[str, str]:
    """Submit every entry that may be; give the refusals of the others as entry id → first code."""
    refused: dict[str, str] = {}
    entries = officer.every("entry_list")
    for position, entry in enumerate(entries):
        progress("submitting", position, len(entries))
        if entry["state"] != "working" or entry["request_id"]:
            continue
        asked: dict[str, Any] = {"entry_id": entry["entry_id"], "comment": "按年度开放计划提交。"}
        if _daily(officer, entry):
            asked["standing"] = {"max_row_drift": 0.3, "max_new_values": 50, "expires_on": standing_until}
        try:
            officer.call("release_request_submit", **asked)
        except ActionRefused as refusal:
            if refusal.status not in {400, 409}:
                raise
            refused[entry["entry_id"]] = next(iter(refusal.codes), "refused")
    progress("submitting", len(entries), len(entries))
    return refused


def _daily(officer: Desk, entry: Mapping[str, Any]) -> bool:
    """Whether an entry is refreshed so often that its officer asks for a standing approval, and may."""
    if not entry["green"]:
        return False
    cycle = officer.call("entry_show", id=entry["entry_id"])["package"].get("update_cycle")
    return cycle in DAILY and bool(officer.call("precheck_show", id=entry["entry_id"])["standing_allowed"])


def approve_all(officers: Mapping[str, Desk], progress: Progress, *, leave: int = WAITING) -> int:
    """Take every waiting request through its steps but `leave` of them, which stop at three different steps."""
    some = officers["supervisor"]
    live = [r for r in some.every("release_request_list", state="live") if r["state"] != "approved"]
    live.sort(key=lambda r: r["number"])
    keep = {r["id"]: depth for depth, r in enumerate(_waiting(some, live, leave))}
    done = 0
    for position, row in enumerate(live):
        progress("reviewing", position, len(live))
        done += _walk_request(officers, some, row["id"], keep.get(row["id"]))
    progress("reviewing", len(live), len(live))
    return done


def _waiting(some: Desk, live: list[dict[str, Any]], leave: int) -> list[dict[str, Any]]:
    """The requests to leave open: the last ones that open a table, so that a reader finds a whole review page."""
    if not leave:
        return []
    opening = [r for r in live if r["kind"] == "open" and not some.call("release_request_show", id=r["id"])["standing"]]
    return opening[-leave:]


def _walk_request(officers: Mapping[str, Desk], some: Desk, request_id: str, stop_after: int | None) -> int:
    taken = 0
    while stop_after is None or taken < stop_after:
        shown = some.call("release_request_show", id=request_id)
        if shown["state"] not in LIVE:
            return int(shown["state"] in {"approved", "applied"})
        officers[shown["step_role"]].call(
            "release_request_approve", id=request_id, comment=COMMENTS[shown["step"]], digests=shown["digests"]
        )
        taken += 1
    return 0
