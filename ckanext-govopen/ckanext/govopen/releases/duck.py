"""DuckDB as every process of ours opens it: bounded memory, no file but those it is given, no extension, settings locked.

Its own readers reach any file and any address by a name inside SQL, so no connection is opened in another way.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

__all__ = ["literal", "opened", "quoted"]

MEMORY = ":memory:"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, for the places where DuckDB takes no bound value."""
    return "'" + text.replace("'", "''") + "'"


def opened(
    database: str = MEMORY,
    *,
    memory: str,
    threads: int,
    files: Iterable[str] = (),
    folders: Iterable[str] = (),
    spill: bool = False,
    **settings: str,
) -> duckdb.DuckDBPyConnection:
    """Open a database that reads `files` and what lies in `folders`, and nothing else.

    With `spill` a database in a file may put what does not fit into memory beside itself; one in memory never may.
    `settings` are DuckDB's own, by name, written in code and never taken from a caller.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": str(threads),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    connection = duckdb.connect(database, config=config)
    for name, value in settings.items():
        connection.execute(f"set {name} = {literal(value)}")
    if not spill or database == MEMORY:
        connection.execute("set temp_directory = ''")
    connection.execute(f"set allowed_paths = [{', '.join(map(literal, files))}]")
    connection.execute(f"set allowed_directories = [{', '.join(literal(each.rstrip('/') + '/') for each in folders)}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
