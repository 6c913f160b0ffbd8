"""What the hub remembers, in one SQLite file, with deliveries as plain files beside it; the hub is its only reader."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Store"]

_SCHEMA = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists provider (code text primary key, position integer not null, body text not null);
create table if not exists item (
    remote_id text primary key, position integer not null unique, key text not null unique, expect text not null,
    version integer not null, kind text not null, descriptor text not null, state text not null, package_id text,
    link_url text, provider text not null, approval text, schema text, rows integer);
create table if not exists package (
    package_id text primary key, remote_id text not null, sequence integer not null, message text not null,
    served_as text);
create table if not exists withdrawal (number integer primary key autoincrement, order_id text not null unique, message text not null);
create table if not exists receipt (number integer primary key autoincrement, body text not null);
create table if not exists nonce (nonce text primary key, at real not null);
create index if not exists nonce_at on nonce (at);
"""


class Store:
    """One home's state; each call opens its own connection, so threads and workers need no care."""

    def __init__(self, home: Path) -> None:
        """Use `home`, making folder and tables where they are missing."""
        self.home = home
        self.packages = home / "packages"
        self.packages.mkdir(parents=True, exist_ok=True)
        with self.open() as db:
            db.executescript(_SCHEMA)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction that commits at the end."""
        db = sqlite3.connect(self.home / "hub.sqlite", timeout=30)
        db.row_factory = sqlite3.Row
        try:
            db.execute("pragma journal_mode=wal")
            db.execute("pragma synchronous=normal")
            with db:
                yield db
        finally:
            db.close()

    def meta(self, key: str) -> str | None:
        """Read a setting."""
        with self.open() as db:
            row = db.execute("select value from meta where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, **values: str) -> None:
        """Write settings."""
        with self.open() as db:
            db.executemany("insert or replace into meta values (?, ?)", list(values.items()))

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Read rows."""
        with self.open() as db:
            return db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Read one row."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def execute(self, sql: str, *values: Any) -> int:
        """Write; gives the number of rows that changed."""
        with self.open() as db:
            return db.execute(sql, values).rowcount

    def item(self, remote_id: str) -> dict[str, Any] | None:
        """Read an item with its JSON opened."""
        row = self.one("select * from item where remote_id = ?", remote_id)
        if row is None:
            return None
        opened = dict(row)
        for name in ("descriptor", "approval", "schema"):
            opened[name] = json.loads(opened[name]) if opened[name] else None
        return opened
