"""One service in the supervisor's hands: started, asked, restarted with patience, ended."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import time

from .errors import StackError
from .health import answers
from .places import Places
from .process import identify, spawn
from .secrets import worker_secrets
from .services import Service, base_environment
from .state import ServiceState

__all__ = ["Unit"]

log = logging.getLogger(__name__)

SETTLED = 60.0  # A service that ran this long has recovered: its failures are forgotten.
ALIVE = 1.5  # A service without a port counts as running when it lived this long.
TRIES = 3  # This many quick failures in a row and it is called failed; it is still tried, but seldom.
SELDOM = 45.0
PROBE_EVERY = 0.3


class Unit:
    """A service, its process and its history."""

    def __init__(self, service: Service, places: Places) -> None:
        self.service = service
        self.places = places
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.next_try = 0.0
        self.since = 0.0
        self.last_probe = 0.0
        external = places.settings.external(service.name)
        self.state = ServiceState(
            name=service.name,
            kind=service.kind,
            title=service.title,
            state="external" if external else "waiting",
            port=None if external else places.ports.get(service.name),
            log=str(places.layout.log_of(service.name)),
        )

    @property
    def good(self) -> bool:
        """Whether what needs this service may start."""
        return self.state.state in ("running", "done", "external")

    def start(self) -> None:
        """Start the process; a service that cannot even be started counts as having failed at once."""
        fds: tuple[int, ...] = ()
        layout = self.places.layout
        try:
            launch = self.service.launch(self.places)
            env = {**base_environment(layout.home, layout.tmp), **launch.env}
            if launch.secrets:
                fds = (self._secrets(),)
                env["GOVOPEN_SECRETS_FD"] = str(fds[0])
            self.process = spawn(
                launch.command, env=env, log_file=layout.log_of(self.service.name), cwd=layout.tmp,
                death=launch.death, uid=launch.uid, pass_fds=fds,
            )  # fmt: skip
        except (StackError, OSError) as err:
            self._failed(str(err))
            return
        finally:
            for fd in fds:
                os.close(fd)
        identity = identify(self.process.pid)
        self.since = time.monotonic()
        self.state.state, self.state.message = "starting", ""
        self.state.pid, self.state.started = self.process.pid, identity.started if identity else None
        log.info("%s started as pid %s", self.service.name, self.process.pid)

    def _secrets(self) -> int:
        """The reading end of a pipe that holds the secrets and is closed for writing: read once, then empty."""
        reading, writing = os.pipe()
        os.write(writing, worker_secrets(self.places.layout, self.places.hub))
        os.close(writing)
        return reading

    def _failed(self, reason: str) -> None:
        self.failures += 1
        self.process = None
        self.state.pid = self.state.started = None
        self.state.message = reason
        given_up = self.failures >= TRIES
        self.state.state = "failed" if given_up else "restarting"
        self.next_try = time.monotonic() + (SELDOM if given_up else 0.5 * 2**self.failures)
        log.warning("%s: %s; next try in %.0f s", self.service.name, reason, self.next_try - time.monotonic())

    def reap(self) -> None:
        """Notice that the process has ended."""
        if self.process is None or (code := self.process.poll()) is None:
            return
        # Whatever the process left in its session goes with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.service.kind == "task" and code == 0:
            self.process, self.failures = None, 0
            self.state.state, self.state.pid, self.state.started = "done", None, None
            log.info("%s done", self.service.name)
            return
        if time.monotonic() - self.since > SETTLED:
            self.failures = 0
        self.state.restarts += 1
        ending = f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        self._failed(f"{ending}; see {self.state.log}")

    def probe(self) -> None:
        """Ask a starting service whether it is up; one that takes too long is ended."""
        now = time.monotonic()
        if self.state.state != "starting" or now - self.last_probe < PROBE_EVERY:
            return
        self.last_probe = now
        if self.service.kind == "daemon":
            lived = now - self.since >= ALIVE or bool(self.service.health)
            if lived and answers(self.service, self.places):
                self.state.state = "running"
                log.info("%s is up after %.1f s", self.service.name, now - self.since)
                return
        if now - self.since > self.service.patience and self.process is not None:
            log.warning("%s was not up after %.0f s", self.service.name, self.service.patience)
            self.process.kill()

    def ask_to_stop(self) -> None:
        """Send the signal by which this service ends in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.service.stop)

    def finish(self, grace: float) -> None:
        """Wait for the end, then make it."""
        if self.process is not None:
            try:
                self.process.wait(grace)
            except subprocess.TimeoutExpired:
                log.warning("%s did not stop in %.0f s and is killed", self.service.name, grace)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        self.process = None
        if self.state.state != "external":
            self.state.state = "stopped"
        self.state.pid = self.state.started = None
        self.failures, self.next_try = 0, 0.0
