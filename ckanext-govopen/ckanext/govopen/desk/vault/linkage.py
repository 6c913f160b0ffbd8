"""What a new release gives away together with what is public already: earlier releases of its entry, and siblings.

Compared are releases for the same audience only: who may read both can put them side by side. What is checked:

* Rows, same quasi-identifiers at other levels. Per column the finer of both levels counts (more distinct values is
  finer). If one release is finer or equal in every column, the joint classes are that release's own, and its k must
  reach the stricter of both demands. If each is finer somewhere (levels cross), nothing short of the raw rows says how
  small the joint classes are: the pair is refused.
* Cubes of one product. A cell that was published and is hidden now (or the reverse) while a total over it did not
  change can be filled in from the other release: such cells are counted and refused.
* Differencing over time is reported (classes or cells that grew by less than the demand), not refused: what a table
  gains from one day to the next is what a refresh is for.

Rows beside a cube are not compared: a cube made from rows that are public says nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from ckanext.govopen.releases.duck import quoted

__all__ = ["Published", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A release that is public for the same audience."""

    digest: str
    kind: str
    same_product: bool
    parts: Sequence[bytes]
    quasi: Sequence[str] = ()
    k: int | None = None
    demanded: int | None = None
    dimensions: Sequence[str] = ()
    count: str = ""


def _one(db: duckdb.DuckDBPyConnection, text: str) -> int:
    row = db.execute(text).fetchone()
    return int(row[0] or 0) if row else 0


def check(
    db: duckdb.DuckDBPyConnection,
    schema: Mapping[str, str],
    kind: str,
    quasi: Sequence[str],
    earlier: Sequence[Published],
    obligations: Mapping[str, Any],
) -> dict[str, Any]:
    """The finding over all earlier releases; `worst` is the smallest joint class (rows) or the cells given away (cubes)."""
    compared, notes, worst, ok = [], [], None, True
    for number, other in enumerate(earlier):
        if other.kind != kind:
            continue
        view = f"e{number}"
        theirs = {row[0]: row[1] for row in db.execute(f"describe {view}").fetchall()}
        if kind == "cube" and other.same_product:
            given, grown = _cube(db, view, schema, theirs, other, int(obligations.get("min_cell") or 10))
            compared.append(other.digest)
            ok = ok and not given
            worst = given if worst is None else max(worst, given)
            notes.append({"with": other.digest, "filled_in": given, "small_differences": grown})
        elif kind == "table" and quasi:
            common = [name for name in quasi if name in theirs and name in other.quasi]
            if not common:
                continue
            joint, grown, crossed = _rows(db, view, quasi, common, other, int(obligations.get("k") or 0))
            compared.append(other.digest)
            demand = max(int(obligations.get("k") or 0), other.demanded or 0)
            ok = ok and not crossed and (joint is None or joint >= demand)
            worst = joint if worst is None else min(worst, joint or 0)
            notes.append(
                {"with": other.digest, "joint_class": joint, "levels_cross": crossed, "small_differences": grown}
            )
    return {"checked_with": compared, "ok": ok, "worst": worst, "notes": notes}


def _rows(
    db: duckdb.DuckDBPyConnection, view: str, quasi: Sequence[str], common: Sequence[str], other: Published, k: int
) -> tuple[int | None, int, bool]:
    """The smallest joint class, how many classes changed by fewer than k, and whether levels cross."""
    finer_here = finer_there = False
    changed = []
    for name in common:
        column = quoted(name)
        here, there, shared = db.execute(
            f"""select (select count(distinct {column}::varchar) from r),
                       (select count(distinct {column}::varchar) from {view}),
                       (select count(*) from (select distinct {column}::varchar from r
                                              intersect select distinct {column}::varchar from {view}))"""
        ).fetchone() or (0, 0, 0)
        if shared >= 0.5 * min(here, there):  # Most labels are common: the same level, with new values perhaps.
            continue
        changed.append(name)
        finer_here, finer_there = finer_here or here >= there, finer_there or there > here
    finer_here = finer_here or any(name not in other.quasi for name in quasi)
    finer_there = finer_there or any(name not in quasi for name in other.quasi)
    if finer_here and finer_there:
        return 1, 0, True
    by = ", ".join(quoted(name) for name in quasi)
    joint = other.k if finer_there else _one(db, f"select min(n) from (select count(*) n from r group by {by})")
    grown = 0
    if not changed and set(quasi) == set(other.quasi) and k > 1:
        grown = _one(
            db,
            f"""select count(*) from (select {by}, count(*) n from r group by all) a
                  join (select {by}, count(*) n from {view} group by all) b using ({by})
                 where abs(a.n - b.n) between 1 and {k - 1}""",
        )
    return joint, grown, False


def _cube(
    db: duckdb.DuckDBPyConnection,
    view: str,
    schema: Mapping[str, str],
    theirs: Mapping[str, str],
    other: Published,
    minimum: int,
) -> tuple[int, int]:
    """Cells that one release hides and the other shows under an unchanged total, and cells with small differences."""
    dimensions = [name for name in other.dimensions if name in schema and name in theirs]
    if (
        not dimensions
        or len(dimensions) != len(other.dimensions)
        or other.count not in schema
        or other.count not in theirs
    ):
        return 0, 0
    count, on = quoted(other.count), " and ".join(f"a.{quoted(name)} = b.{quoted(name)}" for name in dimensions)
    total = {name: f"a.{quoted(name)} = '合计'" for name in dimensions}
    inner = " and ".join(f"not ({test})" for test in total.values())
    given = 0
    for name in dimensions:
        others = " and ".join(total[each] for each in dimensions if each != name) or "true"
        given = max(
            given,
            _one(
                db,
                f"""with same as (select a.{quoted(name)} v from r a join {view} b on {on}
                               where {others} and not ({total[name]}) and a.{count} = b.{count})
                select count(*) from r a join {view} b on {on}
                 where {inner} and a.{quoted(name)} in (select v from same)
                   and ((a.cell_status like 'suppressed%' and b.cell_status = 'published')
                     or (b.cell_status like 'suppressed%' and a.cell_status = 'published'))""",
            ),
        )
    grown = _one(
        db,
        f"""select count(*) from r a join {view} b on {on}
             where {inner} and abs(a.{count} - b.{count}) between 1 and {minimum - 1}""",
    )
    return given, grown
