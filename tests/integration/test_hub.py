"""The reference hub as a real process, the client over real HTTP: codes, signatures, replays, resumption, both schemes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jsonschema import Draft202012Validator

from govopen_harvesters import errors
from govopen_harvesters.base import Item, Known, Manifest, Package, Provider, Receipt, version_digest
from govopen_harvesters.hub import client as client_module
from govopen_harvesters.hub import protocol
from govopen_harvesters.hub.client import HubClient, connect
from govopen_harvesters.hub.gjgxjhpt import GatewaySigner
from govopen_harvesters.reference_hub.canaries import canaries
from govopen_harvesters.reference_hub.seed import HubIdentity, seed
from govopen_harvesters.run import Event, run

pytestmark = pytest.mark.integration
SPEC = json.loads((files("govopen_schemas") / "hub" / "openapi.json").read_text(encoding="utf-8"))
KEY = Ed25519PrivateKey.generate()
SETTINGS = {
    "rows": 600,
    "seed": 11,
    "client_id": "desk",
    "client_public_key": KEY.public_key().public_bytes_raw().hex(),
}


@dataclass
class Hub:
    """A running hub."""

    home: Path
    url: str
    identity: HubIdentity

    def client(self, **settings: Any) -> HubClient:
        values = {"public_key": self.identity.public_key, "client_key": KEY.private_bytes_raw().hex(), **settings}
        return connect(hub="h", base_url=self.url, client_id="desk", sleep=lambda _: None, **values)

    def control(self, path: str, **body: Any) -> Any:
        answer = requests.post(
            f"{self.url}/control/{path}", json=body, headers={"X-Control-Key": self.identity.control_key}, timeout=60
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def cases(self) -> list[dict[str, Any]]:
        return requests.get(
            f"{self.url}/control/cases", headers={"X-Control-Key": self.identity.control_key}, timeout=60
        ).json()["cases"]  # type: ignore[no-any-return]

    def signed(self, method: str, path: str, query: str = "", body: bytes = b"", **changes: str) -> requests.Response:
        """Send a request by hand, with header values changed after signing."""
        now = changes.pop("time", dt.datetime.now(dt.UTC).isoformat())
        nonce = changes.pop("nonce", secrets.token_hex(16))
        text = protocol.request_text(method=method, path=path, query=query, body=body, time=now, nonce=nonce)
        headers = {
            protocol.H_CLIENT: "desk",
            protocol.H_TIME: now,
            protocol.H_NONCE: nonce,
            protocol.H_DIGEST: hashlib.sha256(body).hexdigest(),
            protocol.H_SIGNATURE: protocol.sign(KEY, text),
        }
        return requests.request(
            method,
            self.url + path + (f"?{query}" if query else ""),
            data=body,
            headers={**headers, **changes},
            timeout=60,
        )


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Seed a home and run the hub under gunicorn, as the stack does."""
    home = tmp_path_factory.mktemp("hub")
    identity = seed(home, **SETTINGS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # The national gateway's headers have underscores, which gunicorn drops unless told not to.
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--header-map",
        "dangerous",
        "-w",
        "2",
        "-b",
        f"127.0.0.1:{port}",
        "govopen_harvesters.reference_hub.app:create_app()",
    ]
    process = subprocess.Popen(command, env={**os.environ, "GOVOPEN_HUB_HOME": str(home)}, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if requests.get(f"{url}/health", timeout=10).ok:
                    break
            except requests.RequestException:
                time.sleep(0.2)
        yield Hub(home=home, url=url, identity=identity)
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Memory:
    """A landing that keeps facts only."""

    memory: dict[str, Known] = field(default_factory=dict)
    landed: dict[str, int] = field(default_factory=dict)
    refused: dict[str, errors.HarvestError] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def known(self) -> Mapping[str, Known]:
        return dict(self.memory)

    def provider(self, provider: Provider) -> None: ...

    def item(self, item: Item) -> None: ...

    def land(self, package: Package) -> Receipt:
        self.landed[package.item.remote_id] = sum(read.report.rows for read in package.tables.values())
        self.refused.pop(package.item.remote_id, None)
        return self._receipt(package.item, package.manifest, "accepted", None)

    def refuse(self, item: Item, error: errors.HarvestError, manifest: Manifest | None) -> Receipt:
        self.refused[item.remote_id] = error
        return self._receipt(item, manifest, "quarantined", error.code)

    def gone(self, remote_ids: Iterable[str]) -> None:
        self.lost += remote_ids

    def _receipt(self, item: Item, manifest: Manifest | None, kind: str, code: str | None) -> Receipt:
        digest = version_digest(item, dt.datetime.now(dt.UTC).date())
        self.memory[item.remote_id] = Known(
            version_digest=digest, package_id=item.package_id, sequence=manifest.sequence if manifest else 0
        )
        return Receipt(
            remote_id=item.remote_id,
            package_id=item.package_id,
            kind=kind,
            code=code,
            detail={},
            at=dt.datetime.now(dt.UTC),
        )


class Only:
    """A source that shows some items only, so that a test costs what it needs."""

    def __init__(self, source: HubClient, *remote_ids: str) -> None:
        self._source, self._ids = source, set(remote_ids)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def items(self) -> Iterator[Item]:
        return (item for item in self._source.items() if item.remote_id in self._ids)


@pytest.fixture(scope="module")
def harvested(hub: Hub) -> Memory:
    """One whole run."""
    landing = Memory()
    counts = run(hub.client(), landing)
    assert (counts.stopped, counts.failed) == (None, 0)
    return landing


def test_every_bad_case_is_refused_with_its_own_code(hub: Hub, harvested: Memory) -> None:
    """Codes of hub and package; what the desk's rules find is none of the harvester's business."""
    for case in hub.cases():
        expected = case["expect"] if case["expect"].startswith(("hub.", "package.")) else None
        error = harvested.refused.get(case["remote_id"])
        assert (error.code if error else None) == expected, case["key"]


def test_rows_that_landed_are_rows_that_were_sent(hub: Hub, harvested: Memory) -> None:
    """Nothing is lost between the department's table and the landing."""
    rows = {case["remote_id"]: case["rows"] for case in hub.cases() if case["rows"] is not None}
    landed = {remote_id: count for remote_id, count in harvested.landed.items() if remote_id in rows}
    assert len(landed) >= 60
    assert landed == {remote_id: rows[remote_id] for remote_id in landed}


def test_the_hub_has_a_receipt_for_each_refusal(hub: Hub, harvested: Memory) -> None:
    answer = requests.get(
        f"{hub.url}/control/receipts", headers={"X-Control-Key": hub.identity.control_key}, timeout=60
    ).json()
    told = {(receipt["remote_id"], receipt["code"]) for receipt in answer["receipts"]}
    assert {(remote_id, error.code) for remote_id, error in harvested.refused.items()} <= told


def test_a_second_run_sends_nothing(hub: Hub, harvested: Memory) -> None:
    events: list[Event] = []
    counts = run(hub.client(), harvested, events.append)
    assert (counts.new, counts.changed, counts.refused, events) == (0, 0, 0, [])
    assert counts.unchanged == counts.seen >= 62


# -- the wire ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("providers", "ProviderPage"),
        ("catalogue", "CataloguePage"),
        ("approvals", "ApprovalPage"),
        ("withdrawals", "WithdrawalPage"),
        ("receipts", "ReceiptPage"),
    ],
)
def test_live_answers_match_the_published_schema(hub: Hub, harvested: Memory, path: str, schema: str) -> None:
    """Every page of every listing."""
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": SPEC["components"]})
    cursor, pages = None, 0
    while True:
        query = "limit=40" if cursor is None else f"cursor={cursor}&limit=40"
        answer = hub.signed("GET", f"{protocol.API}/{path}", query)
        assert answer.status_code == 200, answer.text
        validator.validate(answer.json())
        cursor, pages = answer.json()["next_cursor"], pages + 1
        if cursor is None:
            break
    assert pages >= (3 if path == "catalogue" else 1)


