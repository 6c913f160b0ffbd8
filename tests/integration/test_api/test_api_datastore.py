"""CKAN's DataStore contract over the live data service: objects, lists, text; refusals are CKAN's with our code."""

from __future__ import annotations

from typing import Any

import pytest

import ckan.plugins.toolkit as tk

from ckanext.govopen.portal.datastore.backend import GovOpenBackend, register_backends

from .conftest import Api, Publisher, market

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def backend(api: Api, table: dict[str, Any]) -> GovOpenBackend:
    """The backend as CKAN configures it."""
    made = register_backends()["govopen"]()
    made.configure({"govopen.api.url": api.base, "ckan.datastore.search.rows_max": 32000})
    return made  # type: ignore[return-value]


def search(backend: GovOpenBackend, **asked: Any) -> dict[str, Any]:
    return backend.search({}, {"resource_id": "p-market", **asked})


def test_objects(backend: GovOpenBackend) -> None:
    """A hundred rows with `_id`, PostgreSQL's type names, the total."""
    found = search(backend)
    assert [field["type"] for field in found["fields"]] == [
        "int",
        "text",
        "text",
        "float8",
        "int8",
        "date",
        "timestamp",
        "bool",
        "text",
        "int8",
    ]
    assert (found["total"], len(found["records"]), found["records"][0]["_id"]) == (1000, 100, 1)


@pytest.mark.parametrize(
    ("asked", "truth"),
    [
        ({"filters": {"area_code": "0330003"}}, lambda r: r["area_code"] == "0330003"),
        (
            {"filters": {"area_code": ["0330003", "0330004"], "active": True}},
            lambda r: r["area_code"] in {"0330003", "0330004"} and r["active"],
        ),
        ({"filters": {"人数": {"gt": 3, "lte": 5}}}, lambda r: 3 < r["人数"] <= 5),
        ({"filters": {"注册资本": None}}, lambda r: r["注册资本"] is None),
        ({"filters": {"sort": 2}}, lambda r: r["sort"] == 2),
        ({"q": "普通"}, lambda r: r["备注"] == "普通"),
        ({"q": '{"备注": "普"}'}, lambda r: r["备注"] == "普通"),
    ],
)
def test_filters(backend: GovOpenBackend, asked: dict[str, Any], truth: Any) -> None:
    """CKAN's filters, ranges and words."""
    wanted = [row["企业编号"] for row in market().to_pylist() if truth(row)]
    found = search(backend, limit=1000, **asked)
    assert [row["企业编号"] for row in found["records"]] == wanted
    assert found["total"] == len(wanted)


def test_forms_and_pages(backend: GovOpenBackend) -> None:
    """Lists and text, chosen fields, sorting, distinct, the next page by `_id`, a capped limit."""
    lists = search(
        backend, fields=["人数", "企业编号"], sort='"人数" desc, 企业编号 asc', limit=2, records_format="lists"
    )
    assert lists["records"] == [[2**62, "00000003"], [12, "00000012"]]
    text = search(backend, fields="企业编号,备注", limit=2, records_format="csv", include_total=False)
    assert text["records"] == "00000000,'=1+1\r\n00000001,普通\r\n"
    assert "total" not in text
    assert search(backend, fields=["sort"], distinct=True)["records"] == [{"sort": i} for i in range(7)]
    page = search(backend, limit=300, include_next_page=True)
    following = search(backend, limit=300, filters=page["next_page"])
    assert following["records"][0]["_id"] == 301
    assert search(backend, limit=32000)["limit"] == 10000


@pytest.mark.parametrize(
    "asked",
    [
        {"filters": {"nonsense": 1}},
        {"filters": {"人数": "x"}},
        {"filters": {"人数": {"like": 1}}},
        {"filters": "["},
        {"sort": "人数 sideways"},
        {"fields": ["x"]},
        {"filters": {"备注": "\x00"}},
        {"filters": {"人数": [[1]]}},
        {"sort": ";;"},
        {"filters": {"人数": 10**30}},
    ],
)
def test_refusals(backend: GovOpenBackend, asked: dict[str, Any]) -> None:
    """What makes no sense is CKAN's validation error."""
    with pytest.raises(tk.ValidationError):
        search(backend, **asked)


def test_fields_ids_and_strangers(backend: GovOpenBackend) -> None:
    """The data dictionary comes from the release; what is not there is not there."""
    found = backend.resource_fields("p-market")
    assert found["meta"]["count"] == 1000
    assert found["fields"][1]["info"]["label"] == "区划代码"
    assert "p-market" in backend.get_all_ids()
    assert backend.resource_id_from_alias("p-market") == (True, "p-market")
    for stranger in ("nothing", "\x00", "../x", "a" * 3000):
        assert backend.resource_id_from_alias(stranger) == (False, None)


def test_closed_is_a_404_that_says_so(backend: GovOpenBackend, publisher: Publisher) -> None:
    """CKAN's 404 holds `release.closed`, at both steps of a search."""
    import pyarrow as pa

    publisher.publish("dsclosed", pa.table({"n": [1]}), [{"name": "n", "type": "integer"}])
    assert backend.resource_exists("p-dsclosed")
    publisher.close("product", "p-dsclosed")
    import time

    time.sleep(1.5)
    for step in (
        lambda: backend.resource_id_from_alias("p-dsclosed"),
        lambda: backend.search({}, {"resource_id": "p-dsclosed"}),
    ):
        with pytest.raises(tk.ObjectNotFound) as refusal:
            step()
        assert "release.closed" in str(refusal.value)


def test_writes_and_sql_are_refused(backend: GovOpenBackend) -> None:
    """Every way to write, and SQL, is refused with the way in."""
    for refused in (backend.create, backend.upsert, backend.delete, backend.search_sql):
        with pytest.raises(tk.NotAuthorized):
            refused({}, {})
