"""DuckDB reads what it was given and nothing else, whatever stands in the SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ckanext.govopen.releases.duck import literal, opened, quoted


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A part in a folder that may be read, and a file beside that folder."""
    (tmp_path / "given").mkdir()
    part, other = tmp_path / "given" / "it's a part.parquet", tmp_path / "other.csv"
    pq.write_table(pa.table({"a": [1, 2, 3]}), part)
    other.write_text("secret\n1\n")
    return part, other


@pytest.fixture(params=["files", "folders"])
def database(request: pytest.FixtureRequest, files: tuple[Path, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that was given the part by its name, or by its folder."""
    given = {"files": [str(files[0])]} if request.param == "files" else {"folders": [str(files[0].parent)]}
    with opened(memory="64MB", threads=1, **given) as connection:  # type: ignore[arg-type]
        yield connection


def test_what_was_given_is_read(database: duckdb.DuckDBPyConnection, files: tuple[Path, Path]) -> None:
    """By a name with a quotation mark in it, too."""
    found = database.execute(f"select sum(a) from read_parquet({literal(str(files[0]))})").fetchone()
    assert found == (6,)


@pytest.mark.parametrize(
    "text",
    [
        "select * from read_csv({other})",
        "select * from read_text('/proc/self/environ')",
        "attach {other}",
        "copy (select 1) to {other}",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '9GB'",
        "set temp_directory = '/tmp'",
        "reset lock_configuration",
    ],
)
def test_nothing_else_is(database: duckdb.DuckDBPyConnection, files: tuple[Path, Path], text: str) -> None:
    """Other files, addresses, extensions, and the settings that forbid them."""
    with pytest.raises(duckdb.Error):
        database.execute(text.format(other=literal(str(files[1])))).fetchall()
    assert files[1].read_text() == "secret\n1\n"


def test_a_database_in_a_file_may_spill_beside_itself(tmp_path: Path) -> None:
    """More than fits into memory is sorted; nothing of it stays."""
    path = tmp_path / "rows.duckdb"
    with opened(str(path), memory="32MB", threads=1, spill=True) as connection:
        connection.execute("create table a as select range i, hash(range)::varchar h from range(600000)")
        connection.execute("create table b as select * from a order by h")
        assert connection.execute("select count(*) from b").fetchone() == (600_000,)
    assert [each.name for each in tmp_path.iterdir()] == ["rows.duckdb"]


def test_names_stay_names() -> None:
    """A quotation mark inside is doubled."""
    assert quoted('a"b') == '"a""b"'
    assert literal("a'b") == "'a''b'"
