"""A home from Python: start it, ask it, break it. For tests and the demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from .boot import locked, places_of, ready
from .errors import NotRunning, ServicesFailed, StackError, UnknownName
from .files import read_json, write_json, write_text
from .health import answers
from .layout import Layout
from .places import Places
from .ports import check_free
from .process import end_all, marked, wait_until
from .secrets import secret
from .services import DAEMONS, SERVICES, base_environment, sides_of, with_needs
from .settings import load_settings
from .state import GOOD, StackState, read_state

__all__ = ["Home"]

UP_LIMIT = 1200.0
DOWN_LIMIT = 60.0
Progress = Callable[[StackState], None]


def _quiet(_state: StackState) -> None:
    """Show nothing."""


class Home:
    """One home: its services, addresses and secrets."""

    def __init__(self, path: Path | str) -> None:
        self.layout = Layout(path)
        self.path = self.layout.home

    def wanted(self, services: Iterable[str] | None = None) -> frozenset[str]:
        """The services that belong to this home: those named, else those named before, else all."""
        names = tuple(services or ()) or load_settings(self.layout).services or DAEMONS
        return with_needs(names)

    @property
    def places(self) -> Places:
        """All addresses of this home."""
        return places_of(self.layout, self.wanted())

    def start(
        self,
        services: Iterable[str] | None = None,
        *,
        progress: Progress = _quiet,
        timeout: float = UP_LIMIT,
        **settings: Any,
    ) -> StackState:
        """Bring the services up and answer their state; what runs already is left alone.

        Raises ServicesFailed when one of them did not come up: the others stay up all the same.
        """
        if services:
            settings["services"] = tuple(services)
        with locked(self.layout):
            load_settings(self.layout, **settings)
            wanted = self.wanted()
            state = read_state(self.layout)
            if state.alive:
                self._command("refresh", wanted)
            else:
                # What a killed supervisor left behind would hold ports and files.
                end_all(marked(self.path), 5)
                places = ready(self.layout, wanted)
                mine = {name for name in wanted if not places.settings.external(name)}
                check_free(self.layout, dict(places.ports), mine)
                self._launch(wanted)
            return self._wait_up(wanted, progress, timeout)

    def trust(self, public_key: str) -> None:
        """Take the public key of a desk elsewhere: an open side without a desk shows what that desk signed."""
        self.layout.make()
        write_text(self.layout.bundle_key, public_key, 0o644)

    def _launch(self, wanted: frozenset[str]) -> None:
        self.layout.state_file.unlink(missing_ok=True)
        for stale in self.layout.control.glob("*.json"):
            stale.unlink()
        names = ",".join(sorted(wanted))
        command = [sys.executable, "-m", "govopen_stack.supervisor", "--home", str(self.path), "--services", names]
        with (self.layout.log / "supervisor.log").open("ab") as log:
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.path,
                env=base_environment(self.path, self.layout.tmp),
            )  # fmt: skip
        if not wait_until(lambda: read_state(self.layout).alive, 20):
            raise StackError("The supervisor did not start.", f"Read {self.layout.log / 'supervisor.log'}.")

    def _wait_up(self, wanted: frozenset[str], progress: Progress, timeout: float) -> StackState:
        end = time.monotonic() + timeout
        time.sleep(0.3)
        while True:
            state = read_state(self.layout)
            progress(state)
            shown = {service.name: service.state for service in state.services}
            settled = all(self._settled(name, shown) for name in wanted)
            if settled or time.monotonic() > end or not state.alive:
                break
            time.sleep(0.15)
        bad = [s for s in state.services if s.name in wanted and s.state not in GOOD]
        if not state.alive:
            raise StackError("The supervisor ended.", f"Read {self.layout.log / 'supervisor.log'}.")
        if bad:
            names = ", ".join(f"{service.name} ({service.message or service.state})" for service in bad)
            raise ServicesFailed(
                f"Not up: {names}.",
                "Read `govopen logs SERVICE`; the other services are up. `govopen doctor` looks further.",
            )
        return state

    @staticmethod
    def _settled(name: str, shown: dict[str, str]) -> bool:
        """Whether waiting longer for this service is pointless: it is up, it failed, or what it needs failed."""
        state = shown.get(name, "waiting")
        if state in GOOD or state == "failed":
            return True
        return state == "waiting" and any(shown.get(need) == "failed" for need in with_needs([name]) - {name})

    def _command(self, verb: str, names: Iterable[str]) -> None:
        name = f"{time.time_ns():020d}-{uuid4().hex[:6]}.json"
        write_json(self.layout.control / name, {"verb": verb, "names": sorted(names)})
        if not wait_until(lambda: not (self.layout.control / name).exists(), 60, 0.05):
            raise NotRunning("The supervisor does not answer.", "Run `govopen down`, then `govopen up`.")

    def stop(self, services: Iterable[str] | None = None) -> int:
        """Stop the services named, or the whole home; answer how many stray processes had to be ended besides."""
        if services:
            self._need_supervisor()
            self._command("stop", with_needs(services) & frozenset(services))
            return 0
        state = read_state(self.layout)
        identity = state.supervisor()
        if identity is not None and identity.alive():
            psutil.Process(identity.pid).terminate()
            if not wait_until(lambda: not identity.alive(), DOWN_LIMIT):
                psutil.Process(identity.pid).kill()
        strays = {process.pid: process for process in marked(self.path)} if self.path.is_dir() else {}
        for service in state.services:
            known = service.identity()
            if known is not None and known.alive():
                strays.setdefault(known.pid, psutil.Process(known.pid))
        count = end_all(list(strays.values()))
        if self.layout.run.is_dir() and state.services:
            for service in state.services:
                if service.state != "external":
                    service.state = "stopped"
                service.pid = service.started = None
            from .state import write_state

            write_state(self.layout, StackState(services=state.services))
        return count

    def restart(self, name: str, *, timeout: float = 120.0) -> None:
        """Stop one service and start it again; returns when it is up."""
        self._need_supervisor()
        self._command("restart", with_needs([name]) & {name})
        self._wait_up(frozenset({name}), _quiet, timeout)

    def kill(self, name: str, sig: int = 9) -> int:
        """Send a signal to a service's main process, as a crash would; answer its pid."""
        for service in read_state(self.layout).services:
            identity = service.identity()
            if service.name == name and identity is not None and identity.alive():
                os.kill(identity.pid, sig)
                return identity.pid
        raise UnknownName(f"No running service is named {name}.", "Look at `govopen status`.")

    def _need_supervisor(self) -> None:
        if not read_state(self.layout).alive:
            raise NotRunning(f"Nothing runs in {self.path}.", "Run `govopen up`.")

    def status(self, *, probe: bool = False) -> dict[str, Any]:
        """Everything that a client of this home needs to know, as `govopen status --json` prints it."""
        state, places = read_state(self.layout), self.places
        alive = state.alive
        services = []
        for service in state.services:
            shown = service.state if alive or service.state == "external" else "stopped"
            identity = service.identity()
            if shown == "running" and (identity is None or not identity.alive()):
                shown = "dead"
            if probe and shown == "running" and not answers(SERVICES[service.name], places):
                shown = "silent"
            if service.kind == "daemon":
                entry = {
                    "name": service.name,
                    "pid": service.pid,
                    "state": shown,
                    "port": service.port,
                    "log": service.log,
                }
                services.append(
                    {**entry, "title": service.title, "message": service.message, "restarts": service.restarts}
                )
            elif shown in ("failed", "restarting"):
                services.append(
                    {
                        "name": service.name,
                        "pid": None,
                        "state": shown,
                        "port": None,
                        "log": service.log,
                        "title": service.title,
                        "message": service.message,
                        "restarts": service.restarts,
                    }
                )
        value: dict[str, Any] = {
            "home": str(self.path),
            "supervisor": {"pid": state.pid if alive else None, "state": "running" if alive else "stopped"},
            "portal_url": places.portal,
            "desk_url": places.desk,
            "api_url": places.api,
            "hub_url": places.hub,
            "solr_url": places.solr,
            "redis_url": places.redis(),
            "store_path": str(self.layout.store),
            "spool_path": str(self.layout.spool),
        }
        sides = sides_of(self.wanted())
        if "portal" in sides:
            value["database_url"] = places.database("portal")
        if "desk" in sides:
            value["desk_database_url"] = places.database("desk")
            value["vault_path"] = str(self.layout.vault)
        value["services"] = services
        demo = read_json(self.layout.demo_file)
        if demo is not None:
            value |= {"accounts": demo.get("accounts", []), "licensees": demo.get("licensees", [])}
        return value

    def url(self, name: str) -> str:
        """The address of `portal`, `desk`, `api`, `hub`, `solr`, `redis`, `database` (of the portal) or `desk_database`."""
        status = self.status()
        if f"{name}_url" not in status:
            raise UnknownName(
                f"There is no address named {name}.",
                "Known: " + ", ".join(k[:-4] for k in status if k.endswith("_url")),
            )
        return str(status[f"{name}_url"])

    def secret(self, name: str) -> str:
        """A secret of this home, for example `vault_key`, `operator.token` or `hub.control_key`."""
        return secret(self.layout, name)

    def __repr__(self) -> str:
        return f"Home({json.dumps(str(self.path))})"