def test_manifests_match_the_published_schema(hub: Hub) -> None:
    validator = Draft202012Validator({"$ref": "#/components/schemas/SealedManifest", "components": SPEC["components"]})
    for case in hub.cases()[:20]:
        validator.validate(hub.signed("GET", f"{protocol.API}/packages/{case['package_id']}/manifest").json())


def test_a_request_seen_before_is_refused(hub: Hub) -> None:
    path, nonce, now = f"{protocol.API}/providers", secrets.token_hex(16), dt.datetime.now(dt.UTC).isoformat()
    assert hub.signed("GET", path, nonce=nonce, time=now).status_code == 200
    again = hub.signed("GET", path, nonce=nonce, time=now)
    assert (again.status_code, again.json()["code"]) == (401, "hub.replay")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_request_outside_the_clock_window_is_refused(hub: Hub, minutes: int) -> None:
    stamp = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)).isoformat()
    assert hub.signed("GET", f"{protocol.API}/providers", time=stamp).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {protocol.H_CLIENT: "nobody"},
        {protocol.H_SIGNATURE: "AAAA"},
        {protocol.H_DIGEST: "0" * 64},
        {protocol.H_NONCE: "f" * 32},
        {protocol.H_TIME: "yesterday"},
    ],
)
def test_a_changed_header_is_refused(hub: Hub, changes: dict[str, str]) -> None:
    answer = hub.signed("GET", f"{protocol.API}/providers", **changes)
    assert (answer.status_code, answer.json()["code"]) == (401, "hub.signature")


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=-1", "limit=99999", "cursor=99999999999999999999"])
def test_bad_paging_is_a_clear_400(hub: Hub, query: str) -> None:
    answer = hub.signed("GET", f"{protocol.API}/catalogue", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "hub.bad_call")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"remote_id": "x", "kind": "nonsense"}', b"\xff"])
