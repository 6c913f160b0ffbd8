"""Bad days: the hub goes away in the middle of a run, the vault's disk is full. Nothing is lost, and the code says why."""

from __future__ import annotations

import resource
from typing import Any

import psutil
import psycopg
import pytest
from desk_client import account, hub, open_products, settled, wait_for

pytestmark = pytest.mark.integration


def _remote(url: str, entry_id: str) -> str:
    with psycopg.connect(url) as db:
        return str(db.execute("select remote_id from source_item where entry_id = %s", [entry_id]).fetchone()[0])


def _intake(url: str) -> dict[str, Any]:
    with psycopg.connect(url) as db:
        return dict(db.execute("select progress from job where kind = 'intake' order by id desc limit 1").fetchone()[0])


def _deliveries(url: str, remotes: list[str]) -> int:
    with psycopg.connect(url) as db:
        query = (
            "select count(*) from delivery d join source_item s on s.id = d.source_item_id "
            "where s.remote_id = any(%s) and d.stage = 'judged'"
        )
        return int(db.execute(query, [remotes]).fetchone()[0])


def test_a_hub_that_goes_away_in_the_middle_of_a_run(home: Any) -> None:
    """Three tables changed; the hub answers a few calls and then 503; the next run brings what is missing, once."""
    url = home.status()["desk_database_url"]
    settled(home)
    remotes = [_remote(url, product["entry_id"]) for product in open_products(home)[4:7]]
    before = _deliveries(url, remotes)
    control, operator = hub(home), account(home, "operator")
    for remote in remotes:
        control.post("change", remote_id=remote)
    control.post("pause", after=4)
    try:
        operator.call("intake_run")
        wait_for("a run that stopped", lambda: _intake(url).get("stopped") == "hub.unreachable", seconds=60)
    finally:
        control.post("pause", paused=False)
    operator.call("intake_run")
    wait_for("every change judged", lambda: _deliveries(url, remotes) == before + len(remotes), seconds=120)
    settled(home)
    assert _deliveries(url, remotes) == before + len(remotes)


def test_a_full_disk_in_the_vault(home: Any) -> None:
    """A limit on the size of files stands in: the delivery waits under `vault.space` and is taken in when there is room."""
    status = home.status()
    url = status["desk_database_url"]
    settled(home)
    product = max(open_products(home), key=lambda p: p["row_count"])
    remote = _remote(url, product["entry_id"])
    before = _deliveries(url, [remote])
    worker = psutil.Process(next(s["pid"] for s in status["services"] if s["name"] == "worker"))
    hub(home).post("change", remote_id=remote)
    worker.rlimit(psutil.RLIMIT_FSIZE, (2048, resource.RLIM_INFINITY))
    try:
        account(home, "operator").call("intake_run")
        with psycopg.connect(url, autocommit=True) as db:
            query = (
                "select 1 from job where error_code = 'vault.space' or progress->>'stopped' = 'vault.space' "
                "union all select 1 from source_item where remote_id = %s and reason_code = 'vault.space' "
                "union all select 1 from delivery d join source_item s on s.id = d.source_item_id "
                "where s.remote_id = %s and d.reason_code = 'vault.space'"
            )
            wait_for("the code of a full disk", lambda: db.execute(query, [remote, remote]).fetchone(), seconds=60)
        assert _deliveries(url, [remote]) == before
    finally:
        worker.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    account(home, "operator").call("intake_run")
    wait_for("the delivery judged", lambda: _deliveries(url, [remote]) == before + 1, seconds=120)
    left = [
        path.name
        for path in (home.path / "vault").rglob("*")
        if path.is_file() and path.suffix in {".new", ".tmp", ".part"}
    ]
    assert not left, "a write that failed leaves no half file"
