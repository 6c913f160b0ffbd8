"""Closing is one row, and it shuts every door."""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
import pytest
import requests
from desk_client import account, hub, open_products, wait_for

pytestmark = pytest.mark.integration


def _doors(status: dict[str, Any], product: dict[str, Any], digest: str) -> dict[str, tuple[str, set[int]]]:
    api, portal, id_ = status["api_url"], status["portal_url"], product["id"]
    return {
        "page": (f"{portal}/dataset/{product['name']}", {410}),
        "english page": (f"{portal}/en/dataset/{product['name']}", {410}),
        "rows": (f"{api}/products/{id_}/rows?limit=1", {410}),
        "file": (f"{api}/products/{id_}/download?format=csv", {410}),
        "old version": (f"{api}/products/{id_}/releases/1", {410}),
        "old version file": (f"{api}/products/{id_}/releases/1/download?format=csv", {410}),
        "datastore": (f"{portal}/api/3/action/datastore_search?resource_id={id_}&limit=1", {404}),
    }


def _first_release(status: dict[str, Any], product_id: str) -> str:
    with psycopg.connect(status["database_url"]) as db:
        return str(
            db.execute("select digest from pub_release where product_id = %s order by number", [product_id]).fetchone()[
                0
            ]
        )


def _all_shut(doors: dict[str, tuple[str, set[int]]]) -> bool:
    return all(requests.get(url, timeout=30).status_code in wanted for url, wanted in doors.values())


def test_a_withdrawal_order_shuts_every_door(home: Any) -> None:
    """The order lies in the hub's feed; within a minute page, file, rows, old versions and DataStore refuse."""
    status = home.status()
    product = open_products(home)[-1]
    doors = _doors(status, product, _first_release(status, product["id"]))
    for name, (url, _) in doors.items():
        assert requests.get(url, timeout=30).status_code == 200, f"{name} is open before"
    with psycopg.connect(status["desk_database_url"]) as db:
        remote = db.execute("select remote_id from source_item where entry_id = %s", [product["entry_id"]]).fetchone()[
            0
        ]
    start = time.monotonic()
    hub(home).post("withdraw", remote_id=remote)
    with psycopg.connect(status["desk_database_url"], autocommit=True) as db:
        wait_for(
            "the closure row",
            lambda: db.execute(
                "select 1 from closure where scope = 'entry' and target = %s", [product["entry_id"]]
            ).fetchone(),
            seconds=60,
            every=0.05,
        )
    committed = time.monotonic()
    wait_for("all doors shut", lambda: _all_shut(doors), seconds=5, every=0.05)
    print(f"order to row {committed - start:.1f} s, row to last door {time.monotonic() - committed:.2f} s")
    notice = requests.get(doors["rows"][0], timeout=30).json()["error"]
    assert notice["code"] == "release.closed"
    refused = requests.get(doors["datastore"][0], timeout=30)
    assert "release.closed" in refused.text
    found = requests.get(
        f"{status['portal_url']}/api/3/action/package_search", params={"fq": f"id:{product['entry_id']}"}, timeout=30
    )
    wait_for(
        "gone from the index",
        lambda: requests.get(found.url, timeout=30).json()["result"]["count"] == 0,
        seconds=60,
    )


def test_an_officer_closes_and_lifts(home: Any) -> None:
    """An emergency closing by a person needs a reason, shuts at once, and is undone by lifting."""
    status = home.status()
    product = open_products(home)[0]
    doors = _doors(status, product, "")
    security = account(home, "security")
    made = security.call(
        "closure_create",
        scope="entry",
        target=product["entry_id"],
        code="release.closed",
        comment="公众反映可能有误，先行关停核查。",
    )
    wait_for("all doors shut", lambda: _all_shut(doors), seconds=10)
    account(home, "approver").call("closure_lift", id=made["id"], comment="核查无误，恢复开放。")
    wait_for("rows open again", lambda: requests.get(doors["rows"][0], timeout=30).status_code == 200, seconds=20)


def test_a_running_download_is_cut(home: Any) -> None:
    """A download that runs while its product is closed ends short of its promised length."""
    status = home.status()
    product = max(open_products(home), key=lambda p: p["row_count"])
    url = f"{status['api_url']}/products/{product['id']}/download?format=csv"
    security = account(home, "security")
    with requests.get(url, stream=True, timeout=60, headers={"Accept-Encoding": "identity"}) as answer:
        promised = int(answer.headers["Content-Length"])
        if promised < 16 * 1024 * 1024:
            # What fits into the sockets' buffers is gone before anybody could cut it: then the next call must refuse.
            answer.content  # noqa: B018 - read to the end, as a client would.
        closing = threading.Thread(
            target=security.call,
            args=("closure_create",),
            kwargs={"scope": "product", "target": product["id"], "code": "release.closed", "comment": "关停演练。"},
        )
        closing.start()
        closing.join()
    wait_for("the next call refused", lambda: requests.get(url, timeout=30).status_code == 410, seconds=10)
    made = next(c for c in security.every("closure_list") if c["target"] == product["id"] and not c["lifted_at"])
    account(home, "approver").call("closure_lift", id=made["id"], comment="演练结束。")
    wait_for("open again", lambda: requests.get(url, timeout=30).status_code == 200, seconds=20)
