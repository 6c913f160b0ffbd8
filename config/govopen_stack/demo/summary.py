"""What a demo ends with, every time: what was published, refused and why, where to go, and a line to try."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from govopen_stack.demo.desk import Desk
from govopen_stack.layout import default_home

__all__ = ["show"]

TITLES = 3
DONE = {"submitted": "submit", "reviewed": "review", "security_ok": "security", "deid_ok": "deid"}
ROLE_OF = {"review": "reviewer", "security": "security", "deid": "deid", "approve": "approver"}
ACCOUNTS = {
    "officer": "数据专员 submits",
    "reviewer": "业务审核 reviews",
    "security": "保密审查 checks secrecy",
    "deid": "脱敏核验 checks de-identification",
    "approver": "审批 approves",
    "supervisor": "监管 sees all, changes nothing",
}


def _refusals(desk: Desk) -> Counter[str]:
    return Counter(row["code"] for row in desk.every("quarantine_list"))


def show(console: Console, desk: Desk, status: dict[str, Any]) -> None:
    """Print the outcome of the demo that stands in this home."""
    entries = desk.every("entry_list")
    refused = _refusals(desk)
    waiting = desk.every("release_request_list", state="live")
    _outcome(console, entries, waiting, sum(refused.values()))
    _published(console, entries, status)
    _reasons(console, refused + _closed(desk, entries))
    _waiting(console, waiting, entries, status)
    _places(console, status)
    _tries(console, status, _one_product(desk, entries))


def _head(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/]", highlight=False)


def _outcome(console: Console, entries: list[dict[str, Any]], waiting: list[dict[str, Any]], refused: int) -> None:
    by_state = Counter(entry["state"] for entry in entries)
    _head(console, "演示结果 · What became of the entries")
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    for count, text in (
        (by_state["open"], "已开放 published"),
        (by_state["catalogue"], "仅目录（不予开放，附依据） catalogue only, with its ground"),
        (len(waiting), "审核中 waiting for officers"),
        (max(0, by_state["working"] - len(waiting)), "其他在编 still worked on, or refused as below"),
        (by_state["withdrawn"], "已撤回 withdrawn"),
        (refused, "次拒收或隔离 deliveries refused or quarantined at the door"),
    ):
        table.add_row(str(count), text)
    console.print(table)


def _published(console: Console, entries: list[dict[str, Any]], status: dict[str, Any]) -> None:
    """Three titles of each department, and how many more there are."""
    _head(console, f"已开放的数据 · Published ({status['portal_url']}/dataset)")
    titles: dict[str, list[str]] = {}
    for entry in entries:
        if entry["state"] == "open":
            titles.setdefault(entry["organisation"], []).append(entry["title"])
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, found in sorted(titles.items()):
        more = f" … +{len(found) - TITLES}" if len(found) > TITLES else ""
        table.add_row(name, "、".join(found[:TITLES]) + more)
    console.print(table)


def _closed(desk: Desk, entries: list[dict[str, Any]]) -> Counter[str]:
    """The codes that keep entries from opening: their ground, or what their precheck found."""
    counts = Counter(entry["closed"] for entry in entries if entry["closed"])
    for entry in entries:
        open_ended = entry["closed"] or entry["request_id"] or entry["delivery_code"]
        if entry["state"] == "working" and not open_ended:
            found = desk.call("precheck_show", id=entry["entry_id"])
            counts.update(set(found["red_codes"]) | {stop["code"] for stop in found["blockers"]})
    return counts


def _reasons(console: Console, counts: Counter[str]) -> None:
    _head(console, "拒收与不予开放的原因 · Refused, and why")
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for code, count in sorted(counts.items()):
        table.add_row(str(count), code, _meaning(code))
    console.print(table)


def _waiting(
    console: Console, waiting: list[dict[str, Any]], entries: list[dict[str, Any]], status: dict[str, Any]
) -> None:
    """The requests that a person may now decide by hand, and who is next."""
    if not waiting:
        return
    _head(console, "等您审核 · Waiting for you")
    titles = {entry["entry_id"]: entry["title"] for entry in entries}
    for request in sorted(waiting, key=lambda one: int(one["number"])):
        steps = request["steps"]
        done = DONE.get(request["state"])
        after = steps.index(done) + 1 if done in steps else len(steps)
        roles = " → ".join(ROLE_OF.get(step, step) for step in steps[after:])
        console.print(f"  {titles.get(request['entry_id'], request['entry_name'])}   {roles}", highlight=False)
        console.print(f"    {status['desk_url']}/desk/requests/{request['id']}", highlight=False, soft_wrap=True)


def _places(console: Console, status: dict[str, Any]) -> None:
    _head(console, "地址 · Where to go")
    for label, key in (
        ("门户 portal", "portal_url"),
        ("工作台 desk", "desk_url"),
        ("接口 API", "api_url"),
        ("交换平台 hub", "hub_url"),
        ("目录 home", "home"),
    ):
        console.print(f"  {label + ' ' * (14 - cell_len(label))}{status[key]}", highlight=False, soft_wrap=True)
    _head(console, "工作台账号 · Accounts of the desk")
    table = Table(show_header=False, box=None, pad_edge=False)
    for account in status.get("accounts", []):
        if account["password"]:
            table.add_row(" ", ACCOUNTS.get(account["role"], ""), account["name"], account["password"])
    console.print(table)


def _tries(console: Console, status: dict[str, Any], product: str | None) -> None:
    """Lines to copy: one without a key, one with a licensee's."""
    _head(console, "试一试 · Try")
    if product:
        console.print(f"  curl '{status['api_url']}/products/{product}/rows?limit=3'", soft_wrap=True, highlight=False)
    for number, licensee in enumerate(status.get("licensees", [])):
        if number == 0:
            console.print(f"  被授权单位 licensee: {licensee['name']}", soft_wrap=True, highlight=False)
        key = f"{licensee['key_id']}.{licensee['secret']}"
        console.print(f"  curl -H 'X-Key: {key}' {status['api_url']}/me", soft_wrap=True, highlight=False)
    program, home = _program(), Path(str(status["home"]))
    named = "" if home == default_home() else f" --home {home}"
    console.print(
        f"\n停止 stop: {program} down{named}\n再看一遍 this again: {program} demo{named}",
        soft_wrap=True,
        highlight=False,
    )


def _program() -> str:
    """How this command is called from here: by its name where the shell finds it, else by its path."""
    if shutil.which("govopen"):
        return "govopen"
    program = Path(sys.executable).with_name("govopen")
    return str(program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program)


def _meaning(code: str) -> str:
    from ckanext.govopen.codes import reason

    try:
        return f"{reason(code, 'zh_Hans_CN').title}\n{reason(code, 'en').title}"
    except KeyError:
        return ""


def _one_product(desk: Desk, entries: list[dict[str, Any]]) -> str | None:
    for entry in entries:
        if entry["state"] == "open":
            for product in desk.call("entry_show", id=entry["entry_id"])["public"]:
                if product["audience"] == "public" and product["route"] == "table":
                    return str(product["product_id"])
    return None
