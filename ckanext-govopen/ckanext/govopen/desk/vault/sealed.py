"""Files sealed at rest with AES-256-GCM in chunks: written beside, synced, renamed; read at any place.

Format: `GOVAULT1`, key id (8 bytes), salt (32), chunk size (4, big-endian), then chunks of ciphertext with a 16-byte
tag each. Every file has its own key (HKDF of the vault key and the salt); a chunk's nonce is its number and whether it
is the last one, so that chunks can be neither dropped, swapped nor cut off unnoticed. The header is authenticated with
every chunk.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ckanext.govopen.desk.vault.errors import NotSealed, VaultSpace

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SealedReader", "SealedWriter", "Vault", "space"]

MAGIC = b"GOVAULT1"
CHUNK = 1 << 20
TAG = 16
HEADER = len(MAGIC) + 8 + 32 + 4
FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


@contextmanager
def space(stage: str) -> Iterator[None]:
    """Turn a full disk into `vault.space`, which the job waits out."""
    try:
        yield
    except OSError as err:
        if err.errno in FULL:
            raise VaultSpace(stage=stage) from None
        raise


def _file_key(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"govopen vault file").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class SealedWriter(io.RawIOBase):
    """Takes plain bytes, writes sealed chunks."""

    def __init__(self, target: BinaryIO, key: bytes, *, chunk: int = CHUNK) -> None:
        super().__init__()
        salt = os.urandom(32)
        self._header = MAGIC + hashlib.sha256(key).digest()[:8] + salt + chunk.to_bytes(4, "big")
        self._target, self._chunk, self._aead = target, chunk, _file_key(key, salt)
        self._buffer, self._number, self._position = bytearray(), 0, 0
        target.write(self._header)

    def writable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """How many plain bytes were written."""
        return self._position

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take bytes; whole chunks go out, the rest waits, for only the end knows which chunk is the last."""
        view = memoryview(data).cast("B")
        self._buffer += view
        self._position += len(view)
        while len(self._buffer) > self._chunk:
            self._put(bytes(self._buffer[: self._chunk]), last=False)
            del self._buffer[: self._chunk]
        return len(view)

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._aead.encrypt(_nonce(self._number, last=last), plain, self._header))
        self._number += 1

    def seal(self) -> None:
        """Write the last chunk; without it the file does not open."""
        self._put(bytes(self._buffer), last=True)
        self._buffer.clear()


class SealedReader(io.RawIOBase):
    """Reads a sealed file at any place; one chunk is open in memory at a time."""

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        super().__init__()
        self._name = name
        self._source = path.open("rb")
        self._header = self._source.read(HEADER)
        if len(self._header) != HEADER or self._header[:8] != MAGIC:
            self._source.close()
            raise NotSealed(object=name)
        if self._header[8:16] != hashlib.sha256(key).digest()[:8]:
            self._source.close()
            raise NotSealed(object=name)
        self._chunk = int.from_bytes(self._header[48:52], "big")
        self._aead = _file_key(key, self._header[16:48])
        body = path.stat().st_size - HEADER
        self._count = -(-body // (self._chunk + TAG))
        self.size = body - self._count * TAG
        if self._count < 1 or self.size < 0:
            self._source.close()
            raise NotSealed(object=name)
        self._position, self._open, self._plain = 0, -1, b""
        self._load(self._count - 1)  # A file that was cut off is refused before anything is read.

    def _load(self, number: int) -> bytes:
        if number != self._open:
            self._source.seek(HEADER + number * (self._chunk + TAG))
            sealed = self._source.read(self._chunk + TAG)
            try:
                nonce = _nonce(number, last=number == self._count - 1)
                self._plain = self._aead.decrypt(nonce, sealed, self._header)
            except InvalidTag:
                raise NotSealed(object=self._name) from None
            self._open = number
        return self._plain

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place in the plain bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place in the plain bytes."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer from the place on."""
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and self._position < self.size:
            number, at = divmod(self._position, self._chunk)
            piece = self._load(number)[at : at + len(view) - done]
            view[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)
        return done

    def close(self) -> None:
        """Close the file and drop the open chunk."""
        self._plain = b""
        self._source.close()
        super().close()


class Vault:
    """A folder of sealed files, named by relative paths such as `deliveries/<uuid>` or `parts/<hex>`."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        for folder in ("deliveries", "parts", "new"):
            (path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)

    def __repr__(self) -> str:
        return "<Vault>"

    def _at(self, name: str) -> Path:
        place = (self._path / name).resolve()
        if not place.is_relative_to(self._path.resolve()):
            raise NotSealed(object=name)
        return place

    @contextmanager
    def create(self, name: str) -> Iterator[SealedWriter]:
        """Write a file: nobody sees it before it is whole, sealed and synced; a failure leaves nothing."""
        place = self._at(name)
        fresh = self._path / "new" / f"{os.getpid()}-{os.urandom(8).hex()}"
        try:
            with space(name), fresh.open("xb", buffering=0) as target:
                os.fchmod(target.fileno(), 0o600)
                whole = _Whole(target)
                writer = SealedWriter(whole, self._key)  # type: ignore[arg-type]
                yield writer
                writer.seal()
                os.fsync(target.fileno())
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh.replace(place)
            _sync_folder(place.parent)
        finally:
            with suppress(FileNotFoundError):
                fresh.unlink()

    def put(self, name: str, data: bytes) -> None:
        """Seal bytes under a name; one that is there already is left alone when it is named by its content."""
        if name.startswith("parts/") and self.exists(name):
            return
        with self.create(name) as writer:
            writer.write(data)

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading and seeking."""
        try:
            return io.BufferedReader(SealedReader(self._at(name), self._key, name), CHUNK)  # type: ignore[return-value]
        except FileNotFoundError:
            raise NotSealed(object=name) from None

    def read(self, name: str) -> bytes:
        """Give a whole file."""
        with self.open(name) as stream:
            return stream.read()

    def exists(self, name: str) -> bool:
        """Whether the file is there and ends as it should."""
        try:
            SealedReader(self._at(name), self._key, name).close()
        except (FileNotFoundError, NotSealed):
            return False
        return True

    def destroy(self, name: str) -> None:
        """Remove a file for good; one that is gone already is no error."""
        with suppress(FileNotFoundError):
            self._at(name).unlink()

    def tidy(self) -> int:
        """Remove what dead writers left half written; give how many."""
        gone = 0
        for fresh in (self._path / "new").iterdir():
            pid = fresh.name.partition("-")[0]
            if not pid.isdigit() or (int(pid) != os.getpid() and not Path(f"/proc/{pid}").exists()):
                fresh.unlink(missing_ok=True)
                gone += 1
        return gone


class _Whole:
    """An unbuffered file whose writes are whole: a raw write may take a part only, before the next one fails."""

    def __init__(self, target: io.FileIO) -> None:
        self._target = target

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            view = view[self._target.write(view) :]
        return len(data)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
