"""A fair share for every address: a token bucket per caller, in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

__all__ = ["Bucket", "caller_address"]

KEPT = 50_000


class Bucket:
    """So many calls a minute per caller; zero means no limit."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._lock = threading.Lock()
        self._state: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float | None = None) -> float:
        """Zero when the call may go on, else the seconds to wait."""
        if self.per_minute <= 0:
            return 0.0
        moment = time.monotonic() if now is None else now
        with self._lock:
            left, since = self._state.pop(caller, (float(self.per_minute), moment))
            left = min(float(self.per_minute), left + (moment - since) * self.per_minute / 60)
            wait = 0.0 if left >= 1 else (1 - left) * 60 / self.per_minute
            self._state[caller] = (left - 1 if not wait else left, moment)
            while len(self._state) > KEPT:
                self._state.popitem(last=False)
        return wait


def caller_address(peer: str, forwarded: str) -> str:
    """The address a limit counts for; empty for programs on this very machine, which have none.

    X-Forwarded-For is believed only when the peer is this machine (the proxy in front), and of it only the last hop,
    the one that proxy wrote: anybody can send the others.
    """
    if peer not in {"127.0.0.1", "::1", ""}:
        return peer
    return forwarded.rsplit(",", 1)[-1].strip()[:64]
