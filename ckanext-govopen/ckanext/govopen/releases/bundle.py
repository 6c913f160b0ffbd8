"""发布包: the one signed file that crosses from the desk to the open side.

`{number:08d}.bundle` is an uncompressed zip of `manifest.json`, its minisign signature and the parts that the open
side may lack. Reading checks the signature before it believes anything, then every size and digest, with bounds on
everything that a forger could blow up.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from ckanext.govopen.errors import GovOpenError
from ckanext.govopen.releases.canonical import bare, canonical, digest_bytes, is_digest
from ckanext.govopen.releases.errors import BadSignature, BundleDigest, BundleMalformed, PartDigest
from ckanext.govopen.releases.manifest import check_manifest, release_digest
from ckanext.govopen.releases.signature import sign, verify

__all__ = ["FORMAT", "KINDS", "Bundle", "bundle_name", "read_bundle", "write_bundle"]

FORMAT = "govopen-bundle/1"
KINDS = frozenset({"publish", "catalogue", "closure", "grants", "withdraw"})
LISTS = ("products", "releases", "pointers", "closures", "grants", "keys", "parts")
MANIFEST, SIGNATURE = "manifest.json", "manifest.json.minisig"
MANIFEST_LIMIT, SIGNATURE_LIMIT, PARTS_LIMIT = 64 << 20, 4096, 100_000
_CHUNK = 1 << 20
_NUMBERED = re.compile(r"(\d{8,})\.bundle")


def bundle_name(number: int) -> str:
    """The file name of a bundle; names sort as numbers do."""
    return f"{number:08d}.bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle whose signature and digests were checked."""

    path: Path
    manifest: dict[str, Any]
    digest: str

    @property
    def number(self) -> int:
        """The bundle's place in the order."""
        return int(self.manifest["number"])

    @property
    def kind(self) -> str:
        """What the bundle does: publish, catalogue, closure, grants or withdraw."""
        return str(self.manifest["kind"])

    def parts(self) -> Iterator[tuple[str, BinaryIO]]:
        """Every part that travels in this bundle: its digest and a stream, to be read before the next is asked for."""
        with zipfile.ZipFile(self.path) as archive:
            for part in self.manifest["parts"]:
                with archive.open(f"parts/{bare(part['digest'])}") as stream:
                    yield part["digest"], cast("BinaryIO", stream)


def write_bundle(
    folder: str | Path, manifest: Mapping[str, Any], parts: Mapping[str, bytes | BinaryIO], seed: bytes | str
) -> Path:
    """Write, sign and flush a bundle; it takes its name only when it is whole. `parts` are keyed by digest or hex."""
    manifest = _complete(manifest)
    by_hex = {bare(name): data for name, data in parts.items()}
    named = [bare(part["digest"]) for part in manifest["parts"]]
    if sorted(by_hex) != sorted(named):
        raise BundleMalformed(subject="bundle", problem="the parts given are not those of the manifest")
    body = canonical(manifest)
    final = Path(folder) / bundle_name(int(manifest["number"]))
    temporary = final.with_name(f".{final.name}.{os.getpid()}.tmp")
    comment = f"number:{int(manifest['number'])} digest:{digest_bytes(body)}"
    try:
        with temporary.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                archive.writestr(_info(MANIFEST), body)
                archive.writestr(_info(SIGNATURE), sign(seed, body, comment))
                for part in manifest["parts"]:
                    _write_part(archive, part, by_hex[bare(part["digest"])])
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(final)
    finally:
        with suppress(OSError):
            temporary.unlink()
    _flush_folder(final.parent)
    return final


def _complete(manifest: Mapping[str, Any]) -> dict[str, Any]:
    made = {"format": FORMAT, "entry": None, **{name: [] for name in LISTS}, **manifest}
    _check(made)
    return made


