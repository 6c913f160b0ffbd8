"""Parts and store: same rows, same bytes; whole or not there."""

from __future__ import annotations

import datetime as dt
import decimal
import io
from pathlib import Path

import pyarrow as pa
import pytest

from ckanext.govopen.releases.canonical import digest_bytes
from ckanext.govopen.releases.errors import ManifestMalformed, PartDigest, PartMalformed, PartMissing
from ckanext.govopen.releases.manifest import check_manifest, release_digest, release_manifest
from ckanext.govopen.releases.parts import narrow, read_parts, write_part, write_parts
from ckanext.govopen.releases.store import ReleaseStore


def table(rows: int = 10) -> pa.Table:
    return pa.table({"代码": [f"{i:06d}" for i in range(rows)], "n": list(range(rows))})


def test_how_a_table_was_held_leaves_no_trace() -> None:
    """Chunks, dictionaries, large strings and metadata do not change the bytes."""
    plain = table()
    chunked = pa.concat_tables([plain.slice(0, 3), plain.slice(3)])
    other = chunked.set_column(0, "代码", chunked["代码"].cast(pa.large_string()).dictionary_encode())
    other = other.replace_schema_metadata({"pandas": "{}"})
    assert write_part(plain)[0] == write_part(chunked)[0] == write_part(other)[0]


def test_types_are_narrowed() -> None:
    """Every type comes down to one of six; what does not fit names its column and no cell."""
    wide = pa.table(
        {
            "a": pa.array([1, 2], pa.int8()),
            "b": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
            "c": pa.array([dt.datetime(2026, 1, 2, 3, 4), None], pa.timestamp("s")),  # noqa: DTZ001 - release times have no zone.
            "d": pa.array([None, None], pa.null()),
            "e": pa.array([True, None]),
        }
    )
    assert [str(field.type) for field in narrow(wide).schema] == ["int64", "double", "timestamp[us]", "string", "bool"]
    with pytest.raises(PartMalformed) as refusal:
        narrow(pa.table({"坏": pa.array([[1]])}))
    assert refusal.value.subject == "坏"
    with pytest.raises(PartMalformed) as refusal:
        narrow(pa.table({"u": pa.array([2**64 - 1], pa.uint64())}))
    assert str(2**64 - 1) not in str(refusal.value)


def test_parts_are_even_however_batches_fell() -> None:
    """The cut of the batches does not show in the parts, and the rows keep their order."""
    whole = table(25)
    once = list(write_parts([whole], rows_per_part=10))
    often = list(write_parts(whole.to_batches(max_chunksize=4), rows_per_part=10))
    assert [ref for _, ref in once] == [ref for _, ref in often]
    assert [ref.rows for _, ref in once] == [10, 10, 5]
    back = pa.Table.from_batches(list(read_parts([io.BytesIO(data) for data, _ in once])))
    assert back["代码"].to_pylist() == whole["代码"].to_pylist()
    assert [ref.rows for _, ref in write_parts([table(0)])] == [0]


def test_store_refuses_other_bytes(tmp_path: Path) -> None:
    """Bytes that are not the digest's leave nothing behind."""
    store = ReleaseStore(tmp_path)
    with pytest.raises(PartDigest):
        store.put(digest_bytes(b"a"), io.BytesIO(b"b"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    with pytest.raises(PartMissing):
        store.open(digest_bytes(b"a"))
    assert store.put(digest_bytes(b"a"), io.BytesIO(b"a"))
    assert list(store.digests()) == [digest_bytes(b"a")[7:]]
    assert store.remove(digest_bytes(b"a"))


def test_making_is_all_or_nothing(tmp_path: Path) -> None:
    """A rendition that failed half-way is not there, and no name leads out of the folder."""
    store, release = ReleaseStore(tmp_path), digest_bytes(b"r")
    with pytest.raises(RuntimeError), store.making("renditions", release, "a.csv") as path:  # noqa: PT012 - the failure is inside.
        path.write_bytes(b"half")
        raise RuntimeError
    with pytest.raises(PartMissing):
        store.rendition(release, "a.csv")
    with store.making("renditions", release, "a.csv") as path:
        path.write_bytes(b"whole")
    assert store.rendition(release, "a.csv").read_bytes() == b"whole"
    with pytest.raises(PartMissing):
        store.rendition(release, "../a.csv")


def test_digest_is_over_what_readers_get() -> None:
    """Who built it and when does not change a release; its rows and its schema do."""
    ref = write_part(table())[1].to_dict()
    fields = [{"name": "代码", "type": "string"}, {"name": "n", "type": "integer"}]
    first = release_manifest(product_id="p", number=1, kind="table", fields=fields, parts=[ref], built_at="x")
    second = release_manifest(product_id="p", number=2, kind="table", fields=fields, parts=[ref], built_at="y")
    assert release_digest(first) == release_digest(second)
    assert release_digest({**first, "row_count": 11}) != release_digest(first)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "x"},
        {"row_count": 11},
        {"row_count": True},
        {"schema": {"fields": []}},
        {"schema": {"fields": [{"name": "_id", "type": "string"}]}},
        {"schema": {"fields": [{"name": "a", "type": "string"}] * 2}},
        {"parts": [{"digest": "sha256:1", "rows": 0, "bytes": 0}]},
        {"product_id": "a\x00"},
        {"format": "govopen-release/2"},
    ],
)
def test_malformed_manifests(change: dict[str, object]) -> None:
    """The first wrong key is named."""
    ref = write_part(table())[1].to_dict()
    good = release_manifest(
        product_id="p", number=1, kind="table", fields=[{"name": "代码", "type": "string"}], parts=[ref]
    )
    with pytest.raises(ManifestMalformed) as refusal:
        check_manifest({**good, **change})  # type: ignore[typeddict-item]
    assert refusal.value.subject in {*change, "row_count"}
