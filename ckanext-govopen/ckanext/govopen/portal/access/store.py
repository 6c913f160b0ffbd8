"""Reads of the portal's tables, over one psycopg connection per thread; values out, no rows kept open.

A connection that died is opened again once; a second failure is the caller's to handle (public data go on from what
is remembered, conditional data are refused).
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ckanext.govopen.portal.access.decide import Grant, Product

__all__ = ["Key", "PortalStore", "ProductRecord"]

_PRODUCT = """
select p.product_id, p.entry_id, p.position, p.kind, p.audience, p.body,
       e.name, e.state, e.body as entry_body, e.organisation, e.epoch, e.modified_at, e.published_at
from pub_product p join pub_entry e using (entry_id)
"""
_GRANT = (
    "id, product_id, licensee, agreement->>'id' as agreement_id, quota_rows, expires_on, revoked_at, columns, purpose"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRecord:
    """A product with the entry that holds it."""

    access: Product
    kind: str
    body: Mapping[str, Any]
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """密钥: who holds it, under which agreement, until when; the hash of its secret."""

    key_id: str
    secret_hash: str
    licensee: str
    agreement_id: str
    expires_on: dt.date
    revoked_at: dt.datetime | None


class PortalStore:
    """The portal's database as the data service sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._local = threading.local()

    def connection(self) -> psycopg.Connection[dict[str, Any]]:
        """This thread's connection, opened when there is none."""
        held: psycopg.Connection[dict[str, Any]] | None = getattr(self._local, "connection", None)
        if held is None or held.closed:
            held = psycopg.connect(
                self.url,
                autocommit=True,
                connect_timeout=3,
                row_factory=dict_row,
                application_name="govopen-api",
                options="-c statement_timeout=5000 -c lock_timeout=3000",
            )
            self._local.connection = held
        return held

    def rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        """All rows of one statement, tried again once when the connection had died."""
        for last in (False, True):
            try:
                return self.connection().execute(query, values).fetchall()
            except psycopg.OperationalError:
                self.drop()
                if last:
                    raise
        return []

    def drop(self) -> None:
        """Forget this thread's connection."""
        held = getattr(self._local, "connection", None)
        if held is not None:
            held.close()
        self._local.connection = None

    def product(self, product_id: str) -> ProductRecord | None:
        """One product, or None."""
        found = self.rows(_PRODUCT + " where p.product_id = %s", (product_id,))
        return _record(found[0]) if found else None

    def products(self, entry_id: str) -> list[ProductRecord]:
        """The products of an entry in their order."""
        return [
            _record(row)
            for row in self.rows(_PRODUCT + " where p.entry_id = %s order by p.position, p.product_id", (entry_id,))
        ]

    def entry(self, name_or_id: str) -> dict[str, Any] | None:
        """An entry by id or name; an id wins over somebody else's name."""
        found = self.rows(
            "select * from pub_entry where entry_id = %s or name = %s order by entry_id = %s desc limit 1",
            (name_or_id, name_or_id, name_or_id),
        )
        return found[0] if found else None

    def pointer(self, product_id: str, grant_id: str = "") -> str | None:
        """The digest a product points to, for the public ("") or for one grant."""
        found = self.rows(
            "select digest from pub_pointer where product_id = %s and grant_id = %s", (product_id, grant_id)
        )
        return found[0]["digest"] if found else None

    def release(self, product_id: str, digest: str, grant_id: str = "") -> dict[str, Any] | None:
        """One release of a product, for the public or one grant."""
        found = self.rows(
            "select * from pub_release where product_id = %s and digest = %s and grant_id = %s",
            (product_id, digest, grant_id),
        )
        return found[0] if found else None

    def releases(self, product_id: str, grant_id: str, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
        """The releases of a product, newest first, and how many there are."""
        where = "from pub_release where product_id = %s and grant_id = %s"
        total = self.rows(f"select count(*) as n {where}", (product_id, grant_id))[0]["n"]
        found = self.rows(
            f"select * {where} order by number desc, digest limit %s offset %s", (product_id, grant_id, limit, offset)
        )
        return found, int(total)

    def numbered(self, product_id: str, grant_id: str, number: int) -> dict[str, Any] | None:
        """A release by its number for people."""
        found = self.rows(
            "select * from pub_release where product_id = %s and grant_id = %s and number = %s"
            " order by published_at desc limit 1",
            (product_id, grant_id, number),
        )
        return found[0] if found else None

    def holders(self, digest: str) -> list[dict[str, Any]]:
        """The products that have, or had, a release of this digest for the public."""
        return self.rows(
            "select product_id, grant_id from pub_release where digest = %s and grant_id = '' order by published_at",
            (digest,),
        )

    def key(self, key_id: str) -> Key | None:
        """A licensee's key by its id."""
        found = self.rows("select * from api_key where key_id = %s", (key_id,))
        return Key(**found[0]) if found else None

    def grants(self, agreement_id: str, licensee: str, product_id: str = "") -> list[Grant]:
        """The grants under an agreement, of one product or of all; the longest running first."""
        found = self.rows(
            f"select {_GRANT} from pub_grant where agreement->>'id' = %s and licensee = %s"
            " and (%s = '' or product_id = %s) order by (revoked_at is null) desc, expires_on desc, id limit 500",
            (agreement_id, licensee, product_id, product_id),
        )
        return [Grant(**{**row, "columns": _columns(row["columns"])}) for row in found]


def _columns(value: Any) -> tuple[str, ...] | None:
    """The columns of a grant: none given, and the word "*", both mean all of the delivery."""
    if not isinstance(value, list) or not value or value == ["*"]:
        return None
    return tuple(str(name) for name in value)


def _record(row: Mapping[str, Any]) -> ProductRecord:
    product = Product(
        product_id=row["product_id"], entry_id=row["entry_id"], audience=row["audience"], entry_state=row["state"]
    )
    entry = {
        "id": row["entry_id"],
        "name": row["name"],
        "state": row["state"],
        "body": row["entry_body"],
        "organisation": row["organisation"],
        "epoch": row["epoch"],
        "published_at": row["published_at"],
        "modified_at": row["modified_at"],
    }
    return ProductRecord(access=product, kind=row["kind"], body=row["body"], entry=entry)
