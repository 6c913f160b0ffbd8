"""The open side by itself: bundles in order, closures at every page, nothing writable, nothing needed but a folder."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
import requests

sys.path.insert(0, str(Path(__file__).parent))
from test_projection_factory import Maker, described, ident, organisation

from govopen_stack.api import Home

pytestmark = pytest.mark.integration
SHOPS = pa.table(
    {
        "店名": [f"大药房{n}" for n in range(30)],
        "区": [["西湖", "上城"][n % 2] for n in range(30)],
        "号": list(range(30)),
    }
)
FIELDS = described(("店名", "店名", "招牌上的名称"), ("区", "区", "所在的区"), ("号", "号", "序号"))


def body(title: str = "零售药店名录", **more: Any) -> dict[str, Any]:
    """A frozen catalogue body."""
    made = {
        "title": title,
        "title_en": "Pharmacies",
        "notes": "全市药店。",
        "theme": "market",
        "open_type": "unconditional",
    }
    return {**made, "update_cycle": "monthly", "row_meaning": "一行是一家门店。", "govopen_fields": FIELDS, **more}


def until(what: str, holds: Callable[[], bool], seconds: float = 40.0) -> None:
    """Wait for something that other processes bring about."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.2)
    pytest.fail(f"not within {seconds:.0f} s: {what}")


class Side:
    """A running open side, its maker of bundles and a few questions."""

    def __init__(self, place: Home, maker: Maker) -> None:
        self.place, self.maker = place, maker
        self.status = place.status()
        self.portal, self.api = self.status["portal_url"], self.status["api_url"]

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the portal's database."""
        with psycopg.connect(self.status["database_url"], autocommit=True) as db:
            return db.execute(text, values).fetchall()

    def applied(self, number: int) -> bool:
        """Whether a bundle is in."""
        return bool(self.sql("select 1 from bundle_applied where number = %s", number))

    def settle(self) -> None:
        """Wait until everything written so far is applied and indexed."""
        until("the last bundle is applied", lambda: self.applied(self.maker.number))
        until("the index queue is empty", lambda: not self.sql("select 1 from index_queue"))

    def get(self, path: str, **params: str) -> requests.Response:
        """A page, as an anonymous visitor gets it."""
        return requests.get(f"{self.portal}{path}", params=params, timeout=60)

    def found(self, q: str) -> set[str]:
        """Ids that Solr finds."""
        core = f"{self.status['solr_url']}/portal/select"
        docs = requests.get(core, params={"q": f"title_bi:({q})", "fl": "id", "wt": "json"}, timeout=30).json()[
            "response"
        ]["docs"]
        return {doc["id"] for doc in docs}


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """An open side without a desk: portal, data service and projector, and one published entry."""
    place = Home(tmp_path_factory.mktemp("open"))
    maker = Maker(place.path / "spool")
    place.trust(maker.public_key)
    place.start(["portal", "projector", "api"])
    made = Side(place, maker)
    maker.publish(
        "shops",
        body(),
        organisation("市市场监管局"),
        [("table", SHOPS, "门店", {"claim": "none", "quality": {"score": 96, "grade": "A"}})],
    )
    made.settle()
    yield made
    place.stop()


def test_a_published_entry_is_found_shown_and_looked_up(side: Side) -> None:
    """Page, search, look-up, package and index say the same; the page is for everybody: no cookie and no token."""
    page = side.get("/dataset/shops")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert "_csrf_token" not in page.text
    assert "public" in page.headers["Cache-Control"]
    assert "大药房0" in page.text
    assert "application/ld+json" in page.text
    narrowed = side.get("/dataset/shops", v="大药房7")
    assert "大药房7" in narrowed.text
    assert "大药房12" not in narrowed.text
    assert "零售药店名录" in side.get("/dataset", q="藥店").text
    assert "零售药店名录" in side.get("/dataset", q="yaodian").text
    assert "零售药店名录" in side.get("/").text
    shown = requests.get(f"{side.portal}/api/3/action/package_show", params={"id": "shops"}, timeout=30).json()[
        "result"
    ]
    assert shown["id"] == ident("entry", "shops")
    assert [resource["id"] for resource in shown["resources"]] == [ident("product", "shops", "table")]
    searched = requests.get(f"{side.portal}/api/3/action/package_search", params={"q": "药店"}, timeout=30).json()[
        "result"
    ]
    assert [one["name"] for one in searched["results"]] == ["shops"]
    assert "Pharmacies" in side.get("/en/dataset/shops").text


