"""Write deliveries: CSV in any encoding, TSV, JSON lines, a workbook as officers make them, a PDF without a library."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
from openpyxl import Workbook

from govopen_harvesters.reference_hub.entry import Table

__all__ = ["MEDIA", "csv_bytes", "json_lines_bytes", "pdf_bytes", "workbook_bytes"]

MEDIA = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "shp": "application/x-shapefile",
}


def _arrow(table: Table) -> pa.Table:
    return pa.table(
        {name: pa.array(list(values) if not isinstance(values, pa.Array) else values) for name, values in table.items()}
    )


def csv_bytes(table: Table, *, encoding: str = "utf-8", bom: bool = False, delimiter: str = ",") -> bytes:
    """Write a CSV with quotes where needed."""
    sink = io.BytesIO()
    options = pacsv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    pacsv.write_csv(_arrow(table), sink, options)
    raw = sink.getvalue()
    if encoding != "utf-8":
        raw = raw.decode().encode(encoding)
    return b"\xef\xbb\xbf" + raw if bom else raw


def json_lines_bytes(table: Table) -> bytes:
    """Write one JSON object a line."""
    names = list(table)
    rows = zip(*table.values(), strict=True)
    return "".join(
        json.dumps(dict(zip(names, _plain(row), strict=True)), ensure_ascii=False) + "\n" for row in rows
    ).encode()


def _plain(row: Sequence[Any]) -> list[Any]:
    return [value.item() if hasattr(value, "item") else value for value in row]


def workbook_bytes(table: Table, *, title: str, notes: Sequence[str], footer: Sequence[str], total: str = "") -> bytes:
    """Write a sheet with title rows, a header that is merged over two levels (split at `_`), a total and notes."""
    book = Workbook()
    sheet = book.active
    sheet.title = title[:20].translate(str.maketrans("", "", "[]:*?/\\★"))
    names, width = list(table), len(table)
    for text in (title, *notes):
        sheet.append([text])
        sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=width)
    tops, subs = zip(*([*name.split("_", 1), ""][:2] for name in names), strict=True)
    first = sheet.max_row + 1
    if any(subs):
        sheet.append(list(tops))
        sheet.append(list(subs))
        _merge_header(sheet, tops, subs, first)
    else:
        sheet.append(names)
    for row in zip(*table.values(), strict=True):
        sheet.append(_plain(row))
    if total:
        sheet.append([total, *(_sum(values) for values in list(table.values())[1:])])
    for text in footer:
        sheet.append([text])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _merge_header(sheet: Any, tops: Sequence[str], subs: Sequence[str], first: int) -> None:
    start = 0
    for place in range(1, len(tops) + 1):
        if place < len(tops) and tops[place] == tops[start]:
            continue
        if place - start > 1:
            sheet.merge_cells(start_row=first, end_row=first, start_column=start + 1, end_column=place)
        elif not subs[start]:
            sheet.merge_cells(start_row=first, end_row=first + 1, start_column=start + 1, end_column=start + 1)
        start = place


def _sum(values: Sequence[Any]) -> Any:
    numbers = [value for value in _plain(values) if isinstance(value, (int, float))]
    return sum(numbers) if len(numbers) == len(values) else None


def pdf_bytes(lines: Sequence[str], *, title: str) -> bytes:
    """Write a one-page PDF whose Chinese text uses the predefined UniGB-UCS2-H encoding, so no font is embedded."""
    text = "\n".join(
        f"BT /F1 {16 if number == 0 else 11} Tf 60 {780 - number * 24} Td <{line.encode('utf-16-be').hex()}> Tj ET"
        for number, line in enumerate(lines)
    ).encode()
    info = b"\xfe\xff".hex() + title.encode("utf-16-be").hex()
    objects: Mapping[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        4: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        5: b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [6 0 R] >>",
        6: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        7: b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        8: f"<< /Title <{info}> >>".encode(),
    }
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in objects.items():
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 8 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return bytes(out)
