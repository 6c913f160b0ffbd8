"""Closures, outbox, pointers and bundles as the desk's pages ask for them; values out."""

from __future__ import annotations

from typing import Any

from ckanext.govopen.desk.jobs import sql

__all__ = [
    "closed_targets",
    "closure",
    "closures",
    "last_epoch_sent",
    "put_bundle",
    "put_receipt",
]


def closures(page: int = 1, limit: int = 50, *, live: bool | None = None) -> tuple[list[dict[str, Any]], int]:
    """Give a page of closures, newest first, and how many there are; `live` leaves out the lifted ones."""
    where = "where (cast(:live as boolean) is null or (c.lifted_at is null) = cast(:live as boolean))"
    size = max(1, min(limit, 200))
    found = sql.rows(
        f"""select c.id, c.scope, c.target, c.code, c.notice, c.order_id, c.ordered_by, c.at, c.confirmed_by,
                  c.confirmed_at, c.lifted_by, c.lifted_at, e.entry_id, e.name as entry_name, e.organisation
             from closure c
             left join lateral (
                 select en.entry_id, en.name, en.organisation from entry en
                  where (c.scope = 'entry' and en.entry_id = c.target)
                     or (c.scope = 'product' and en.entry_id = (select entry_id from product where id = c.target))
                     or (c.scope = 'release' and en.entry_id in (
                            select p.entry_id from release r join product p on p.id = r.product_id
                             where r.digest = c.target))
                  limit 1) e on true
            {where} order by c.at desc, c.id limit :limit offset :offset""",
        live=live,
        limit=size,
        offset=(max(1, page) - 1) * size,
    )
    return found, int(sql.scalar(f"select count(*) from closure c {where}", live=live))


def closure(closure_id: str) -> dict[str, Any] | None:
    """Give one closure."""
    return sql.one("select * from closure where id = cast(:id as uuid)", id=closure_id)


def closed_targets(entry_id: str) -> set[tuple[str, str]]:
    """Every live closure that touches an entry, as (scope, target)."""
    return {
        (row["scope"], row["target"])
        for row in sql.rows(
            """select scope, target from closure where lifted_at is null and (
                   (scope = 'entry' and target = :entry)
                or (scope = 'product' and target in (select id from product where entry_id = :entry))
                or (scope = 'release' and target in (
                       select r.digest from release r join product p on p.id = r.product_id where p.entry_id = :entry)))""",
            entry=entry_id,
        )
    }


def last_epoch_sent(entry_id: str) -> int:
    """The epoch that the open side will have once it has applied all that was sent: 0 before the first bundle."""
    return int(
        sql.scalar(
            """select coalesce(max((payload -> 'entry' ->> 'epoch')::bigint), 0) from outbox
                where kind = 'bundle' and payload -> 'entry' ->> 'id' = :entry""",
            entry=entry_id,
        )
    )


def put_bundle(manifest: dict[str, Any], *, urgent: bool = False) -> int:
    """Put a bundle's manifest (without number) into the outbox, in the caller's transaction."""
    return int(
        sql.scalar(
            "insert into outbox (kind, payload, urgent) values ('bundle', cast(:payload as jsonb), :urgent) returning id",
            payload=sql.js(manifest),
            urgent=urgent,
        )
    )


def put_receipt(receipt: dict[str, Any]) -> int:
    """Put a receipt for the hub into the outbox, in the caller's transaction; it holds codes and counts only."""
    return int(
        sql.scalar(
            "insert into outbox (kind, payload) values ('receipt', cast(:payload as jsonb)) returning id",
            payload=sql.js(receipt),
        )
    )
