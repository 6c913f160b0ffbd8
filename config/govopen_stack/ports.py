"""Ports of a home: chosen free once, kept in a file, so that addresses stay the same from start to start."""

from __future__ import annotations

import os
import random
import socket

from .errors import PortTaken, SettingsWrong
from .files import read_json, write_json
from .layout import Layout

__all__ = ["PORTED", "check_free", "is_free", "load_ports"]

PORTED = ("portal", "desk", "api", "hub", "solr", "redis", "postgres")
# Below the range that the kernel gives to outgoing connections, so that none of them takes a port meanwhile.
LOWEST, HIGHEST = 20000, 32000


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _given() -> dict[str, int]:
    """Ports that GOVOPEN_PORTS fixes (`portal=8080,desk=8081`), for containers and machines behind a proxy."""
    pairs = [pair.partition("=") for pair in os.environ.get("GOVOPEN_PORTS", "").split(",") if pair.strip()]
    try:
        given = {name.strip(): int(port) for name, _, port in pairs}
    except ValueError as err:
        raise SettingsWrong("GOVOPEN_PORTS is not of the kind portal=8080,desk=8081.", "Mend the variable.") from err
    if unknown := set(given) - set(PORTED):
        raise SettingsWrong(f"GOVOPEN_PORTS names {', '.join(sorted(unknown))}.", f"Known: {', '.join(PORTED)}.")
    return given


def load_ports(layout: Layout) -> dict[str, int]:
    """The ports of this home; those that are not chosen yet are chosen now."""
    ports: dict[str, int] = {**read_json(layout.ports_file, {}), **_given()}
    # Not a secret: two homes that start at once should merely not look at the same ports.
    chooser = random.SystemRandom()
    for name in PORTED:
        while name not in ports:
            port = chooser.randrange(LOWEST, HIGHEST)
            if port not in ports.values() and is_free(port):
                ports[name] = port
    write_json(layout.ports_file, ports)
    return ports


def check_free(layout: Layout, ports: dict[str, int], wanted: set[str]) -> None:
    """Refuse to start when another program holds a port that a wanted service needs."""
    for name in sorted(wanted & set(ports)):
        if not is_free(ports[name]):
            raise PortTaken(
                f"Port {ports[name]} of the service {name} is held by another program.",
                f"Stop that program, or delete {layout.ports_file} and run `govopen up` again: it chooses new ports.",
            )
