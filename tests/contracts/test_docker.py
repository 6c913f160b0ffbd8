"""The containers run what the stack runs: same services, same commands, nothing that only works on one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from govopen_stack.ports import PORTED
from govopen_stack.services import DAEMONS, SERVICES, sides_of, with_needs

DOCKER = Path(__file__).resolve().parents[2] / "docker"
INSTRUCTIONS = {"FROM", "RUN", "CMD", "LABEL", "ENV", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "HEALTHCHECK"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return value


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def _named(container: dict[str, Any]) -> list[str]:
    return str(container["environment"]["GOVOPEN_SERVICES"]).split(",")


def test_together_the_containers_run_every_service(compose: dict[str, Any]) -> None:
    named = [name for container in compose["services"].values() for name in _named(container)]
    assert set(named) == set(DAEMONS)


def test_each_container_names_all_that_it_will_run(compose: dict[str, Any]) -> None:
    for container in compose["services"].values():
        wanted = {name for name in with_needs(_named(container)) if SERVICES[name].kind == "daemon"}
        assert wanted == set(_named(container))


def test_each_container_belongs_to_one_side_and_shares_no_network(compose: dict[str, Any]) -> None:
    sides = {name: sides_of(with_needs(_named(container))) for name, container in compose["services"].items()}
    assert sides == {"desk": {"desk"}, "portal": {"portal"}}
    assert not set(compose["services"]["desk"]["networks"]) & set(compose["services"]["portal"]["networks"])


def test_the_open_side_only_reads_the_spool_and_never_sees_the_desk_s_home(compose: dict[str, Any]) -> None:
    volumes = compose["services"]["portal"]["volumes"]
    assert [volume for volume in volumes if volume.startswith("spool:")] == ["spool:/home/govopen/data/spool:ro"]
    assert not [volume for volume in volumes if volume.startswith("desk:")]


def test_published_ports_are_those_that_are_fixed_inside(compose: dict[str, Any]) -> None:
    for container in compose["services"].values():
        fixed = dict(pair.split("=") for pair in container["environment"]["GOVOPEN_PORTS"].split(","))
        assert set(fixed) <= set(PORTED)
        assert {port.rsplit(":", 1)[1] for port in container["ports"]} == set(fixed.values())
        # The site's own address is 127.0.0.1 with that port, so it must be the same outside.
        assert all(port.split(":")[-1] == port.split(":")[-2] for port in container["ports"])


def test_containers_give_up_what_they_do_not_need(compose: dict[str, Any]) -> None:
    for container in compose["services"].values():
        assert container["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in container["security_opt"]


def test_what_is_mounted_is_declared(compose: dict[str, Any]) -> None:
    used = {volume.split(":")[0] for container in compose["services"].values() for volume in container["volumes"]}
    assert used == set(compose["volumes"])
    assert {name for c in compose["services"].values() for name in c["networks"]} == set(compose["networks"])
    assert {name for c in compose["services"].values() for name in c.get("secrets", [])} == set(compose["secrets"])


def test_the_image_is_built_from_pinned_things_and_runs_as_nobody_special(instructions: list[tuple[str, str]]) -> None:
    assert {word for word, _ in instructions} <= INSTRUCTIONS
    bases = [rest.split()[0] for word, rest in instructions if word == "FROM"]
    assert all(re.fullmatch(r"[a-z]+:[\w.-]+", base) and not base.endswith(":latest") for base in bases)
    assert [rest for word, rest in instructions if word == "USER"][-1] not in ("root", "0")
    # One JSON list each, so that signals reach the program and no shell swallows them.
    assert all(rest.startswith("[") for word, rest in instructions if word in ("CMD", "ENTRYPOINT", "VOLUME"))
    runs = [rest for word, rest in instructions if word == "RUN"]
    assert any("--require-hashes" in run for run in runs)
    assert not [run for run in runs if "sudo" in run or "curl" in run or "apt-get upgrade" in run]


def test_everything_that_is_copied_is_there(instructions: list[tuple[str, str]]) -> None:
    for word, rest in instructions:
        if word == "COPY" and "--from=" not in rest:
            for source in rest.split()[:-1]:
                assert (DOCKER.parent / source).exists(), source


def test_the_entrypoint_is_a_sound_script_that_may_be_run() -> None:
    path = DOCKER / "entrypoint.sh"
    assert path.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(path)], check=True)
    assert "set -eu" in path.read_text(encoding="utf-8")


def test_the_entrypoint_says_what_the_command_knows() -> None:
    from click import Group

    from govopen_stack.commands import govopen

    assert isinstance(govopen, Group)
    used = set(
        re.findall(r"govopen (up|down|logs|status|demo)", (DOCKER / "entrypoint.sh").read_text(encoding="utf-8"))
    )
    assert used <= set(govopen.commands)
    assert {"up", "down", "logs"} <= used
