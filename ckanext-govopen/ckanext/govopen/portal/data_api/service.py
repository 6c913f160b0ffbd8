"""What the views stand on: stores, closures, engine, caches, and the one decision asked before anything is served."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg

from ckanext.govopen.portal.access.closures import ClosureWatch
from ckanext.govopen.portal.access.decide import Closure, Decision, Grant, decide, shut
from ckanext.govopen.portal.access.errors import KeyRefused, QuotaSpent
from ckanext.govopen.portal.access.keys import check_key
from ckanext.govopen.portal.access.limits import Bucket
from ckanext.govopen.portal.access.metering import AccessCounts, Delivery, deliver
from ckanext.govopen.portal.access.store import Key, PortalStore, ProductRecord
from ckanext.govopen.portal.data_api.cache import AnswerCache
from ckanext.govopen.portal.data_api.engine import DuckEngine
from ckanext.govopen.portal.data_api.errors import ApiError, shown
from ckanext.govopen.portal.data_api.query import Column, columns_of
from ckanext.govopen.portal.data_api.settings import Settings
from ckanext.govopen.releases.store import ReleaseStore

__all__ = ["Opened", "Service"]

T = TypeVar("T")
FRESH, REMEMBERED = 2.0, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A release that this caller may have now."""

    record: ProductRecord
    release: dict[str, Any]
    grant: Grant | None = None
    key: Key | None = None
    columns: dict[str, Column] = field(default_factory=dict)

    @property
    def manifest(self) -> dict[str, Any]:
        """The release's manifest with its digest."""
        return {**self.release["manifest"], "digest": self.release["digest"]}

    @property
    def digest(self) -> str:
        """The release's digest."""
        return str(self.release["digest"])


