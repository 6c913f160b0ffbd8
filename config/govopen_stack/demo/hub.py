"""The other side of the line: what the hub's own operator does in a demo (a day passes, a resource is withdrawn)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

__all__ = ["HubControl"]


@dataclass(frozen=True, slots=True)
class HubControl:
    """The reference hub's control desk; a hub in earnest has none."""

    url: str
    key: str

    def post(self, path: str, **body: Any) -> Any:
        """Do something at the hub."""
        answer = requests.post(
            f"{self.url}/control/{path}", json=body, headers={"X-Control-Key": self.key}, timeout=120
        )
        answer.raise_for_status()
        return answer.json()

    def get(self, path: str) -> Any:
        """Ask the hub's operator."""
        answer = requests.get(f"{self.url}/control/{path}", headers={"X-Control-Key": self.key}, timeout=60)
        answer.raise_for_status()
        return answer.json()
