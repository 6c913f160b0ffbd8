"""Whole files: prepared renditions with Range and entity tags, streams from the parts until those are ready.

A download that runs while its release is closed is cut: the connection breaks short of the promised length. A
licensee's download is written to the delivery log before the first byte and corrected when it broke off.
"""

from __future__ import annotations

import errno
import gzip
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Response, request

from ckanext.govopen.portal.access.metering import settle
from ckanext.govopen.portal.data_api.errors import ApiError, nearest, shown
from ckanext.govopen.portal.data_api.http import BadRange, disposition, etag_matches, parse_range
from ckanext.govopen.portal.data_api.service import Opened, Service
from ckanext.govopen.releases.errors import PartMissing
from ckanext.govopen.releases.renditions import MEDIA_TYPES, load_index, stream_csv, stream_json

__all__ = ["send"]

log = logging.getLogger(__name__)
BLOCK = 1 << 18
TABLES = ("csv", "csv.gz", "xlsx", "json", "parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    size: int
    etag: str
    media_type: str
    name: str
    packed: bool = False


def send(service: Service, opened: Opened, format_: str, request_id: str) -> Response:
    """The whole release as a file, in a format that its kind has."""
    kind = opened.record.kind
    choices = {"table": TABLES, "cube": TABLES, "file": ("original",), "link": ("original",)}[kind]
    wanted = format_ or choices[0]
    if wanted not in choices:
        facts = {"subject": shown(wanted), "choices": ", ".join(choices)}
        raise ApiError(400, "release.format", facts, field="format", hint=nearest(wanted, choices))
    _whole_columns(opened)
    if kind == "link":
        service.meter(opened, request_id, "download", 0, 0, "link")
        return Response(status=302, headers={"Location": str(opened.manifest["link"])})
    try:
        file = _prepared(service, opened, wanted)
    except PartMissing:
        raise ApiError(404, "release.parts") from None
    if file is None:
        return _streamed(service, opened, wanted, request_id)
    return _file(service, opened, file, wanted, request_id)


def _whole_columns(opened: Opened) -> None:
    """A grant of some columns gets files of a delivery that has no others; anything else is a fault of the desk."""
    if opened.grant is not None and opened.grant.columns is not None:
        fields = {field["name"] for field in opened.manifest["schema"]["fields"]}
        if not fields <= set(opened.grant.columns):
            raise ApiError(403, "access.no_grant")


def _prepared(service: Service, opened: Opened, wanted: str) -> _File | None:
    """The prepared file of a format, if it was made."""
    manifest, store, title = opened.manifest, service.releases, _title(opened)
    parts = manifest["parts"]
    if wanted == "original" or (wanted == "parquet" and len(parts) == 1):
        part = parts[0]
        path = store.path_of(part["digest"])
        name = part["name"] if wanted == "original" and part["name"] else f"{title}.parquet"
        return _File(path=path, size=part["bytes"], etag=part["digest"], media_type=part["media_type"], name=name)
    index = load_index(store, opened.digest)
    found = index.get(wanted)
    if found is None:
        return None
    if found.get("skipped"):
        choices = ", ".join(one for one in TABLES if one != wanted)
        raise ApiError(400, "release.format", {"subject": wanted, "choices": choices}, field="format")
    path = store.rendition(opened.digest, found["file"])
    packed = wanted == "json" and "gzip" in request.headers.get("Accept-Encoding", "")
    if wanted == "json" and not packed:
        return None  # Kept packed; unpacked on the way for readers that cannot.
    return _File(
        path=path,
        size=int(found["bytes"]),
        etag=found["digest"],
        media_type=MEDIA_TYPES[wanted],
        name=f"{title}.{wanted}",
        packed=packed,
    )


def _title(opened: Opened) -> str:
    body = opened.record.body.get("title")
    title = (body or {}).get("zh") if isinstance(body, dict) else body
    return f"{title or opened.record.entry['body'].get('title') or opened.record.access.product_id}_v{opened.release['number']}"


def _file(service: Service, opened: Opened, file: _File, wanted: str, request_id: str) -> Response:
    etag = f'"{file.etag.removeprefix("sha256:")}"'
    headers = _headers(opened, file.name, wanted, etag)
    headers["Accept-Ranges"] = "bytes"
    headers["Content-Type"] = file.media_type
    if file.packed:
        headers["Content-Encoding"] = "gzip"
    if etag_matches(request.headers.get("If-None-Match"), etag):
        return Response(status=304, headers=headers)
    try:
        conditional = request.headers.get("If-Range")
        part = None if conditional not in {None, etag} else parse_range(request.headers.get("Range"), file.size)
    except BadRange:
        unfit = ApiError(
            416,
            "query.value",
            {
                "subject": "Range",
                "expected": f"a range within {file.size} bytes",
                "expected_zh": f"{file.size} 字节以内的范围",
            },
            field="Range",
            headers={"Content-Range": f"bytes */{file.size}"},
        )
        raise unfit from None
    first, last = part or (0, file.size - 1)
    length = max(0, last - first + 1)
    headers["Content-Length"] = str(length)
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status=status, headers=headers)
    rows = int(opened.manifest["row_count"])
    log_id = service.meter(opened, request_id, "download", _share(rows, length, file.size), length, wanted)
    watched = _watched(service, opened, _blocks(file.path, first, length), log_id, rows, file.size, length)
    return Response(watched, status=status, headers=headers, direct_passthrough=True)


