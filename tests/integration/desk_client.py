"""What tests use to act at a running desk, with the accounts that the demo made."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from govopen_stack.demo.desk import Desk
from govopen_stack.demo.hub import HubControl
from govopen_stack.demo.review import due

__all__ = ["account", "hub", "open_products", "settled", "wait_for"]


def account(home: Any, role: str) -> Desk:
    """The desk as the account of this role sees it."""
    status = home.status()
    return Desk(status["desk_url"], next(a["token"] for a in status["accounts"] if a["role"] == role))


def hub(home: Any) -> HubControl:
    """The hub's own operator."""
    return HubControl(home.status()["hub_url"], home.secret("hub.control_key"))


def wait_for(what: str, check: Callable[[], Any], *, seconds: float, every: float = 0.2) -> Any:
    """The first true answer of `check`; fails with `what` when the time is over."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)


def settled(home: Any, seconds: float = 120) -> None:
    """Wait until no job of the desk is due or running."""
    operator = account(home, "operator")
    wait_for("an idle desk", lambda: due(operator) == 0, seconds=seconds)


def open_products(home: Any, *, audience: str = "public", kind: str = "table") -> list[dict[str, Any]]:
    """Published products with their entries, as the desk lists them."""
    desk = account(home, "supervisor")
    found = []
    for entry in desk.every("entry_list", state="open"):
        shown = desk.call("entry_show", id=entry["entry_id"])
        kinds = {product["id"]: product for product in shown["products"]}
        for public in shown["public"]:
            product = kinds[public["product_id"]]
            if not public["grant_id"] and product["audience"] == audience and product["kind"] == kind:
                found.append({**product, **public, "entry_id": entry["entry_id"], "name": entry["name"]})
    return sorted(found, key=lambda product: product["name"])
