"""Solr down: home and dataset pages draw, a release goes out and is indexed when Solr is back."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import requests
from desk_client import open_products, wait_for

pytestmark = pytest.mark.integration


def test_pages_draw_and_the_index_catches_up(home: Any) -> None:
    """A change is projected while Solr is away; its document is there after Solr came back."""
    status = home.status()
    product = open_products(home)[2]
    home.stop(["solr"])
    try:
        for path in ("/", "/en/", f"/dataset/{product['name']}"):
            answer = requests.get(status["portal_url"] + path, timeout=60)
            assert answer.status_code == 200, f"{path} answered {answer.status_code} without Solr"
        searched = requests.get(status["portal_url"] + "/dataset/?q=x", timeout=60)
        assert searched.status_code in {200, 503}
        with psycopg.connect(status["database_url"]) as db:
            db.execute(
                "insert into index_queue (entry_id) values (%s) on conflict (entry_id) do update set next_at = now()",
                [product["entry_id"]],
            )
        assert requests.get(f"{status['api_url']}/products/{product['id']}/rows?limit=1", timeout=30).status_code == 200
    finally:
        home.start()
    with psycopg.connect(status["database_url"], autocommit=True) as db:
        wait_for(
            "an empty index queue",
            lambda: db.execute("select count(*) from index_queue").fetchone()[0] == 0,
            seconds=120,
        )
    found = requests.get(
        f"{status['portal_url']}/api/3/action/package_search", params={"fq": f"id:{product['entry_id']}"}, timeout=30
    )
    assert found.json()["result"]["count"] == 1
