"""A home is one closed folder, and its small files are whole or as they were."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from govopen_stack.boot import locked
from govopen_stack.errors import HomeBusy
from govopen_stack.files import read_json, write_json, write_text
from govopen_stack.layout import Layout


def test_a_home_is_closed_to_others(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "home")
    layout.make()
    for folder in (layout.home, layout.secrets, layout.vault, layout.spool):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_homes_have_cookies_of_their_own(tmp_path: Path) -> None:
    assert Layout(tmp_path / "a").tag != Layout(tmp_path / "b").tag


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert write_json(path, {"名称": 1})
    before = path.stat().st_mtime_ns
    assert not write_json(path, {"名称": 1})
    assert path.stat().st_mtime_ns == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "new \ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["x"]


def test_a_missing_file_reads_as_the_default(tmp_path: Path) -> None:
    assert read_json(tmp_path / "none", {"a": 1}) == {"a": 1}


def test_a_second_command_on_one_home_is_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with locked(layout), pytest.raises(HomeBusy) as refusal, locked(layout):
        pass
    assert refusal.value.exit_code == 4
    with locked(layout):
        pass


def test_json_is_readable_and_not_escaped(tmp_path: Path) -> None:
    write_json(tmp_path / "x", {"标题": "门户"})
    text = (tmp_path / "x").read_text(encoding="utf-8")
    assert "门户" in text
    assert json.loads(text) == {"标题": "门户"}
