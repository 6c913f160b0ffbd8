"""Tables are read without loss, or refused with the row and never with a cell."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook

from govopen_harvesters.base import FileRef
from govopen_harvesters.errors import HarvestError, SchemaMismatch, Unreadable
from govopen_harvesters.verify import JSONL, TSV, XLSX, read_table

SECRET = "330106199001011234"


def ref(name: str = "t.csv", media_type: str = "text/csv", encoding: str | None = None) -> FileRef:
    return FileRef(name=name, media_type=media_type, encoding=encoding, bytes=0, sha256="", sm3="")


def schema(*names: str, **types: str) -> dict[str, Any]:
    return {"fields": [{"name": name, "type": types.get(name, "string")} for name in names]}


def test_leading_zeros_and_long_numbers_stay_text() -> None:
    read = read_table(io.BytesIO(b"code,n\n0330100,00012345678901234567890\n"), ref(), schema("code", "n"))
    assert read.table.to_pylist() == [{"code": "0330100", "n": "00012345678901234567890"}]


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", None), ("gb18030", None), ("gb18030", "GB18030"), ("gbk", "gbk")]
)
def test_chinese_encodings_are_told_apart(encoding: str, declared: str | None) -> None:
    raw = "名称,数\n青溪县,1\n望江区,2\n".encode(encoding)
    read = read_table(io.BytesIO(raw), ref(encoding=declared), schema("名称", "数"))
    assert read.table["名称"].to_pylist() == ["青溪县", "望江区"]
    assert read.report.encoding == ("utf-8" if encoding == "utf-8" else "gb18030")


def test_four_byte_gb18030_is_kept() -> None:
    raw = "名,数\n𠮷𰻝,1\n".encode("gb18030")
    assert read_table(io.BytesIO(raw), ref(), None).table["名"].to_pylist() == ["𠮷𰻝"]


def test_byte_order_mark_is_no_part_of_the_first_name() -> None:
    read = read_table(io.BytesIO(b"\xef\xbb\xbfa,b\n1,2\n"), ref(), schema("a", "b"))
    assert read.report.bom
    assert read.table.column_names == ["a", "b"]


def test_quoted_line_breaks_stay_in_their_cell() -> None:
    read = read_table(io.BytesIO(b'a,b\n"x\ny",2\n"p""q",4\n'), ref(), schema("a", "b"))
    assert read.table["a"].to_pylist() == ["x\ny", 'p"q']
    assert read.report.quoted_line_breaks == 1


@pytest.mark.parametrize(
    ("raw", "kind", "row"),
    [
        (f"a,b\n1,2\n{SECRET},2,3\n".encode(), "ragged row", 2),
        (f"a,b\n1,2\n{SECRET}\n".encode(), "ragged row", 2),
        (f"a,b\n{SECRET}\0,2\n".encode(), "nul byte", 1),
        (b"a,b\n1,2\n\xff\xff" + SECRET.encode() + b",2\n", "encoding", 2),
        (f'a,b\n1,"{SECRET}\n'.encode(), "quoting", 1),
        (f'a,b\n1,"x"{SECRET}\n'.encode(), "quoting", 1),
        (b"", "empty", 1),
    ],
)
def test_broken_files_are_refused_with_the_row(raw: bytes, kind: str, row: int) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_table(io.BytesIO(raw), ref(encoding="utf-8"), None)
    assert (refusal.value.kind, refusal.value.row) == (kind, row)
    assert_no_cell(refusal.value)


@pytest.mark.parametrize(
    ("raw", "kind", "field"),
    [
        (b"a,c\n1,2\n", "missing column", "b"),
        (b"b,a\n1,2\n", "column order", None),
        (b"a,b,c\n1,2,3\n", "unknown column", None),
        (b"a,a\n1,2\n", "header", None),
    ],
)
def test_wrong_headers_are_refused(raw: bytes, kind: str, field: str | None) -> None:
    with pytest.raises(SchemaMismatch) as refusal:
        read_table(io.BytesIO(raw), ref(), schema("a", "b"))
    assert (refusal.value.kind, refusal.value.field) == (kind, field)


def test_a_data_row_in_place_of_the_header_is_not_quoted() -> None:
    with pytest.raises(SchemaMismatch) as refusal:
        read_table(io.BytesIO(f"a,b,{SECRET}\n1,2,3\n".encode()), ref(), schema("a", "b"))
    assert_no_cell(refusal.value)


def test_tabs_and_json_lines() -> None:
    assert read_table(io.BytesIO(b"a\tb\n1\t2\n"), ref("t.tsv", TSV), schema("a", "b")).table.num_rows == 1
    raw = '{"a": 1.10, "b": null}\n{"a": 123456789012345678901, "b": "县"}\n'.encode()
    read = read_table(io.BytesIO(raw), ref("t.jsonl", JSONL), schema("a", "b"))
    assert read.table.to_pylist() == [{"a": "1.10", "b": None}, {"a": "123456789012345678901", "b": "县"}]


@pytest.mark.parametrize(
    "line", ['{"a": 1}', '{"a": 1, "b": 2, "c": 3}', '{"a": {"x": 1}, "b": 2}', "[1]", "{", '{"a":"\\u0000","b":1}']
)
def test_broken_json_lines_are_refused(line: str) -> None:
    with pytest.raises(HarvestError) as refusal:
        read_table(io.BytesIO(('{"a": 1, "b": 2}\n' + line + "\n").encode()), ref("t.jsonl", JSONL), schema("a", "b"))
    assert refusal.value.row == 2


def workbook(*rows: list[Any], merge: tuple[str, ...] = ()) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for area in merge:
        book.active.merge_cells(area)
    sink = io.BytesIO()
    book.save(sink)
    return sink


def test_workbook_with_titles_merged_header_total_and_note() -> None:
    stream = workbook(
        ["床位统计表"],
        ["单位：张"],
        ["机构", "床位", None, "备注"],
        [None, "编制", "实有", None],
        ["一院", 10, 12, "x"],
        ["二院", 20, 21.5, None],
        ["合计", 30, 33.5, None],
        ["注：示范"],
        merge=("A1:D1", "A3:A4", "B3:C3", "D3:D4"),
    )
    read = read_table(
        stream,
        ref("t.xlsx", XLSX),
        schema("机构", "床位_编制", "床位_实有", "备注", 床位_编制="integer", 床位_实有="number"),
    )
    assert read.table["床位_实有"].to_pylist() == ["12", "21.5"]
    assert [(note.kind, note.row) for note in read.report.notes] == [
        ("title row", 1),
        ("title row", 2),
        ("merged header", 3),
        ("total row", 7),
        ("note row", 8),
    ]


def test_workbook_without_the_declared_table_is_refused() -> None:
    with pytest.raises(SchemaMismatch) as refusal:
        read_table(workbook(["a", "x"], [1, 2]), ref("t.xlsx", XLSX), schema("a", "b"))
    assert refusal.value.kind == "table not found"


def test_a_second_table_below_is_not_lost_silently() -> None:
    with pytest.raises(Unreadable) as refusal:
        read_table(workbook(["a", "b"], [1, 2], ["注：完", None], [3, 4]), ref("t.xlsx", XLSX), schema("a", "b"))
    assert refusal.value.kind == "second table"


def test_garbage_is_no_workbook() -> None:
    with pytest.raises(Unreadable):
        read_table(io.BytesIO(b"PK\x03\x04 nonsense"), ref("t.xlsx", XLSX), schema("a"))


def assert_no_cell(error: HarvestError) -> None:
    """Neither the error, nor its texts, nor what it came from quotes the cell."""
    chain = [error, error.__cause__, error.__context__ if not error.__suppress_context__ else None]
    assert SECRET not in " ".join(
        [repr(link) + str(link) for link in chain] + [error.text("zh"), error.text("en"), str(error.detail)]
    )
