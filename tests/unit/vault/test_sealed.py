"""The vault's seal: what goes in comes out, what was altered or cut does not open, a full disk loses nothing."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckanext.govopen.desk.vault.errors import NotSealed, VaultSpace
from ckanext.govopen.desk.vault.sealed import CHUNK, HEADER, TAG, Vault

KEY = bytes(range(32))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", KEY)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77])
def test_what_goes_in_comes_out(vault: Vault, size: int) -> None:
    """Whole and empty chunks and everything between."""
    data = os.urandom(size)
    vault.put("deliveries/a", data)
    assert vault.read("deliveries/a") == data


def test_reading_anywhere(vault: Vault) -> None:
    """Parquet readers jump: any place across chunk borders gives the same bytes."""
    data = os.urandom(2 * CHUNK + 500)
    vault.put("deliveries/a", data)
    with vault.open("deliveries/a") as stream:
        for at, count in ((CHUNK - 3, 7), (2 * CHUNK + 490, 50), (0, 10), (CHUNK, 1)):
            stream.seek(at)
            assert stream.read(count) == data[at : at + count]
        stream.seek(-5, os.SEEK_END)
        assert stream.read() == data[-5:]


def test_no_plain_byte_lies_on_disk(vault: Vault, tmp_path: Path) -> None:
    """A canary that was sealed is in no file under the vault."""
    canary = b"330106199001011234 canary"
    vault.put("deliveries/a", canary * 1000)
    for path in (tmp_path / "vault").rglob("*"):
        if path.is_file():
            assert canary not in path.read_bytes()


@pytest.mark.parametrize("place", [9, 20, 50, HEADER + 5, -1])
def test_an_altered_byte_is_noticed(vault: Vault, tmp_path: Path, place: int) -> None:
    """Key id, salt, chunk size, text and tag are all under the seal."""
    vault.put("deliveries/a", b"x" * 1000)
    path = tmp_path / "vault/deliveries/a"
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(NotSealed):
        vault.read("deliveries/a")


@pytest.mark.parametrize("kept", [1, 2])
def test_a_file_that_was_cut_at_a_chunk_does_not_open(vault: Vault, tmp_path: Path, kept: int) -> None:
    """Dropping whole chunks at the end is noticed: only the last one is sealed as the last."""
    vault.put("deliveries/a", os.urandom(3 * CHUNK))
    path = tmp_path / "vault/deliveries/a"
    path.write_bytes(path.read_bytes()[: HEADER + kept * (CHUNK + TAG)])
    with pytest.raises(NotSealed):
        vault.open("deliveries/a")


def test_another_key_opens_nothing(vault: Vault, tmp_path: Path) -> None:
    """The key id says so at once."""
    vault.put("deliveries/a", b"x")
    with pytest.raises(NotSealed):
        Vault(tmp_path / "vault", bytes(32)).read("deliveries/a")


def test_names_cannot_climb_out(vault: Vault) -> None:
    """A path out of the vault is refused."""
    with pytest.raises(NotSealed):
        vault.put("../elsewhere", b"x")


@pytest.fixture
def small_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * CHUNK, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_transient_and_loses_nothing(vault: Vault, tmp_path: Path) -> None:
    """The old file stays as it was, and nothing half written is left behind."""
    vault.put("deliveries/a", b"old")
    with pytest.raises(VaultSpace) as refusal:
        vault.put("deliveries/a", os.urandom(4 * CHUNK))
    assert refusal.value.code == "vault.space"
    assert vault.read("deliveries/a") == b"old"
    assert list((tmp_path / "vault/new").iterdir()) == []


def test_a_failure_while_writing_leaves_nothing(vault: Vault) -> None:
    """Whoever is interrupted has written no file."""
    with pytest.raises(TypeError), vault.create("deliveries/a") as writer:
        writer.write(None)  # type: ignore[arg-type] - stands for whatever interrupts a writer.
    assert not vault.exists("deliveries/a")


def test_tidy_removes_what_dead_writers_left(vault: Vault, tmp_path: Path) -> None:
    """A name with the pid of nobody goes; one of this process stays."""
    (tmp_path / "vault/new/999999999-ab").write_bytes(b"x")
    (tmp_path / f"vault/new/{os.getpid()}-ab").write_bytes(b"x")
    assert vault.tidy() == 1
