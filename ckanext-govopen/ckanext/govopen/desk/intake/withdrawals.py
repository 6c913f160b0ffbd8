"""撤回: verified orders of the hub close at once; an officer confirms or lifts afterwards."""

from __future__ import annotations

import datetime as dt
import logging

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.intake.store import item_row
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing import closure, store
from govopen_harvesters.base import Source, WithdrawalOrder

__all__ = ["follow", "poll"]

log = logging.getLogger(__name__)


def poll(hub: str, source: Source) -> int:
    """Follow the orders behind the last one; each is one transaction with its cursor. Gives how many were new."""
    after = sql.scalar("select withdrawals_after from hub_cursor where hub = :hub", hub=hub)
    sql.rollback()
    new = 0
    for order in source.withdrawals(after):
        new += follow(hub, order)
    return new


def follow(hub: str, order: WithdrawalOrder) -> bool:
    """Close what an order names, tell the hub, give an officer a task; commits. An order is followed once."""
    order_id = f"{hub}/{order.order_id}"
    fresh = not sql.scalar("select exists (select from closure where order_id = :id)", id=order_id)
    item = item_row(hub, order.remote_id)
    if fresh and item is not None and item["entry_id"]:
        notice = closure.notice_from(order.reason_zh, order.reason_en, order.issued_at)
        closed = closure.close("entry", item["entry_id"], "hub.withdrawn", notice, f"hub:{hub}", order_id)
        sql.execute(
            "update entry set state = 'withdrawn', changed_at = now() where entry_id = :entry", entry=item["entry_id"]
        )
        sql.execute(
            """insert into task (kind, key, entry_id, organisation, role, code, detail)
               values ('closure', :key, :entry, :organisation, 'approver', 'hub.withdrawn', cast(:detail as jsonb))
               on conflict (kind, key) where state = 'open' do nothing""",
            key=closed,
            entry=item["entry_id"],
            organisation=item["organisation"] or "*",
            detail=sql.js({"closure": closed, "order": order.order_id, "notice": notice}),
        )
        log.info("order %s closes entry %s", order.order_id, item["entry_id"])
    if item is not None and item["state"] != "withdrawn":
        sql.execute(
            """update source_item set state = 'withdrawn', reason_code = 'hub.withdrawn', changed_at = now()
                where id = cast(:id as uuid)""",
            id=item["id"],
        )
        audit.record("item:withdraw", f"hub:{hub}", f"item:{hub}/{order.remote_id}", {"order": order.order_id})
    if fresh:
        store.put_receipt(
            {
                "remote_id": order.remote_id,
                "package_id": item["package_id"] if item else None,
                "kind": "withdrawn",
                "code": "hub.withdrawn",
                "detail": {"order": order.order_id, "known": item is not None},
                "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            }
        )
    sql.execute(
        """insert into hub_cursor (hub, withdrawals_after, polled_at) values (:hub, :order, now())
           on conflict (hub) do update set withdrawals_after = excluded.withdrawals_after, polled_at = now()""",
        hub=hub,
        order=order.order_id,
    )
    sql.commit()
    return fresh
