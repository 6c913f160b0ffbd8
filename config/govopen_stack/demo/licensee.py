"""The demo's licensees: for each department with conditional products an agreement, grants and a key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from govopen_stack.demo import accounts
from govopen_stack.demo.desk import Desk

__all__ = ["ensure"]

NAME = "云栖普惠数据服务有限公司"
CODE = "91539900MA7DEM0167"
QUOTA_ROWS = 1_000_000


def ensure(home: Path, desk: Desk, state: dict[str, Any], today: dt.date) -> None:
    """Agree with each department that has a conditional product out, grant it, hand out a key; what exists stays."""
    existing = {agreement["number"]: agreement["id"] for agreement in desk.every("agreement_list")}
    for organisation in sorted({entry["organisation"] for entry in desk.every("entry_list", state="open")}):
        number = f"DEMO-{organisation}"
        agreement = existing.get(number) or _agree(desk, number, organisation, today)
        shown = desk.call("agreement_show", id=agreement)
        granted = {grant["product_id"] for grant in shown["grants"]}
        for product in shown["grantable"]:
            if product["id"] not in granted:
                desk.call(
                    "agreement_grant",
                    agreement_id=agreement,
                    product_id=product["id"],
                    quota_rows=QUOTA_ROWS,
                    expires_on=(today + dt.timedelta(days=360)).isoformat(),
                )
        have = {licensee["agreement"] for licensee in state["licensees"]}
        if (granted or shown["grantable"]) and number not in have:
            key = desk.call("agreement_key", agreement_id=agreement)
            secret = {"name": NAME, "agreement": number, "key_id": key["key_id"], "secret": key["secret"]}
            state["licensees"].append(secret)
            accounts.save(home, state)


def _agree(desk: Desk, number: str, organisation: str, today: dt.date) -> str:
    made = desk.call(
        "agreement_create",
        number=number,
        licensee=NAME,
        licensee_code=CODE,
        provider=organisation,
        purpose="普惠金融与公共服务选址分析",
        purpose_class="public_benefit",
        starts_on=today.isoformat(),
        ends_on=(today + dt.timedelta(days=365)).isoformat(),
    )
    return str(made["id"])
