"""Pull readable text out of a PDF's first and last pages, enough to see a secrecy mark; no more than that.

Handles literal and hexadecimal strings in plain and deflated streams; two-byte strings are read as UCS-2, which the
predefined Chinese encodings use. Embedded fonts with own encodings stay unread: a person looks at every PDF anyway.
"""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO

from govopen_harvesters.errors import Unreadable

__all__ = ["head_of_pdf"]

_STREAM = re.compile(rb"(<<.{0,2000}?>>)\s*stream\r?\n", re.DOTALL)
_LITERAL = re.compile(rb"\(((?:\\.|[^\\()]){0,4000})\)", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]{4,8000})>")
_MAX_READ, _MAX_STREAMS, _MAX_UNPACKED = 32 << 20, 40, 8 << 20


def head_of_pdf(stream: BinaryIO, *, name: str) -> str:
    """Give the text found in document information and in the first and last content streams."""
    stream.seek(0)
    raw = stream.read(_MAX_READ)
    if not raw.startswith(b"%PDF-"):
        raise Unreadable(file=name, kind="pdf")
    streams = [(match.group(1), match.end()) for match in _STREAM.finditer(raw)]
    chosen = streams if len(streams) <= _MAX_STREAMS else streams[: _MAX_STREAMS // 2] + streams[-_MAX_STREAMS // 2 :]
    texts = [_strings(_STREAM.sub(b"", raw[:4096])), _strings(raw[-4096:])]
    for head, start in chosen:
        body = raw[start : raw.find(b"endstream", start)]
        if b"FlateDecode" in head:
            try:
                body = zlib.decompressobj().decompress(body, _MAX_UNPACKED)
            except zlib.error:
                continue
        texts.append(_strings(body))
    return "\n".join(texts)


def _strings(raw: bytes) -> str:
    found = [_decoded(re.sub(rb"\\(.)", rb"\1", match.group(1))) for match in _LITERAL.finditer(raw)]
    for match in _HEX.finditer(raw):
        digits = re.sub(rb"\s", b"", match.group(1))
        found.append(_decoded(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())))
    return "".join(found)


def _decoded(raw: bytes) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "ignore")
    if len(raw) % 2 == 0 and any(byte > 127 or byte < 32 for byte in raw):
        return raw.decode("utf-16-be", "ignore")
    return raw.decode("latin-1")
