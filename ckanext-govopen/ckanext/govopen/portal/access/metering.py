"""计量: what each grant received, written before it is sent, exact; and how often the public came, rolled up by day."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from dataclasses import dataclass

import psycopg

from ckanext.govopen.portal.access.decide import Grant, today
from ckanext.govopen.portal.access.errors import QuotaSpent
from ckanext.govopen.portal.access.store import PortalStore

__all__ = ["AccessCounts", "Delivery", "deliver", "settle", "used_rows"]

_INSERT = """
insert into delivery_log (request_id, key_id, grant_id, product_id, digest, door, rows, bytes)
values (%s, %s, %s, %s, %s, %s, %s, %s) returning id
"""
_COUNT = """
insert into access_count (day, product_id, door, format, hits) values (%s, %s, %s, %s, %s)
on conflict (day, product_id, door, format) do update set hits = access_count.hits + excluded.hits
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """交付: one answer to a licensee."""

    request_id: str
    key_id: str
    grant_id: str
    product_id: str
    digest: str
    door: str
    rows: int
    bytes: int


def used_rows(store: PortalStore, grant_id: str) -> int:
    """How many rows a grant has received in its whole term."""
    found = store.rows("select coalesce(sum(rows), 0)::bigint as n from delivery_log where grant_id = %s", (grant_id,))
    return int(found[0]["n"])


def deliver(store: PortalStore, grant: Grant, delivery: Delivery) -> int:
    """Write a delivery before its bytes leave, unless it would pass the quota; deliveries of one grant queue here."""
    connection = store.connection()
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 20261124))", (grant.id,))
        used = used_rows(store, grant.id)
        if used + delivery.rows > grant.quota_rows:
            raise QuotaSpent(quota=grant.quota_rows, used=used, asked=delivery.rows)
        row = connection.execute(
            _INSERT,
            (
                delivery.request_id,
                delivery.key_id,
                delivery.grant_id,
                delivery.product_id,
                delivery.digest,
                delivery.door,
                delivery.rows,
                delivery.bytes,
            ),
        ).fetchone()
    return int(row["id"]) if row else 0


def settle(store: PortalStore, log_id: int, rows: int, sent: int) -> None:
    """Correct a delivery that broke off to what was really sent."""
    store.rows("update delivery_log set rows = %s, bytes = %s where id = %s returning id", (rows, sent, log_id))


class AccessCounts:
    """Hits per day, product, door and format: counted in memory, added to the table every few seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hits: Counter[tuple[dt.date, str, str, str]] = Counter()

    def hit(self, product_id: str, door: str, format_: str = "") -> None:
        """Count one answer."""
        with self._lock:
            self._hits[today(dt.datetime.now(dt.UTC)), product_id, door, format_] += 1

    def flush(self, connection: psycopg.Connection[object]) -> int:
        """Add what was counted to the table; what cannot be written now is kept for the next time."""
        with self._lock:
            taken, self._hits = self._hits, Counter()
        try:
            with connection.transaction(), connection.cursor() as cursor:  # Sorted: two workers never deadlock.
                cursor.executemany(_COUNT, [(*key, hits) for key, hits in sorted(taken.items())])
        except psycopg.Error:
            with self._lock:
                self._hits.update(taken)
            raise
        return sum(taken.values())
