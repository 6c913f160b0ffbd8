"""Pages are kept for visitors without a session only, and a closure empties them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ckanext.govopen.portal.pages.cache import WISH, AnonymousPages, CacheHeader


class Site:
    """An application that counts how often it draws, with headers of our choice."""

    def __init__(self, status: str = "200 OK", headers: list[tuple[str, str]] | None = None) -> None:
        self.drawn = 0
        self.status = status
        self.headers = headers or [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "4")]

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.drawn += 1
        start(self.status, self.headers)
        return [b"page"]


def ask(app: Any, path: str = "/", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """One request, as gunicorn would hand it over."""
    seen: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        seen.update(status=status, headers=dict(headers))

    body = b"".join(app({"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", **environ}, start))
    return seen["status"], seen["headers"], body


def test_a_second_visitor_gets_the_kept_page() -> None:
    """Two visits, one drawing."""
    site = Site()
    pages = AnonymousPages(site, epoch=lambda: "1")
    assert ask(pages) == ask(pages)
    assert site.drawn == 1


def test_a_closure_empties_the_cache() -> None:
    """The epoch is part of the key: the page drawn before a closing is not found after it."""
    site, epoch = Site(), ["1"]
    pages = AnonymousPages(site, epoch=lambda: epoch[0])
    ask(pages)
    epoch[0] = "2"
    ask(pages)
    assert site.drawn == 2


def test_without_an_epoch_nothing_is_kept() -> None:
    """Whoever cannot learn of closures draws afresh."""
    site = Site()
    pages = AnonymousPages(site, epoch=lambda: None)
    ask(pages)
    ask(pages)
    assert site.drawn == 2


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_COOKIE": "ckan=x"},
        {"HTTP_AUTHORIZATION": "t"},
        {"REQUEST_METHOD": "POST"},
        {"PATH_INFO": "/request/ABCD"},
        {"PATH_INFO": "/en/request/ABCD"},
        {"PATH_INFO": "/user/login"},
        {"PATH_INFO": "/api/3/action/x"},
    ],
)
def test_nothing_personal_is_kept(environ: dict[str, str]) -> None:
    """A session, a token, a post, and pages that belong to one visitor are drawn each time."""
    site = Site()
    pages = AnonymousPages(site, epoch=lambda: "1")
    ask(pages, **environ)
    ask(pages, **environ)
    assert site.drawn == 2


@pytest.mark.parametrize(
    "site",
    [
        Site(status="410 GONE"),
        Site(headers=[("Content-Type", "text/html"), ("Content-Length", "4"), ("Set-Cookie", "a=b")]),
        Site(headers=[("Content-Type", "text/html"), ("Content-Length", "4"), ("Cache-Control", "private, no-store")]),
        Site(headers=[("Content-Type", "text/html"), ("Content-Length", str(10**9))]),
    ],
)
def test_only_plain_pages_are_kept(site: Site) -> None:
    """Errors, cookies, private and endless answers are not."""
    pages = AnonymousPages(site, epoch=lambda: "1")
    ask(pages)
    ask(pages)
    assert site.drawn == 2


def test_a_views_word_on_caching_wins_but_never_with_a_cookie() -> None:
    """CKAN's header is replaced; where a cookie is set the answer is private."""
    base = [("Content-Type", "text/html"), ("Cache-Control", "private"), (WISH, "public, max-age=2")]
    _status, headers, _body = ask(CacheHeader(Site(headers=base)))
    assert headers["Cache-Control"] == "public, max-age=2"
    assert WISH not in headers
    _status, headers, _body = ask(CacheHeader(Site(headers=[*base, ("Set-Cookie", "a=b")])))
    assert headers["Cache-Control"] == "private, no-store"
