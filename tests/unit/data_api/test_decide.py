"""The one decision: no closure, then the pointer, then audience or grant."""

from __future__ import annotations

import datetime as dt

import pytest

from ckanext.govopen.portal.access.decide import Closed, Closure, Grant, Product, decide
from ckanext.govopen.releases.secrets import hash_secret, matches, new_key, split_key

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
PUBLIC = Product(product_id="p", entry_id="e", audience="public")
LICENSED = Product(product_id="p", entry_id="e", audience="licensee")
NONE = Closed()


def grant(**change: object) -> Grant:
    base = {"id": "g", "product_id": "p", "licensee": "l", "quota_rows": 1, "expires_on": dt.date(2026, 11, 24)}
    return Grant(**{**base, **change})  # type: ignore[arg-type]


def test_public() -> None:
    """A pointer is enough."""
    made = decide(PUBLIC, NONE, "d", None, NOW)
    assert (made.allow, made.digest) == (True, "d")


@pytest.mark.parametrize(("product", "pointer", "code"), [(None, "d", "missing"), (PUBLIC, None, "release.none")])
def test_nothing_there(product: Product | None, pointer: str | None, code: str) -> None:
    """No product, no release."""
    assert decide(product, NONE, pointer, None, NOW).code == code


@pytest.mark.parametrize(("scope", "target"), [("entry", "e"), ("product", "p"), ("release", "d")])
@pytest.mark.parametrize("product", [PUBLIC, LICENSED])
def test_a_closure_wins_over_everything(scope: str, target: str, product: Product) -> None:
    """Whoever asks, with whatever grant."""
    closed = Closed.of([Closure(id="1", scope=scope, target=target, notice={"zh": "关"})])
    made = decide(product, closed, "d", grant(), NOW)
    assert (made.allow, made.code, made.notice) == (False, "release.closed", {"zh": "关"})


def test_withdrawn_entries_are_closed() -> None:
    """Even before their closure arrives."""
    product = Product(product_id="p", entry_id="e", audience="public", entry_state="withdrawn")
    assert decide(product, NONE, "d", None, NOW).code == "release.closed"


@pytest.mark.parametrize(
    ("change", "allow"),
    [
        ({}, True),
        ({"expires_on": dt.date(2026, 11, 23)}, False),
        ({"revoked_at": NOW}, False),
        ({"revoked_at": NOW + dt.timedelta(seconds=1)}, True),
        ({"product_id": "other"}, False),
    ],
)
def test_grants(change: dict[str, object], allow: bool) -> None:
    """For this product, to the end of its last day, not revoked."""
    made = decide(LICENSED, NONE, "d", grant(**change), NOW)
    assert made.allow is allow
    assert made.grant_id == ("g" if allow else "")
    assert decide(LICENSED, NONE, "d", None, NOW).code == "access.no_grant"


def test_the_last_day_is_chinas() -> None:
    """At 16:30 UTC the next day has begun in China."""
    late = dt.datetime(2026, 11, 24, 16, 30, tzinfo=dt.UTC)
    assert not decide(LICENSED, NONE, "d", grant(), late).allow


def test_keys() -> None:
    """What was made matches, nothing else does, and no text breaks the reading."""
    key_id, secret, kept = new_key()
    assert split_key(f"{key_id}.{secret}") == (key_id, secret)
    assert matches(secret, kept)
    assert not matches(secret + "x", kept)
    assert not matches(secret, hash_secret("other"))
    for odd in ("", ".", "a.", ".b", "密.钥", "a.b\n", "x" * 600 + ".y"):
        assert split_key(odd) is None or odd == "a.b\n"
    for odd in ("", "md5:1", "scrypt:1:2", "scrypt:a:b:c:d:e", "sha256:"):
        assert not matches(secret, odd)
