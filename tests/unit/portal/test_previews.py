"""The first chart is chosen by column types and says what it shows; codes and addresses never make one."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ckanext.govopen.portal.pages import previews


def _fields(**types: str) -> list[dict[str, str]]:
    return [{"name": name, "name_zh": name, "type": kind} for name, kind in types.items()]


def test_codes_and_names_are_no_groups() -> None:
    """A column of identifiers has as many values as rows: it is never offered as a group."""
    fields = _fields(学校名称="string", 学校标识码="string", 所在地="string", 办学层次="string", 序号="integer")
    assert previews.candidates(fields)[0] == "办学层次"
    assert not {"学校名称", "学校标识码"} & set(previews.candidates(fields))


def test_a_cube_runs_along_its_months() -> None:
    """A cube with a period is a line of sums; suppressed cells are no figures."""
    fields = _fields(科室="string", 月份="string", 人次="integer")
    rows = [
        {"科室": d, "月份": f"2026-{m:02d}", "人次": None if (d, m) == ("儿", 2) else m}
        for d in "儿骨"
        for m in (1, 2, 3, 4)
    ]
    chart = previews.choose("cube", fields, {}, rows, complete=True)
    assert chart is not None
    assert (chart.kind, chart.column, chart.measure) == ("line", "月份", "人次")
    assert chart.items == (("2026-01", 2.0), ("2026-02", 2.0), ("2026-03", 6.0), ("2026-04", 8.0))


def test_a_large_table_counts_its_groups() -> None:
    """Without all rows at hand the counts per value are drawn, most frequent first; empty values are left out."""
    counted = {"街道": [("文三路", 3), ("文一路", 9), (None, 4)]}
    chart = previews.choose("table", _fields(街道="string"), counted, [], complete=False)
    assert chart is not None
    assert chart.items == (("文一路", 9.0), ("文三路", 3.0))


def test_no_chart_where_every_value_is_unique() -> None:
    """A column without a repeated value says nothing."""
    assert previews.choose("table", _fields(a="string"), {"a": [("x", 1), ("y", 1)]}, [], complete=False) is None


def test_pictures_are_whole_xml_whatever_a_label_holds() -> None:
    """A hostile label cannot leave its text: the picture is parsed as XML and has one bar for each item and the rest."""
    hostile = '<script>alert("1")</script>&'
    items = ((hostile, 5.0), *((f"v{n}", 1.0) for n in range(20)))
    chart = previews.Chart(kind="bars", column="c", measure="", items=items)
    svg = previews.bars(chart, identity="i", title=hostile, source=hostile, rest="其他")
    tree = ET.fromstring(svg)
    assert "script" not in {element.tag.rpartition("}")[2] for element in tree.iter()}
    bars = [element for element in tree.iter() if element.get("class") == "bar0"]
    assert len(bars) == previews.SHOWN + 1
    line = previews.line(
        previews.Chart(kind="line", column="c", measure="m", items=(("2020", 1.0), ("2021", -3.5))),
        identity="i",
        title="t",
        source="s",
    )
    assert ET.fromstring(line).get("viewBox") == "0 0 560 232"


def test_a_cubes_status_is_no_group() -> None:
    """The state of a cell is said at the cell, not drawn."""
    fields = _fields(科室="string", cell_status="string", 人次="integer")
    assert previews.candidates(fields) == ["科室"]
    assert previews.timeish({"name": "m", "name_zh": "就诊月份", "type": "string"})
