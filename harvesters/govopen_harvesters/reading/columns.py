"""Gather rows of strings into an Arrow table in blocks, so that memory stays near the table's own size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import pyarrow as pa

__all__ = ["to_table"]

_BLOCK = 50_000


def to_table(names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> pa.Table:
    """Build a table of strings; empty strings become nulls. Rows must be as long as `names`."""
    schema = pa.schema([pa.field(name, pa.string()) for name in names])
    batches, source = [], iter(rows)
    while block := list(islice(source, _BLOCK)):
        columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*block, strict=True)]
        batches.append(pa.record_batch(columns, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)
