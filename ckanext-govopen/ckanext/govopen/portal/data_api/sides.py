"""Side structures beside a release, made by the projector, disposable: the same answers, sooner.

`rows.duckdb` holds `t`, the rows with their dense place `_id`, and for columns where it pays: `h<n>`, a sorted hash of
a text column (equality), and `s<n>`, a sorted copy of a number or date (ranges, sorting). A hash is only a hint: the
value itself is always compared again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from ckanext.govopen.portal.data_api.query import Condition, Query
from ckanext.govopen.releases.canonical import bare
from ckanext.govopen.releases.duck import opened, quoted
from ckanext.govopen.releases.store import ReleaseStore

__all__ = ["SIDE", "Sides", "build", "ids_of", "load_sides"]

SIDE = "rows.duckdb"
MEMORY = "512MB"
SORTED = frozenset({"integer", "number", "date", "datetime"})
SMALL, SELECTIVE, MOST_IDS = 20_000, 2_000, 1_000


@dataclass(frozen=True, slots=True)
class Sides:
    """Which columns of a release have a hash side and which a sorted one, by position; and the number of rows."""

    hashed: frozenset[int]
    ordered: frozenset[int]
    rows: int


def build(store: ReleaseStore, release: Mapping[str, Any]) -> bool:
    """Make the side database of a table or cube; False when it is there already or the release has no rows to serve."""
    digest = release["digest"]
    if release["kind"] not in {"table", "cube"} or (store.folder("sides", digest) / SIDE).is_file():
        return False
    with (
        store.making("sides", digest, SIDE) as path,
        opened(
            str(path), memory=MEMORY, threads=2, folders=[str(store.root)], spill=True, preserve_insertion_order="true"
        ) as db,
    ):
        _rows(db, store, release)
        db.execute("create table about (body varchar)")
        db.execute("insert into about values (?)", [json.dumps(_extra(db, release))])
        db.execute("checkpoint")
    return True


def _rows(db: duckdb.DuckDBPyConnection, store: ReleaseStore, release: Mapping[str, Any]) -> None:
    names = ", ".join(quoted(field["name"]) for field in release["schema"]["fields"])
    before = 0
    for number, part in enumerate(release["parts"]):
        head = "create table t as" if number == 0 else "insert into t"
        db.execute(
            f"{head} select (file_row_number + {before + 1})::bigint as _id, {names}"
            " from read_parquet(?, file_row_number=true)",
            [str(store.path_of(bare(part["digest"])))],
        )
        before += int(part["rows"])


def _extra(db: duckdb.DuckDBPyConnection, release: Mapping[str, Any]) -> dict[str, Any]:
    """Make the sides that pay for themselves: none for small tables, a hash only where a value is rare."""
    made: dict[str, Any] = {"hashed": [], "ordered": [], "rows": int(release["row_count"])}
    if made["rows"] < SMALL:
        return made
    for position, field in enumerate(release["schema"]["fields"]):
        name = quoted(field["name"])
        if field["type"] in SORTED:
            db.execute(
                f"create table s{position} as select {name} as v, _id from t where {name} is not null order by v, _id"
            )
            made["ordered"].append(position)
        elif field["type"] == "string":
            different = db.execute(f"select approx_count_distinct({name}) from t").fetchone()
            if different and made["rows"] / max(1, different[0]) < SELECTIVE:
                db.execute(
                    f"create table h{position} as select (hash({name}) >> 32)::uinteger as h, _id"
                    f" from t where {name} is not null order by h, _id"
                )
                made["hashed"].append(position)
    return made


def load_sides(cursor: Any, alias: str) -> Sides:
    """Which sides an attached database has."""
    body = json.loads(cursor.execute(f"select body from {alias}.about").fetchone()[0])
    return Sides(frozenset(body["hashed"]), frozenset(body["ordered"]), int(body["rows"]))


def ids_of(cursor: Any, alias: str, sides: Sides, query: Query) -> tuple[int | None, list[int]] | None:
    """Total and places of one page when a side answers the whole question, else None."""
    if query.distinct or query.words or len(query.where) > 1 or query.limit > MOST_IDS or query.limit == 0:
        return None
    if len(query.where) == 1 and not query.sort:
        return _filtered(cursor, alias, sides, query, query.where[0])
    if not query.where and len(query.sort) == 1:
        return _sorted(cursor, alias, sides, query)
    return None


def _filtered(
    cursor: Any, alias: str, sides: Sides, query: Query, condition: Condition
) -> tuple[int | None, list[int]] | None:
    position = condition.column.position
    if condition.operator == "eq" and position in sides.hashed:
        found = cursor.execute(
            f"select _id from {alias}.h{position} where h = (hash(?::varchar) >> 32)::uinteger order by _id limit 5001",
            [condition.value],
        ).fetchall()
        if len(found) > SELECTIVE * 2:
            return None
        return _checked(cursor, alias, query, condition, [row[0] for row in found])
    if condition.operator == "eq" and position in sides.ordered:
        found = cursor.execute(
            f"select _id from {alias}.s{position} where v = ? order by _id limit 5001", [condition.value]
        ).fetchall()
        if len(found) > SELECTIVE * 2:
            return None
        return len(found), [row[0] for row in found][query.offset : query.offset + query.limit]
    return None


def _checked(
    cursor: Any, alias: str, query: Query, condition: Condition, ids: list[int]
) -> tuple[int | None, list[int]]:
    """Those places whose value really is the one asked for."""
    if not ids:
        return 0, []
    name, marks = quoted(condition.column.name), ", ".join("?" * len(ids))
    found = cursor.execute(
        f"select _id from {alias}.t where _id in ({marks}) and {name} = ? order by _id", [*ids, condition.value]
    ).fetchall()
    return len(found), [row[0] for row in found][query.offset : query.offset + query.limit]


def _sorted(cursor: Any, alias: str, sides: Sides, query: Query) -> tuple[int | None, list[int]] | None:
    """A page of one sorted column: a run of the sorted side, ties by place, the empty ones behind."""
    column, down = query.sort[0]
    if column.position not in sides.ordered:
        return None
    side = f"{alias}.s{column.position}"
    filled = cursor.execute(f"select count(*) from {side}").fetchone()[0]
    if query.offset + query.limit > filled:  # The empty ones begin on this page: the scan knows how.
        return None
    if not down:
        text, values = (
            f"select _id from {side} where rowid >= ? and rowid < ? order by v, _id",
            (
                query.offset,
                query.offset + query.limit,
            ),
        )
        return sides.rows, [row[0] for row in cursor.execute(text, values).fetchall()]
    high, low = filled - query.offset, filled - query.offset - query.limit
    edges = cursor.execute(f"select min(v), max(v) from {side} where rowid >= ? and rowid < ?", [low, high]).fetchone()
    begin = cursor.execute(f"select count(*) from {side} where v > ?", [edges[1]]).fetchone()[0]
    tied = cursor.execute(
        f"select _id from {side} where v >= ? and v <= ? order by v desc, _id limit ? offset ?",
        [edges[0], edges[1], query.limit, query.offset - begin],
    ).fetchall()
    return sides.rows, [row[0] for row in tied]
