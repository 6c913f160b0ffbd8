"""Rows over HTTP: what is asked for comes, in order, in its own types; what makes no sense is refused with a hint."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest

from .conftest import Api, market

pytestmark = pytest.mark.integration
ROWS = "/products/p-market/rows"
TRUTH = market().to_pylist()


@pytest.fixture(autouse=True)
def _published(table: dict[str, Any], bare: dict[str, Any]) -> None:
    """Both tables are there."""


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["企业编号"] for row in answer.json()["rows"]]


def test_first_page(api: Api) -> None:
    """A hundred rows in release order, typed, with what they are and where the next are."""
    body = api.get(ROWS).json()
    assert (body["total"], body["count"], body["limit"]) == (1000, 100, 100)
    first = body["rows"][0]
    assert first["企业编号"] == "00000000"
    assert first["area_code"] == "0330000"
    assert first["成立日期"] == "2000-01-01"
    assert first["登记时间"] == "2020-01-01T08:00:00"
    assert first["active"] is True
    assert isinstance(first["注册资本"], float)
    assert body["rows"][3]["人数"] == 2**62
    assert body["rows"][7]["注册资本"] is None
    assert list(first) == [column["name"] for column in body["columns"]]
    assert body["request_id"]


@pytest.mark.parametrize("name", ["market", "bare"])
@pytest.mark.parametrize(
    ("query", "truth"),
    [
        ({"area_code": "0330003"}, lambda r: r["area_code"] == "0330003"),
        ({"企业编号": "00000123"}, lambda r: r["企业编号"] == "00000123"),
        ({"企业编号__in": "00000001,00000009"}, lambda r: r["企业编号"] in {"00000001", "00000009"}),
        ({"人数__ge": "5", "人数__lt": "9"}, lambda r: 5 <= r["人数"] < 9),
        ({"注册资本__gt": "20.25"}, lambda r: r["注册资本"] is not None and r["注册资本"] > 20.25),
        ({"注册资本__isnull": "true"}, lambda r: r["注册资本"] is None),
        ({"注册资本__isnull": "false"}, lambda r: r["注册资本"] is not None),
        ({"备注__contains": "通"}, lambda r: "通" in (r["备注"] or "")),
        ({"备注__ne": "普通"}, lambda r: r["备注"] != "普通"),
        ({"成立日期__le": "2000-01-05"}, lambda r: r["成立日期"].isoformat() <= "2000-01-05"),
        (
            {"登记时间": "2020-01-01T08:00:05"},
            lambda r: r["登记时间"].second == 5 and r["登记时间"].minute == 0 and r["登记时间"].hour == 8,
        ),
        ({"active": "true"}, lambda r: r["active"]),
        ({"col.sort": "3"}, lambda r: r["sort"] == 3),
        ({"col.sort__gt": "5"}, lambda r: r["sort"] > 5),
        ({"q": "A,B"}, lambda r: r["备注"] == "a,b"),
        ({"人数": ["1", "2"]}, lambda r: r["人数"] in {1, 2}),
        ({"企业编号__in": '["00000001"]'}, lambda r: r["企业编号"] == "00000001"),
        ({"_id__gt": "995"}, lambda r: int(r["企业编号"]) >= 995),
    ],
)
def test_filters(api: Api, name: str, query: dict[str, Any], truth: Any) -> None:
    """Every operator gives what plain Python gives, from side structures and from Parquet alike, in release order."""
    size = 1000 if name == "market" else 999
    wanted = [row["企业编号"] for row in TRUTH[:size] if truth(row)]
    answer = api.get(f"/products/p-{name}/rows", params={**query, "limit": 1000})
    assert ids(answer) == wanted
    assert answer.json()["total"] == len(wanted)


@pytest.mark.parametrize("name", ["market", "bare"])
@pytest.mark.parametrize("sort", ["人数", "-人数", "注册资本", "-注册资本", "-成立日期,人数", "area_code,-人数"])
def test_sorting_resolves_ties_by_place(api: Api, name: str, sort: str) -> None:
    """Sorted, empty cells last both ways, ties in release order, page by page the same as at once."""
    size = 1000 if name == "market" else 999
    wanted = list(TRUTH[:size])
    for key in reversed(sort.split(",")):
        column, down = key.lstrip("-"), key.startswith("-")
        filled = [row for row in wanted if row[column] is not None]
        wanted = sorted(filled, key=lambda row: row[column], reverse=down) + [
            row for row in wanted if row[column] is None
        ]
    whole = [row["企业编号"] for row in wanted]
    path = f"/products/p-{name}/rows"
    assert ids(api.get(path, params={"sort": sort, "limit": 1000})) == whole
    assert ids(api.get(path, params={"sort": sort, "limit": 37, "offset": 500})) == whole[500:537]


def test_cursor_walks_all_rows_once(api: Api) -> None:
    """Following `next` gives every row exactly once, in order."""
    url, seen = ROWS + "?limit=170&sort=-人数", []
    while url:
        body = api.get(url).json()
        seen += [row["企业编号"] for row in body["rows"]]
        url = (body["next"] or "").removeprefix("/api/v1")
    assert sorted(seen) == [row["企业编号"] for row in TRUTH]


def test_columns_and_place(api: Api) -> None:
    """Only the columns asked for, in their order; `_id` is the place in the release."""
    body = api.get(ROWS, params={"columns": "_id,人数", "limit": 2, "offset": 998}).json()
    assert body["rows"] == [{"_id": 999, "人数": 998 % 13}, {"_id": 1000, "人数": 999 % 13}]


def test_csv_of_a_question(api: Api) -> None:
    """CSV has a byte-order mark, keeps zeros, and a formula gets an apostrophe."""
    answer = api.get(ROWS, params={"format": "csv", "limit": 1000, "columns": "企业编号,备注"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["企业编号", "备注"]
    assert rows[1] == ["00000000", "'=1+1"]
    assert rows[3] == ["00000002", "-5"]
    assert len(rows) == 1001
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_groups(api: Api) -> None:
    """Rows per value, the most frequent first, and per pair of values."""
    body = api.get("/products/p-market/stats", params={"group": "sort"}).json()
    assert body["groups"][0] == {"value": 0, "count": 143}
    assert sum(group["count"] for group in body["groups"]) == 1000
    pairs = api.get("/products/p-market/stats", params={"group": "area_code,active", "active": "true"}).json()
    assert pairs["total"] == 10
    assert pairs["groups"][0]["value"]["active"] is True


def test_the_same_question_is_answered_from_memory(api: Api) -> None:
    """An unchanged answer is 304 for who has it."""
    first = api.get(ROWS, params={"人数": "3"})
    again = api.get(ROWS, params={"人数": "3"}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_question_too_long_for_an_address(api: Api) -> None:
    """A POST carries the same pairs in its body."""
    wanted = [f"{i:08d}" for i in range(0, 1000, 3)]
    sent = {"parameters": [["企业编号__in", ",".join(wanted)], ["limit", "1000"]]}
    answer = api.session.post(api.base + ROWS, json=sent, timeout=30)
    assert ids(answer) == wanted


@pytest.mark.parametrize(
    ("query", "code", "suggestion"),
    [
        ("企业编=1", "query.field", "企业编号"),
        ("从业人数=1", "query.field", "人数"),
        ("area_cod__gt=1", "query.field", "area_code"),
        ("limt=3", "query.field", "limit"),
        ("人数__like=3", "query.operator", None),
        ("人数__contains=3", "query.operator", None),
        ("active__gt=true", "query.operator", None),
        ("人数=abc", "query.value", None),
        ("人数=1.5", "query.value", None),
        ("人数=99999999999999999999999", "query.value", None),
        ("人数=9223372036854775808", "query.value", None),
        ("注册资本=nan", "query.value", None),
        ("注册资本=1e999", "query.value", None),
        ("成立日期=2026-02-30", "query.value", None),
        ("成立日期=" + "9" * 400, "query.value", None),
        ("登记时间=gestern", "query.value", None),
        ("active=ja", "query.value", None),
        ("备注=%00", "query.value", None),
        ("备注=%ff%fe", "query.value", None),
        ("%00=1", "query.value", None),
        ("limit=-1", "query.value", None),
        ("limit=10001", "query.limit", None),
        ("limit=99999999999999999999", "query.limit", None),
        ("limit=abc", "query.value", None),
        ("offset=99999999999999999999", "query.limit", None),
        ("offset=-5", "query.value", None),
        ("limit=1&limit=2", "query.value", None),
        ("sort=-从业", "query.field", None),
        ("sort=人数;drop table t", "query.field", None),
        ("sort=人数,人数,人数,人数,人数,人数", "query.limit", None),
        ("columns=", "query.field", None),
        ("columns=人数,人数", "query.value", None),
        ("columns=*", "query.field", None),
        ("format=xml", "query.value", None),
        ("cursor=abc", "query.cursor", None),
        ("cursor=" + "A" * 900, "query.cursor", None),
        ("group=人数", "query.field", None),
        ("total=maybe", "query.value", None),
        ("q=" + "+".join("abcdefghij"), "query.limit", None),
        ("企业编号__in=" + ",".join("1" * 1 for _ in range(1001)), "query.limit", None),
        ("备注=" + "字" * 1001, "query.limit", None),
        ("&".join(f"人数__ge={i}" for i in range(60)), "query.limit", None),
        ("x=" + "a" * 10_000, "query.limit", None),
        ("a' or 1=1 --=1", "query.field", None),
        ("企业编号__in=[[1]]", "query.value", None),
        ("企业编号__in=" + "[" * 900, "query.value", None),
    ],
)
def test_what_makes_no_sense_is_refused(api: Api, query: str, code: str, suggestion: str | None) -> None:
    """A stable code, both languages, the field, and the nearest name; never a server error."""
    answer = api.get(f"{ROWS}?{quote(query, safe='=&%+')}")
    assert 400 <= answer.status_code < 500, answer.text
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]["zh"]
    assert error["message"]["en"]
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    if suggestion:
        assert error["hint"]["suggestion"] == suggestion
        assert suggestion in error["hint"]["zh"]


def test_injection_finds_nothing(api: Api) -> None:
    """SQL in a value is a value."""
    for hostile in ("' or '1'='1", "x'; drop table t; --", "%", "_", "\\", '"', "read_csv('/etc/passwd')"):
        assert ids(api.get(ROWS, params={"企业编号": hostile})) == []
        assert api.get(ROWS, params={"备注__contains": hostile}).status_code == 200
    assert api.get(ROWS).json()["total"] == 1000


def test_past_the_end_is_empty(api: Api) -> None:
    """An offset past the last row is an empty page, not an error, at any depth that is allowed."""
    for offset in (1000, 10**6, 10**12):
        body = api.get(ROWS, params={"offset": offset}).json()
        assert (body["rows"], body["total"], body["next"]) == ([], 1000, None)


@pytest.mark.parametrize("path", ["/", "/catalog", "/products/p-market", "/openapi.json", "/health"])
def test_head_and_cors(api: Api, path: str) -> None:
    """HEAD is answered without a body; browsers of other sites may read."""
    answer = api.session.head(api.base + path, timeout=30)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert api.session.options(api.base + path, timeout=30).status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/products/x",
        "/products/%00",
        "/datasets/%FF",
        "/products/p-market/releases/0",
        "/products/p-market/releases/99999999999999999999",
        "/releases/sha256:0",
        "/releases/" + "0" * 64,
        "/datasets/" + "a" * 9000,
    ],
)
def test_unknown_things(api: Api, path: str) -> None:
    """What is not here is 404 (or 400 when it cannot be a name), in the same form."""
    answer = api.get(path)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["code"] in {"missing", "query.value"}


def test_other_methods(api: Api) -> None:
    """A method that an address does not take is 405 with the ones it takes."""
    answer = api.session.delete(api.base + "/catalog", timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method")
    assert "GET" in answer.headers["Allow"]
    for body in (b"", b"[", b'{"parameters": 1}', b'{"parameters": [["a", 1]]}', b"[" * 100_000, b"x" * 300_000):
        answer = api.session.post(api.base + ROWS, data=body, timeout=30)
        assert 400 <= answer.status_code < 500
        assert answer.json()["error"]["code"].startswith("query.")
