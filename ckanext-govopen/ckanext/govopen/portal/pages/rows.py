"""The pages' own client of the data service: short time limits, and None when it is away (the page is drawn without)."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ckanext.govopen.portal.settings import api_url

__all__ = ["Answer", "fetch", "stats"]

log = logging.getLogger(__name__)
LIMIT = 4.0
"""Seconds that a page waits for rows."""
LARGEST = 4 << 20
_local = threading.local()
_kept: OrderedDict[tuple[str, str], list[tuple[Any, int]]] = OrderedDict()
_lock = threading.Lock()
_down_until = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows as the service gave them, or its refusal."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    status: int = 200
    error: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


def _ask(path: str, query: str) -> tuple[int, bytes] | None:
    """One GET over a kept connection; None when the service does not answer."""
    global _down_until  # noqa: PLW0603 - one flag a worker: do not wait four seconds for each page while it is away.
    if time.monotonic() < _down_until:
        return None
    address = urlsplit(api_url())
    target = f"{address.path}{path}?{query}"
    for attempt in (1, 2):
        connection = getattr(_local, "connection", None)
        try:
            if connection is None:
                connection = http.client.HTTPConnection(str(address.hostname), address.port or 80, timeout=LIMIT)
                _local.connection = connection
            connection.request("GET", target, headers={"Accept": "application/json", "User-Agent": "govopen-portal"})
            response = connection.getresponse()
            body = response.read(LARGEST + 1)
            if len(body) > LARGEST:
                connection.close()
                _local.connection = None
                return None
        except (OSError, http.client.HTTPException) as err:
            _local.connection = None
            if attempt == 2 or isinstance(err, TimeoutError):
                log.warning("the data service does not answer (%s)", type(err).__name__)
                _down_until = time.monotonic() + 2
                return None
        else:
            return response.status, body
    return None


def fetch(product: str, params: Sequence[tuple[str, str]]) -> Answer | None:
    """A page of rows of a product."""
    found = _ask(f"/products/{quote(product, safe='')}/rows", urlencode(params))
    if found is None:
        return None
    status, body = found
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if status != 200:
        return Answer(status=status, error=value.get("error") or {"code": "unknown"}, text=body.decode())
    rows, total = value.get("rows") or [], value.get("total")
    return Answer(rows=rows, total=int(total) if total is not None else len(rows), text=body.decode())


def stats(product: str, digest: str, column: str, most: int) -> list[tuple[Any, int]] | None:
    """The commonest values of a column with their counts; kept by digest, for a release never changes."""
    key = (digest, column)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _ask(f"/products/{quote(product, safe='')}/stats", urlencode([("group", column), ("limit", str(most))]))
    if found is None or found[0] != 200:
        return None
    try:
        value = json.loads(found[1])
    except ValueError:
        return None
    pairs = [(group["value"], int(group["count"])) for group in value.get("groups") or []]
    with _lock:
        _kept[key] = pairs
        while len(_kept) > 2000:
            _kept.popitem(last=False)
    return pairs