def _share(rows: int, length: int, size: int) -> int:
    """The rows that a run of bytes stands for, rounded up: ranges together count as the whole does."""
    return -(-rows * length // size) if size else 0


def _blocks(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (block := file.read(min(BLOCK, length))):
            length -= len(block)
            yield block


def _watched(
    service: Service, opened: Opened, blocks: Iterator[bytes], log_id: int, rows: int, size: int, promised: int
) -> Iterator[bytes]:
    """The blocks, until a closure comes; and what was really sent into the delivery log, if that was less."""
    sent = 0
    try:
        for block in blocks:
            if not service.still_open(opened):
                log.info("download of %s cut: closed", opened.digest)
                raise ConnectionResetError(errno.ECONNRESET, "closed")
            yield block
            sent += len(block)
    finally:
        if log_id and sent != promised:
            try:
                settle(service.portal, log_id, _share(rows, sent, size) if size else rows, sent)
            except psycopg.Error:
                log.exception("delivery %s: the bytes sent could not be corrected", log_id)


def _headers(opened: Opened, name: str, wanted: str, etag: str = "") -> dict[str, str]:
    public = opened.grant is None
    suffix = name.rpartition(".")[2] if wanted == "original" else wanted
    plain = f"{opened.record.access.product_id}.{suffix}"
    headers = {
        "Content-Disposition": disposition(
            name, "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in plain)
        ),
        "Cache-Control": "public, no-cache" if public else "private, no-store",
        "X-Release-Digest": opened.digest,
        "X-Row-Count": str(opened.manifest["row_count"]),
        "Vary": "Accept-Encoding, X-Key",
    }
    return {**headers, "ETag": etag} if etag else headers


def _streamed(service: Service, opened: Opened, wanted: str, request_id: str) -> Response:
    """A file made while it is sent; formats that cannot be are on their way."""
    makers: dict[str, Callable[[], Iterator[bytes]]] = {
        "csv": lambda: stream_csv(service.releases, opened.manifest),
        "json": lambda: _json(service, opened),
    }
    if wanted not in makers:
        raise ApiError(503, "release.preparing", headers={"Retry-After": "5"})
    headers = _headers(opened, f"{_title(opened)}.{wanted}", wanted)
    headers["Content-Type"] = MEDIA_TYPES[wanted]
    if request.method == "HEAD":
        return Response(status=200, headers=headers)
    rows = int(opened.manifest["row_count"])
    log_id = service.meter(opened, request_id, "download", rows, 0, wanted)
    watched = _watched(service, opened, makers[wanted](), log_id, rows, 0, 0)
    return Response(watched, headers=headers, direct_passthrough=True)


def _json(service: Service, opened: Opened) -> Iterator[bytes]:
    found: dict[str, Any] | None = load_index(service.releases, opened.digest).get("json")
    if found is None:
        yield from stream_json(service.releases, opened.manifest)
        return
    with gzip.open(service.releases.rendition(opened.digest, found["file"]), "rb") as file:
        while block := file.read(BLOCK):
            yield block