def _info(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # A fixed time: the same content is the same file.


def _write_part(archive: zipfile.ZipFile, part: Mapping[str, Any], data: bytes | BinaryIO) -> None:
    name = bare(part["digest"])
    hashed, length = hashlib.sha256(), 0
    info = _info(f"parts/{name}")
    info.file_size = int(part["bytes"])  # Known beforehand, so that zip64 is used exactly when it must be.
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    with archive.open(info, "w", force_zip64=info.file_size >= 1 << 31) as sink:
        while block := source.read(_CHUNK):
            hashed.update(block)
            length += len(block)
            sink.write(block)
    if hashed.hexdigest() != name or length != part["bytes"]:
        raise PartDigest(subject=name, found=hashed.hexdigest())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_bundle(path: str | Path, public_key: str) -> Bundle:
    """A bundle that is whole and signed by this key; otherwise BadSignature, BundleMalformed or BundleDigest."""
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive, public_key)
    except GovOpenError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OverflowError, struct.error):
        raise BundleMalformed(subject=path.name, problem="it is no readable bundle") from None
    except OSError as err:
        if err.errno != errno.EINVAL:  # EINVAL is a forged offset; the rest is the machine's own trouble.
            raise
        raise BundleMalformed(subject=path.name, problem="it is no readable bundle") from None


def _read(path: Path, archive: zipfile.ZipFile, public_key: str) -> Bundle:
    infos = _entries(path, archive)
    body = _small(archive, infos[MANIFEST], MANIFEST_LIMIT, path)
    signature = _small(archive, infos[SIGNATURE], SIGNATURE_LIMIT, path)
    try:
        comment = verify(public_key, body, signature.decode("utf-8"))
    except (BadSignature, UnicodeDecodeError):
        raise BadSignature(subject=path.name) from None
    manifest = _parsed(path, body)
    numbered = _NUMBERED.fullmatch(path.name)
    if comment != f"number:{manifest['number']} digest:{digest_bytes(body)}":
        raise BadSignature(subject=path.name)
    if numbered and int(numbered[1]) != manifest["number"]:
        raise BundleMalformed(subject=path.name, problem=f"it is bundle {manifest['number']} under another name")
    _check_parts(path, archive, infos, manifest)
    return Bundle(path=path, manifest=manifest, digest=digest_bytes(body))


def _entries(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    by_name = {info.filename: info for info in infos}
    plain = all(info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1 for info in infos)
    if len(infos) > PARTS_LIMIT or len(by_name) != len(infos) or not plain:
        raise BundleMalformed(subject=path.name, problem="it holds packed, doubled or too many files")
    if MANIFEST not in by_name or SIGNATURE not in by_name:
        raise BundleMalformed(subject=path.name, problem="manifest or signature is missing")
    return by_name


def _small(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int, path: Path) -> bytes:
    if info.file_size > limit or info.file_size != info.compress_size:
        raise BundleMalformed(subject=path.name, problem=f"{info.filename} is too large")
    return archive.read(info)


def _parsed(path: Path, body: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(body)
        _check(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BundleMalformed(subject=path.name, problem="its manifest cannot be read") from None
    except GovOpenError as err:
        raise BundleMalformed(subject=path.name, problem=str(err)) from None
    return cast("dict[str, Any]", manifest)


def _check(manifest: Mapping[str, Any]) -> None:
    """Raise unless the manifest has the shape of a bundle and every release its own digest."""
    number = manifest["number"]
    wrong = (
        manifest["format"] != FORMAT
        or manifest["kind"] not in KINDS
        or not isinstance(number, int)
        or isinstance(number, bool)
        or number < 0
        or any(not isinstance(manifest[name], list) for name in LISTS)
        or len({part["digest"] for part in manifest["parts"]}) != len(manifest["parts"])
        or any(not is_digest(part["digest"]) or part["bytes"] < 0 for part in manifest["parts"])
    )
    if wrong:
        raise BundleMalformed(subject="bundle", problem="its manifest has not the shape of a bundle")
    for release in manifest["releases"]:
        check_manifest(release)
        if release["digest"] != release_digest(release):
            raise BundleDigest(subject="bundle", part=str(release["digest"]))


def _check_parts(
    path: Path, archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], manifest: Mapping[str, Any]
) -> None:
    expected = {f"parts/{bare(part['digest'])}": part for part in manifest["parts"]}
    if set(infos) != {MANIFEST, SIGNATURE, *expected}:
        raise BundleMalformed(subject=path.name, problem="its files are not those of the manifest")
    for name, part in expected.items():
        info = infos[name]
        hashed = hashlib.sha256()
        if info.file_size == info.compress_size == part["bytes"]:
            with archive.open(info) as stream:
                while block := stream.read(_CHUNK):
                    hashed.update(block)
        if hashed.hexdigest() != bare(part["digest"]):
            raise BundleDigest(subject=path.name, part=name)
