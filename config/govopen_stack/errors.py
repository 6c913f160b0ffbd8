"""What can go wrong with the stack, as values: a stable code, what happened, what to do next, and the exit code."""

from __future__ import annotations

__all__ = [
    "HomeBusy",
    "JarMismatch",
    "JarUnreachable",
    "NotRunning",
    "PlatformMissing",
    "PortTaken",
    "ServicesFailed",
    "SettingsWrong",
    "StackError",
    "UnknownName",
]


class StackError(Exception):
    """The stack cannot do what was asked; `remedy` says what to do next."""

    code = "stack"
    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class PlatformMissing(StackError):
    """A package of the extra `platform` is not installed."""

    code = "stack.platform_missing"


class HomeBusy(StackError):
    """Another `govopen` command is working on the same home."""

    code = "stack.home_busy"
    exit_code = 4


class PortTaken(StackError):
    """A port of this home is held by another program."""

    code = "stack.port_taken"


class NotRunning(StackError):
    """The command needs a running stack."""

    code = "stack.not_running"
    exit_code = 3


class ServicesFailed(StackError):
    """At least one service did not come up; the others stay up."""

    code = "stack.services_failed"


class JarMismatch(StackError):
    """A downloaded jar has another digest than the pinned one."""

    code = "stack.jar_mismatch"


class JarUnreachable(StackError):
    """A jar could not be downloaded."""

    code = "stack.jar_unreachable"


class SettingsWrong(StackError):
    """A settings file or an address cannot be used."""

    code = "stack.settings"
    exit_code = 2


class UnknownName(StackError):
    """There is no service, secret or address of that name."""

    code = "stack.unknown_name"
    exit_code = 2
