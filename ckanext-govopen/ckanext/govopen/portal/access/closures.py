"""One thread per process that knows every closure within milliseconds.

It listens first and reads then, so nothing falls between; it reads again every second in case a notice was lost, and
connects again when its connection dies. The same thread empties remembered pointers when one moves, and adds the
access counts to their table.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

import psycopg
from psycopg.rows import dict_row

from ckanext.govopen.portal.access.decide import Closed, Closure
from ckanext.govopen.portal.access.metering import AccessCounts

__all__ = ["ClosureWatch"]

log = logging.getLogger(__name__)
_LIVE = "select id, scope, target, code, notice, at from pub_closure where lifted_at is null order by seq"
POLL, PAUSE, FLUSH, TELL = 1.0, 0.2, 2.0, 30.0


class ClosureWatch:
    """The closures in force as this process knows them, and how old that knowledge is."""

    def __init__(
        self, url: str, *, moved: Callable[[], None] = lambda: None, counts: AccessCounts | None = None
    ) -> None:
        self._url = url
        self._moved = moved
        self._counts = counts
        self._pid = 0
        self._start = threading.Lock()
        self._flushed = 0.0
        self.closed = Closed()
        self.epoch = 0
        self.at = 0.0
        self._first = threading.Event()
        self._waited = False

    def ensure(self) -> None:
        """Start the thread in this process, once, and wait for the first reading (after a fork it is not there)."""
        if self._pid != os.getpid():
            with self._start:
                if self._pid != os.getpid():
                    self._first.clear()
                    self._waited = False
                    threading.Thread(target=self._run, name="closures", daemon=True).start()
                    self._pid = os.getpid()
        if not self._first.is_set() and not self._waited:
            self._first.wait(3)
            self._waited = True

    def stale(self, limit: float = 5.0) -> bool:
        """Whether the last reading is older than `limit` seconds: then conditional data are refused."""
        return time.monotonic() - self.at > limit

    def known(self) -> bool:
        """Whether closures were ever read: before that nothing at all is served."""
        return self.at > 0

    def _run(self) -> None:
        told = -TELL
        while True:
            try:
                self._follow()
            except psycopg.Error as err:
                if time.monotonic() - told > TELL:
                    log.warning("closures: the database cannot be read (%s), trying again", type(err).__name__)
                    told = time.monotonic()
                time.sleep(PAUSE)

    def _follow(self) -> None:
        options = "-c statement_timeout=3000"
        with psycopg.connect(
            self._url, autocommit=True, connect_timeout=2, row_factory=dict_row, options=options
        ) as connection:
            connection.execute("listen closure")
            connection.execute("listen pointer")
            while True:
                self._read(connection)
                for notice in connection.notifies(timeout=POLL, stop_after=1):
                    if notice.channel == "pointer":
                        self._moved()

    def _read(self, connection: psycopg.Connection[dict[str, object]]) -> None:
        found = Closed.of(Closure(**row) for row in connection.execute(_LIVE))  # type: ignore[arg-type]
        if found != self.closed:
            self.closed, self.epoch = found, self.epoch + 1
            self._moved()
        self.at = time.monotonic()
        self._first.set()
        if self._counts is not None and self.at - self._flushed > FLUSH:
            self._counts.flush(connection)
            self._flushed = self.at
