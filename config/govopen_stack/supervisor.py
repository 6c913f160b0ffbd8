"""The supervisor: one detached process that starts the services in order, restarts what dies and ends them all.

One thread, one loop. Commands come as small files in HOME/run/control, so no socket and no port of its own is needed.
Its children die with it (PR_SET_PDEATHSIG): nothing of a home outlives its supervisor unseen.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .boot import places_of
from .files import read_json
from .layout import Layout
from .logs import rotate
from .process import end_all, identify, marked
from .services import SERVICES, with_needs
from .state import StackState, write_state
from .unit import Unit

__all__ = ["Supervisor", "main"]

log = logging.getLogger("govopen.supervisor")

PAUSE = 0.1
ROTATE_EVERY = 20.0
GRACE = 12.0


class Supervisor:
    """All units of a home and the loop that tends them."""

    def __init__(self, layout: Layout, wanted: frozenset[str]) -> None:
        self.layout = layout
        places = places_of(layout, wanted)
        self.units = {name: Unit(service, places) for name, service in SERVICES.items()}
        self.wanted = {name for name in wanted if not places.settings.external(name)}
        self.stopping = False
        self.written: dict[str, Any] = {}
        self.rotated = 0.0
        identity = identify(os.getpid())
        self.identity = (os.getpid(), identity.started if identity else None)

    def publish(self, phase: str) -> None:
        """Write the state where it differs from what was written last."""
        shown = [u.state for n, u in self.units.items() if n in self.wanted or u.state.state != "waiting"]
        state = StackState(pid=self.identity[0], started=self.identity[1], phase=phase, services=shown)
        value = asdict(state)
        if value != self.written:
            self.written = value
            write_state(self.layout, state)

    def obey(self) -> None:
        """Carry out the commands that lie in the control folder, oldest first."""
        for path in sorted(self.layout.control.glob("*.json")):
            command = read_json(path, {})
            verb, names = command.get("verb"), frozenset(command.get("names", ())) & set(self.units)
            log.info("asked to %s %s", verb, " ".join(sorted(names)))
            if verb in ("stop", "restart"):
                self.end(names)
            if verb == "stop":
                self.wanted -= names
            if verb in ("start", "restart", "refresh"):
                self.wake(names)
            # Who gave the command waits for the file to go: by then the state says what became of it.
            self.publish("up")
            path.unlink(missing_ok=True)

    def wake(self, names: frozenset[str]) -> None:
        """Want these services, and try at once those that were waiting for a later try."""
        self.wanted |= {name for name in with_needs(names) if self.units[name].state.state != "external"}
        for name in self.wanted:
            unit = self.units[name]
            unit.next_try = 0.0
            if unit.state.state in ("failed", "stopped"):
                unit.failures, unit.state.state = 0, "waiting"

    def end(self, names: frozenset[str]) -> None:
        """End these services, those first that stand on others."""
        order = sorted(names, key=lambda name: -len(with_needs([name])))
        for name in order:
            self.units[name].ask_to_stop()
        for name in order:
            self.units[name].finish(GRACE)

    def tick(self) -> None:
        """One look at everything."""
        self.obey()
        now = time.monotonic()
        for name in self.wanted:
            unit = self.units[name]
            unit.reap()
            unit.probe()
            ready = all(self.units[need].good or need not in self.wanted for need in unit.service.needs)
            ready = ready and not any(self.pending(other) for other in unit.service.after)
            if unit.process is None and not unit.good and ready and now >= unit.next_try:
                unit.start()
        if now - self.rotated > ROTATE_EVERY:
            self.rotated = now
            rotate(self.layout)

    def pending(self, name: str) -> bool:
        """Whether a wanted service is still on its way up: neither there nor failed, nor waiting for one that failed."""
        unit = self.units[name]
        if name not in self.wanted or unit.good or unit.failures:
            return False
        return not any(self.units[need].failures for need in with_needs([name]))

    def run(self) -> None:
        """Tend the units until a signal says stop; then end them and whatever else carries this home's marker."""
        while not self.stopping:
            self.tick()
            self.publish("up")
            time.sleep(PAUSE)
        self.publish("stopping")
        base = {"postgres", "redis", "solr"}
        self.end(frozenset(set(self.units) - base))
        self.end(frozenset(base))
        end_all(marked(self.layout.home), 3)
        self.publish("stopped")

    def stop(self, *_signal: object) -> None:
        """Leave the loop at the next turn."""
        self.stopping = True


def main() -> None:
    """Run the supervisor of the home that `--home` names."""
    parser = argparse.ArgumentParser(prog="govopen_stack.supervisor", description=__doc__)
    parser.add_argument("--home", required=True, type=Path)
    parser.add_argument("--services", required=True, help="names with commas between them")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-5.5s [%(process)d] [%(name)s] %(message)s")
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    supervisor = Supervisor(Layout(arguments.home), with_needs(arguments.services.split(",")))
    signal.signal(signal.SIGTERM, supervisor.stop)
    signal.signal(signal.SIGINT, supervisor.stop)
    log.info("supervisor of %s", supervisor.layout.home)
    supervisor.run()
    log.info("everything has ended")


if __name__ == "__main__":
    main()
