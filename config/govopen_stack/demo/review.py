"""How the demo's officers work: submit what the gate lets through, then each step by the account that holds its role."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from govopen_stack.demo.desk import ActionRefused, Desk

__all__ = ["approve_all", "settle", "submit_all"]

Progress = Callable[[str, int, int], None]
WAITING = 3
"""Requests that are left open, so that the reader of a demo finds work at the desk."""
COMMENTS = {
    "review": "业务口径、字段说明与更新周期已核对。",
    "security": "未见密级标志，未见重要数据，符合保密审查要求。",
    "deid": "已核对独立测量结果，满足去标识化要求。",
    "approve": "同意开放。",
}


def settle(operator: Desk, progress: Progress, *, timeout: float, idle: float = 1.0) -> None:
    """Wait until no job is queued or running at the desk."""
    deadline, quiet, most = time.monotonic() + timeout, 0.0, 1
    while time.monotonic() < deadline:
        waiting = operator.call("job_list", state="live", page=1, limit=1)["total"]
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
    entries = officer.every("entry_list", "entries")
    for position, entry in enumerate(entries):
        progress("submitting", position, len(entries))
        if entry["state"] != "working" or entry.get("request"):
            continue
        asked: dict[str, Any] = {"entry_id": entry["id"], "comment": "按年度开放计划提交。"}
        if entry.get("standing_allowed") and entry.get("update_cycle") == "EVERY_DAY":
            asked["standing"] = {"max_row_drift": 0.3, "max_new_values": 50, "expires_on": standing_until}
        try:
            officer.call("release_request_submit", **asked)
        except ActionRefused as refusal:
            if refusal.status not in {400, 409}:
                raise
            refused[entry["id"]] = next(iter(refusal.codes), "refused")
    progress("submitting", len(entries), len(entries))
    return refused


def approve_all(officers: Mapping[str, Desk], progress: Progress, *, leave: int = WAITING) -> int:
    """Take every waiting request through its steps but `leave` of them, which stop at three different steps."""
    some = officers["supervisor"]
    live = [r for r in some.every("release_request_list", "requests", state="live") if r["state"] != "approved"]
    live.sort(key=lambda r: r["number"])
    keep = {r["id"]: depth for depth, r in enumerate(live[-leave:])} if leave else {}
    done = 0
    for position, row in enumerate(live):
        progress("reviewing", position, len(live))
        taken = 0
        while True:
            shown = some.call("release_request_show", id=row["id"])
            if shown["state"] in {"approved", "applied", "returned", "rejected", "lapsed", "withdrawn"}:
                done += shown["state"] in {"approved", "applied"}
                break
            if row["id"] in keep and taken >= keep[row["id"]]:
                break
            officer = officers[shown["step_role"]]
            officer.call(
                "release_request_approve", id=row["id"], comment=COMMENTS[shown["step"]], digests=shown["digests"]
            )
            taken += 1
    progress("reviewing", len(live), len(live))
    return done
