"""The demo's licensee: an agreement, a grant on one conditional product, a key, all through the desk's actions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from govopen_stack.demo import accounts
from govopen_stack.demo.desk import Desk

__all__ = ["ensure"]

NAME = "西湖区普惠数据服务有限公司"
CODE = "91330106MA2D0EM0X1"
NUMBER = "DEMO-2026-001"
QUOTA_ROWS = 1_000_000


def ensure(home: Path, desk: Desk, state: dict[str, Any], today: dt.date) -> None:
    """Agree, grant every conditional product that is out, and hand out one key; what exists stays."""
    agreement = next((a for a in desk.every("agreement_list", "agreements") if a["number"] == NUMBER), None)
    if agreement is None:
        agreement = desk.call(
            "agreement_create",
            number=NUMBER,
            licensee=NAME,
            licensee_code=CODE,
            parties={
                "authorising": "示范市人民政府",
                "implementing": "示范市数据局",
                "operating": NAME,
                "providing": "示范市各数源单位",
            },
            purpose="普惠金融与公共服务选址分析",
            purpose_class="public_benefit",
            starts_on=today.isoformat(),
            ends_on=(today + dt.timedelta(days=365)).isoformat(),
        )
    granted = {grant["product_id"] for grant in desk.call("agreement_show", id=agreement["id"])["grants"]}
    for entry in desk.every("entry_list", "entries", state="open"):
        for product in desk.call("entry_show", id=entry["id"])["products"]:
            if product["audience"] == "licensee" and product.get("published") and product["id"] not in granted:
                desk.call(
                    "agreement_grant",
                    agreement_id=agreement["id"],
                    product_id=product["id"],
                    quota_rows=QUOTA_ROWS,
                    expires_on=(today + dt.timedelta(days=360)).isoformat(),
                )
    if not state["licensees"]:
        key = desk.call("agreement_key", agreement_id=agreement["id"])
        state["licensees"].append({"name": NAME, "key_id": key["key_id"], "secret": key["secret"]})
        accounts.save(home, state)
