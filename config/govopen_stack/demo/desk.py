"""The desk as an officer's program sees it: public actions over HTTP, one account's token, nothing else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import requests

__all__ = ["ActionRefused", "Desk"]

TIMEOUT = 60.0


class ActionRefused(Exception):
    """The desk said no: HTTP status, the stable codes and texts it gave."""

    def __init__(self, action: str, status: int, error: Any) -> None:
        self.action, self.status, self.error = action, status, error
        super().__init__(f"{action} was refused ({status}): {error}")

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable reason codes of the refusal, when the desk named any."""
        found = self.error.get("code", []) if isinstance(self.error, dict) else []
        return tuple(found if isinstance(found, list) else [found])


@dataclass(frozen=True, slots=True)
class Desk:
    """One account at the desk."""

    url: str
    token: str

    def call(self, action: str, **params: Any) -> Any:
        """Call an action and give its result; a connection that breaks is tried again for half a minute."""
        deadline = time.monotonic() + 30
        while True:
            try:
                answer = requests.post(
                    f"{self.url}/api/3/action/{action}",
                    json=params,
                    headers={"Authorization": self.token},
                    timeout=TIMEOUT,
                )
                break
            except requests.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        try:
            body = answer.json()
        except ValueError:
            raise ActionRefused(action, answer.status_code, answer.reason) from None
        if not body.get("success"):
            raise ActionRefused(action, answer.status_code, body.get("error"))
        return body["result"]

    def every(self, action: str, **params: Any) -> list[dict[str, Any]]:
        """All rows of a paged list."""
        rows: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.call(action, page=page, limit=100, **params)
            rows += answer["results"]
            if len(rows) >= answer["count"] or not answer["results"]:
                return rows
            page += 1

    def count(self, action: str, **params: Any) -> int:
        """How many rows a list has."""
        return int(self.call(action, page=1, limit=1, **params)["count"])
