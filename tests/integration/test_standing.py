"""A standing approval: refreshes inside its limits go public without a person, anything else becomes a task."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from desk_client import account

pytestmark = pytest.mark.integration


def test_three_refreshes_went_public_under_the_standing_plan(home: Any) -> None:
    """The demo let three days pass: their releases are approved by the plan and none by a person."""
    with psycopg.connect(home.status()["desk_database_url"]) as db:
        plan = db.execute("select id, product_id from standing_plan where revoked_at is null").fetchone()
        assert plan, "the demo made a standing plan"
        rows = db.execute(
            "select r.number, r.state, a.maker from release r join approval a on a.release_id = r.id "
            "where r.product_id = %s order by r.number",
            [plan[1]],
        ).fetchall()
    assert [maker for _, _, maker in rows] == ["person", "standing", "standing", "standing"]
    assert [state for _, state, _ in rows] == ["superseded", "superseded", "superseded", "published"]


def test_the_day_with_a_new_column_stopped_as_a_task(home: Any) -> None:
    """Nobody approved that column: the last release stays public and an officer finds a task with the code."""
    tasks = account(home, "officer").every("task_list")
    assert any(task["code"] == "standing.schema" for task in tasks)
    with psycopg.connect(home.status()["desk_database_url"]) as db:
        product = db.execute("select product_id from standing_plan where revoked_at is null").fetchone()[0]
        number = db.execute(
            "select r.number from pointer p join release r on r.id = p.release_id where p.product_id = %s and p.grant_id = ''",
            [product],
        ).fetchone()[0]
    with psycopg.connect(home.status()["database_url"]) as db:
        shown = db.execute(
            "select r.number from pub_pointer p join pub_release r using (product_id, digest, grant_id) "
            "where p.product_id = %s and p.grant_id = ''",
            [product],
        ).fetchone()[0]
    assert shown == number
