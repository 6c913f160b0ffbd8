"""The supervisor on small real processes: started in order, restarted when they die, ended whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from govopen_stack import supervisor as module
from govopen_stack.layout import Layout
from govopen_stack.logs import KEPT, LIMIT, rotate, tail
from govopen_stack.places import Places
from govopen_stack.ports import load_ports
from govopen_stack.process import MARKER, Identity, end_all, identify, marked
from govopen_stack.services import Launch, Service
from govopen_stack.settings import load_settings
from govopen_stack.state import ServiceState, StackState, read_state, write_state
from govopen_stack.unit import TRIES, Unit

Shell = Callable[..., Service]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def unit(layout: Layout) -> Iterator[Callable[..., Unit]]:
    made: list[Unit] = []

    def make(script: str, **fields: object) -> Unit:
        launch = Launch((sys.executable, "-c", script))
        service = Service(name="small", launch=lambda _: launch, **fields)  # type: ignore[arg-type]
        places = Places(layout, load_settings(layout), load_ports(layout), {})
        made.append(Unit(service, places))
        return made[-1]

    yield make
    for item in made:
        item.finish(0.1)


def turn(unit: Unit, until: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while unit.state.state != until and time.monotonic() < end:
        unit.reap()
        unit.probe()
        if unit.process is None and unit.state.state == "restarting" and time.monotonic() >= unit.next_try:
            unit.start()
        time.sleep(0.02)
    assert unit.state.state == until


def test_a_task_that_ends_well_is_done(unit: Callable[..., Unit]) -> None:
    item = unit("print('hello')", kind="task")
    item.start()
    turn(item, "done")
    assert tail(Path(item.state.log), 5) == ["hello\n"]


def test_a_service_that_dies_is_started_again(unit: Callable[..., Unit]) -> None:
    item = unit("import time; time.sleep(60)")
    item.start()
    turn(item, "running")
    first = item.state.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    turn(item, "restarting")
    turn(item, "running")
    assert item.state.pid != first
    assert item.state.restarts == 1


def test_a_service_that_cannot_start_is_called_failed_and_says_where_to_look(unit: Callable[..., Unit]) -> None:
    item = unit("raise SystemExit(7)")
    item.start()
    turn(item, "failed")
    assert item.failures == TRIES
    assert "exit code 7" in item.state.message
    assert item.state.log in item.state.message


def test_what_a_service_started_ends_with_it(unit: Callable[..., Unit], tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = "import subprocess,sys,time; p=subprocess.Popen([sys.executable,'-c','import time; time.sleep(60)']);"
    item = unit(f"{child} open({str(note)!r},'w').write(str(p.pid)); time.sleep(60)")
    item.start()
    end = time.monotonic() + 20
    while not (note.exists() and note.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    grandchild = psutil.Process(int(note.read_text()))
    item.ask_to_stop()
    item.finish(3)
    gone, left = psutil.wait_procs([grandchild], timeout=5)
    assert gone
    assert not left


def test_children_die_with_the_supervisor(layout: Layout) -> None:
    script = (
        "import sys, signal, time\nfrom pathlib import Path\nfrom govopen_stack.process import spawn, MARKER\n"
        f"home=Path({str(layout.home)!r})\n"
        "p=spawn([sys.executable,'-c','import time; time.sleep(60)'],env={MARKER:str(home)},log_file=home/'log/x.log',cwd=home)\n"
        "print(p.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    child = identify(pid)
    assert child is not None
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    end = time.monotonic() + 10
    while child.alive() and time.monotonic() < end:
        time.sleep(0.05)
    assert not child.alive()


def test_orphans_are_found_by_their_marker(layout: Layout) -> None:
    orphan = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], env={**os.environ, MARKER: str(layout.home)}
    )
    end = time.monotonic() + 10
    while not marked(layout.home) and time.monotonic() < end:
        time.sleep(0.05)
    assert [process.pid for process in marked(layout.home)] == [orphan.pid]
    assert end_all(marked(layout.home), 3) == 1
    orphan.wait(5)
    assert not psutil.pid_exists(orphan.pid)


def test_a_pid_that_was_given_again_is_not_taken_for_the_old_process() -> None:
    mine = identify(os.getpid())
    assert mine is not None
    assert mine.alive()
    assert not Identity(mine.pid, mine.started - 100).alive()


def test_services_start_in_order_and_commands_are_obeyed(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = Launch((sys.executable, "-c", "import time; time.sleep(60)"))
    first = Service(name="first", kind="task", launch=lambda _: Launch((sys.executable, "-c", "")))
    second = Service(name="second", needs=("first",), launch=lambda _: sleep)
    catalogue = {service.name: service for service in (first, second)}
    monkeypatch.setattr(module, "SERVICES", catalogue)
    monkeypatch.setattr(
        module, "with_needs", lambda names: frozenset(names) | ({"first"} if "second" in names else set())
    )
    monkeypatch.setattr(module, "places_of", lambda at, _wanted: Places(at, load_settings(at), load_ports(at), {}))
    boss = module.Supervisor(layout, frozenset(catalogue))
    try:
        boss.tick()
        assert boss.units["second"].process is None
        end = time.monotonic() + 20
        while boss.units["second"].state.state != "running" and time.monotonic() < end:
            boss.tick()
            time.sleep(0.02)
        assert boss.units["first"].state.state == "done"
        (layout.control / "1.json").write_text('{"verb": "stop", "names": ["second"]}')
        boss.tick()
        boss.publish("up")
        assert boss.units["second"].state.state == "stopped"
        assert {s.name: s.state for s in read_state(layout).services}["second"] == "stopped"
        (layout.control / "2.json").write_text('{"verb": "start", "names": ["second"]}')
        boss.tick()
        assert boss.units["second"].process is not None
    finally:
        boss.end(frozenset(catalogue))


def test_a_state_comes_back_as_it_was_written(layout: Layout) -> None:
    state = StackState(pid=1, started=2.0, phase="up", services=[ServiceState(name="solr", state="running", port=3)])
    write_state(layout, state)
    assert read_state(layout) == state


def test_long_logs_move_aside_and_only_a_few_are_kept(layout: Layout) -> None:
    path = layout.log_of("portal")
    with path.open("ab") as held:
        for number in range(KEPT + 2):
            os.truncate(path, 0)
            held.write(b"%d" % number)
            held.flush()
            os.truncate(path, LIMIT + 1)
            rotate(layout)
        # Who holds the file open goes on at its new beginning.
        held.write(b"after\n")
        held.flush()
    assert path.read_bytes() == b"after\n"
    assert len(list(layout.log.glob("portal.log.*"))) == KEPT
