"""Hunt for planted values: every place a running home keeps or shows something, as bytes with a name."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import duckdb
import numpy as np
import psycopg
import redis
import requests
from psycopg import sql

__all__ = ["crawl", "databases", "files", "find", "index", "memory"]

LIMIT = 64 * 1024 * 1024
EIGHT = 8


def _finder(needles: Sequence[str]) -> Callable[[bytes], int | None]:
    """A search for many needles at once: by their first two bytes in one sweep, then by eight, then by the whole."""
    raw = [needle.encode() for needle in needles]
    assert min(len(needle) for needle in raw) >= EIGHT
    begins = np.zeros(1 << 16, dtype=bool)
    begins[[int.from_bytes(needle[:2], "little") for needle in raw]] = True
    heads = np.unique(np.array([int.from_bytes(needle[:EIGHT], "little") for needle in raw], dtype=np.uint64))
    by_head: dict[bytes, list[int]] = {}
    for number, needle in enumerate(raw):
        by_head.setdefault(needle[:EIGHT], []).append(number)

    def search(data: bytes) -> int | None:
        if len(data) < EIGHT:
            return None
        cells = np.frombuffer(data, dtype=np.uint8)
        pairs = cells[:-1].astype(np.uint16) | (cells[1:].astype(np.uint16) << 8)
        places = np.flatnonzero(begins[pairs[: len(data) - EIGHT + 1]])
        if not len(places):
            return None
        windows = cells[places[:, None] + np.arange(EIGHT)].copy().view("<u8").ravel()
        for place in places[np.isin(windows, heads)].tolist():
            for number in by_head[data[place : place + EIGHT]]:
                if data.startswith(raw[number], place):
                    return number
        return None

    return search


def find(needles: Sequence[str], places: Iterator[tuple[str, bytes]]) -> list[str]:
    """Where a needle lies: `place: n-th needle`, never the needle itself; and how much was looked at, for the reader."""
    search = _finder(needles)
    found, looked, size = [], 0, 0
    for name, data in places:
        looked, size = looked + 1, size + len(data)
        hit = search(data)
        if hit is not None:
            found.append(f"{name}: canary {hit}")
    print(f"looked at {looked} places, {size / 1e6:.1f} MB, for {len(needles)} canaries")
    assert looked > 0, "a hunt that looks nowhere finds nothing"
    return found


def _unpacked(name: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The bytes, and what is inside when they are an archive or a column file."""
    yield name, data
    if depth > 3:
        return
    if data[:2] == b"\x1f\x8b":
        with contextlib.suppress(OSError, EOFError):
            yield from _unpacked(f"{name}!gz", gzip.decompress(data), depth + 1)
    elif data[:3] == b"BZh":
        yield f"{name}!bz2", bz2.decompress(data)
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _unpacked(f"{name}!{member}", archive.read(member), depth + 1)


def _column_file(path: Path) -> bytes:
    """All cells of a Parquet or DuckDB file as text."""
    with duckdb.connect() as db:
        if path.suffix == ".duckdb":
            copy = path.read_bytes()
            scratch = path.with_name(f".hunt-{path.name}")
            scratch.write_bytes(copy)
            try:
                db.execute(f"attach '{scratch}' as held (read_only)")
                tables = db.execute(
                    "select schema_name, table_name from duckdb_tables() where database_name = 'held'"
                ).fetchall()
                return "\n".join(
                    str(db.execute(f'select * from held."{s}"."{t}"').fetchall()) for s, t in tables
                ).encode()
            finally:
                scratch.unlink()
        return str(db.execute("select * from read_parquet(?)", [str(path)]).fetchall()).encode()


def files(home: Path, *, without: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Every file of the home but the named top folders, unpacked."""
    for path in sorted(home.rglob("*")):
        if path.relative_to(home).parts[0] in without or not path.is_file() or path.is_symlink():
            continue
        try:
            data = path.read_bytes()[:LIMIT]
        except (OSError, PermissionError):
            continue
        name = str(path.relative_to(home))
        yield from _unpacked(name, data)
        if data[:4] == b"PAR1" or path.suffix == ".duckdb":
            yield f"{name}!cells", _column_file(path)


def databases(*urls: str) -> Iterator[tuple[str, bytes]]:
    """Every table of every schema, row by row as PostgreSQL writes it."""
    for url in urls:
        with psycopg.connect(url) as db:
            tables = db.execute(
                "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
                "and table_schema not in ('pg_catalog', 'information_schema')"
            ).fetchall()
            assert len(tables) > 20, "these are not our tables"
            for schema, table in tables:
                query = sql.SQL("copy {}.{} to stdout").format(sql.Identifier(schema), sql.Identifier(table))
                with db.cursor().copy(query) as rows:
                    yield f"{urlsplit(url).path}:{schema}.{table}", b"".join(bytes(block) for block in rows)


def memory(url: str) -> Iterator[tuple[str, bytes]]:
    """Every key and value of every Redis database."""
    for number in range(4):
        client = redis.from_url(url, db=number)
        for key in client.scan_iter(count=1000):
            yield f"redis {number}:{key!r}", key + b"\n" + (client.dump(key) or b"")


def index(solr: str, cores: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Every stored field of every document, and the terms of every indexed one."""
    for core in cores:
        start = 0
        while True:
            answer = requests.get(
                f"{solr}/{core}/select", params={"q": "*:*", "fl": "*", "rows": 200, "start": start}, timeout=60
            )
            answer.raise_for_status()
            documents = answer.json()["response"]
            for document in documents["docs"]:
                yield f"solr {core} {document.get('id')}", str(document).encode()
            start += 200
            if start >= documents["numFound"]:
                break


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = {"a": "href", "link": "href", "img": "src", "script": "src"}.get(tag)
        self.found += [value for name, value in attrs if name == wanted and value]


def crawl(session: Any, start: str, *, most: int = 400) -> Iterator[tuple[str, bytes]]:
    """Every page that links lead to from `start`, on the same host; a page that answers 500 ends the crawl."""
    host = urlsplit(start).netloc
    queue, seen = [start], {start}
    while queue and most:
        url = queue.pop(0)
        most -= 1
        answer = session.get(url, timeout=60)
        assert answer.status_code < 500, f"{url} answered {answer.status_code}"
        yield url, answer.content
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        links = _Links()
        links.feed(answer.text)
        for link in links.found:
            target = urljoin(url, link).partition("#")[0]
            if urlsplit(target).netloc == host and target not in seen and "logout" not in target:
                seen.add(target)
                queue.append(target)
