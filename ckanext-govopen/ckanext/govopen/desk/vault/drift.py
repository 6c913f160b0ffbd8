"""How far a refresh is from what is public of its product: rows, and values that columns of few values never had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.govopen.desk.vault.meter import parts_view
from ckanext.govopen.desk.vault.scrub import border
from ckanext.govopen.releases.duck import quoted

__all__ = ["FEW", "compare"]

FEW = 100


def compare(parts: Sequence[bytes], last: Sequence[bytes]) -> dict[str, Any]:
    """Rows now and then, and the number of new values by text column that had at most `FEW` distinct ones."""
    with border("drift"), parts_view({"r": parts, "l": last}) as db:
        here = {row[0]: row[1] for row in db.execute("describe r").fetchall()}
        there = {row[0]: row[1] for row in db.execute("describe l").fetchall()}
        fresh = {}
        for name, kind in here.items():
            if kind != "VARCHAR" or there.get(name) != kind:
                continue
            column = quoted(name)
            few, new = db.execute(
                f"""select (select count(distinct {column}) from l),
                           (select count(*) from (select distinct {column} from r where {column} is not null
                                                  except select distinct {column} from l))"""
            ).fetchone() or (0, 0)
            if few <= FEW and new:
                fresh[name] = int(new)
        rows = db.execute("select (select count(*) from r), (select count(*) from l)").fetchone() or (0, 0)
    return {"rows": int(rows[0]), "last_rows": int(rows[1]), "new_values": sum(fresh.values()), "columns": fresh}