def test_what_comes_late_loses(side: Side) -> None:
    """A bundle whose epoch is not newer changes nothing of the entry, and is passed over."""
    maker = side.maker
    maker.publish("late", body("后来的"), organisation("市教育局"), [("table", SHOPS, "门店", {})])
    side.settle()
    maker.epochs["late"] = 0
    maker.publish("late", body("先前的"), organisation("市教育局"), [("table", SHOPS, "门店", {})])
    side.settle()
    assert side.sql("select body->>'title', epoch from pub_entry where name = 'late'") == [("后来的", 1)]


def test_a_gap_waits(side: Side) -> None:
    """A bundle that is not the next one stays where it is until the one between arrives."""
    maker = side.maker
    first = maker.catalogue("gap-a", body("甲"), organisation("市教育局"))
    kept = first.with_suffix(".kept")
    first.rename(kept)
    maker.catalogue("gap-b", body("乙"), organisation("市教育局"))
    time.sleep(1.5)
    assert not side.applied(maker.number)
    kept.rename(first)
    side.settle()
    assert side.sql("select count(*) from pub_entry where name like 'gap-%%'") == [(2,)]


def test_a_forged_bundle_stands_still_until_it_is_replaced(side: Side) -> None:
    """Signed by another key: refused, named, nothing shown; the true one in its place goes on."""
    maker = side.maker
    forger = Maker(side.place.path / "spool", seed="22" * 32, first=maker.number + 1)
    forged = forger.catalogue("forged", body("伪造"), organisation("市教育局"))
    until(
        "the refusal is noted", lambda: bool(side.sql("select 1 from bundle_refused where number = %s", forger.number))
    )
    assert side.get("/dataset/forged").status_code == 404
    forged.unlink()
    maker.catalogue("genuine", body("真实"), organisation("市教育局"))
    side.settle()
    assert side.get("/dataset/genuine").status_code == 200
    assert side.sql("select count(*) from bundle_refused") == [(0,)]


def test_a_closure_shuts_the_page_the_search_and_the_package(side: Side) -> None:
    """410 with both notices, gone from lists and index, no resources by CKAN's API; a lift brings it back."""
    maker = side.maker
    maker.publish("closing", body("将要关停的"), organisation("市教育局"), [("table", SHOPS, "门店", {})])
    side.settle()
    assert side.get("/dataset/closing").status_code == 200
    entry = ident("entry", "closing")
    maker.close("entry", entry, notice="应提供方要求停止提供。")
    # Each web process hears of a closure by itself: shut means that none of them answers otherwise.
    until("the page is shut", lambda: all(side.get("/dataset/closing").status_code == 410 for _ in range(12)), 5)
    page = side.get("/dataset/closing")
    assert "应提供方要求停止提供" in page.text
    assert "provider" in page.text
    assert "大药房0" not in page.text
    side.settle()
    assert "将要关停的" not in side.get("/dataset", q="关停").text.replace("“关停”", "")
    assert entry not in side.found("关停")
    shown = requests.get(f"{side.portal}/api/3/action/package_show", params={"id": "closing"}, timeout=30).json()[
        "result"
    ]
    assert shown["resources"] == []
    maker.close("entry", entry, lifted=True)
    side.settle()
    until("the page is back", lambda: side.get("/dataset/closing").status_code == 200, 10)


def test_a_closed_entry_gives_its_ground_and_takes_a_request(side: Side) -> None:
    """Not open: the ground is said, a request without an account gets a code, and its page never shows the contact."""
    closed = body("学籍信息", open_type="closed", closed_ground="personal", closed_ground_text="含未成年人信息。")
    side.maker.catalogue("register", closed, organisation("市教育局"))
    side.settle()
    page = side.get("/dataset/register")
    assert "含未成年人信息" in page.text
    form = side.get("/request", dataset="register")
    assert "Set-Cookie" not in form.headers
    stamp = form.text.split('name="form_time" value="')[1].split('"')[0]
    given = {
        "title": "学籍信息",
        "text": "各校人数即可",
        "contact": "someone@example.org",
        "dataset": "register",
        "form_time": stamp,
    }
    early = requests.post(f"{side.portal}/request", data={**given, "form_time": ""}, timeout=30)
    assert early.status_code == 400
    time.sleep(2.2)
    sent = requests.post(f"{side.portal}/request", data=given, timeout=30)
    assert sent.status_code == 200
    code = sent.url.rsplit("/", 1)[1]
    assert code in sent.text
    assert "someone@example.org" not in sent.text
    assert side.sql("select kind, payload->>'entry_id' from inbox where code = %s", code) == [
        ("request", ident("entry", "register"))
    ]
    foreign = requests.post(
        f"{side.portal}/request", data=given, headers={"Origin": "http://elsewhere.example"}, timeout=30
    )
    assert foreign.status_code == 400


