"""Parts of a release: deterministic Parquet, so that the same rows are the same bytes and the same digest.

The rows of a release, in order, are the concatenation of its parts. Types are narrowed to the six release types
before writing, and whatever a library likes to add (pandas' metadata, an Arrow schema, dictionaries of the reader's
session) is left out, because it would change the digest without changing a row.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ckanext.govopen.releases.canonical import digest_bytes
from ckanext.govopen.releases.errors import PartMalformed

__all__ = ["PARQUET", "PartRef", "file_part", "narrow", "read_parts", "release_type", "write_part", "write_parts"]

PARQUET = "application/vnd.apache.parquet"
ROWS_PER_GROUP = 122_880
ROWS_PER_PART = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRef:
    """What a manifest keeps of a part."""

    digest: str
    rows: int
    bytes: int
    media_type: str = PARQUET
    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The part as a manifest writes it."""
        return asdict(self)


def narrow(table: pa.Table) -> pa.Table:
    """The table in release types, in one chunk and without metadata."""
    fields = [pa.field(field.name, _narrowed(field)) for field in table.schema]
    try:
        return table.replace_schema_metadata(None).cast(pa.schema(fields)).combine_chunks()
    except pa.ArrowInvalid:  # Its text quotes the cell that does not fit, so it goes no further.
        raise PartMalformed(subject="of the table", kind="a value outside the range of the release types") from None


def release_type(kind: pa.DataType) -> str:
    """The release type of a narrowed Arrow type."""
    for test, name in _NAMES:
        if test(kind):
            return name
    raise PartMalformed(subject="", kind=str(kind))


def _narrowed(field: pa.Field) -> pa.DataType:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    for test, target in _TARGETS:
        if test(kind):
            return target
    raise PartMalformed(subject=field.name, kind=str(field.type))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind))


_TARGETS = (
    (_is_text, pa.string()),
    (pa.types.is_null, pa.string()),
    (pa.types.is_boolean, pa.bool_()),
    (pa.types.is_integer, pa.int64()),
    (_is_number, pa.float64()),
    (pa.types.is_date, pa.date32()),
    (pa.types.is_timestamp, pa.timestamp("us")),
)
_NAMES = (
    (_is_text, "string"),
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_integer, "integer"),
    (_is_number, "number"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "datetime"),
)


def write_part(table: pa.Table, name: str = "") -> tuple[bytes, PartRef]:
    """One table as one Parquet part with its reference."""
    sink = io.BytesIO()
    flat = narrow(table)
    pq.write_table(
        flat,
        sink,
        row_group_size=ROWS_PER_GROUP,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        store_schema=False,
        data_page_version="1.0",
    )
    data = sink.getvalue()
    return data, PartRef(digest=digest_bytes(data), rows=flat.num_rows, bytes=len(data), name=name)


def write_parts(
    batches: Iterable[pa.RecordBatch | pa.Table], rows_per_part: int = ROWS_PER_PART
) -> Iterator[tuple[bytes, PartRef]]:
    """A stream of batches as parts of even size: where the batches were cut leaves no trace."""
    kept: list[pa.Table] = []
    held = number = 0
    for batch in batches:
        kept.append(batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch]))
        held += kept[-1].num_rows
        while held >= rows_per_part:
            whole = pa.concat_tables(kept)
            yield write_part(whole.slice(0, rows_per_part), f"part-{number:05d}.parquet")
            kept, held, number = [whole.slice(rows_per_part)], held - rows_per_part, number + 1
    if kept and (held or not number):
        yield write_part(pa.concat_tables(kept), f"part-{number:05d}.parquet")


def file_part(data: bytes, media_type: str, name: str) -> PartRef:
    """The reference of a part that is a document and has no rows."""
    return PartRef(digest=digest_bytes(data), rows=0, bytes=len(data), media_type=media_type, name=name)


def read_parts(paths: Iterable[Any], columns: list[str] | None = None, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
    """The rows of parts in release order, batch by batch; `paths` are local files or open binary files."""
    for path in paths:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=rows, columns=columns, use_threads=False)
