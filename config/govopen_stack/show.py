"""What the `govopen` command prints: progress, tables, errors. No secret is ever shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from .errors import StackError
from .state import GOOD, StackState

__all__ = ["print_error", "print_status", "progress"]

COLOURS = {"running": "green", "external": "cyan", "failed": "red", "dead": "red", "silent": "red", "stopped": "dim"}


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[StackState], None]]:
    """A bar over the services while they start; plain lines where the output is no terminal."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _state: None
    elif console.is_terminal:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<46}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("启动 starting", total=1)
            yield lambda state: bar.update(
                task, total=len(state.services) or 1, completed=_done(state), description=_busy(state)
            )
    else:
        yield _Lines(console)


def _done(state: StackState) -> int:
    return sum(service.state in GOOD for service in state.services)


def _busy(state: StackState) -> str:
    starting = [service.title or service.name for service in state.services if service.state == "starting"]
    return f"启动 starting: {starting[0]}"[:46] if starting else "启动 starting"


class _Lines:
    """One line for each service that reached its state."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.begun = time.monotonic()
        self.told: dict[str, str] = {}

    def __call__(self, state: StackState) -> None:
        for service in state.services:
            reached = service.state in GOOD or service.state == "failed"
            if reached and self.told.get(service.name) != service.state:
                self.told[service.name] = service.state
                self.console.print(
                    f"{time.monotonic() - self.begun:6.1f} s  {service.name:<13} {service.state}", highlight=False
                )


def print_status(value: dict[str, Any]) -> None:
    """The services and where to go."""
    console = Console()
    table = Table("服务 service", "", "状态 state", "pid", "端口 port", box=None, pad_edge=False)
    for service in value["services"]:
        colour = COLOURS.get(service["state"], "yellow")
        state = f"[{colour}]{service['state']}[/]"
        title = service["title"] if service["title"] != service["name"] else ""
        table.add_row(service["name"], title, state, str(service["pid"] or ""), str(service["port"] or ""))
    console.print(table)
    for service in value["services"]:
        if service["state"] in ("failed", "restarting", "dead", "silent"):
            console.print(f"[red]{service['name']}[/]: {service['message'] or service['state']}", soft_wrap=True)
    if value["supervisor"]["pid"] is None:
        console.print("没有运行 nothing runs here. 启动 start it: govopen up")
        return
    console.print()
    for label, key in (
        ("门户 portal", "portal_url"),
        ("工作台 desk", "desk_url"),
        ("接口 API", "api_url"),
        ("交换平台 hub", "hub_url"),
    ):
        if key.removesuffix("_url") not in {service["name"] for service in value["services"]}:
            continue
        console.print(f"{label:<12} {value[key]}", highlight=False)
    console.print(f"{'目录 home':<12} {value['home']}", highlight=False, soft_wrap=True)


def print_error(err: StackError) -> None:
    """What happened and what to do next."""
    console = Console(stderr=True)
    console.print(f"[red]✗[/] {err.message}", highlight=False, soft_wrap=True)
    if err.remedy:
        console.print(f"  → {err.remedy}", highlight=False, soft_wrap=True)
    sys.stderr.flush()
