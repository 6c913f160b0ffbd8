"""What is signed, what a signature covers, and the national gateway's vectors."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from govopen_harvesters.base import Provider, canonical_json
from govopen_harvesters.errors import BadSignature, SchemaMismatch
from govopen_harvesters.hub import gjgxjhpt, protocol

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
PARTS = {"method": "GET", "path": "/api/hub/v1/catalogue", "query": "limit=50", "body": b"", "time": "t", "nonce": "n"}


@pytest.mark.parametrize("part", list(PARTS))
def test_a_request_signature_covers_every_part(part: str) -> None:
    signature = protocol.sign(KEY, protocol.request_text(**PARTS))  # type: ignore[arg-type]
    changed = {**PARTS, part: b"x" if part == "body" else "POST"}
    assert protocol.verified(PUBLIC, protocol.request_text(**PARTS), signature)  # type: ignore[arg-type]
    assert not protocol.verified(PUBLIC, protocol.request_text(**changed), signature)  # type: ignore[arg-type]


def test_one_kind_of_document_never_passes_for_another() -> None:
    message = protocol.sealed(KEY, "approval", {"id": "1"})
    assert protocol.opened(PUBLIC, "approval", message)[0] == {"id": "1"}
    with pytest.raises(BadSignature):
        protocol.opened(PUBLIC, "manifest", message)


@pytest.mark.parametrize(
    "message", [None, [], {}, {"document": 1}, {"document": {}, "signature": "?"}, {"document": {}, "signature": 3}]
)
def test_garbage_is_a_bad_signature(message: object) -> None:
    with pytest.raises(BadSignature):
        protocol.opened(PUBLIC, "manifest", message)


@given(st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.none(), max_size=5))
def test_canonical_json_does_not_depend_on_order(value: dict[str, object]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(list(value.items()))))


def test_gateway_key_derivation_vector() -> None:
    """Measured against Java's SHA1PRNG."""
    assert gjgxjhpt.sha1prng_key("0123456789abcdef0123456789abcdef").hex() == "2d703e10a32f30251a2370355793e786"


def test_gateway_signature_is_plain_concatenation() -> None:
    mac = hmac.new(b"k" * 32, b"s_1" + b"rid" + b"1700000000000", hashlib.sha256).digest()
    assert (
        gjgxjhpt.signature(key="k" * 32, sid="s_1", rid="rid", rtime="1700000000000") == base64.b64encode(mac).decode()
    )


@pytest.mark.parametrize("mode", ["cbc", "ecb"])
def test_gateway_secret_opens_in_both_modes(mode: str) -> None:
    sealed = gjgxjhpt.seal_secret("geheim", appkey="a" * 32, mode=mode)
    assert gjgxjhpt.open_secret(sealed, appkey="a" * 32, mode=mode) == "geheim"
    with pytest.raises(BadSignature):
        gjgxjhpt.open_secret("AAAA", appkey="a" * 32, mode=mode)


def test_gateway_signer_renews_before_the_secret_runs_out() -> None:
    now, calls = [1000.0], []

    def refresh(body: object) -> dict[str, object]:
        calls.append(body)
        secret = gjgxjhpt.seal_secret(f"s{len(calls)}", appkey="a" * 32)
        return {"code": "0", "data": {"secret": secret, "secretEndTime": int((now[0] + 900) * 1000)}}

    signer = gjgxjhpt.GatewaySigner(rid="r", sid="s", appkey="a" * 32, refresh=refresh, clock=lambda: now[0])
    signer.headers(method="GET", path="/", query="", body=b"")
    signer.headers(method="GET", path="/", query="", body=b"")
    assert len(calls) == 1
    now[0] += 800
    signer.headers(method="GET", path="/", query="", body=b"")
    assert len(calls) == 2
    assert "a" * 32 not in repr(signer)


def test_a_refused_refresh_is_a_bad_signature() -> None:
    refusal = {"code": "-1", "data": "", "message": "接口调用失败"}
    signer = gjgxjhpt.GatewaySigner(rid="r", sid="s", appkey="a" * 32, refresh=lambda _: refusal)
    with pytest.raises(BadSignature):
        signer.headers(method="GET", path="/", query="", body=b"")


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {},
        {"remote_id": 5, "descriptor": "x"},
        {"remote_id": "r", "descriptor": {"a": 1}, "provider": "nobody", "approval": {"document": {}}},
        {"remote_id": "r", "descriptor": {"a": 1}, "provider": "known", "approval": {"document": {"id": 1}}},
        {"remote_id": "r", "descriptor": {"a": 1}, "provider": "known", "approval": 7},
    ],
)
def test_a_malformed_item_is_one_without_approval(message: object) -> None:
    known = Provider(code="known", name_zh="局", name_en="B", region="1", level="city", slug="b")
    item = protocol.item_from("h", message, {"known": known})
    assert item.approval is None
    assert item.remote_id


@pytest.mark.parametrize(
    "change",
    [
        {"files": None},
        {"files": [{"name": "a"}]},
        {"sequence": "x"},
        {"produced_at": "?"},
        {"produced_at": None},
        {"twice": True},
    ],
)
def test_what_is_no_manifest_is_refused(change: dict[str, object]) -> None:
    ref = {"name": "a", "media_type": "text/csv", "encoding": None, "bytes": 1, "sha256": "", "sm3": ""}
    good = {
        "package_id": "p",
        "remote_id": "r",
        "sequence": 1,
        "produced_at": "2026-01-01T00:00:00+00:00",
        "files": [ref],
    }
    assert protocol.manifest_from(good, b"", "").files[0].name == "a"
    bad = {**good, "files": [ref, ref]} if "twice" in change else {**good, **change}
    with pytest.raises(SchemaMismatch):
        protocol.manifest_from(bad, b"", "")


@pytest.mark.parametrize(
    "name", ["../up.csv", "a/b.csv", "a\\b.csv", 'a"b.csv', "a\r\nX: y.csv", "a\0.csv", "..", "", 7]
)
def test_a_file_name_is_a_name_and_no_path(name: object) -> None:
    ref = {"name": name, "media_type": "text/csv", "encoding": None, "bytes": 1, "sha256": "", "sm3": ""}
    document = {
        "package_id": "p",
        "remote_id": "r",
        "sequence": 1,
        "produced_at": "2026-01-01T00:00:00+00:00",
        "files": [ref],
    }
    with pytest.raises(SchemaMismatch):
        protocol.manifest_from(document, b"", "")
    plain = {**document, "files": [{**ref, "name": "道路清单 2026（一）.csv"}]}
    assert protocol.manifest_from(plain, b"", "").files[0].name == "道路清单 2026（一）.csv"
