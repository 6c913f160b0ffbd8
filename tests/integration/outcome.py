"""What became of an item of the hub, as one reason code: at the door, in the vault, by the rules, or at the gate."""

from __future__ import annotations

from typing import Any

import psycopg

__all__ = ["codes_of"]

OUTCOME = """
select s.remote_id, s.state, s.reason_code, d.state, d.reason_code, p.body, e.entry_id
from source_item s
left join lateral (select * from delivery d where d.source_item_id = s.id order by d.received_at desc limit 1) d on true
left join entry e on e.entry_id = s.entry_id
left join plan p on p.id = e.current_plan
"""


def codes_of(url: str) -> dict[str, set[str]]:
    """Every code that the desk gave each remote item: refusal, quarantine, closing rule, refused rows, withdrawal."""
    found: dict[str, set[str]] = {}
    with psycopg.connect(url) as db:
        rows = db.execute(OUTCOME).fetchall()
        red = _red_gates(db)
    for remote, state, code, delivery, quarantine, plan, entry in rows:
        codes = {
            c for c in (code if state == "refused" else None, quarantine if delivery == "quarantined" else None) if c
        }
        if state == "withdrawn":
            codes.add("hub.withdrawn")
        if plan:
            codes |= {c for c in (plan.get("closed"),) if c}
            codes |= {refusal["code"] for refusal in plan.get("refusals", ())}
        codes |= red.get(entry, set())
        found[remote] = codes
    return found


def _red_gates(db: Any) -> dict[str, set[str]]:
    red: dict[str, set[str]] = {}
    query = "select p.entry_id, e.verdict from evidence e join release r on r.id = e.release_id join product p on p.id = r.product_id"
    for entry, verdict in db.execute(query).fetchall():
        red.setdefault(entry, set()).update(gate["code"] for gate in verdict["gates"] if not gate["ok"])
    return red