def test_bad_receipts_are_a_clear_400(hub: Hub, body: bytes) -> None:
    assert hub.signed("POST", f"{protocol.API}/receipts", body=body).status_code == 400


def test_unknown_packages_files_and_climbing_paths_are_404(hub: Hub) -> None:
    package = next(case["package_id"] for case in hub.cases() if case["rows"])
    for path in (
        "packages/nope/manifest",
        f"packages/{package}/files/nope",
        f"packages/{package}/files/..%2F..%2Fkeys%2Fsigning",
    ):
        assert hub.signed("GET", f"{protocol.API}/{path}").status_code in {401, 404}


def test_the_control_routes_want_their_key(hub: Hub) -> None:
    assert requests.get(f"{hub.url}/control/cases", timeout=10).status_code == 401


def test_an_answer_signed_by_somebody_else_is_not_believed(hub: Hub) -> None:
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    with pytest.raises(errors.BadSignature):
        hub.client(public_key=stranger).providers()


def test_a_client_that_the_hub_does_not_know_is_told(hub: Hub) -> None:
    counts = run(hub.client(client_key="11" * 32), Memory())
    assert counts.stopped == "hub.signature"


def test_the_national_gateways_scheme_works_end_to_end(hub: Hub) -> None:
    identity = hub.identity
    signer = GatewaySigner(rid=identity.gateway_rid, sid=identity.gateway_sid, appkey=identity.gateway_appkey)
    source = HubClient(hub="h", base_url=hub.url, public_key=bytes.fromhex(identity.public_key), signer=signer)
    items = list(source.items())
    assert len(items) >= 62
    small = next(item for item in items if item.kind == "table" and item.state == "listed" and item.package_id)
    assert source.fetch(small).manifest.package_id == small.package_id
    wrong = GatewaySigner(rid=identity.gateway_rid, sid=identity.gateway_sid, appkey="0" * 32)
    with pytest.raises(errors.BadSignature):
        HubClient(hub="h", base_url=hub.url, public_key=bytes.fromhex(identity.public_key), signer=wrong).providers()


