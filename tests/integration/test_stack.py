"""The running stack: kept up, told apart from its neighbour, ended without a trace, closed to whom it does not concern."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis

from govopen_stack.api import Home
from govopen_stack.process import marked
from govopen_stack.services import DAEMONS
from govopen_stack.state import read_state

pytestmark = pytest.mark.integration

SMALL = ("postgres", "redis", "hub")
KEYS = {
    "home", "portal_url", "desk_url", "api_url", "hub_url", "solr_url", "redis_url", "store_path", "database_url",
    "desk_database_url", "vault_path", "services",
}  # fmt: skip


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "govopen_stack.cli", *arguments]
    return subprocess.run(line, capture_output=True, text=True, timeout=400, check=False)


def pids(home: Home) -> dict[str, int]:
    return {service["name"]: service["pid"] for service in home.status()["services"]}


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home of three services: quick to start, so that it may be broken again and again."""
    place = Home(tmp_path_factory.mktemp("small"))
    place.start(SMALL, hub_rows=300)
    yield place
    place.stop()


def test_status_says_what_clients_need(home: Any) -> None:
    answer = command("status", "--json", "--home", str(home.path))
    assert answer.returncode == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert set(value) >= KEYS | {"accounts", "licensees"}
    assert value["api_url"].endswith("/api/v1")
    assert value["solr_url"].endswith("/solr")
    assert {service["name"] for service in value["services"]} == set(DAEMONS)
    assert all(set(service) >= {"name", "pid", "state", "port", "log"} for service in value["services"])
    assert {account["role"] for account in value["accounts"]} >= {"officer", "reviewer", "security", "deid", "approver"}


def test_a_second_up_leaves_everything_as_it_is(home: Any) -> None:
    before, supervisor = pids(home), read_state(home.layout).pid
    assert command("up", "--quiet", "--home", str(home.path)).returncode == 0
    assert pids(home) == before
    assert read_state(home.layout).pid == supervisor


def test_no_process_shows_a_secret(home: Any) -> None:
    """Neither the environment nor the command line of any process, nor any settings file, holds a key of the vault."""
    hidden = [home.secret(name) for name in ("vault_key", "signing_key", "pseudonym_key", "hub_client_key")]
    seen = []
    for process in marked(home.path):
        try:
            seen.append(" ".join((*process.environ().values(), *process.cmdline())))
        except psutil.NoSuchProcess:
            continue
    assert len(seen) > 10
    seen += [path.read_text(encoding="utf-8") for path in home.layout.config.iterdir() if path.is_file()]
    assert not [text for text in seen for secret in hidden if secret in text]


def test_passwords_are_really_checked(home: Any) -> None:
    status = home.status()
    right = urlsplit(status["database_url"])
    wrong = right._replace(netloc=f"{right.username}:wrong@127.0.0.1:{right.port}").geturl()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong, connect_timeout=5)
    port = urlsplit(status["redis_url"]).port
    assert port is not None
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host="127.0.0.1", port=port, password="wrong", socket_timeout=5).ping()


