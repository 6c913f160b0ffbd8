"""Every door asks the one decision: closures, licensees, quotas, versions; and whole files come as they were promised."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import threading
import time
from typing import Any

import openpyxl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ckanext.govopen.releases.manifest import release_digest
from ckanext.govopen.releases.signature import public_key_text
from ckanext.govopen.releases.verify import main as verify

from .conftest import SEED, Api, Publisher, market

pytestmark = pytest.mark.integration
SMALL: list[dict[str, Any]] = [{"name": "代码", "type": "string", "name_zh": "代码"}, {"name": "n", "type": "integer"}]


def small(rows: int = 50) -> pa.Table:
    return pa.table({"代码": [f"{i:04d}" for i in range(rows)], "n": list(range(rows))})


def until(truth: Any, seconds: float = 5.0) -> float:
    """Wait until something holds; how long it took."""
    start = time.monotonic()
    while not truth():
        assert time.monotonic() - start < seconds, "it did not come in time"
        time.sleep(0.02)
    return time.monotonic() - start


def log(database: str, grant: str) -> list[Any]:
    with psycopg.connect(database) as connection:
        return connection.execute(
            "select request_id, rows, bytes, door from delivery_log where grant_id = %s order by id", (grant,)
        ).fetchall()


@pytest.fixture(scope="module", autouse=True)
def _published(table: dict[str, Any]) -> None:
    """The market table is there."""


def test_catalogue_and_dataset(api: Api) -> None:
    """Entries are listed, filtered and paged; a dataset tells licence, caveats, quality, provenance, fields."""
    listed = api.get("/catalog", params={"theme": "enterprise", "limit": 100, "state": "open"}).json()
    assert listed["total"] == len(listed["datasets"]) >= 1
    assert api.get("/catalog", params={"high_value": "1"}).json()["datasets"][0]["name"] == "market"
    assert api.get("/catalog", params={"provider": "scjg", "limit": 1}).json()["total"] >= 1
    assert api.get("/catalog", params={"theme": "none"}).json()["total"] == 0
    for name in ("market", "e-market"):
        shown = api.get(f"/datasets/{name}").json()["dataset"]
        assert shown["title"] == {"zh": "market登记表", "en": "Register market"}
        assert shown["caveats"]["zh"] == "不含已注销企业"
        assert shown["licence"]["title"]["en"]
        assert shown["data_provenance"] == "generated for tests"
        assert shown["quality"]["score"] == 96.5
        assert shown["fields"][0]["name"] == "企业编号"
        product = shown["products"][0]
        assert (product["audience"], product["release"]["row_count"]) == ("public", 1000)
    one = api.get("/products/p-market").json()
    assert one["product"]["release"]["fields"][1]["name_zh"] == "区划代码"
    assert one["product"]["quality"] == {"score": 96.5, "grade": "优"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("thme=x", "query.field"),
        ("limit=0", "query.limit"),
        ("limit=9999", "query.limit"),
        ("page=x", "query.value"),
        ("page=99999999999999999999", "query.limit"),
        ("state=closed", "query.value"),
        ("theme=%00", "query.value"),
        ("theme=a&theme=b", "query.value"),
    ],
)
def test_bad_catalogue_calls(api: Api, query: str, code: str) -> None:
    """Unknown filters and impossible pages are refused."""
    answer = api.get(f"/catalog?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_every_format_has_the_same_rows(api: Api) -> None:
    """CSV, packed CSV, JSON, workbook and Parquet: equal rows in equal order, as many as promised."""
    path, truth = "/products/p-market/download", market().to_pylist()
    parquet = pq.read_table(io.BytesIO(api.get(path, params={"format": "parquet"}).content)).to_pylist()
    assert parquet == truth
    plain = api.get(path, params={"format": "csv"})
    assert plain.headers["X-Row-Count"] == "1000"
    rows = list(csv.reader(io.StringIO(plain.content.decode("utf-8-sig"))))[1:]
    assert [row[0] for row in rows] == [row["企业编号"] for row in truth]
    assert [row[7] for row in rows[:5]] == ["'=1+1", "普通", "-5", "'@家", ""]
    assert gzip.decompress(api.get(path, params={"format": "csv.gz"}).content) == plain.content
    packed = api.get(path, params={"format": "json"})
    assert packed.headers["Content-Encoding"] == "gzip"
    unpacked = api.get(path, params={"format": "json"}, headers={"Accept-Encoding": "identity"})
    assert packed.json() == unpacked.json()
    assert [row["人数"] for row in packed.json()] == [row["人数"] for row in truth]
    book = openpyxl.load_workbook(io.BytesIO(api.get(path, params={"format": "xlsx"}).content), read_only=True)
    assert book.sheetnames[0] == "数据说明"
    guide = [[cell.value for cell in line] for line in book["数据说明"].iter_rows()]
    assert any("不含已注销企业" in [str(cell) for cell in line] for line in guide)
    sheet = list(book[book.sheetnames[1]].iter_rows(min_row=2, values_only=True))
    assert [line[0] for line in sheet] == [row["企业编号"] for row in truth]
    assert sheet[3][3] == str(2**62)
    whole = api.get("/products/p-market/rows", params={"limit": 1000}).json()["rows"]
    assert whole == packed.json()


def test_before_anything_is_prepared(api: Api, bare: dict[str, Any]) -> None:
    """CSV and JSON are streamed from the parts; a workbook is on its way."""
    path = "/products/p-bare/download"
    assert len(api.get(path, params={"format": "json"}).json()) == 999
    prepared = api.get("/products/p-market/download", params={"format": "csv"}).content
    assert prepared.startswith(api.get(path, params={"format": "csv"}).content)
    answer = api.get(path, params={"format": "xlsx"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "release.preparing")
    assert answer.headers["Retry-After"]


def test_ranges_and_tags(api: Api) -> None:
    """A file comes in pieces, its tag is its digest, and a range outside it is refused."""
    path = "/products/p-market/download?format=csv"
    whole = api.get(path)
    assert whole.headers["ETag"] == f'"{hashlib.sha256(whole.content).hexdigest()}"'
    assert "filename*=UTF-8''market%E7%99%BB" in whole.headers["Content-Disposition"]
    piece = api.get(path, headers={"Range": "bytes=10-19"})
    assert (piece.status_code, piece.content) == (206, whole.content[10:20])
    assert piece.headers["Content-Range"] == f"bytes 10-19/{len(whole.content)}"
    assert api.get(path, headers={"Range": "bytes=-5"}).content == whole.content[-5:]
    assert api.get(path, headers={"Range": "bytes=10-19", "If-Range": '"other"'}).status_code == 200
    assert api.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    for hostile in ("bytes=99999999999-", "bytes=-0"):
        refused = api.get(path, headers={"Range": hostile})
        assert (refused.status_code, refused.headers["Content-Range"]) == (416, f"bytes */{len(whole.content)}")
    for odd in ("bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4", "bytes=" + "9" * 200 + "-"):
        assert api.get(path, headers={"Range": odd}).status_code in {200, 416}
    assert api.session.head(api.base + path, timeout=30).headers["Content-Length"] == str(len(whole.content))
    refused = api.get("/products/p-market/download?format=xslx")
    assert (refused.status_code, refused.json()["error"]["hint"]["suggestion"]) == (400, "xlsx")


def test_files_and_links(api: Api, publisher: Publisher) -> None:
    """A document comes as it was; a link leads on; neither has rows."""
    publisher.publish("paper", None, [], kind="file", document=(b"%PDF-1.7 x", "application/pdf", "年报.pdf"))
    answer = api.get("/products/p-paper/download")
    assert (answer.content, answer.headers["Content-Type"]) == (b"%PDF-1.7 x", "application/pdf")
    assert "%E5%B9%B4%E6%8A%A5.pdf" in answer.headers["Content-Disposition"]
    publisher.publish("door", None, [], kind="link", link="https://example.gov.cn/api")
    answer = api.get("/products/p-door/download")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://example.gov.cn/api")
    assert api.get("/products/p-door/rows").json()["error"]["code"] == "query.kind"


def test_a_new_release_and_the_old_one(api: Api, publisher: Publisher) -> None:
    """A new release is served at once; the old one stays under its number and digest; a cursor stays in it."""
    old = publisher.publish("daily", small(50), SMALL)
    first = api.get("/products/p-daily/rows", params={"limit": 30}).json()
    new = publisher.publish("daily", small(60), SMALL, number=2, epoch=2)
    until(lambda: api.get("/products/p-daily/rows", params={"limit": 1}).json()["total"] == 60)
    rest = api.get(first["next"].removeprefix("/api/v1")).json()
    assert (rest["release"]["digest"], rest["count"], rest["total"]) == (old["digest"], 20, 50)
    assert api.get("/products/p-daily/releases/1/rows").json()["total"] == 50
    assert api.get(f"/releases/{old['digest']}").json()["release"]["number"] == 1
    assert api.get(f"/releases/{new['digest'][7:]}/download", params={"format": "csv"}).text.count("\n") == 61
    listed = api.get("/products/p-daily/releases").json()
    assert [one["number"] for one in listed["releases"]] == [2, 1]
    assert release_digest(new) == listed["current"]
    other = api.get("/products/p-daily/rows", params={"cursor": first["cursor"], "n__gt": 3, "limit": 30})
    assert other.json()["error"]["code"] == "query.cursor"


@pytest.mark.parametrize("scope", ["entry", "product", "release"])
def test_a_closure_shuts_every_door(api: Api, publisher: Publisher, scope: str) -> None:
    """Page of the dataset, product, rows, counts, files, old versions: all 410 with the notice, within a second."""
    name = f"shut{scope}"
    rows = {"entry": 31, "product": 32, "release": 33}[
        scope
    ]  # Equal rows of two products are one release, open by either.
    release = publisher.publish(name, small(rows), SMALL)
    target = {"entry": f"e-{name}", "product": f"p-{name}", "release": release["digest"]}[scope]
    doors = [
        "",
        "/rows",
        "/rows?n=1",
        "/stats?group=n",
        "/download?format=csv",
        "/releases",
        "/releases/1",
        "/releases/1/download",
    ]
    paths = [f"/products/p-{name}{door}" for door in doors] + [f"/releases/{release['digest']}"]
    paths += [f"/datasets/e-{name}"] if scope == "entry" else []
    assert [api.get(path).status_code for path in paths] == [200] * len(paths)
    closure = publisher.close(scope, target)
    took = until(lambda: all(api.get(path).status_code == 410 for path in paths), 3)
    assert took < 2
    error = api.get(paths[1]).json()["error"]
    assert (error["code"], error["notice"]["zh"]) == ("release.closed", "应撤回令关停")
    if scope == "entry":
        assert all(one["id"] != target for one in api.get("/catalog", params={"limit": 200}).json()["datasets"])
    else:
        assert api.get(f"/datasets/e-{name}").json()["dataset"]["products"][0]["closed"]["code"] == "release.closed"
    publisher.lift(scope, target, closure)
    until(lambda: all(api.get(path).status_code == 200 for path in paths), 3)


def test_a_running_download_is_cut(api: Api, publisher: Publisher) -> None:
    """A reader in the middle of a file gets less than was promised once the product is closed."""
    import random

    random.seed(7)
    rows = 400_000
    wide = pa.table({"代码": [f"{random.getrandbits(120):036d}" for _ in range(rows)], "n": list(range(rows))})
    publisher.publish("large", wide, SMALL, rows_per_part=200_000)
    with api.session.get(
        f"{api.base}/products/p-large/download?format=csv",
        stream=True,
        timeout=30,
        headers={"Accept-Encoding": "identity"},
    ) as answer:
        promised, got = int(answer.headers["Content-Length"]), 0
        raw = answer.raw
        got += len(raw.read(1 << 16))
        closing = threading.Thread(target=publisher.close, args=("product", "p-large"))
        closing.start()
        closing.join()
        time.sleep(1.2)
        try:
            while block := raw.read(1 << 16):
                got += len(block)
        except Exception as err:  # noqa: BLE001 - the library's word for a broken connection differs by version.
            assert "IncompleteRead" in repr(err) or "reset" in repr(err).lower() or "Connection" in repr(err)  # noqa: PT017 - both outcomes are right.
    assert got < promised


def test_conditional_data_need_a_grant(api: Api, publisher: Publisher, database: str) -> None:
    """Without a key 403, with a key of another agreement 403, with a wrong key 401, with the right one the delivery."""
    publisher.publish("closedbook", small(40), SMALL, audience="licensee", grant="g-1")
    mine, other = publisher.licensee("p-closedbook", "g-1", quota=100), publisher.licensee("p-market", "g-other")
    path = "/products/p-closedbook"
    for door in ("/rows", "/stats?group=n", "/download?format=csv", "/releases", "/releases/1"):
        answer = api.get(path + door)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access.no_grant")
        assert api.get(path + door, headers=other["header"]).status_code == 403
    shown = api.get(path).json()["product"]
    assert (shown["audience"], shown["release"]) == ("licensee", None)
    for wrong in ("x", "a.b", mine["header"]["X-Key"] + "x", "." * 900, "密.钥".encode().decode("latin-1")):
        answer = api.get(path + "/rows", headers={"X-Key": wrong})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "access.key")
    good = api.get(path + "/rows", params={"limit": 10}, headers=mine["header"])
    assert good.json()["total"] == 40
    assert good.headers["Cache-Control"] == "private, no-store"
    assert log(database, "g-1") == [(good.headers["X-Request-Id"], 10, len(good.content), "rows")]


def test_quota_is_exact_and_never_passed(api: Api, publisher: Publisher, database: str) -> None:
    """Many at once: the rows delivered never pass the quota, each answer has its line, the refused have none."""
    publisher.publish("metered", small(40), SMALL, audience="licensee", grant="g-2")
    mine = publisher.licensee("p-metered", "g-2", quota=105)
    answers: list[Any] = []

    def ask() -> None:
        import requests

        answers.append(requests.get(f"{api.base}/products/p-metered/rows?limit=10", headers=mine["header"], timeout=30))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    served = [answer for answer in answers if answer.status_code == 200]
    assert len(served) == 10
    assert {answer.json()["error"]["code"] for answer in answers if answer.status_code == 429} == {"access.quota"}
    lines = log(database, "g-2")
    assert {line[0] for line in lines} == {answer.headers["X-Request-Id"] for answer in served}
    assert sum(line[1] for line in lines) == 100
    me = api.get("/me", headers=mine["header"]).json()
    assert (me["grants"][0]["used_rows"], me["grants"][0]["left_rows"]) == (100, 5)
    assert len(me["deliveries"]) == 10
    assert api.get("/products/p-metered/download?format=csv", headers=mine["header"]).status_code == 429


def test_a_licensees_file_is_logged_to_the_byte(api: Api, publisher: Publisher, database: str) -> None:
    """Rows and bytes of a whole file and of its pieces; the pieces together count as the whole does."""
    publisher.publish("fileonly", small(40), SMALL, audience="licensee", grant="g-3")
    mine = publisher.licensee("p-fileonly", "g-3")
    path = "/products/p-fileonly/download?format=csv"
    whole = api.get(path, headers=mine["header"])
    half = len(whole.content) // 2
    api.get(path, headers={**mine["header"], "Range": f"bytes=0-{half - 1}"})
    lines = log(database, "g-3")
    assert lines[0][1:] == (40, len(whole.content), "download")
    assert lines[1][2] == half
    assert lines[1][1] == 20


@pytest.mark.parametrize("what", ["grant", "key", "grant-expired", "key-expired"])
def test_revocation_and_expiry_count_at_once(api: Api, publisher: Publisher, what: str) -> None:
    """The very next call after the bundle is refused."""
    name, grant = f"end{what}", f"g-{what}"
    publisher.publish(name, small(5), SMALL, audience="licensee", grant=grant)
    mine = publisher.licensee(f"p-{name}", grant)
    path = f"/products/p-{name}/rows"
    assert api.get(path, headers=mine["header"]).status_code == 200
    part = mine[what.split("-", maxsplit=1)[0]]
    if "expired" in what:
        part["expires_on"] = (
            (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).date() - dt.timedelta(days=1)
        ).isoformat()
    else:
        part["revoked_at"] = dt.datetime.now(dt.UTC).isoformat()
    publisher.granted(mine)
    answer = api.get(path, headers=mine["header"])
    assert answer.status_code == (403 if what.startswith("grant") else 401)


def test_a_grant_of_some_columns(api: Api, publisher: Publisher) -> None:
    """Other columns do not exist for this licensee, and a file that has them is not given."""
    publisher.publish("columns", small(5), SMALL, audience="licensee", grant="g-c")
    mine = publisher.licensee("p-columns", "g-c")
    mine["grant"]["columns"] = ["n"]
    publisher.granted(mine)
    body = api.get("/products/p-columns/rows", headers=mine["header"]).json()
    assert list(body["rows"][0]) == ["n"]
    refused = api.get("/products/p-columns/rows?代码=0001", headers=mine["header"])
    assert refused.json()["error"]["code"] == "query.field"
    assert api.get("/products/p-columns/download?format=csv", headers=mine["header"]).status_code == 403


def test_hits_are_rolled_up(api: Api, database: str) -> None:
    """Public answers are counted by day, product, door and format within seconds."""

    def hits() -> int:
        with psycopg.connect(database) as connection:
            found = connection.execute(
                "select coalesce(sum(hits), 0) from access_count where product_id = 'p-market' and door = 'rows'"
            ).fetchone()
        return int(found[0]) if found else 0

    time.sleep(4)
    before = hits()
    for _ in range(5):
        api.get("/products/p-market/rows?limit=1")
    until(lambda: hits() >= before + 5, 8)


def test_bundles_verify_offline(publisher: Publisher, tmp_path: Any, capsys: Any) -> None:
    """The command says sound with 0, not sound with 1."""
    key = tmp_path / "bundle.pub"
    key.write_text(public_key_text(SEED), encoding="utf-8")
    bundles = sorted(publisher.spool.glob("*.bundle"))
    assert verify([*map(str, bundles), "--key", str(key)]) == 0
    broken = tmp_path / bundles[0].name
    data = bytearray(bundles[0].read_bytes())
    data[len(data) // 2] ^= 1
    broken.write_bytes(bytes(data))
    assert verify([str(broken), "--key", str(key)]) == 1
    assert verify([str(broken), "--key", str(tmp_path / "none")]) == 2
    assert "NOT sound" in capsys.readouterr().out
