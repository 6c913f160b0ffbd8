"""Who holds a lease: host, pid and the start of the process, so that a pid that was used again is nobody's. Pure but for /proc."""

from __future__ import annotations

import os
import socket
from pathlib import Path

__all__ = ["LEASE_SECONDS", "owner_alive", "this_owner"]

LEASE_SECONDS = 60


def _started(pid: int) -> str:
    """The process's start in clock ticks, which tells it from a later one with the same pid."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def this_owner(role: str) -> str:
    """The name under which this process holds leases."""
    return f"{role}|{socket.gethostname()}|{os.getpid()}|{_started(os.getpid())}"


def owner_alive(owner: str) -> bool:
    """Whether the holder of a lease may still be at work; of another machine's nobody knows, so it may."""
    parts = owner.split("|")
    if len(parts) != 4 or parts[1] != socket.gethostname() or not parts[2].isdigit():
        return True
    started = _started(int(parts[2]))
    return bool(started) and started == parts[3]
