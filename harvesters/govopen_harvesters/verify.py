"""Judge a delivery before anything else reads it: kind, secrecy marks, schema, and reading without loss.

Size, digests and signature were checked while the bytes came (`hub/client.py`); `check_digests` does it again for
files that came another way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes

from govopen_harvesters.base import FileRef, Item, Manifest, Package
from govopen_harvesters.errors import (
    DigestMismatch,
    SchemaMismatch,
    SecrecyMarked,
    SizeMismatch,
    TypeRefused,
    Unreadable,
)
from govopen_harvesters.reading.delimited import read_delimited
from govopen_harvesters.reading.jsonlines import read_json_lines
from govopen_harvesters.reading.pdf import head_of_pdf
from govopen_harvesters.reading.report import LoadReport, TableRead
from govopen_harvesters.reading.workbook import head_of_workbook, read_workbook
from govopen_harvesters.secrecy import Mark, secrecy_mark
from govopen_harvesters.table_schema import check_schema, check_table, column_names

__all__ = [
    "LoadReport",
    "Mark",
    "TableRead",
    "check_digests",
    "check_kind",
    "check_marks",
    "check_package",
    "read_table",
    "secrecy_mark",
]

CSV, TSV = "text/csv", "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSONL, PDF = "application/jsonl", "application/pdf"
_TABLES = frozenset({CSV, TSV, XLSX, JSONL})
_FILES = frozenset({PDF}) | _TABLES
_MAGIC = {PDF: b"%PDF-", XLSX: b"PK"}
_KINDS = frozenset({"table", "file", "link"})
_HEAD_BYTES = 8192
_LONGEST_LINK = 2000


def check_kind(item: Item) -> None:
    """Refuse kinds that the platform does not publish yet (maps need a map approval number)."""
    if item.kind not in _KINDS:
        raise TypeRefused(remote_id=item.remote_id, kind=item.kind)


def check_marks(item: Item, manifest: Manifest | None) -> None:
    """Refuse an item whose descriptor or file names carry a secrecy mark, before any byte is fetched."""
    names = [ref.name for ref in manifest.files] if manifest else [""]
    for name in names:
        _refuse_mark(secrecy_mark(item.descriptor, name), item, name or None)


def check_digests(stream: BinaryIO, ref: FileRef) -> None:
    """Check size, SHA-256 and SM3 of a file at hand."""
    sha256, sm3, done = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    stream.seek(0)
    while chunk := stream.read(1 << 20):
        done += len(chunk)
        sha256.update(chunk)
        sm3.update(chunk)
    stream.seek(0)
    if done != ref.bytes:
        raise SizeMismatch(file=ref.name, count=done)
    if (sha256.hexdigest(), sm3.finalize().hex()) != (ref.sha256, ref.sm3):
        raise DigestMismatch(file=ref.name)


def check_package(package: Package) -> dict[str, TableRead]:
    """Judge every file; give the tables that were read, by file name."""
    item, manifest = package.item, package.manifest
    catalogue_only = item.approval is not None and item.approval.scope == "catalogue"
    if item.kind != "link" and not manifest.files and not catalogue_only:
        raise SchemaMismatch(remote_id=item.remote_id, kind="no file")
    if item.kind == "link" and not catalogue_only:
        _check_link(item)
    tables: dict[str, TableRead] = {}
    for ref in manifest.files:
        stream = package.files[ref.name]
        _check_type(item, ref, stream)
        _refuse_mark(secrecy_mark({}, ref.name, head_text(stream, ref)), item, ref.name)
        if item.kind == "table":
            tables[ref.name] = read_table(stream, ref, manifest.table_schema)
        stream.seek(0)
    rows = sum(read.report.rows for read in tables.values())
    if item.kind == "table" and manifest.files and manifest.rows is not None and rows != manifest.rows:
        raise SchemaMismatch(remote_id=item.remote_id, kind="row count", count=rows)
    return tables


def read_table(stream: BinaryIO, file: FileRef, schema: Mapping[str, Any] | None) -> TableRead:
    """Read one table file as strings, without loss or with a typed error; check it against its schema."""
    columns = None
    if schema is not None:
        check_schema(schema, file=file.name)
        columns = column_names(schema)
    if file.media_type == XLSX:
        read = read_workbook(stream, name=file.name, columns=columns)
    elif file.media_type == JSONL:
        read = read_json_lines(stream, name=file.name, columns=columns)
    elif file.media_type in {CSV, TSV}:
        delimiter = "\t" if file.media_type == TSV else ","
        read = read_delimited(stream, name=file.name, encoding=file.encoding, delimiter=delimiter, columns=columns)
    else:
        raise TypeRefused(file=file.name, kind=file.media_type)
    if schema is not None:
        check_table(read.table, schema, file=file.name)
    return read


def head_text(stream: BinaryIO, ref: FileRef) -> str:
    """Give the text at a file's head (and a PDF's last page), for the secrecy scan only."""
    if ref.media_type == XLSX:
        return head_of_workbook(stream, name=ref.name)
    if ref.media_type == PDF:
        return head_of_pdf(stream, name=ref.name)
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    # Only the lines before the first data row can carry a mark: cells of a column may hold any word.
    lines = head.split(b"\n", 2)[:2]
    codec = "gb18030" if (ref.encoding or "").lower() in {"gb18030", "gbk", "gb2312"} else "utf-8"
    return "\n".join(line.decode(codec, "ignore").replace(",", "\n") for line in lines[:1])


def _check_type(item: Item, ref: FileRef, stream: BinaryIO) -> None:
    allowed = _TABLES if item.kind == "table" else _FILES
    if ref.media_type not in allowed:
        raise TypeRefused(remote_id=item.remote_id, file=ref.name, kind=ref.media_type)
    stream.seek(0)
    start = stream.read(8)
    stream.seek(0)
    magic = _MAGIC.get(ref.media_type)
    if magic is not None and not start.startswith(magic):
        raise Unreadable(remote_id=item.remote_id, file=ref.name, kind="false format")
    if magic is None and start.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(remote_id=item.remote_id, file=ref.name, kind="false format")


def _check_link(item: Item) -> None:
    """A link is shown and followed as it is: anything but a plain web address is refused."""
    link = item.link_url or ""
    try:
        parts = urlsplit(link)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    sound = host and link.isprintable() and not set(link) & set(' \\<>"') and len(link) <= _LONGEST_LINK
    if not sound or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise SchemaMismatch(remote_id=item.remote_id, kind="link", field="link_url")


def _refuse_mark(mark: Mark | None, item: Item, file: str | None) -> None:
    if mark is not None:
        raise SecrecyMarked(remote_id=item.remote_id, file=file, kind=mark.form, field=mark.where)
