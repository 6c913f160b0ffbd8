"""Processes: started so that they die with their parent, known again by pid and start time, ended whole."""

from __future__ import annotations

import ctypes
import logging
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["MARKER", "Identity", "as_user", "end_all", "identify", "marked", "spare_user", "spawn", "wait_until"]

log = logging.getLogger(__name__)
# Every process of a home carries this variable, so that orphans are found even when no file names them.
MARKER = "GOVOPEN_SUPERVISED_HOME"

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE = 2, 1
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@dataclass(frozen=True, slots=True)
class Identity:
    """A process, not merely a number: pids are given again, start times are not."""

    pid: int
    started: float

    def alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(float(process.create_time()) - self.started) < 1
            return same and bool(process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False


def identify(pid: int) -> Identity | None:
    """The identity of a running process, or None when it is gone already."""
    try:
        return Identity(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def spare_user() -> int | None:
    """The user that PostgreSQL runs as when we are root, since it refuses to run as root; None for anybody else."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam(os.environ.get("GOVOPEN_POSTGRES_USER", "nobody")).pw_uid


def _become(uid: int) -> None:
    """Become another user, who may still pass the closed folders above its own data.

    The home and often the folders above it are closed to others. Rather than opening them for everybody, the process
    keeps the one capability that lets it walk through.
    """
    gid = pwd.getpwuid(uid).pw_gid
    _libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        mask = 1 << capability
        data = (_CapData * 2)(_CapData(mask, mask, mask))
        if _libc.capset(ctypes.byref(_CapHeader(CAPABILITY_VERSION_3, 0)), data) == 0:
            _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return


def as_user(uid: int | None) -> Callable[[], None]:
    """What a short-lived child does before its program: close its files to others, and become that user."""

    def prepare() -> None:
        os.umask(0o077)
        if uid is not None:
            _become(uid)

    return prepare


def _at_birth(death: signal.Signals, uid: int | None, parent: int) -> Callable[[], None]:
    def prepare() -> None:
        os.umask(0o077)
        if uid is not None:
            _become(uid)
        # After the change of user, which clears it.
        _libc.prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log_file: Path,
    cwd: Path,
    death: signal.Signals = signal.SIGTERM,
    uid: int | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output appended to a log, bound to die with this one."""
    handle = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            preexec_fn=_at_birth(death, uid, os.getpid()),  # noqa: PLW1509 - the supervisor has one thread only.
        )
    finally:
        os.close(handle)


def marked(home: Path) -> list[psutil.Process]:
    """Every process that carries this home's marker, but this one."""
    wanted = str(home)
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARKER) == wanted:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end_all(processes: Sequence[psutil.Process], grace: float = 8.0) -> int:
    """Ask these processes to end, then end them; answer how many there were."""
    for process in processes:
        _signal(process, signal.SIGTERM)
    _, left = psutil.wait_procs(processes, timeout=grace)
    for process in left:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=3)
    return len(processes)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        log.debug("process %s was gone before the signal", process.pid)


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Wait until `condition` holds; answer whether it came to hold in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
