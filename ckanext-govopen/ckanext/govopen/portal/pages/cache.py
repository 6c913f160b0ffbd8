"""Pages for visitors without a session, kept inside the worker and emptied by every closure.

A page may be kept only when it carries no cookie, was asked for without one, and came out as 200. The key holds the
epoch of closures, so a page drawn before a closing is never found after it. Nothing here grants: a closure changes the
key, and a page that cannot learn the epoch is drawn afresh.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["WISH", "AnonymousPages", "CacheHeader", "closure_epoch"]

WISH = "X-Govopen-Cache"
"""Header by which a view says what Cache-Control its answer is to have: CKAN writes its own over whatever stands there."""

LIFE = 2.0
"""Seconds that a page is served from memory."""
PAGES = 500
LARGEST = 512 * 1024
EPOCH_LIFE = 0.5
"""Seconds between two looks at the closures: the longest that a closed page may still come from memory."""
PRIVATE = ("/user", "/api/", "/dashboard", "/ckan-admin", "/request", "/report")


class _Epoch:
    """The highest closure number, read at most twice a second per worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = 0.0
        self._value: str | None = None

    def __call__(self) -> str | None:
        with self._lock:
            if time.monotonic() - self._at > EPOCH_LIFE:
                self._at = time.monotonic()
                self._value = self._read()
            return self._value

    @staticmethod
    def _read() -> str | None:
        import sqlalchemy as sa

        from ckan import model

        try:
            with model.meta.engine.connect() as connection:
                row = connection.execute(
                    sa.text(
                        "select coalesce(max(seq), 0), count(*) filter (where lifted_at is not null),"
                        " (select coalesce(max(number), 0) from bundle_applied) from pub_closure"
                    )
                ).one()
        except Exception:  # noqa: BLE001 - whatever the database says, the answer is: draw the page afresh.
            return None
        return ":".join(str(part) for part in row)


closure_epoch = _Epoch()


class CacheHeader:
    """WSGI layer that puts a view's own word on caching in the place of CKAN's, and drops it where a cookie is set."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer with the header that the view wished for."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            wish = next((value for name, value in headers if name == WISH), None)
            if wish is not None:
                if any(name.lower() == "set-cookie" for name, _value in headers):
                    wish = "private, no-store"
                headers = [h for h in headers if h[0] != WISH and h[0].lower() != "cache-control"]
                headers.append(("Cache-Control", wish))
            return start_response(status, headers, exc_info)

        return self.app(environ, start)


class AnonymousPages:
    """WSGI layer that answers an anonymous GET from memory for two seconds."""

    def __init__(self, app: Callable[..., Iterable[bytes]], epoch: Callable[[], str | None] = closure_epoch) -> None:
        self.app = app
        self.epoch = epoch
        self._pages: OrderedDict[tuple[str, ...], tuple[float, str, list[tuple[str, str]], bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer from memory where that may be, else draw and keep."""
        if not _may_keep(environ):
            return self.app(environ, start_response)
        epoch = self.epoch()
        if epoch is None:
            return self.app(environ, start_response)
        key = (
            epoch,
            environ.get("HTTP_HOST", ""),
            environ.get("SCRIPT_NAME", ""),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
        )
        with self._lock:
            found = self._pages.get(key)
        if found and time.monotonic() - found[0] < LIFE:
            start_response(found[1], found[2])
            return [found[3]]
        return self._draw(key, environ, start_response)

    def _draw(
        self, key: tuple[str, ...], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen["status"], seen["headers"] = status, headers
            return start_response(status, headers, exc_info)

        answer = self.app(environ, start)
        headers = seen.get("headers", [])
        names = {name.lower(): value for name, value in headers}
        keep = (
            seen.get("status", "").startswith("200")
            and "set-cookie" not in names
            and names.get("content-type", "").startswith("text/html")
            and "no-store" not in names.get("cache-control", "")
            and int(names.get("content-length", LARGEST + 1)) <= LARGEST
        )
        if not keep:
            return answer
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        with self._lock:
            self._pages[key] = (time.monotonic(), seen["status"], headers, body)
            while len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        return [body]


def _may_keep(environ: dict[str, Any]) -> bool:
    path = environ.get("PATH_INFO", "")
    for locale in ("/en", "/zh_Hans_CN", "/zh_Hant_TW"):
        if path.startswith(locale + "/"):
            path = path[len(locale) :]
    return (
        environ.get("REQUEST_METHOD") == "GET"
        and not environ.get("HTTP_COOKIE")
        and not environ.get("HTTP_AUTHORIZATION")
        and not environ.get("HTTP_X_CKAN_API_KEY")
        and not path.startswith(PRIVATE)
    )
