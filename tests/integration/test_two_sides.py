"""Two sides in earnest: the open side stands alone, and a folder of bundles is all it needs to be made again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from desk_client import wait_for

from govopen_stack.api import Home

pytestmark = pytest.mark.integration
PUBLIC = (
    "select p.product_id, p.grant_id, p.digest, p.epoch, r.row_count, r.manifest->>'built_at' from pub_pointer p "
    "join pub_release r using (product_id, digest, grant_id) order by 1, 2"
)
ENTRIES = "select entry_id, name, epoch, state, revision_digest from pub_entry order by 1"
CLOSED = "select id, scope, target, code, lifted_at is null from pub_closure order by 1"


def _all(url: str) -> list[list[tuple[Any, ...]]]:
    with psycopg.connect(url) as db:
        return [db.execute(query).fetchall() for query in (PUBLIC, ENTRIES, CLOSED)]


@pytest.fixture(scope="module")
def alone(home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A second home with the open side only: no desk database, no vault, no key but the public one."""
    place = Home(tmp_path_factory.mktemp("open"))
    place.path.joinpath("config").mkdir(parents=True, exist_ok=True)
    shutil.copy(home.path / "config" / "bundle.pub", place.path / "config" / "bundle.pub")
    shutil.copytree(home.path / "spool", place.path / "spool", dirs_exist_ok=True)
    place.start(["portal", "projector", "api"])
    yield place
    place.stop()


def test_the_open_side_is_rebuilt_from_bundles_with_equal_digests(home: Any, alone: Home) -> None:
    """Pointers, epochs, digests, entries and closures equal the first open side's, row by row."""
    wanted = _all(home.status()["database_url"])
    assert wanted[0]
    wait_for("every bundle applied", lambda: _all(alone.status()["database_url"]) == wanted, seconds=240, every=1)


def test_it_serves_without_a_desk(alone: Home) -> None:
    """Pages, rows and files come from the second open side, where no desk ever was."""
    status = alone.status()
    assert "desk_database_url" not in status
    assert "vault_path" not in status
    listed = requests.get(f"{status['api_url']}/catalog", params={"state": "open", "limit": 50}, timeout=30).json()[
        "datasets"
    ]
    dataset = requests.get(f"{status['api_url']}/datasets/{listed[0]['id']}", timeout=30).json()["dataset"]
    product = next(p for p in dataset["products"] if p["audience"] == "public")
    assert requests.get(f"{status['portal_url']}/dataset/{dataset['name']}", timeout=60).status_code == 200
    if product["kind"] in {"table", "cube"}:
        rows = requests.get(f"{status['api_url']}/products/{product['id']}/rows", params={"limit": 3}, timeout=30)
        assert rows.status_code == 200
        assert rows.json()["rows"]


def test_no_secret_of_the_desk_is_there(alone: Home) -> None:
    """Neither vault nor signing key nor desk database: the folder is searched for their files."""
    names = {path.name for path in Path(alone.path).rglob("*")}
    assert "desk.ini" not in names
    keys = (alone.path / "secrets" / "keys.json").read_text("utf-8")
    assert "vault_key" not in keys
    assert "signing_key" not in keys
    vault = alone.path / "vault"
    assert not vault.exists() or not any(vault.rglob("*"))


def test_the_public_is_served_while_the_desk_is_down(home: Any) -> None:
    """Desk, worker and publisher stop; the first home's portal and API answer as before."""
    status = home.status()
    home.stop(["desk", "worker", "publisher"])
    try:
        listed = requests.get(f"{status['api_url']}/catalog", params={"state": "open", "limit": 1}, timeout=30)
        assert listed.json()["datasets"]
        page = requests.get(f"{status['portal_url']}/dataset/{listed.json()['datasets'][0]['name']}", timeout=60)
        assert page.status_code == 200
    finally:
        home.start()
