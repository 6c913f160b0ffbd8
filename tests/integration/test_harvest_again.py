"""Harvesting again with nothing changed writes nothing but one finished job row with zero counts."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from desk_client import account, settled
from psycopg import sql

pytestmark = pytest.mark.integration
OURS = (
    "source_item delivery entry entry_revision product profile plan release evidence request request_step approval task "
    "closure pointer outbox bundle package package_tag resource harvest_object harvest_object_error"
).split()


def _counts(url: str) -> dict[str, tuple[int, str]]:
    with psycopg.connect(url) as db:
        return {
            table: db.execute(
                sql.SQL(
                    "select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {} t"
                ).format(sql.Identifier(table))
            ).fetchone()
            for table in OURS
        }


def test_nothing_changed_writes_one_finished_job_row(home: Any) -> None:
    """Row counts and contents of every table of the release path stay as they are."""
    settled(home)
    url = home.status()["desk_database_url"]
    operator = account(home, "operator")
    operator.call("intake_run")
    settled(home)
    before = _counts(url)
    with psycopg.connect(url) as db:
        jobs = db.execute("select count(*) from harvest_job").fetchone()[0]
    operator.call("intake_run")
    settled(home)
    assert _counts(url) == before
    with psycopg.connect(url) as db:
        rows = db.execute("select status, finished is not null from harvest_job order by created desc").fetchall()
    assert len(rows) >= jobs + 1
    assert rows[0][0] == "Finished"
    assert rows[0][1]
    assert re.match(r"^\d+$", str(jobs))
