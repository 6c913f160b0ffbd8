"""No raw value leaves the vault except through a recipe: planted values are found nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hunting import crawl, databases, files, find, index, memory

from govopen_harvesters.reference_hub.canaries import canaries

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def planted(home: Any) -> list[str]:
    """What the hub planted in its personal tables; the hunt is only worth something when there are many."""
    found = canaries(home.path / "hub")
    assert len(found) >= 40
    return found


def test_the_hunter_finds_what_is_there(home: Any, planted: list[str]) -> None:
    """The hub's own folder holds the raw tables: a hunter that finds nothing there is blind."""
    assert find(planted, ((n, d) for n, d in files(home.path / "hub", without=())))


def test_no_file_of_the_home_holds_a_canary(home: Any, planted: list[str]) -> None:
    """Vault (sealed), store, spool, renditions, sides, logs, run folder; PostgreSQL's and Redis' own files besides."""
    assert find(planted, files(home.path, without=("hub",))) == []


def test_no_database_row_holds_a_canary(home: Any, planted: list[str]) -> None:
    """Both databases: profiles, plans, evidence, jobs, audit, packages, activity."""
    status = home.status()
    assert find(planted, databases(status["database_url"], status["desk_database_url"])) == []


def test_redis_holds_no_canary(home: Any, planted: list[str]) -> None:
    """Sessions, caches, job results."""
    assert find(planted, (p for p in (*memory(home.status()["redis_url"]), ("end", b"")))) == []


def test_solr_holds_no_canary(home: Any, planted: list[str]) -> None:
    """All stored fields of both cores."""
    assert find(planted, index(home.status()["solr_url"], ("desk", "portal"))) == []


def test_no_page_shows_a_canary(home: Any, planted: list[str]) -> None:
    """The portal as anybody sees it, the desk as the supervisor sees it."""
    status = home.status()
    token = next(a["token"] for a in status["accounts"] if a["role"] == "supervisor")
    desk = requests.Session()
    desk.headers["Authorization"] = token
    assert find(planted, crawl(requests.Session(), status["portal_url"] + "/")) == []
    assert find(planted, crawl(desk, status["desk_url"] + "/desk")) == []


def _answers(status: dict[str, Any], key: str) -> Iterator[tuple[str, bytes]]:
    session = requests.Session()
    listed = session.get(f"{status['api_url']}/catalog", params={"limit": 100}, timeout=60).json()["datasets"]
    for dataset in listed:
        shown = session.get(f"{status['api_url']}/datasets/{dataset['id']}", timeout=60)
        yield f"dataset {dataset['id']}", shown.content
        for product in shown.json()["dataset"]["products"]:
            for headers in ({}, {"X-Key": key}):
                rows = session.get(
                    f"{status['api_url']}/products/{product['id']}/rows",
                    params={"limit": 1000},
                    headers=headers,
                    timeout=60,
                )
                assert rows.status_code < 500
                yield f"rows {product['id']}", rows.content
                for form in ("csv", "json"):
                    whole = session.get(
                        f"{status['api_url']}/products/{product['id']}/download",
                        params={"format": form},
                        headers=headers,
                        timeout=120,
                    )
                    assert whole.status_code < 500
                    yield f"{form} {product['id']}", whole.content


def test_no_answer_of_the_api_holds_a_canary(home: Any, planted: list[str]) -> None:
    """Datasets, rows and whole files, for everybody and for the licensee."""
    status = home.status()
    licensee = status["licensees"][0]
    assert find(planted, _answers(status, f"{licensee['key_id']}.{licensee['secret']}")) == []
