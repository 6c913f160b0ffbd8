"""HTTP to the data service: one kept connection per thread, with a timeout and one retry. Knows no CKAN."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

__all__ = ["Client", "Reply"]

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and body of an answer."""

    status: int
    body: dict[str, Any]

    @property
    def error(self) -> dict[str, Any]:
        """What stands under "error", or nothing."""
        found = self.body.get("error")
        return found if isinstance(found, dict) else {}


class Client:
    """The data service at one address, which ends in /api/v1."""

    def __init__(self, url: str, *, timeout: float = 20.0) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port
        self._secure, self._base = parts.scheme == "https", parts.path.rstrip("/")
        self._timeout = timeout
        self._local = threading.local()

    def get(
        self, *path: str, parameters: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask for a path whose parts are quoted here; a question too long for an address goes as a POST."""
        target = self._base + "".join("/" + quote(part, safe="") for part in path)
        query = urlencode(list(parameters))
        if len(query) > LONGEST:
            body = json.dumps({"parameters": [list(pair) for pair in parameters]}, ensure_ascii=False).encode("utf-8")
            return self._ask("POST", target, body, headers)
        return self._ask("GET", f"{target}?{query}" if query else target, None, headers)

    def _ask(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str] | None) -> Reply:
        for last in (False, True):
            connection = self._connection()
            try:
                connection.request(method, target, body, {"Accept": "application/json", **(headers or {})})
                answer = connection.getresponse()
                return Reply(answer.status, json.loads(answer.read() or b"{}"))
            except (http.client.HTTPException, OSError, ValueError):
                connection.close()
                self._local.connection = None
                if last:
                    return Reply(503, {})
        return Reply(503, {})

    def _connection(self) -> http.client.HTTPConnection:
        held: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if held is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            held = self._local.connection = kind(self._host, self._port, timeout=self._timeout)
        return held
