"""Secrets are made at random for each home and each side, and leave the folder by the pipe alone."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from govopen_stack.errors import UnknownName
from govopen_stack.files import write_json
from govopen_stack.layout import Layout
from govopen_stack.secrets import load_keys, public_half, secret, worker_secrets

VAULT = {"vault_key", "signing_key", "pseudonym_key", "hub_client_key"}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.make()
    return made


def test_keys_stay_the_same_from_start_to_start(layout: Layout) -> None:
    assert load_keys(layout) == load_keys(layout)
    assert stat.S_IMODE((layout.secrets / "keys.json").stat().st_mode) == 0o600


def test_no_two_homes_share_a_key(tmp_path: Path) -> None:
    homes = [Layout(tmp_path / name) for name in ("a", "b")]
    for home in homes:
        home.make()
    first, second = (load_keys(home) for home in homes)
    assert not set(first.values()) & set(second.values())
    assert len(set(first.values())) == len(first)


def test_an_open_side_alone_has_no_key_of_the_vault(layout: Layout) -> None:
    keys = load_keys(layout, frozenset({"portal"}))
    assert not VAULT & set(keys)
    assert not [name for name in keys if name.endswith("_desk")]


def test_secrets_need_no_escaping_in_addresses_and_settings(layout: Layout) -> None:
    assert all(value.isalnum() and value.isascii() for value in load_keys(layout).values())


def test_the_worker_gets_one_line(layout: Layout) -> None:
    write_json(layout.secrets / "hub.json", {"public_key": "ab", "control_key": "c"})
    line = worker_secrets(layout, "http://127.0.0.1:1")
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    value = json.loads(line)
    assert {len(value[name]) for name in ("vault_key", "signing_key", "pseudonym_key")} == {64}
    assert value["hub"]["public_key"] == "ab"
    assert value["hub"]["url"] == "http://127.0.0.1:1"
    assert value["vault_path"] == str(layout.vault)


def test_the_public_half_is_the_one_of_rfc_8032() -> None:
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    assert public_half(seed) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_an_unknown_secret_is_named_not_guessed(layout: Layout) -> None:
    load_keys(layout)
    write_json(layout.secrets / "operator.json", {"token": "t"})
    assert secret(layout, "operator.token") == "t"
    for name in ("nothing", "operator.nothing", "../config/ports.portal"):
        with pytest.raises(UnknownName):
            secret(layout, name)
