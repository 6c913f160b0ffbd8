"""The independent meter: it measures what was written, by SQL over the Parquet parts, and believes nobody's report.

It shares no code with `govopen_anonymize` (import-linter keeps it so). It reads the parts through DuckDB's own Parquet
reader from memory that has no name in any folder, with bounded memory, no spilling and no access to other files.
Measured are, for rows: k, uniques, risk, l and t of sensitive columns; for cubes: the smallest published cell and every
hidden cell that can be worked out; for both: direct identifiers found again, check digits, linkage, fidelity.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from ckanext.govopen.desk.vault import cells, linkage, rescan
from ckanext.govopen.desk.vault.scrub import border
from ckanext.govopen.releases.duck import literal, opened, quoted

__all__ = ["QUASI", "Source", "measure", "parts_view"]

MEMORY = "768MB"
THREADS = 2
# Whatever a recipe calls these columns: in a table about persons they help to recognise somebody.
QUASI = frozenset(
    "person.birth_date person.age person.sex person.ethnic person.education person.occupation person.address"
    " person.location geo.division geo.coordinate".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the meter knows of the sealed source: counts and tags by column, no value."""

    rows: int
    subject: str
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    encoding: str = ""


@contextmanager
def parts_view(views: Mapping[str, Sequence[bytes]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked-down connection in which each name is a view over its parts, in order."""
    handles: list[int] = []
    paths: dict[str, list[str]] = {}
    try:
        for name, parts in views.items():
            for data in parts:
                handle = os.memfd_create("part", os.MFD_CLOEXEC)
                handles.append(handle)
                left = memoryview(data)
                while left:
                    left = left[os.write(handle, left) :]
                paths.setdefault(name, []).append(f"/proc/self/fd/{handle}")
        with opened(memory=MEMORY, threads=THREADS, files=[path for each in paths.values() for path in each]) as db:
            for name, files in paths.items():
                listed = ", ".join(map(literal, files))
                db.execute(f"create view {quoted(name)} as select * from read_parquet([{listed}])")
            yield db
    finally:
        for handle in handles:
            os.close(handle)


def measure(
    parts: Sequence[bytes],
    *,
    kind: str,
    recipe: Mapping[str, Any] | None,
    source: Source,
    obligations: Mapping[str, Any] | None = None,
    earlier: Sequence[linkage.Published] = (),
) -> dict[str, Any]:
    """The evidence of one candidate; see the rule set's gates for what becomes of it."""
    recipe = recipe or {}
    with border("meter"), parts_view({"r": parts, **{f"e{i}": each.parts for i, each in enumerate(earlier)}}) as db:
        schema = {row[0]: row[1] for row in db.execute("describe r").fetchall()}
        rows = _number(db, "select count(*) from r")
        body: dict[str, Any] = {
            "measured_by": "duckdb",
            "rows_in": source.rows,
            "rows_out": rows,
            "suppressed": max(0, source.rows - rows) if kind == "table" else 0,
            "columns": len(schema),
            "kind": kind,
        }
        quasi = _quasi(schema, recipe, source) if kind == "table" else []
        body["quasi_identifiers"] = quasi
        if kind == "table":
            body.update(_classes(db, rows, quasi, _sensitive(schema, recipe)))
        else:
            body.update(cells.measure_cells(db, schema, recipe))
        body["rescan"] = rescan.direct_identifiers(db, schema, subject=source.subject, tags=source.tags)
        body["checksum"] = rescan.check_digits(db, schema, source.tags)
        body["linkage"] = linkage.check(db, schema, kind, quasi, earlier, obligations or {})
        body["fidelity"] = _fidelity(db, schema, kind, recipe, source, rows)
        return body


def _number(db: duckdb.DuckDBPyConnection, text: str) -> int:
    row = db.execute(text).fetchone()
    return int(row[0] or 0) if row else 0


def _quasi(schema: Mapping[str, str], recipe: Mapping[str, Any], source: Source) -> list[str]:
    """Quasi-identifiers: what the recipe names, and in a table about persons what the tags name, whatever it says."""
    columns = recipe.get("columns") or {}
    named = {name for name, rule in columns.items() if rule.get("role") == "quasi_identifier"}
    tagged: set[str] = set()
    if source.subject == "person":
        exempt = {
            name
            for name, rule in columns.items()
            if rule.get("role") in {"identifier", "sensitive"} or rule.get("operator") == "constant"
        }
        tagged = {name for name, tags in source.tags.items() if tags & QUASI and name not in exempt}
    return sorted((named | tagged) & set(schema))


def _sensitive(schema: Mapping[str, str], recipe: Mapping[str, Any]) -> list[str]:
    columns = recipe.get("columns") or {}
    return sorted(name for name, rule in columns.items() if rule.get("role") == "sensitive" and name in schema)


def _classes(
    db: duckdb.DuckDBPyConnection, rows: int, quasi: Sequence[str], sensitive: Sequence[str]
) -> dict[str, Any]:
    """Equivalence classes of the quasi-identifiers; without any there is nothing to recognise somebody by."""
    if not quasi or not rows:
        return {"k": None, "uniques": 0, "max_risk": None, "classes": 0, "l": {}, "t": {}}
    by = ", ".join(quoted(name) for name in quasi)
    smallest, uniques, classes = db.execute(
        f"select min(n), count(*) filter (where n = 1), count(*) from (select count(*) n from r group by {by})"
    ).fetchone() or (0, 0, 0)
    diversity, closeness = {}, {}
    for name in sensitive:
        if name in quasi:
            continue
        column = quoted(name)
        diversity[name] = _number(
            db,
            f"select min(d) from (select count(distinct coalesce({column}::varchar, '')) d from r group by {by})",
        )
        row = db.execute(
            f"""with s as (select {by}, coalesce({column}::varchar, '') v from r),
                    a as (select v, count(*)::double / sum(count(*)) over () p from s group by v),
                    c as (select {by}, v, count(*)::double m from s group by {by}, v),
                    g as (select *, m / sum(m) over (partition by {by}) q from c),
                    d as (select {by}, sum(greatest(g.q - a.p, 0)) x from g join a using (v) group by {by})
                select max(x) from d"""
        ).fetchone()
        # The distance is half the sum of differences (equal ground distance); for ordered values it is an upper bound.
        closeness[name] = round(float(row[0] or 0), 6) if row else 0.0
    return {
        "k": int(smallest),
        "uniques": int(uniques),
        "classes": int(classes),
        "max_risk": round(1 / int(smallest), 6),
        "l": diversity,
        "t": closeness,
    }


def _fidelity(
    db: duckdb.DuckDBPyConnection,
    schema: Mapping[str, str],
    kind: str,
    recipe: Mapping[str, Any],
    source: Source,
    rows: int,
) -> dict[str, Any]:
    """Whether what was loaded is what was delivered: rows, filled cells, leading zeros and dates of untouched columns."""
    columns = recipe.get("columns") or {}
    untouched = [
        name
        for name in schema
        if name in source.columns and (not columns or (columns.get(name) or {}).get("operator") == "keep")
    ]
    whole = kind == "table" and rows == source.rows
    filled, zeros, dates = [], [], []
    for name in untouched if whole else ():
        facts, column = source.columns[name], quoted(name)
        count = _number(db, f"select count({column}) from r")
        if count != facts["rows"] - facts["nulls"]:
            filled.append(name)
        if facts.get("leading_zeros") and schema[name] == "VARCHAR":
            found = _number(db, f"select count(*) from r where regexp_full_match({column}, '0[0-9]+')")
            zeros += [name] if found != facts["leading_zeros"] else []
        elif facts.get("leading_zeros"):
            zeros.append(name)
        if schema[name] in {"DATE", "TIMESTAMP"} and _number(db, f"select count(distinct {column}) from r") < _few(
            facts
        ):
            dates.append(name)
    limit = float(recipe.get("suppression_limit", 0.05)) if columns else 0.0
    lost = source.rows - rows
    return {
        "rows_equal": (0 <= lost <= limit * source.rows + 1e-9) if kind == "table" else True,
        "leading_zeros_ok": not zeros,
        "dates_ok": not dates,
        "filled_ok": not filled,
        "encoding": source.encoding,
        "columns": sorted({*filled, *zeros, *dates}),
        "checked": len(untouched) if whole else 0,
    }


def _few(facts: Mapping[str, Any]) -> int:
    """Two ways to write one day may fold; more than half of all distinct days may not."""
    return max(1, int(facts.get("distinct", 1)) // 2) if facts.get("rows", 0) > facts.get("nulls", 0) else 0
