"""A changed table arrives without a moment in which the old release is gone or half replaced."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
import requests
from desk_client import account, hub, open_products, settled, wait_for

from govopen_stack.demo import review

pytestmark = pytest.mark.integration


class Reader(threading.Thread):
    """A visitor who reads a product without a pause and keeps what each answer said."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.ended, self.seen, self.failed = url, threading.Event(), [], []

    def run(self) -> None:
        """Read until told to stop."""
        while not self.ended.wait(0.02):
            answer = requests.get(self.url, params={"limit": 1000}, timeout=30)
            if answer.status_code != 200:
                self.failed.append(answer.status_code)
                continue
            body = answer.json()
            self.seen.append((body["release"]["digest"], body["total"], len(body["rows"])))


def test_readers_meet_the_old_release_or_the_new_one(home: Any) -> None:
    """A table loses a row at the hub, officers approve it, and a reader sees one whole release after the other."""
    status = home.status()
    settled(home)
    officer = account(home, "officer")
    # One that no other test changed or closed: its public release is its newest, and its rows are answered.
    product = next(
        p
        for p in open_products(home)
        if 10 < p["row_count"] < 900
        and officer.call("precheck_show", id=p["entry_id"])["state"] == "public"
        and requests.get(f"{status['api_url']}/products/{p['id']}/rows", timeout=30).status_code == 200
    )
    with psycopg.connect(status["desk_database_url"]) as db:
        remote = db.execute("select remote_id from source_item where entry_id = %s", [product["entry_id"]]).fetchone()[
            0
        ]
    url = f"{status['api_url']}/products/{product['id']}/rows"
    before = requests.get(url, params={"limit": 1}, timeout=30).json()
    reader = Reader(url)
    reader.start()
    try:
        hub(home).post("change", remote_id=remote)
        account(home, "operator").call("intake_run")
        wait_for(
            "a new candidate",
            lambda: officer.call("precheck_show", id=product["entry_id"])["state"] == "ready",
            seconds=90,
        )
        request = officer.call("release_request_submit", entry_id=product["entry_id"], comment="数据更新。")
        desks = {role: account(home, role) for role in ("reviewer", "security", "deid", "approver", "supervisor")}
        for _ in range(5):
            shown = desks["supervisor"].call("release_request_show", id=request["id"])
            if shown["state"] not in review.LIVE:
                break
            desks[shown["step_role"]].call(
                "release_request_approve", id=request["id"], comment="同意。", digests=shown["digests"]
            )
        wait_for(
            "the new release",
            lambda: requests.get(url, params={"limit": 1}, timeout=30).json()["total"] == before["total"] - 1,
            seconds=60,
        )
    finally:
        reader.ended.set()
        reader.join()
    assert reader.failed == []
    releases = list(dict.fromkeys(reader.seen))
    assert [total for _, total, _ in releases] == [before["total"], before["total"] - 1], (
        "one after the other, each whole"
    )
    assert all(total == rows for _, total, rows in releases)
    assert releases[0][0] == before["release"]["digest"]
