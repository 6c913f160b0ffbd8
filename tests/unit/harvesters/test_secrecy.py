"""A secrecy mark is seen where officers put it, and ordinary words are left alone."""

from __future__ import annotations

import pytest

from govopen_harvesters.errors import SecrecyMarked, TypeRefused, Unreadable
from govopen_harvesters.reading.pdf import head_of_pdf
from govopen_harvesters.reference_hub.files import pdf_bytes
from govopen_harvesters.secrecy import secrecy_mark
from govopen_harvesters.verify import PDF, check_kind, check_marks, check_package


@pytest.mark.parametrize(
    "text",
    [
        "秘密★10年",
        "机密 ★ 5年",
        "绝密★长期",
        "内部★",
        "名单（机密）",
        "【秘密】名单",
        "密级：秘密",
        "密级:内部",
        "机密 3年",
        "秘密\u30001年",
        "内部资料 注意保密",
        "内部文件，不得外传",
        "秘 密★",
        "机密\n某单位",
        "保密级别：机密",
    ],
)
def test_marks_are_seen(text: str) -> None:
    assert secrecy_mark({}, "", text) is not None
    assert secrecy_mark({"title_translated": {"zh_Hans_CN": text}}) is not None
    assert secrecy_mark({"fields": [{"name_zh": text}]}) is not None


@pytest.mark.parametrize(
    "text",
    [
        "商业秘密保护示范点",
        "商业秘密 5年保护期统计",
        "保守国家秘密法宣传",
        "内部控制评价",
        "内部审计3年计划",
        "机密性要求",
        "秘密花园游乐场",
        "内部 3年级",
        "医院内部科室",
        "国家秘密载体印制资质单位名录",
        "涉密信息系统集成资质单位",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert secrecy_mark({"title_translated": {"zh_Hans_CN": text}}, text + ".csv", text) is None


def test_file_names_count() -> None:
    mark = secrecy_mark({}, "名单（秘密★3年）.csv")
    assert mark is not None
    assert (mark.grade, mark.where) == ("秘密", "file name")


def test_a_mark_in_a_pdf_is_read(make_package, make_item) -> None:  # type: ignore[no-untyped-def]
    package = make_package(
        pdf_bytes(["方案", "秘密★3年"], title="方案"), item=make_item(kind="file"), name="a.pdf", media_type=PDF
    )
    with pytest.raises(SecrecyMarked):
        check_package(package)
    clean = make_package(
        pdf_bytes(["公报", "商业秘密保护"], title="公报"), item=make_item(kind="file"), name="a.pdf", media_type=PDF
    )
    assert check_package(clean) == {}


def test_compressed_pdf_text_is_read() -> None:
    import io
    import zlib

    text = zlib.compress(b"BT <" + "机密★".encode("utf-16-be").hex().encode() + b"> Tj ET")
    raw = b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode /Length 9 >>\nstream\n" + text + b"\nendstream\nendobj\n"
    assert "机密★" in head_of_pdf(io.BytesIO(raw), name="a")


def test_a_mark_above_the_header_of_a_csv_is_seen_first(make_package) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SecrecyMarked):
        check_package(
            make_package("秘密★10年\na,b\n1,2\n".encode(), rows=1, schema={"fields": [{"name": "a"}, {"name": "b"}]})
        )


def test_a_mark_in_the_descriptor_is_seen_before_any_byte(make_item) -> None:  # type: ignore[no-untyped-def]
    item = make_item(descriptor={"title_translated": {"zh_Hans_CN": "名单（机密）"}})
    with pytest.raises(SecrecyMarked) as refusal:
        check_marks(item, None)
    assert refusal.value.code == "package.secrecy_mark"


def test_maps_and_false_formats_are_refused(make_package, make_item) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeRefused):
        check_kind(make_item(kind="map"))
    with pytest.raises(Unreadable) as refusal:
        check_package(make_package(b"%PDF-1.4 in disguise", rows=None))
    assert refusal.value.kind == "false format"
    with pytest.raises(TypeRefused):
        check_package(make_package(b"x", media_type="application/zip"))
