"""Keep the tests on this machine: a connection to anywhere but the loopback interface or a Unix socket is refused."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

__all__ = ["OutsideRefusedError", "guard"]

_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", ""})


class OutsideRefusedError(AssertionError):
    """A test, or code under test, wanted to speak to another machine."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # A Unix socket.
    host = str(address[0]).partition("%")[0]
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(address: Any) -> None:
    if not _is_local(address):
        raise OutsideRefusedError(f"a test must not connect to {address[0]}")


def guard() -> Any:
    """Replace the two ways out of Python's sockets by checked ones; answers what undoes it."""
    plain, plain_ex = socket.socket.connect, socket.socket.connect_ex

    def connect(self: socket.socket, address: Any) -> None:
        _check(address)
        plain(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _check(address)
        return plain_ex(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]

    def undo() -> None:
        socket.socket.connect = plain  # type: ignore[method-assign]
        socket.socket.connect_ex = plain_ex  # type: ignore[method-assign]

    return undo
