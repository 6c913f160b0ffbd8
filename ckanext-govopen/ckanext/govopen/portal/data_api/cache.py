"""Answers by (release digest, question): a release never changes, so these never go stale; only space ends them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

__all__ = ["Answer", "AnswerCache"]

LARGEST = 2 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """A body without its request id, and how many rows it holds."""

    body: bytes
    rows: int
    etag: str


class AnswerCache:
    """The most recently used answers, bounded by bytes."""

    def __init__(self, size: int) -> None:
        self._size, self._held = size, 0
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, ...], Answer] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> Answer | None:
        """The answer, if it is remembered."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def put(self, key: tuple[str, ...], answer: Answer) -> None:
        """Remember an answer, unless it is too large."""
        if len(answer.body) > min(LARGEST, self._size):
            return
        with self._lock:
            old = self._answers.pop(key, None)
            self._held += len(answer.body) - (len(old.body) if old else 0)
            self._answers[key] = answer
            while self._held > self._size:
                _, gone = self._answers.popitem(last=False)
                self._held -= len(gone.body)
