"""The command line: files in, files out, codes, and no half file after a refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from govopen_anonymize import Recipe
from govopen_anonymize.cli import main
from govopen_anonymize.files import read_table, write_table


@pytest.fixture
def register(tmp_path: Path, people) -> Path:
    """A register as CSV."""
    path = tmp_path / "in.csv"
    write_table(people.population(300), path)
    return path


def call(*arguments: object):
    """Run the command."""
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_from_scan_to_release(register: Path, tmp_path: Path) -> None:
    """scan, suggest, explain, run, report: what one command writes the next one reads."""
    found = json.loads(call("scan", register, "--json").stdout)
    assert {"person.id_number", "person.name"} <= {f["tag"] for f in found}
    recipe, out, report = tmp_path / "r.yaml", tmp_path / "out.parquet", tmp_path / "report.json"
    assert call("suggest", register, "--k", 5, "--out", recipe).exit_code == 0
    assert Recipe.load(recipe).models
    assert call("explain", recipe).stdout.count("\n") > 10
    done = call("run", recipe, register, out, "--report", report)
    assert done.exit_code == 0, done.output
    columns = pq.read_table(out).column_names
    assert "姓名" not in columns
    assert json.loads(report.read_text())["after"]["k"] >= 5
    quasi = [c["name"] for c in json.loads(report.read_text())["columns"] if c["role"] == "quasi_identifier"]
    assert json.loads(call("report", out, *(x for q in quasi for x in ("--quasi", q)), "--json").stdout)["k"] >= 5
    assert call("run", recipe, register, out).exit_code == 1
    assert call("scan", register, "--check").exit_code == 3


def test_refusals_leave_no_file_and_quote_no_cell(register: Path, tmp_path: Path) -> None:
    """A recipe that does not fit: exit code 1, the code in the message, nothing written."""
    recipe, out = tmp_path / "r.yaml", tmp_path / "out.csv"
    recipe.write_text("version: 1\ncolumns:\n  姓名: {role: identifier, operator: drop}\n", encoding="utf-8")
    done = call("run", recipe, register, out, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stderr)["error"]["code"] == "recipe.column_without_role"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "r.yaml"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,b\n1,2\n3\n", "line 3"),
        (b"a,b\n1,\x00\n", "NUL"),
        (b"", "header"),
        (b"a,a\n1,2\n", "twice"),
        (b'a\n"x\n', "Error"),
        (b"a\n\xff\xff\n", "UTF-8"),
    ],
)
def test_broken_csv_is_refused_whole(tmp_path: Path, data: bytes, reason: str) -> None:
    """Ragged rows, NUL, no header, open quotes, unknown bytes: no row is lost silently."""
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    done = call("scan", path)
    assert done.exit_code == 1
    assert reason in done.stderr


def test_csv_keeps_leading_zeros_encodings_and_line_breaks(tmp_path: Path) -> None:
    """Text stays text; GB18030 and a BOM are read; a quoted line break is no new row."""
    path = tmp_path / "x.csv"
    for encoding in ("gb18030", "utf-8-sig"):
        path.write_bytes('编号,备注\r\n007,"一\n二"\r\n'.encode(encoding))
        assert read_table(path).to_pylist() == [{"编号": "007", "备注": "一\n二"}]
