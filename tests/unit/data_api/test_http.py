"""Ranges, tags, names, limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.portal.access.limits import Bucket, caller_address
from ckanext.govopen.portal.data_api.cache import Answer, AnswerCache
from ckanext.govopen.portal.data_api.http import BadRange, disposition, etag_matches, parse_range


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-9", (0, 9)),
        ("bytes=5-", (5, 99)),
        ("bytes=-3", (97, 99)),
        ("bytes=-300", (0, 99)),
        ("bytes=90-500", (90, 99)),
        ("bytes=9-5", None),
        ("bytes=0-1,2-3", None),
        ("items=0-1", None),
        (None, None),
    ],
)
def test_ranges(header: str | None, found: tuple[int, int] | None) -> None:
    """One run of bytes, or the whole file."""
    assert parse_range(header, 100) == found


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=100-200"])
def test_ranges_outside(header: str) -> None:
    """No byte of it is in the file."""
    with pytest.raises(BadRange):
        parse_range(header, 100)


@given(st.text(max_size=40), st.integers(0, 1000))
def test_any_range_is_inside_or_none(header: str, size: int) -> None:
    """Whatever is sent, what is read lies in the file."""
    for text in (header, f"bytes={header}"):
        try:
            found = parse_range(text, size)
        except BadRange:
            continue
        assert found is None or 0 <= found[0] <= found[1] < size


def test_names_hold_no_header_tricks() -> None:
    """A title cannot break out of its header."""
    made = disposition('年报"\r\nSet-Cookie: x', "a.csv")
    assert "\r" not in made
    assert "\n" not in made
    assert made.startswith('attachment; filename="a.csv"')


def test_tags() -> None:
    """Weak comparison, lists, the star."""
    assert etag_matches('"a", W/"b"', '"b"')
    assert etag_matches("*", '"b"')
    assert not etag_matches('"a"', '"b"')


def test_bucket() -> None:
    """So many a minute, then a wait that ends."""
    bucket = Bucket(2)
    assert [bucket.take("a", 0.0), bucket.take("a", 0.0)] == [0.0, 0.0]
    assert bucket.take("a", 0.0) == pytest.approx(30.0)
    assert bucket.take("b", 0.0) == 0.0
    assert bucket.take("a", 30.0) == 0.0


def test_addresses() -> None:
    """Only the proxy in front is believed, and only its own hop."""
    assert caller_address("203.0.113.5", "1.1.1.1") == "203.0.113.5"
    assert caller_address("127.0.0.1", "1.1.1.1, 2.2.2.2") == "2.2.2.2"
    assert caller_address("127.0.0.1", "") == ""


def test_cache_keeps_its_size() -> None:
    """The least recently used answers go first."""
    cache = AnswerCache(100)
    for name in "abc":
        cache.put((name,), Answer(b"x" * 40, 1, ""))
        cache.get(("a",))
    assert cache.get(("a",)) is not None
    assert cache.get(("b",)) is None
    cache.put(("large",), Answer(b"x" * 101, 1, ""))
    assert cache.get(("large",)) is None
