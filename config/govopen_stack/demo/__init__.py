"""The demo: a hub with real and generated tables, officers who review, a public that reads.

It has no privilege: after the operator made the accounts, everything happens through the desk's public actions with each
account's own token. Run again on the same home it does only what is left, and prints the same summary.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from govopen_stack.api import Home
from govopen_stack.demo import accounts, licensee, review, summary
from govopen_stack.demo.desk import Desk
from govopen_stack.demo.hub import HubControl

__all__ = ["run"]

STEPS = {
    "workers": "接收、分析、脱敏、测量 receive, profile, de-identify, measure",
    "submitting": "提交开放申请 submit requests",
    "reviewing": "逐级审核 review",
    "publishing": "发布到门户 publish",
    "refreshing": "每日更新 daily refresh",
}
DAYS = 3
LINE_EVERY = 10.0


class _Lines:
    """Progress where the output is no terminal: a line when a step begins, every ten seconds, and at its end."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.begun = time.monotonic()
        self.told: dict[str, tuple[bool, float]] = {}

    def __call__(self, name: str, done: int, total: int) -> None:
        now, ended = time.monotonic(), done >= total
        before = self.told.get(name)
        if before and (before[0] == ended if ended else now - before[1] < LINE_EVERY):
            return
        self.told[name] = (ended, now)
        self.console.print(f"{now - self.begun:6.1f} s  {STEPS[name]} {done}/{total}", highlight=False, soft_wrap=True)


def run(home: Path, *, rows: int, console: Console, quiet: bool = False) -> int:
    """Bring the home's demo to its end and print the outcome; exit code 0 when it got there."""
    place = Home(home)
    status = place.status()
    if quiet:
        _walk(place, status, home, rows, lambda *_: None)
    elif console.is_terminal:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
            tasks: dict[str, int] = {}

            def progress(name: str, done: int, total: int) -> None:
                if name not in tasks:
                    tasks[name] = bars.add_task(STEPS[name], total=max(total, 1))
                bars.update(tasks[name], completed=done, total=max(total, 1))  # type: ignore[arg-type]

            _walk(place, status, home, rows, progress)
    else:
        _walk(place, status, home, rows, _Lines(console))
    summary.show(console, _desk(status, accounts.load(home), "supervisor"), place.status())
    return 0


def _desk(status: Mapping[str, Any], state: dict[str, list[dict[str, str]]], role: str) -> Desk:
    token = next(account["token"] for account in state["accounts"] if account["role"] == role)
    return Desk(str(status["desk_url"]), token)


def _walk(
    place: Home, status: Mapping[str, Any], home: Path, rows: int, progress: Callable[[str, int, int], None]
) -> None:
    operator = Desk(str(status["desk_url"]), place.secret("operator.token"))
    state = accounts.ensure(home, operator, "operator")
    desks = {account["role"]: Desk(operator.url, account["token"]) for account in state["accounts"]}
    today = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).date()
    patience = 300 + rows / 200
    if not state.get("received"):
        operator.call("intake_run")
        review.settle(operator, progress, timeout=patience)
        state["received"] = True
        accounts.save(home, state)
    if not state.get("reviewed"):
        until = (today + dt.timedelta(days=360)).isoformat()
        review.submit_all(desks["officer"], progress, standing_until=until)
        review.approve_all(desks, progress)
        _published(desks["supervisor"], status, progress)
        state["reviewed"] = True
        accounts.save(home, state)
    if not state.get("licensed"):
        licensee.ensure(home, desks["approver"], state, today)
        review.settle(operator, progress, timeout=patience)
        state["licensed"] = True
        accounts.save(home, state)
    if not state.get("refreshed"):
        _days_pass(place, status, operator, progress, patience)
        state["refreshed"] = True
        accounts.save(home, state)
    _published(desks["supervisor"], status, progress)


def _published(desk: Desk, status: Mapping[str, Any], progress: Callable[[str, int, int], None]) -> None:
    """Wait until what was approved is applied and the open side shows every open entry."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        waiting = desk.count("release_request_list", state="approved")
        wanted = desk.count("entry_list", state="open")
        shown = requests.get(f"{status['api_url']}/catalog", params={"state": "open", "limit": "1"}, timeout=30).json()[
            "total"
        ]
        progress("publishing", min(shown, wanted), wanted)
        if not waiting and shown >= wanted:
            return
        time.sleep(0.5)
    message = "the open side does not show every open entry yet: look with `govopen logs projector`"
    raise TimeoutError(message)


def _days_pass(
    place: Home, status: Mapping[str, Any], operator: Desk, progress: Callable[[str, int, int], None], patience: float
) -> None:
    """Three days of the daily table, a fourth that brings a column nobody approved, and a withdrawal order."""
    hub = HubControl(str(status["hub_url"]), place.secret("hub.control_key"))
    for day in range(DAYS + 1):
        progress("refreshing", day, DAYS + 1)
        hub.post("advance", variant="new_column" if day == DAYS else "normal")
        operator.call("intake_run")
        review.settle(operator, lambda *_: None, timeout=patience)
    progress("refreshing", DAYS + 1, DAYS + 1)
