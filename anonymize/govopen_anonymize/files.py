# SPDX-License-Identifier: Apache-2.0
"""Read and write tables as CSV or Parquet. Text stays text: no value is guessed into a number. A crash leaves no half file."""

from __future__ import annotations

import codecs
import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import OutputExists, TableUnreadable

__all__ = ["read_table", "write_table", "write_bytes"]


def read_table(path: Path) -> pa.Table:
    """A table from a file; CSV in UTF-8 or GB18030, every column as text, ragged rows refused."""
    try:
        if path.suffix.lower() == ".parquet":
            return pq.read_table(path)
        return _csv(path.read_bytes())
    except TableUnreadable:
        raise
    except OSError as error:
        raise TableUnreadable(reason=error.strerror or type(error).__name__) from None
    except (pa.ArrowException, csv.Error) as error:
        raise TableUnreadable(reason=type(error).__name__) from None


def _csv(data: bytes) -> pa.Table:
    if b"\x00" in data:
        raise TableUnreadable(reason="NUL byte")
    text = _decoded(data.removeprefix(codecs.BOM_UTF8))
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(rows, None)
    if not header or len(set(header)) != len(header):
        raise TableUnreadable(reason="no header, or a column name twice")
    columns: list[list[str | None]] = [[] for _ in header]
    for row in rows:
        if not row:
            continue
        if len(row) != len(header):
            raise TableUnreadable(reason=f"line {rows.line_num}: {len(row)} fields, header has {len(header)}")
        for column, cell in zip(columns, row, strict=True):
            column.append(cell if cell != "" else None)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(header, columns, strict=True)})


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableUnreadable(reason="neither UTF-8 nor GB18030")


def write_table(table: pa.Table, path: Path, *, force: bool = False) -> None:
    """Write whole or not at all."""

    def fill(sink: IO[bytes]) -> None:
        if path.suffix.lower() == ".parquet":
            pq.write_table(table, sink, compression="zstd")
            return
        text = io.TextIOWrapper(sink, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=10_000):
            writer.writerows(
                zip(*(["" if v is None else v for v in c.to_pylist()] for c in batch.columns), strict=True)
            )
        text.flush()
        text.detach()

    _whole(path, fill, force)


def write_bytes(data: bytes, path: Path, *, force: bool = False) -> None:
    """Write a report whole or not at all."""
    _whole(path, lambda sink: sink.write(data), force)


def _whole(path: Path, fill: Callable[[IO[bytes]], object], force: bool) -> None:
    if path.exists() and not force:
        raise OutputExists
    with _beside(path) as (sink, name):
        fill(sink)
        sink.flush()
        os.fsync(sink.fileno())
        Path(name).replace(path)


@contextmanager
def _beside(path: Path) -> Iterator[tuple[IO[bytes], str]]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as sink:
            yield sink, name
    finally:
        Path(name).unlink(missing_ok=True)
