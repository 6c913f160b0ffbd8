"""What the supervisor says about its services, in one file; read by everybody, written by the supervisor alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .files import read_json, write_json
from .layout import Layout
from .process import Identity

__all__ = ["GOOD", "ServiceState", "StackState", "read_state", "write_state"]

# States in which a service is as it should be.
GOOD = frozenset({"running", "done", "external"})


@dataclass(slots=True, kw_only=True)
class ServiceState:
    """One service as the supervisor sees it."""

    name: str
    kind: str = "daemon"
    title: str = ""
    state: str = "waiting"
    pid: int | None = None
    started: float | None = None
    port: int | None = None
    log: str = ""
    restarts: int = 0
    message: str = ""

    def identity(self) -> Identity | None:
        """The process behind the service, if there is one."""
        return Identity(self.pid, self.started) if self.pid and self.started else None


@dataclass(slots=True, kw_only=True)
class StackState:
    """The supervisor and its services."""

    pid: int | None = None
    started: float | None = None
    phase: str = "stopped"
    services: list[ServiceState] = field(default_factory=list)

    def supervisor(self) -> Identity | None:
        """The supervisor's process, if one was recorded."""
        return Identity(self.pid, self.started) if self.pid and self.started else None

    @property
    def alive(self) -> bool:
        """Whether the recorded supervisor still runs."""
        identity = self.supervisor()
        return identity is not None and identity.alive()


def read_state(layout: Layout) -> StackState:
    """The last state that was written; an empty one where there is none."""
    value: dict[str, Any] = read_json(layout.state_file, {})
    services = [ServiceState(**service) for service in value.pop("services", [])]
    return StackState(**value, services=services)


def write_state(layout: Layout, state: StackState) -> None:
    """Write the state, whole or not at all."""
    write_json(layout.state_file, asdict(state))
