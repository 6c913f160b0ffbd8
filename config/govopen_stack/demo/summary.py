"""What a demo ends with, every time: what was published, refused and why, where to go, and a line to try."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from govopen_stack.demo.desk import Desk

__all__ = ["show"]


def _refusals(desk: Desk) -> Counter[str]:
    return Counter(row["code"] for row in desk.every("quarantine_list"))


def show(console: Console, desk: Desk, status: dict[str, Any]) -> None:
    """Print the outcome of the demo that stands in this home."""
    entries = desk.every("entry_list")
    by_state = Counter(entry["state"] for entry in entries)
    refused = _refusals(desk)
    waiting = desk.every("release_request_list", state="live")
    outcome = Table(title="GovOpen demo · 演示结果", show_edge=False)
    outcome.add_column("结果 outcome")
    outcome.add_column("目录 entries", justify="right")
    outcome.add_row("已开放 published", str(by_state["open"]))
    outcome.add_row("仅目录（不予开放，附依据）catalogue only, with its ground", str(by_state["catalogue"]))
    outcome.add_row("审核中 waiting for officers", str(len(waiting)))
    outcome.add_row("其他在编 working", str(max(0, by_state["working"] - len(waiting))))
    outcome.add_row("已撤回 withdrawn", str(by_state["withdrawn"]))
    outcome.add_row("拒收或隔离 refused or quarantined at the door", str(sum(refused.values())))
    console.print(outcome)
    why = Table(title="拒收与不予开放的原因 · refused, and why", show_edge=False)
    why.add_column("原因码 code")
    why.add_column("说明 meaning")
    why.add_column("数量 count", justify="right")
    closed = Counter(entry["closed"] for entry in entries if entry["closed"])
    blocked: Counter[str] = Counter()
    for entry in entries:
        if (
            entry["state"] == "working"
            and not entry["closed"]
            and not entry["request_id"]
            and not entry["delivery_code"]
        ):
            found = desk.call("precheck_show", id=entry["entry_id"])
            blocked.update(set(found["red_codes"]) | {stop["code"] for stop in found["blockers"]})
    for code, count in sorted((refused + closed + blocked).items()):
        why.add_row(code, _meaning(code), str(count))
    console.print(why)
    places = Table(show_header=False, show_edge=False)
    for label, key in (
        ("门户 portal", "portal_url"),
        ("工作台 desk", "desk_url"),
        ("接口 API", "api_url"),
        ("交换枢纽 hub", "hub_url"),
        ("目录 home", "home"),
    ):
        places.add_row(label, str(status[key]))
    console.print(places)
    who = Table(title="演示账号 · accounts of the desk", show_edge=False)
    for column in ("角色 role", "账号 name", "口令 password"):
        who.add_column(column)
    for account in status.get("accounts", []):
        who.add_row(account["role"], account["name"], account["password"] or "—")
    console.print(who)
    for licensee in status.get("licensees", []):
        console.print(
            f"被授权单位 licensee: {licensee['name']}  X-Key: {licensee['key_id']}.{licensee['secret']}", soft_wrap=True
        )
    product = _one_product(desk, entries)
    if product:
        console.print(
            f"\n试一试 try:\n  curl '{status['api_url']}/products/{product}/rows?limit=3'",
            soft_wrap=True,
            highlight=False,
        )


def _meaning(code: str) -> str:
    from ckanext.govopen.codes import reason

    try:
        return f"{reason(code, 'zh_Hans_CN').title} {reason(code, 'en').title}"
    except KeyError:
        return ""


def _one_product(desk: Desk, entries: list[dict[str, Any]]) -> str | None:
    for entry in entries:
        if entry["state"] == "open":
            for product in desk.call("entry_show", id=entry["entry_id"])["public"]:
                if product["audience"] == "public" and product["route"] == "table":
                    return str(product["product_id"])
    return None