def test_a_broken_stream_is_taken_up_where_it_broke(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second request asks for the rest only, and the digests over both halves are right."""
    monkeypatch.setattr(client_module, "_CHUNK", 4096)
    source = hub.client()
    item = next(i for i in source.items() if i.kind == "table" and source.manifest(i).files[0].bytes > 50_000)
    starts: list[int] = []
    whole = source._stream

    def breaking(path: str, start: int, remote_id: str) -> Iterator[bytes]:
        starts.append(start)
        for number, chunk in enumerate(whole(path, start, remote_id)):
            if len(starts) < 3 and number == 2:
                raise requests.ConnectionError("cut")
            yield chunk

    monkeypatch.setattr(source, "_stream", breaking)
    package = source.fetch(item)
    assert starts == [0, 8192, 16384]
    assert package.files[package.manifest.files[0].name].seek(0, 2) == package.manifest.files[0].bytes


def test_fetched_files_have_no_name_on_disk(hub: Hub, tmp_path: Path) -> None:
    source = hub.client(spool=str(tmp_path))
    item = next(i for i in source.items() if i.kind == "table" and i.state == "listed" and i.package_id)
    package = source.fetch(item)
    assert list(tmp_path.iterdir()) == []
    package.close()


# -- the other side moves ----------------------------------------------------------------------------------------------


def test_a_hub_that_goes_away_mid_run_stops_it_cleanly(hub: Hub) -> None:
    landing = Memory()
    hub.control("pause", after=30)
    try:
        counts = run(hub.client(), landing)
    finally:
        hub.control("pause", paused=False)
    assert counts.stopped == "hub.unreachable"
    assert 0 < len(landing.memory) < 62
    before = set(landing.memory)
    resumed = run(hub.client(), landing)
    assert (resumed.stopped, resumed.unchanged) == (None, len(before))


def test_days_pass_and_a_strange_column_comes(hub: Hub) -> None:
    landing = Memory()
    daily = next(case["remote_id"] for case in hub.cases() if case["key"] == "weather-daily")
    run(Only(hub.client(), daily), landing)
    rows = landing.landed[daily]
    assert hub.control("advance")["remote_id"] == daily
    counts = run(Only(hub.client(), daily), landing)
    assert (counts.changed, landing.landed[daily]) == (1, rows + 1)
    hub.control("advance", variant="new_column")
    source = hub.client()
    item = next(item for item in source.items() if item.remote_id == daily)
    names = [entry["name"] for entry in source.manifest(item).table_schema["fields"]]  # type: ignore[index]
    assert "humidity" in names
    assert "humidity" not in [entry["name_en"] for entry in item.descriptor["fields"]]
    hub.control("advance", variant="few_rows")
    run(Only(hub.client(), daily), landing)
    assert landing.landed[daily] < rows / 5


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "xlsx"])
def test_any_table_can_be_delivered_anew(hub: Hub, form: str) -> None:
    landing = Memory()
    item = _first(hub, form)
    run(Only(hub.client(), item.remote_id), landing)
    rows = landing.landed[item.remote_id]
    hub.control("change", remote_id=item.remote_id)
    assert run(Only(hub.client(), item.remote_id), landing).changed == 1
    assert landing.landed[item.remote_id] == rows - 1


def _first(hub: Hub, form: str) -> Item:
    """Find a sound table that comes in this form."""
    source, sound = hub.client(), {case["remote_id"] for case in hub.cases() if case["rows"] and not case["expect"]}
    items = (item for item in source.items() if item.remote_id in sound)
    return next(item for item in items if source.manifest(item).files[0].name.endswith(form))


def test_orders_come_behind_the_last_one_seen_and_revoked_items_are_refused(hub: Hub) -> None:
    landing = Memory()
    target, other = [case["remote_id"] for case in hub.cases() if case["rows"] and not case["expect"]][2:4]
    run(Only(hub.client(), target, other), landing)
    seen = [order.order_id for order in hub.client().withdrawals(None)]
    order_id = hub.control("withdraw", remote_id=target)["order_id"]
    fresh = list(hub.client().withdrawals(seen[-1]))
    assert [(order.order_id, order.remote_id) for order in fresh] == [(order_id, target)]
    hub.control("revoke", remote_id=other)
    run(Only(hub.client(), target, other), landing)
    assert {key: landing.refused[key].code for key in (target, other)} == {
        target: "hub.withdrawn",
        other: "hub.not_approved",
    }


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("digest", "package.digest"),
        ("truncated", "package.size"),
        ("forged_manifest", "hub.signature"),
        ("forged_approval", "hub.signature"),
        ("replay", "hub.replay"),
    ],
)
def test_faults_on_any_item_and_their_mending(hub: Hub, fault: str, code: str) -> None:
    target = _first(hub, "csv").remote_id
    landing = Memory()
    hub.control("fault", remote_id=target, fault=fault)
    run(Only(hub.client(), target), landing)
    assert landing.refused[target].code == code
    hub.control("fault", remote_id=target, fault="none")
    if fault == "forged_approval":
        hub.control("approval", remote_id=target, decision="approved")
    run(Only(hub.client(), target), landing)
    assert target in landing.landed


# -- the seed ----------------------------------------------------------------------------------------------------------


def _digests(home: Path) -> dict[str, str]:
    import sqlite3

    with sqlite3.connect(home / "hub.sqlite") as db:
        rows = db.execute(
            "select i.key, p.message from item i join package p on p.package_id = i.package_id"
        ).fetchall()
    return {
        key: json.loads(message)["document"]["files"][0]["sha256"]
        for key, message in rows
        if json.loads(message)["document"]["files"]
    }


def test_seeding_is_repeatable_and_idempotent(tmp_path: Path) -> None:
    values = {**SETTINGS, "rows": 100}
    first = seed(tmp_path / "a", **values)
    assert seed(tmp_path / "a", **values) == first
    other = seed(tmp_path / "b", **values)
    third = seed(tmp_path / "c", **{**values, "seed": 12})
    assert len({first.public_key, other.public_key, third.public_key, first.control_key, other.control_key}) == 5
    one, two, three = (_digests(tmp_path / name) for name in "abc")
    workbooks = {key for key in one if one[key] != two[key]}
    assert workbooks <= {"hospital-beds", "county-clinic-visits", "secret-sheet"}, (
        "a workbook holds the time of its making"
    )
    assert one["population-register"] != three["population-register"]


def test_canaries_lie_in_the_hub_and_are_many(hub: Hub) -> None:
    planted = canaries(hub.home)
    assert len(planted) >= 200
    raw = b"".join(path.read_bytes() for path in sorted((hub.home / "packages").rglob("*.csv")))
    assert all(value.encode() in raw for value in planted)
    assert any(len(value) == 18 for value in planted)
    assert any("云栖市" in value for value in planted)
