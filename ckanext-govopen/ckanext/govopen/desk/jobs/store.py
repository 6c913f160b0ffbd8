"""What the desk's pages ask about jobs: paged lists, values out."""

from __future__ import annotations

from typing import Any

from ckanext.govopen.desk.jobs import sql

__all__ = [
    "jobs",
]


def jobs(
    page: int = 1, limit: int = 50, *, state: str | None = None, kind: str | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Give a page of jobs, newest first, and how many there are."""
    where = "where (cast(:state as text) is null or state = :state) and (cast(:kind as text) is null or kind = :kind)"
    found = sql.rows(
        f"""select id, kind, key, lane, state, attempts, next_at, progress, error_code, error_detail, created_at,
                   finished_at, lease_owner
              from job {where} order by id desc limit :limit offset :offset""",
        state=state,
        kind=kind,
        limit=max(1, min(limit, 200)),
        offset=(max(1, page) - 1) * max(1, min(limit, 200)),
    )
    return found, int(sql.scalar(f"select count(*) from job {where}", state=state, kind=kind))