def test_the_data_service_sees_no_desk_and_no_accounts(home: Any) -> None:
    api = json.loads((home.layout.config / "api.json").read_text(encoding="utf-8"))["database_url"]
    with psycopg.connect(api, connect_timeout=5) as connection:
        assert connection.execute("select count(*) from pub_entry").fetchone() is not None
        for statement in (
            'select * from "user"',
            "select * from api_token",
            "delete from pub_pointer",
            "update pub_closure set code = code",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[call-overload]
            connection.rollback()
    desk = urlsplit(api)._replace(path="/desk").geturl()
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(desk, connect_timeout=5)


@pytest.mark.parametrize(("role", "other"), [("database_url", "/desk"), ("desk_database_url", "/portal")])
def test_neither_side_s_role_reaches_the_other_s_database(home: Any, role: str, other: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(urlsplit(home.status()[role])._replace(path=other).geturl(), connect_timeout=5)


def test_secrets_and_vault_are_closed_to_other_users(home: Any) -> None:
    for folder in (home.path, home.layout.secrets, home.layout.vault):
        assert folder.stat().st_mode & 0o077 == 0
    for path in home.layout.secrets.iterdir():
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name", ["postgres", "redis", "solr", "hub", "desk", "portal", "api", "worker", "publisher", "projector"]
)
def test_log_lines_carry_the_time(home: Any, name: str) -> None:
    lines = home.layout.log_of(name).read_text(encoding="utf-8", errors="replace").splitlines()
    dated = [line for line in lines if re.search(r"\d\d:\d\d:\d\d", line)]
    assert dated


def test_a_killed_service_comes_back(small: Home) -> None:
    before = pids(small)["redis"]
    small.kill("redis")
    assert wait_for(lambda: pids(small)["redis"] not in (None, before), 30)
    assert wait_for(lambda: {s["state"] for s in small.status()["services"]} == {"running"}, 30)


def test_a_killed_supervisor_takes_its_services_along_and_up_brings_all_back(small: Home) -> None:
    old = read_state(small.layout).pid
    assert old is not None
    os.kill(old, signal.SIGKILL)
    assert wait_for(lambda: not marked(small.path), 30)
    assert command("status", "--home", str(small.path)).returncode == 3
    small.start()
    assert read_state(small.layout).pid != old
    assert {service["state"] for service in small.status(probe=True)["services"]} == {"running"}


def test_a_service_can_be_stopped_started_and_restarted(small: Home) -> None:
    small.stop(["hub"])
    assert {s["name"]: s["state"] for s in small.status()["services"]}["hub"] == "stopped"
    small.start()
    first = pids(small)["hub"]
    small.restart("hub")
    assert pids(small)["hub"] != first


def test_two_homes_run_side_by_side(small: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    try:
        other.start(["redis"])
        ports = [{s["port"] for s in place.status()["services"] if s["port"]} for place in (small, other)]
        assert not ports[0] & ports[1]
        assert small.secret("redis") != other.secret("redis")
        other.stop()
        assert {service["state"] for service in small.status(probe=True)["services"]} == {"running"}
    finally:
        other.stop()


def test_a_port_held_by_another_program_is_named(tmp_path: Path) -> None:
    import socket

    place = Home(tmp_path / "held")
    place.layout.make()
    port = place.places.ports["redis"]
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        answer = command("up", "--only", "redis", "--home", str(place.path))
    assert answer.returncode == 1
    assert str(port) in answer.stderr
    assert "Traceback" not in answer.stderr


def test_servers_elsewhere_are_used_in_place_of_our_own(small: Home, tmp_path: Path) -> None:
    """The second home makes its roles and databases on the first one's PostgreSQL, and starts none of its own."""
    keys = json.loads((small.layout.secrets / "keys.json").read_text(encoding="utf-8"))
    port = small.places.ports["postgres"]
    admin = f"postgresql://govopen_admin:{keys['postgres_admin']}@127.0.0.1:{port}/postgres"
    place = Home(tmp_path / "guest")
    try:
        place.start(
            ["portal-setup"], database_url=admin, database_prefix="guest_", redis_url=small.status()["redis_url"]
        )
        assert "postgres" not in {service["name"] for service in place.status()["services"] if service["pid"]}
        owner = "select pg_get_userbyid(datdba) from pg_database where datname = 'guest_portal'"
        with psycopg.connect(admin, connect_timeout=5) as connection:
            assert connection.execute(owner).fetchone() == ("guest_govopen_portal",)
        with psycopg.connect(place.places.database("portal", "api"), connect_timeout=5) as connection:
            assert connection.execute("select count(*) from pub_entry").fetchone() == (0,)
    finally:
        place.stop()


def test_down_leaves_no_process_and_reset_no_file(tmp_path: Path) -> None:
    place = Home(tmp_path / "short")
    place.start(["postgres", "redis"])
    processes = marked(place.path)
    assert len(processes) > 2
    assert command("down", "--home", str(place.path)).returncode == 0
    assert marked(place.path) == []
    assert not [process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    # Down once more is no error.
    assert command("down", "--home", str(place.path)).returncode == 0
    assert command("reset", "--yes", "--home", str(place.path)).returncode == 0
    assert not place.path.exists()


def test_reset_leaves_a_folder_alone_that_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    answer = command("reset", "--yes", "--home", str(tmp_path))
    assert answer.returncode == 1
    assert (tmp_path / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize("verb", ["up", "down", "status", "logs", "demo", "doctor", "reset"])
def test_every_command_explains_itself(verb: str) -> None:
    answer = command(verb, "--help")
    assert answer.returncode == 0
    assert "--home" in answer.stdout


def test_a_wrong_call_is_told_apart_from_a_failure() -> None:
    assert command("up", "--colour", "red").returncode == 2
    assert command("up", "--only", "porta", "--home", "/nonexistent-for-govopen/x").returncode in (1, 2)
