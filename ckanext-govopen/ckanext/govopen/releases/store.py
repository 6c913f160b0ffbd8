"""发布仓: the release store, content-addressed, on file-keeper (CKAN's own storage base).

`put` is idempotent: bytes go to a temporary name, are digested on the way, are flushed to disk and only then take
their final name, so a reader sees a part whole or not at all. Renditions and side structures lie beside the parts
under the release's digest; they are disposable and can be made again.
"""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

with suppress(ImportError):  # A machine without libmagic has it in this package; it must come before `magic`.
    import pylibmagic  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
import file_keeper as fk

with warnings.catch_warnings():  # It asks for `cgi` where there still is one, which warns.
    warnings.simplefilter("ignore", DeprecationWarning)
    from file_keeper.default.adapters.fs import FsStorage

from ckanext.govopen.releases.canonical import bare
from ckanext.govopen.releases.errors import PartDigest, PartMissing

__all__ = ["ReleaseStore"]


class _Folder(FsStorage):  # type: ignore[misc,unused-ignore]
    """A local folder of file-keeper without its plugins: they would bring all of CKAN into the data service."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = self.configure(settings)
        self.uploader, self.manager, self.reader = self.make_uploader(), self.make_manager(), self.make_reader()
        self.capabilities = self.compute_capabilities()


class ReleaseStore:
    """Parts by digest, and what was made of releases, in one local folder."""

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.root = Path(path).absolute()
        settings = {
            "name": "releases",
            "path": str(self.root),
            "initialize": create,
            "hashing_algorithm": "sha256",
        }
        self._storage = _Folder(settings)

    def put(self, digest: str, stream: BinaryIO) -> bool:
        """Keep a part under its digest; False when it was there already, PartDigest when the bytes are others."""
        name = bare(digest)
        if self.exists(name):
            return False
        temporary = fk.Location(f"tmp/{uuid.uuid4().hex}")
        upload = fk.Upload(stream, name, 0, "application/octet-stream")
        try:
            kept = self._storage.upload(temporary, upload)
            if kept.hash != name:
                raise PartDigest(subject=name, found=kept.hash)
            self._settle(self.root / temporary, self._part(name))
        finally:
            with suppress(OSError):
                (self.root / temporary).unlink()
        return True

    def put_many(self, parts: Iterable[tuple[str, BinaryIO]]) -> int:
        """Keep several parts, a bundle's for instance; how many were new."""
        return sum(self.put(digest, stream) for digest, stream in parts)

    def open(self, digest: str) -> BinaryIO:
        """A part for reading; PartMissing when it is not here."""
        return self.path_of(digest).open("rb")

    def path_of(self, digest: str) -> Path:
        """The local file of a part; PartMissing when it is not here."""
        path: Path = self._part(bare(digest))
        if not path.is_file():
            raise PartMissing(subject=bare(digest))
        return path

    def exists(self, digest: str) -> bool:
        """Whether a part is here."""
        return self._part(bare(digest)).is_file()

    def digests(self) -> Iterator[str]:
        """The bare digests of all parts, for a clean-up to compare with what pointers reach."""
        for location in self._storage.scan():
            folder, _, rest = location.partition("/")
            if folder == "parts":
                yield rest.rpartition("/")[2]

    def remove(self, digest: str) -> bool:
        """Destroy a part; False when it was not here."""
        return bool(self._storage.remove(fk.FileData(fk.Location(f"parts/{bare(digest)[:2]}/{bare(digest)}"))))

    def folder(self, kind: str, release: str) -> Path:
        """The folder of what was made of a release: kind is "renditions" or "sides". It need not exist."""
        if kind not in {"renditions", "sides"}:
            raise ValueError(kind)
        return self.root / kind / bare(release)

    def rendition(self, release: str, name: str) -> Path:
        """The file of one rendition; PartMissing when it was not made yet."""
        path = self.folder("renditions", release) / name
        if "/" in name or name.startswith(".") or not path.is_file():
            raise PartMissing(subject=name)
        return path

    @contextmanager
    def making(self, kind: str, release: str, name: str) -> Iterator[Path]:
        """A temporary path that becomes `name` under the release when the block ends well, and vanishes otherwise."""
        folder = self.folder(kind, release)
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{uuid.uuid4().hex}.{name}"
        try:
            yield temporary
            self._settle(temporary, folder / name)
        finally:
            with suppress(OSError):
                temporary.unlink()

    def _part(self, name: str) -> Path:
        return self.root / "parts" / name[:2] / name

    @staticmethod
    def _settle(temporary: Path, final: Path) -> None:
        final.parent.mkdir(parents=True, exist_ok=True)
        _flush(temporary)
        temporary.replace(final)
        _flush(final.parent)


def _flush(path: Path) -> None:
    """Force a file or a folder to disk, so that a row that points to it never outlives it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
