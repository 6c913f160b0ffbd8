"""制式文件: one release in the formats that people take: CSV, CSV.gz, XLSX, JSON, Parquet. All rows, equal, in order.

They are made beside the release and can be made again. `index.json` in their folder says what there is, with digest,
rows, bytes and the number of guarded cells; the JSON file is kept packed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ckanext.govopen.releases.parts import read_parts
from ckanext.govopen.releases.store import ReleaseStore
from ckanext.govopen.releases.tabular import csv_head, csv_lines
from ckanext.govopen.releases.workbook import XLSX_ROWS, TooLongForSheet, write_workbook

__all__ = ["MEDIA_TYPES", "load_index", "make_all", "stream_csv", "stream_json"]

INDEX = "index.json"
BATCH = 16_384
XLSX_CELLS = 5_000_000
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "csv.gz": "application/gzip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def _names(manifest: Mapping[str, Any]) -> list[str]:
    return [field["name"] for field in manifest["schema"]["fields"]]


def _rows(store: ReleaseStore, manifest: Mapping[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a release, batch by batch, columns in the order of the schema."""
    names = _names(manifest)
    for batch in read_parts((store.path_of(part["digest"]) for part in manifest["parts"]), rows=BATCH):
        columns = [batch.column(name).to_pylist() for name in names]
        yield list(zip(*columns, strict=True))


def stream_csv(store: ReleaseStore, manifest: Mapping[str, Any]) -> Iterator[bytes]:
    """The release as CSV, block by block."""
    yield csv_head(_names(manifest))
    for rows in _rows(store, manifest):
        yield csv_lines(rows)[0]


def stream_json(store: ReleaseStore, manifest: Mapping[str, Any]) -> Iterator[bytes]:
    """The release as one JSON list of objects, one row a line, block by block."""
    first = True
    yield b"[\n"
    for rows in _rows(store, manifest):
        lines = _json_lines(_names(manifest), rows)
        if lines:
            yield (b"" if first else b",\n") + b",\n".join(lines)
            first = False
    yield b"\n]\n"


def _json_lines(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[bytes]:
    return [
        json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8"
        )
        for row in rows
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def load_index(store: ReleaseStore, digest: str) -> dict[str, dict[str, Any]]:
    """What renditions a release has; none when they are still being made."""
    path = store.folder("renditions", digest) / INDEX
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def make_all(store: ReleaseStore, manifest: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make every rendition of a release and their index; what is there already is kept."""
    digest = manifest["digest"]
    held = load_index(store, digest)
    if held or manifest["kind"] not in {"table", "cube"}:
        return held
    made = {**_texts(store, manifest), **_packed_json(store, manifest)}
    if len(manifest["parts"]) == 1:  # The one part is the file.
        made["parquet"] = {key: manifest["parts"][0][key] for key in ("digest", "bytes", "rows")}
    else:
        with store.making("renditions", digest, "data.parquet") as path:
            _parquet(store, manifest, path)
            made["parquet"] = _told(path, "data.parquet", manifest)
    cells = manifest["row_count"] * len(_names(manifest))
    if manifest["row_count"] < XLSX_ROWS and cells <= XLSX_CELLS:
        try:
            with store.making("renditions", digest, "data.xlsx") as path:
                guarded = write_workbook(path, manifest, entry, _rows(store, manifest))
                made["xlsx"] = {**_told(path, "data.xlsx", manifest), "guarded": guarded}
        except TooLongForSheet:
            made["xlsx"] = {"skipped": "text"}
    else:
        made["xlsx"] = {"skipped": "rows"}  # More than a sheet, or a person with one, can hold.
    with store.making("renditions", digest, INDEX) as path:
        path.write_text(json.dumps(made, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    return made


def _told(path: Path, file: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    hashed = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            hashed.update(block)
    return {
        "file": file,
        "digest": f"sha256:{hashed.hexdigest()}",
        "bytes": path.stat().st_size,
        "rows": int(manifest["row_count"]),
    }


def _texts(store: ReleaseStore, manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """CSV and its packed twin in one pass."""
    digest, guarded = manifest["digest"], 0
    with (
        store.making("renditions", digest, "data.csv") as plain,
        store.making("renditions", digest, "data.csv.gz") as packed,
    ):
        with plain.open("wb") as one, packed.open("wb") as raw, _gzip(raw) as two:
            head = csv_head(_names(manifest))
            one.write(head)
            two.write(head)
            for rows in _rows(store, manifest):
                block, count = csv_lines(rows)
                guarded += count
                one.write(block)
                two.write(block)
        return {
            "csv": {**_told(plain, "data.csv", manifest), "guarded": guarded},
            "csv.gz": {**_told(packed, "data.csv.gz", manifest), "guarded": guarded},
        }


def _gzip(raw: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(
        filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0
    )  # The same rows, the same bytes.


def _packed_json(store: ReleaseStore, manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    with store.making("renditions", manifest["digest"], "data.json.gz") as path:
        size = 0
        with path.open("wb") as raw, _gzip(raw) as packed:
            for block in stream_json(store, manifest):
                size += len(block)
                packed.write(block)
        # It lies here packed and is handed out unpacked: people are told the size of what they get.
        return {"json": {**_told(path, "data.json.gz", manifest), "unpacked": size}}


def _parquet(store: ReleaseStore, manifest: Mapping[str, Any], path: Path) -> None:
    """All parts as one file."""
    writer: pq.ParquetWriter | None = None
    try:
        for batch in read_parts((store.path_of(part["digest"]) for part in manifest["parts"]), rows=122_880):
            table = pa.Table.from_batches([batch])
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=3)
            writer.write_table(table)
        if writer is None:  # Parts without a row still have a schema.
            schema = (
                pq.read_schema(store.path_of(manifest["parts"][0]["digest"])) if manifest["parts"] else pa.schema([])
            )
            writer = pq.ParquetWriter(path, schema, compression="zstd")
    finally:
        if writer is not None:
            writer.close()
