"""A lease's holder is known by host, pid and start, so a killed worker's job is free at once and a living one's never."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from ckanext.govopen.desk.jobs.lease import owner_alive, this_owner


def test_this_process_is_alive() -> None:
    """The name that a worker takes is its own."""
    assert owner_alive(this_owner("worker"))


def test_a_dead_process_is_not() -> None:
    """After it ended its pid is nobody's, or somebody's with another start."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not owner_alive(f"worker|{socket.gethostname()}|{ended.pid}|1")


def test_a_pid_that_was_used_again_is_somebody_else() -> None:
    """Same pid, another start."""
    assert not owner_alive(f"worker|{socket.gethostname()}|{os.getpid()}|1")


def test_nobody_knows_about_another_machine() -> None:
    """Its lease must run out."""
    assert owner_alive("worker|elsewhere|1|1")