def test_bad_addresses_get_a_clear_answer(side: Side) -> None:
    """Hostile names, pages and parameters: a 4xx or a page, never a 500."""
    hostile = [
        "/dataset/%00",
        "/dataset/%ff",
        "/dataset/" + "x" * 3000,
        "/dataset?page=99999999999999",
        "/dataset?page=-1&theme='",
        "/request/xx",
    ]
    hostile += [
        "/dataset/shops?p=9999999&order=%27&f.%E5%8C%BA=%22%3E&col=nope&v=%25",
        "/dataset?q=%7B!lucene%7D*:*",
        "/dataset/shops/api?column=x&op=zz&value=1",
    ]
    for path in hostile:
        assert side.get(path).status_code < 500, path


def test_nobody_writes_the_portal(side: Side) -> None:
    """A sysadmin's token gets 403 for every write of packages, resources, organisations and settings."""
    script = """
import sys
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
app = make_app(CKANConfigLoader(sys.argv[1]).get_config())
from ckan import model
from ckan.plugins import toolkit as tk
with app._wsgi_app.test_request_context("/"):
    name = "root-of-test"
    if model.User.get(name) is None:
        tk.get_action("user_create")({"ignore_auth": True, "user": "projector"}, {"name": name, "email": "r@t.invalid", "password": "x" * 20})
    user = model.User.get(name)
    user.sysadmin = True
    model.Session.commit()
    print("TOKEN", tk.get_action("api_token_create")({"ignore_auth": True, "user": name}, {"user": name, "name": "t"})["token"])
"""
    import subprocess

    ini = side.place.layout.ini("portal")
    answer = subprocess.run(
        [sys.executable, "-c", script, str(ini)], capture_output=True, text=True, timeout=120, check=True
    )
    token = next(line.split()[1] for line in answer.stdout.splitlines() if line.startswith("TOKEN"))
    calls = {
        "package_create": {"name": "mine"},
        "package_patch": {"id": "shops", "title": "x"},
        "package_delete": {"id": "shops"},
        "dataset_purge": {"id": "shops"},
        "resource_create": {"package_id": "shops", "url": "http://a.example"},
        "organization_create": {"name": "mine"},
        "datastore_create": {"resource": {"package_id": "shops"}, "fields": []},
        "config_option_update": {"ckan.site_title": "x"},
    }
    for action, data in calls.items():
        got = requests.post(
            f"{side.portal}/api/3/action/{action}", json=data, headers={"Authorization": token}, timeout=60
        )
        assert got.status_code == 403, (action, got.status_code, got.text[:200])


def test_the_open_side_is_made_again_from_its_folder(side: Side, tmp_path: Path) -> None:
    """`--rebuild` of a copy of the spool gives the same entries, pointers and closures."""
    import subprocess

    tables = (
        "select name, epoch, state, revision_digest, body from pub_entry order by 1",
        "select product_id, grant_id, digest, epoch from pub_pointer order by 1, 2",
        "select id, scope, target, lifted_at is null from pub_closure order by 1",
    )
    before = [side.sql(table) for table in tables]
    copy = tmp_path / "bundles"
    shutil.copytree(side.place.path / "spool", copy)
    side.place.stop(["projector"])
    command = [
        sys.executable,
        "-m",
        "ckanext.govopen.portal.projection.service",
        "--ini",
        str(side.place.layout.ini("portal")),
    ]
    subprocess.run([*command, "--rebuild", str(copy)], check=True, timeout=300, capture_output=True)
    assert [side.sql(table) for table in tables] == before
    side.place.start(["portal", "projector", "api"])
