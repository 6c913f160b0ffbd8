"""Renditions: equal rows in every format, one escape, and a plain word about what was not made."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest

from ckanext.govopen.releases import renditions
from ckanext.govopen.releases.manifest import release_digest, release_manifest
from ckanext.govopen.releases.parts import write_parts
from ckanext.govopen.releases.store import ReleaseStore
from ckanext.govopen.releases.tabular import guarded


def published(folder: Path, long: str = "a,b") -> tuple[ReleaseStore, dict[str, object]]:
    """A release of two parts."""
    store = ReleaseStore(folder)
    table = pa.table({"代码": ["007", "=1", None, long], "n": [1.5, 2.0, None, float("nan")]})
    parts = list(write_parts([table], 2))
    for data, ref in parts:
        store.put(ref.digest, io.BytesIO(data))
    fields = [{"name": "代码", "type": "string"}, {"name": "n", "type": "number"}]
    made = dict(
        release_manifest(
            product_id="p", number=1, kind="table", fields=fields, parts=[ref.to_dict() for _, ref in parts]
        )
    )
    return store, {**made, "digest": release_digest(made)}


def test_same_rows_everywhere(tmp_path: Path) -> None:
    """CSV, its packed twin and JSON say the same; the guarded cell is counted; a second making changes nothing."""
    store, manifest = published(tmp_path)
    made = renditions.make_all(store, manifest, {"title": "表"})
    digest = str(manifest["digest"])
    plain = store.rendition(digest, "data.csv").read_bytes()
    assert plain == b"\xef\xbb\xbf" + '代码,n\r\n007,1.5\r\n\'=1,2\r\n,\r\n"a,b",\r\n'.encode()
    assert gzip.decompress(store.rendition(digest, "data.csv.gz").read_bytes()) == plain
    unpacked = gzip.decompress(store.rendition(digest, "data.json.gz").read_bytes())
    assert made["json"]["unpacked"] == len(unpacked), "the size that a download has"
    rows = json.loads(unpacked)
    assert rows[0] == {"代码": "007", "n": 1.5}
    assert rows[3] == {"代码": "a,b", "n": None}
    assert (made["csv"]["rows"], made["csv"]["guarded"]) == (4, 1)
    assert renditions.make_all(store, manifest, {}) == made


def test_a_workbook_too_large_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not made stands in the index as skipped."""
    monkeypatch.setattr(renditions, "XLSX_CELLS", 3)
    store, manifest = published(tmp_path)
    assert renditions.make_all(store, manifest, {})["xlsx"] == {"skipped": "rows"}


def test_a_text_that_no_cell_holds_makes_no_workbook(tmp_path: Path) -> None:
    """A text longer than a spreadsheet's cell is not cut short: the workbook is left out, the CSV has it whole."""
    store, manifest = published(tmp_path, long="长" * 32_768)
    made = renditions.make_all(store, manifest, {})
    assert made["xlsx"] == {"skipped": "text"}
    assert "长" * 32_768 in store.rendition(str(manifest["digest"]), "data.csv").read_text("utf-8-sig")
    assert [path.name for path in tmp_path.rglob("*.xlsx*")] == []


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "-5"),
        ("-5x", "'-5x"),
        ("+1.5e3", "+1.5e3"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("007", "007"),
        ("", ""),
    ],
)
def test_guard(text: str, safe: str) -> None:
    """Formulas are stopped, numbers are left alone."""
    assert guarded(text) == safe
