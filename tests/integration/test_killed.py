"""kill -9 at any stage loses nothing: leases, committed stages, idempotent jobs."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from desk_client import account, hub, open_products, settled, wait_for

pytestmark = pytest.mark.integration
STAGES = ("landed", "profiled", "planned", "built")


def _live_job(url: str) -> tuple[Any, ...] | None:
    with psycopg.connect(url) as db:
        return db.execute("select kind, attempts from job where state = 'running' and lane = 'worker'").fetchone()


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_at_a_stage_goes_on(home: Any, stage: str) -> None:
    """A table changes at the hub; the worker dies as soon as the stage is committed; the release is judged all the same."""
    status = home.status()
    url = status["desk_database_url"]
    product = open_products(home)[1]
    with psycopg.connect(url) as db:
        remote = db.execute("select remote_id from source_item where entry_id = %s", [product["entry_id"]]).fetchone()[
            0
        ]
        before = db.execute(
            "select coalesce(max(number), 0) from release where product_id = %s", [product["id"]]
        ).fetchone()[0]
        old = db.execute(
            "select release_id from pointer where product_id = %s and grant_id = ''", [product["id"]]
        ).fetchone()
    hub(home).post("change", remote_id=remote)
    account(home, "operator").call("intake_run")
    with psycopg.connect(url, autocommit=True) as db:
        seen = wait_for(
            f"stage {stage}",
            lambda: (
                db.execute(
                    "select d.stage from delivery d join source_item s on s.id = d.source_item_id where s.remote_id = %s "
                    "order by d.received_at desc limit 1",
                    [remote],
                ).fetchone()[0]
                in (*STAGES[STAGES.index(stage) :], "judged")
            ),
            seconds=60,
            every=0.01,
        )
        assert seen
        home.kill("worker")
        wait_for(
            "a new judged release",
            lambda: db.execute(
                "select 1 from release r join evidence e on e.release_id = r.id where r.product_id = %s and r.number > %s",
                [product["id"], before],
            ).fetchone(),
            seconds=90,
        )
        now = db.execute(
            "select release_id from pointer where product_id = %s and grant_id = ''", [product["id"]]
        ).fetchone()
        assert now == old, "a change waits for review; the old release stays public"
        twice = db.execute(
            "select count(*) from release where product_id = %s and number > %s", [product["id"], before]
        ).fetchone()[0]
        assert twice == 1, "a killed build leaves one release, not two"
    settled(home)


def test_a_killed_publisher_publishes_once(home: Any) -> None:
    """The publisher dies while a request is approved; the release is out once, under one bundle for one outbox line."""
    url = home.status()["desk_database_url"]
    home.kill("publisher")
    time.sleep(0.2)
    with psycopg.connect(url, autocommit=True) as db:
        wait_for(
            "an empty outbox",
            lambda: db.execute("select count(*) from outbox where done_at is null").fetchone()[0] == 0,
            seconds=90,
        )
        total, distinct = db.execute("select count(*), count(distinct outbox_id) from bundle").fetchone()
    assert total == distinct


def test_a_killed_service_comes_back(home: Any) -> None:
    """The supervisor restarts what dies, the data service included."""
    import requests

    for name in ("api", "projector", "portal"):
        home.kill(name)
    api = home.status()["api_url"]

    def answers() -> bool:
        try:
            return requests.get(f"{api}/catalog", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    wait_for("the data service again", answers, seconds=60)
    wait_for("all running", lambda: all(s["state"] == "running" for s in home.status()["services"]), seconds=90)
