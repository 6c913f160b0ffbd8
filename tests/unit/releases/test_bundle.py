"""Bundles: written once, read only when every byte is what was signed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from ckanext.govopen.errors import GovOpenError
from ckanext.govopen.releases.bundle import read_bundle, write_bundle
from ckanext.govopen.releases.errors import BadSignature, BundleDigest, BundleMalformed, PartDigest
from ckanext.govopen.releases.manifest import release_digest, release_manifest
from ckanext.govopen.releases.parts import PartRef, write_part
from ckanext.govopen.releases.signature import public_key_text
from ckanext.govopen.releases.store import ReleaseStore

SEED = "33" * 32
KEY = public_key_text(SEED)
FIELDS = [{"name": "区划代码", "type": "string"}, {"name": "n", "type": "integer"}]


def part() -> tuple[bytes, PartRef]:
    return write_part(pa.table({"区划代码": ["0330100", None], "n": [1, 2]}), "p")


def made(folder: Path, number: int = 7) -> Path:
    """A small bundle with one release and one part."""
    data, ref = part()
    release = release_manifest(product_id="p1", number=1, kind="table", fields=FIELDS, parts=[ref.to_dict()])
    manifest = {
        "number": number,
        "kind": "publish",
        "created_at": "2026-01-01T00:00:00Z",
        "releases": [{**release, "digest": release_digest(release)}],
        "parts": [{"digest": ref.digest, "bytes": ref.bytes}],
    }
    return write_bundle(folder, manifest, {ref.digest: data}, SEED)


def test_round_trip(tmp_path: Path) -> None:
    """What was written is read, its parts go into the store, twice without harm."""
    path = made(tmp_path)
    bundle = read_bundle(path, KEY)
    store = ReleaseStore(tmp_path / "store")
    assert path.name == "00000007.bundle"
    assert (bundle.number, bundle.kind) == (7, "publish")
    assert store.put_many(bundle.parts()) == 1
    assert store.put_many(bundle.parts()) == 0
    assert store.path_of(part()[1].digest).read_bytes() == part()[0]


def test_same_content_same_file(tmp_path: Path) -> None:
    """A bundle written again is byte for byte the same, so that a retry changes nothing."""
    (tmp_path / "b").mkdir()
    assert made(tmp_path).read_bytes() == made(tmp_path / "b").read_bytes()


def test_another_key_is_refused(tmp_path: Path) -> None:
    """A bundle of another publisher is not applied."""
    with pytest.raises(BadSignature):
        read_bundle(made(tmp_path), public_key_text("44" * 32))


def test_another_name_is_refused(tmp_path: Path) -> None:
    """A bundle cannot be replayed under another number."""
    path = made(tmp_path).rename(tmp_path / "00000008.bundle")
    with pytest.raises(BundleMalformed):
        read_bundle(path, KEY)


def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    """Flip one byte at many places: no changed bundle whose content differs is ever read."""
    path = made(tmp_path)
    whole = path.read_bytes()
    truth = read_bundle(path, KEY)
    for at in range(0, len(whole), max(1, len(whole) // 250)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            bundle = read_bundle(path, KEY)
        except GovOpenError:
            continue
        parts = [stream.read() for _, stream in bundle.parts()]
        assert (bundle.manifest, parts) == (truth.manifest, [part()[0]])  # A date stamp of the zip, nothing more.


@pytest.mark.parametrize("cut", [0, 1, 30, 200, -1])
def test_truncated(tmp_path: Path, cut: int) -> None:
    """A file that broke off is malformed, not an exception of the library."""
    path = made(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BundleMalformed):
        read_bundle(path, KEY)


def repacked(path: Path, *, compress: bool = False, extra: str = "", drop: str = "") -> Path:
    """The same bundle, packed by somebody else."""
    with zipfile.ZipFile(path) as old:
        files = {name: old.read(name) for name in old.namelist() if not drop or drop not in name}
    if extra:
        files[extra] = b"x"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as new:
        for name, data in files.items():
            new.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "how",
    [{"compress": True}, {"extra": "../x"}, {"extra": "parts/" + "0" * 64}, {"drop": "minisig"}, {"drop": "parts/"}],
)
def test_repacked(tmp_path: Path, how: dict[str, object]) -> None:
    """Compression (a bomb's way in), files outside the manifest, and missing files are refused."""
    with pytest.raises(BundleMalformed):
        read_bundle(repacked(made(tmp_path), **how), KEY)  # type: ignore[arg-type]


def test_a_part_that_lies(tmp_path: Path) -> None:
    """A part with other bytes than its digest is refused when writing and when reading."""
    data, ref = part()
    manifest = {"number": 1, "kind": "publish", "created_at": "", "parts": [{"digest": ref.digest, "bytes": ref.bytes}]}
    with pytest.raises(PartDigest):
        write_bundle(tmp_path, manifest, {ref.digest: io.BytesIO(data[:-1] + b"!")}, SEED)
    assert list(tmp_path.iterdir()) == []
    path = made(tmp_path)
    whole = path.read_bytes()
    at = whole.index(data)
    path.write_bytes(whole[: at + 5] + b"~" + whole[at + 6 :])
    with pytest.raises((BundleDigest, BundleMalformed)):
        read_bundle(path, KEY)


def test_a_release_with_another_digest_is_refused(tmp_path: Path) -> None:
    """The publisher cannot sign a release under a digest that is not its own."""
    release = release_manifest(product_id="p", number=1, kind="table", fields=FIELDS)
    manifest = {"number": 1, "kind": "publish", "releases": [{**release, "digest": "sha256:" + "0" * 64}]}
    with pytest.raises(BundleDigest):
        write_bundle(tmp_path, manifest, {}, SEED)
