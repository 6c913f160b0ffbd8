"""Whether a service answers: one short question each, over the loopback interface."""

from __future__ import annotations

import http.client
import socket

from .places import Places
from .services import Service

__all__ = ["answers"]

SERVER_ERROR = 500


def _postgres(port: int, timeout: float) -> bool:
    """Ask for encryption, as every client may do before it names itself: any one-letter answer means that it listens."""
    with socket.create_connection(("127.0.0.1", port), timeout) as line:
        line.sendall((8).to_bytes(4, "big") + (80877103).to_bytes(4, "big"))
        return line.recv(1) in (b"S", b"N")


def _redis(port: int, timeout: float) -> bool:
    """A server that still loads its file says so; one that asks for the password is ready."""
    with socket.create_connection(("127.0.0.1", port), timeout) as line:
        line.sendall(b"PING\r\n")
        return line.recv(32).startswith((b"+PONG", b"-NOAUTH"))


def _http(port: int, path: str, timeout: float) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status < SERVER_ERROR
    finally:
        connection.close()


def answers(service: Service, places: Places, timeout: float = 3.0) -> bool:
    """Whether the service answers now; a service without a port answers by being alive."""
    if not service.health:
        return True
    port = places.ports[service.name]
    try:
        if service.health == "postgres":
            return _postgres(port, timeout)
        if service.health == "redis":
            return _redis(port, timeout)
        return _http(port, service.health, timeout)
    except (OSError, http.client.HTTPException):
        return False