class Service:
    """Everything one process of the data service holds."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.portal = PortalStore(settings.database_url)
        self.releases = ReleaseStore(settings.store_path)
        self.counts = AccessCounts()
        self.watch = ClosureWatch(settings.database_url, moved=self.forget, counts=self.counts)
        self.cache = AnswerCache(settings.cache_bytes)
        self.bucket = Bucket(settings.per_minute)
        self._engine: DuckEngine | None = None
        self._lock = threading.Lock()
        self._memory: dict[Any, tuple[float, int, Any]] = {}
        self._version = 0

    @property
    def engine(self) -> DuckEngine:
        """The engine, made on first use: never before a fork."""
        with self._lock:
            if self._engine is None:
                given = self.settings
                self._engine = DuckEngine(
                    self.releases, threads=given.threads, memory=given.memory, seconds=given.query_seconds
                )
            return self._engine

    def forget(self) -> None:
        """A pointer moved or a closure came: what is remembered of the database has to be read again."""
        self._version += 1

    def remember(self, key: Any, load: Callable[[], T]) -> T:
        """What `load` reads from the database, remembered for a moment; for public data even when it is down."""
        now, version = time.monotonic(), self._version
        held = self._memory.get(key)
        if held is not None and held[1] == version and now - held[0] < FRESH:
            return held[2]  # type: ignore[no-any-return]
        try:
            value = load()
        except psycopg.Error:
            if held is None:
                raise
            return held[2]  # type: ignore[no-any-return]
        if len(self._memory) >= REMEMBERED:
            self._memory.clear()
        self._memory[key] = (now, version, value)
        return value

    def record(self, product_id: str) -> ProductRecord:
        """A product, or 404."""
        found = self.remember(("product", product_id), lambda: self.portal.product(product_id))
        if found is None:
            raise ApiError(404, "missing", {"subject": shown(product_id)})
        return found

    def key(self, header: str | None) -> Key | None:
        """The key of this call; none sent is none, a wrong one is refused."""
        if not header:
            return None
        try:
            return check_key(self.portal, header, dt.datetime.now(dt.UTC))
        except KeyRefused as err:
            raise ApiError(err.status, err.code) from None

    def grant(self, record: ProductRecord, key: Key | None, now: dt.datetime) -> Grant | None:
        """The grant by which this key reads this product: read fresh, so that expiry and revocation count at once."""
        if record.access.audience == "public" or key is None:
            return None
        found = self.portal.grants(key.agreement_id, key.licensee, record.access.product_id)
        valid = [grant for grant in found if grant.valid(record.access.product_id, now)]
        return valid[0] if valid else None

    def guard(self, record: ProductRecord, pointer: str | None, grant: Grant | None, now: dt.datetime) -> Decision:
        """The one decision, or its refusal as an answer."""
        if not self.watch.known():
            raise ApiError(503, "service.database", headers={"Retry-After": "2"})
        if record.access.audience != "public" and self.watch.stale():
            raise ApiError(503, "service.database", headers={"Retry-After": "2"})
        made = decide(record.access, self.watch.closed, pointer, grant, now)
        if not made.allow:
            raise refusal(made)
        return made

    def open(self, product_id: str, header: str | None, *, digest: str = "", number: int = 0) -> Opened:
        """The release that a caller may have of a product: the current one, or the one he names."""
        now = dt.datetime.now(dt.UTC)
        record, key = self.record(product_id), self.key(header)
        grant = self.grant(record, key, now)
        grant_id = grant.id if grant else ""
        found = self._found(record, grant_id, digest, number)
        self.guard(record, found["digest"] if found else None, grant, now)
        if found is None:  # `guard` refuses a product without a release, so this is never reached.
            raise ApiError(404, "release.none")
        allowed = grant.columns if grant else None
        return Opened(
            record=record,
            release=found,
            grant=grant,
            key=key if grant else None,
            columns=columns_of(found["manifest"]["schema"]["fields"], allowed),
        )

    def _found(self, record: ProductRecord, grant_id: str, digest: str, number: int) -> dict[str, Any] | None:
        product_id = record.access.product_id
        if record.access.audience != "public" and not grant_id:
            return None

        def load() -> dict[str, Any] | None:
            if number:
                return self.portal.numbered(product_id, grant_id, number)
            pointed = digest or self.portal.pointer(product_id, grant_id)
            return self.portal.release(product_id, pointed, grant_id) if pointed else None

        # A grant's pointer is read fresh; the public one is remembered for a moment.
        found = load() if grant_id else self.remember(("release", product_id, digest, number), load)
        if found is None and (digest or number):
            if self.shut(record):  # Closed is said before missing, so that nobody learns which releases there were.
                self.guard(record, None, None, dt.datetime.now(dt.UTC))
            raise ApiError(404, "missing", {"subject": shown(digest or number)})
        return found

    def shut(self, record: ProductRecord) -> Closure | None:
        """What shuts a product or its entry."""
        access = record.access
        return shut(self.watch.closed, access.entry_id, access.entry_state, access.product_id)

    def still_open(self, opened: Opened) -> bool:
        """Whether no closure came since: asked between the blocks of a running download."""
        access = opened.record.access
        return self.watch.closed.find(access.entry_id, access.product_id, opened.digest) is None

    def meter(self, opened: Opened, request_id: str, door: str, rows: int, size: int, format_: str = "") -> int:
        """Count an answer: exactly and before it is sent for a licensee, rolled up for the public."""
        product_id = opened.record.access.product_id
        self.counts.hit(product_id, door, format_)
        if opened.grant is None or opened.key is None:
            return 0
        delivery = Delivery(
            request_id=request_id,
            key_id=opened.key.key_id,
            grant_id=opened.grant.id,
            product_id=product_id,
            digest=opened.digest,
            door=door,
            rows=rows,
            bytes=size,
        )
        try:
            return deliver(self.portal, opened.grant, delivery)
        except QuotaSpent as err:
            subject = f"{err.used}/{err.quota} 行 rows, +{err.asked}"
            raise ApiError(err.status, err.code, {"subject": subject}) from None


def refusal(made: Decision) -> ApiError:
    """A decision that says no, as an answer."""
    if made.code == "release.closed":
        return ApiError(410, made.code, notice=made.notice)
    status = {"access.no_grant": 403}.get(made.code, 404)
    return ApiError(status, made.code)
