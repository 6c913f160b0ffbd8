"""RowEngine on DuckDB: count, page and groups of a query over one release. The only place that runs SQL over rows.

One in-process database, locked down: it may read the release store and nothing else, loads no extension, spills
nowhere. A release is read from its side database (`rows.duckdb`, made beside it) when that is there, and from its
Parquet parts until then; the answers are the same.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from ckanext.govopen.portal.data_api import sql
from ckanext.govopen.portal.data_api.errors import ApiError
from ckanext.govopen.portal.data_api.query import Column, Query, columns_of
from ckanext.govopen.portal.data_api.sides import SIDE, Sides, ids_of, load_sides
from ckanext.govopen.releases.canonical import bare
from ckanext.govopen.releases.duck import literal, opened, quoted
from ckanext.govopen.releases.store import ReleaseStore

__all__ = ["DuckEngine", "Page", "RowEngine"]

log = logging.getLogger(__name__)
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order asked for, and how many there are in all (None when that was not asked)."""

    rows: Rows
    total: int | None


class RowEngine(Protocol):
    """The seam behind which another engine may take over past one machine."""

    def page(self, manifest: Mapping[str, Any], query: Query) -> Page:
        """One page of a release."""
        ...

    def groups(self, manifest: Mapping[str, Any], query: Query) -> Page:
        """Rows per value of one or two columns."""
        ...


@dataclass(slots=True)
class _Source:
    """How SQL names a release: a table of an attached database, or its parts."""

    text: str
    alias: str = ""
    sides: Sides | None = None
    users: int = 0


class DuckEngine:
    """DuckDB in this process; safe for threads, to be made after a fork."""

    def __init__(
        self, store: ReleaseStore, *, threads: int = 1, memory: str = "512MB", attached: int = 48, seconds: float = 10.0
    ) -> None:
        self._store, self._attached, self._seconds = store, attached, seconds
        self._db = opened(memory=memory, threads=threads, folders=[str(store.root)], parquet_metadata_cache="true")
        self._lock = threading.RLock()
        self._local = threading.local()
        self._sources: OrderedDict[str, _Source] = OrderedDict()
        self._serial = 0

    def page(self, manifest: Mapping[str, Any], query: Query) -> Page:
        """One page of a release; by way of its sides where they answer the question, else by scanning."""
        searched = _searched(manifest)
        plain = not query.where and not query.words and not query.distinct
        with self._reading(manifest) as (cursor, source):
            if source.sides is not None and (found := ids_of(cursor, source.alias, source.sides, query)) is not None:
                total, ids = found
                return Page(self._by_ids(cursor, source.text, query, ids), total)
            total = None
            if query.total:
                counted = sql.count(query, source.text, searched)
                total = int(manifest["row_count"]) if plain else self._run(cursor, counted)[0][0]
            nothing = query.limit == 0 or (total is not None and query.offset >= total)
            rows = [] if nothing else self._run(cursor, sql.page(query, source.text, searched))
            return Page(rows, total)

    def groups(self, manifest: Mapping[str, Any], query: Query) -> Page:
        """Rows per value; the total is the number of different values."""
        with self._reading(manifest) as (cursor, source):
            found = self._run(cursor, sql.groups(query, source.text, _searched(manifest)))
            return Page([row[:-1] for row in found], int(found[0][-1]) if found else 0)

    def _by_ids(self, cursor: Any, source: str, query: Query, ids: list[int]) -> Rows:
        """Rows by their places, in the order of the places."""
        if not ids:
            return []
        chosen = ", ".join(quoted(column.name) for column in query.columns)
        marks = ", ".join("?" * len(ids))
        found = self._run(
            cursor, sql.Statement(f"select _id, {chosen} from {source} where _id in ({marks})", tuple(ids))
        )
        by_id = {row[0]: row[1:] for row in found}
        return [by_id[one] for one in ids]

    def _run(self, cursor: Any, statement: sql.Statement) -> Rows:
        timer = threading.Timer(self._seconds, cursor.interrupt)
        timer.start()
        try:
            return cursor.execute(statement.text, statement.values).fetchall()  # type: ignore[no-any-return]
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise ApiError(400, "query.cost") from None
        except duckdb.OutOfRangeException:  # A sum or a cast inside that a hostile value drove over the edge.
            raise ApiError(400, "query.value", {"subject": "query", "expected": "values in range"}) from None
        finally:
            timer.cancel()

    @contextmanager
    def _reading(self, manifest: Mapping[str, Any]) -> Iterator[tuple[Any, _Source]]:
        source = self._source(manifest)
        try:
            yield self._cursor(), source
        finally:
            with self._lock:
                source.users -= 1

    def _cursor(self) -> Any:
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._db.cursor()
        return cursor

    def _source(self, manifest: Mapping[str, Any]) -> _Source:
        """The release as SQL names it, taken for use; a side that appeared meanwhile is used from then on."""
        digest = manifest["digest"]
        with self._lock:
            held = self._sources.get(digest)
            if held is None or (not held.alias and self._side(digest).is_file()):
                held = self._sources[digest] = self._opened(manifest)
            self._sources.move_to_end(digest)
            held.users += 1
            self._evict()
            return held

    def _side(self, digest: str) -> Any:
        return self._store.folder("sides", digest) / SIDE

    def _opened(self, manifest: Mapping[str, Any]) -> _Source:
        path = self._side(manifest["digest"])
        if path.is_file():
            self._serial += 1
            alias = f"r{self._serial}"
            try:
                self._db.cursor().execute(f"attach {literal(os.fspath(path))} as {alias} (read_only)")
                return _Source(f"{alias}.t", alias, load_sides(self._cursor(), alias))
            except duckdb.Error as err:
                log.warning("side of %s cannot be used (%s): reading its parts", path.parent.name, type(err).__name__)
        return _Source(self._parts(manifest))

    def _parts(self, manifest: Mapping[str, Any]) -> str:
        """The parts end to end, each row with its place."""
        names = ", ".join(quoted(field["name"]) for field in manifest["schema"]["fields"])
        selects, before = [], 0
        for part in manifest["parts"]:
            path = literal(os.fspath(self._store.path_of(bare(part["digest"]))))
            selects.append(
                f"select file_row_number + {before + 1} as _id, {names} from read_parquet({path}, file_row_number=true)"
            )
            before += int(part["rows"])
        return "(" + " union all ".join(selects) + ") as t" if selects else "(select 1 as _id where false) as t"

    def _evict(self) -> None:
        """Let go of what was used longest ago and is not in use now."""
        if len(self._sources) <= self._attached:
            return
        for digest, source in list(self._sources.items()):
            if source.users == 0:
                del self._sources[digest]
                if source.alias:
                    with suppress(duckdb.Error):
                        self._db.cursor().execute(f"detach {source.alias}")
                return


def _searched(manifest: Mapping[str, Any]) -> list[Column]:
    return [column for column in columns_of(manifest["schema"]["fields"]).values() if column.type == "string"]
