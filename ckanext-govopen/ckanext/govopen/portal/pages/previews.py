"""The first chart of a release, chosen by the types of its columns and drawn as SVG on the server. Pure.

A count per value for tables, a sum per dimension for cubes, a line where time runs along. Title, source and date stand
in the picture, because pictures travel without their page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

__all__ = ["CELL_STATUS", "TOTAL", "Chart", "bars", "candidates", "choose", "line", "timeish"]

FEWEST, MOST = 2, 40
CELL_STATUS, TOTAL = "cell_status", "合计"
"""What cubes call the state of a cell, and the value that stands for all values of a dimension."""
SHOWN = 12
_CODEISH = re.compile(
    r"(编号|编码|代码|号码|[码号名]$|说明|简介|内容|id$|code$|电话|网址|邮编|经度|纬度|备注|地址|名称$|name$)",
    re.IGNORECASE,
)
_TIME = re.compile(r"^(\d{4})(?:[-/年.]?(\d{1,2}|Q[1-4]|第?[一二三四]季度))?(?:[-/月.]?(\d{1,2}))?[日月]?$")
_TIMEISH = re.compile(r"(年份|年度|月份|季度|日期|期间|year|month|quarter|date|period)", re.IGNORECASE)
_COUNTISH = re.compile(r"(人次|人数|数量|总数|合计|件数|次数|户数|count|total|cases|visits|number)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn: bars or a line over labels, and what the figures are."""

    kind: str
    column: str
    measure: str
    items: tuple[tuple[str, float], ...]


def _told(field: Mapping[str, Any]) -> str:
    return f"{field.get('name_zh') or ''} {field.get('name') or ''}"


def timeish(field: Mapping[str, Any]) -> bool:
    """Whether a column is called a time."""
    return field.get("type") in ("date", "datetime") or bool(_TIMEISH.search(_told(field)))


def candidates(fields: Sequence[Mapping[str, Any]], most: int = 4) -> list[str]:
    """Columns whose values may be worth counting: text with few values, best first; codes and addresses never."""
    scored = []
    for place, field in enumerate(fields):
        told = _told(field)
        if field.get("type") not in ("string", "boolean") or field.get("name") == CELL_STATUS:
            continue
        score = 0
        if field.get("codelist"):
            score += 5
        if re.search(
            r"(类型|类别|种类|级别|等级|层次|状态|现象|区|县|街道|行业|性质|线路|分类|科室|type|class|level|district|status|kind)",
            told,
        ):
            score += 4
        if _CODEISH.search(str(field.get("name_zh") or field.get("name") or "")):
            score -= 6
        if score > -3:
            scored.append((-score, place, str(field["name"])))
    return [name for _score, _place, name in sorted(scored)[:most]]


def _numeric(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _runs_in_time(field: Mapping[str, Any], values: Sequence[Any]) -> bool:
    if field.get("type") in ("date", "datetime"):
        return True
    known = [str(value) for value in values if value is not None]
    return bool(_TIMEISH.search(_told(field))) and bool(known) and all(_TIME.match(value) for value in known)


def _from_rows(fields: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> Chart | None:
    """A small table or a cube: the first measure summed over time if there is one, else over the first dimension."""
    measures = [f for f in fields if f.get("type") in ("integer", "number") and not _TIMEISH.search(_told(f))]
    measures = [f for f in measures if not _CODEISH.search(str(f.get("name_zh") or f.get("name")))]
    if not measures or not rows:
        return None
    measure = next((f for f in measures if _COUNTISH.search(_told(f))), measures[0])["name"]
    others = [f for f in fields if f["name"] != measure and f not in measures]
    for dimension in sorted(others, key=lambda f: not _runs_in_time(f, [row.get(f["name"]) for row in rows])):
        sums: dict[str, float] = {}
        for row in rows:
            value, key = _numeric(row.get(measure)), row.get(dimension["name"])
            if value is not None and key is not None:
                sums[str(key)] = sums.get(str(key), 0.0) + value
        if FEWEST <= len(sums) <= 400:
            if _runs_in_time(dimension, list(sums)):
                items = tuple(sorted(sums.items()))
                # Three points make no line: they stand side by side, in their order.
                drawn = "line" if len(items) > 3 else "bars"
                return Chart(kind=drawn, column=dimension["name"], measure=measure, items=items)
            if len(sums) <= MOST:
                items = tuple(sorted(sums.items(), key=lambda item: -item[1]))
                return Chart(kind="bars", column=dimension["name"], measure=measure, items=items)
    return None


def choose(
    kind: str,
    fields: Sequence[Mapping[str, Any]],
    counted: Mapping[str, Sequence[tuple[Any, int]]],
    rows: Sequence[Mapping[str, Any]],
    *,
    complete: bool,
) -> Chart | None:
    """The chart that says most: `counted` holds value counts per column, `rows` all rows when `complete`."""
    if complete and (kind == "cube" or len(rows) <= 400) and (found := _from_rows(fields, rows)) is not None:
        return found
    best: Chart | None = None
    for column, pairs in counted.items():
        known = [(str(value), float(count)) for value, count in pairs if value not in (None, "")]
        if FEWEST <= len(known) <= MOST and any(count > 1 for _value, count in known):
            chart = Chart(kind="bars", column=column, measure="", items=tuple(sorted(known, key=lambda i: -i[1])))
            if best is None or len(chart.items) > FEWEST >= len(best.items):
                best = chart
    return best


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.2f}".rstrip("0").rstrip(".")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _frame(identity: str, height: int, title: str, source: str, body: list[str], described: str) -> str:
    style = (
        "<style>.t{font:650 14px system-ui,sans-serif}.l,.v{font:12px system-ui,sans-serif}.s{font:11px system-ui,"
        "sans-serif;fill:#777}</style>"
    )
    return (
        f'<svg id="{identity}" class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 {height}" role="img" '
        f'aria-label="{escape(described, {chr(34): "&quot;"})}">{style}<text class="t" x="0" y="16">{escape(_cut(title, 38))}</text>'
        + "".join(body)
        + f'<text class="s" x="0" y="{height - 4}">{escape(_cut(source, 60))}</text></svg>'
    )


def bars(chart: Chart, *, identity: str, title: str, source: str, rest: str) -> str:
    """Horizontal bars: Chinese labels stay readable on a phone."""
    items = list(chart.items[:SHOWN])
    left = sum(value for _label, value in chart.items[SHOWN:])
    if left:
        items.append((rest, left))
    top = max((value for _label, value in items), default=1) or 1
    body, y = [], 30
    for label, value in items:
        width = max(2.0, 330 * max(value, 0) / top)
        body.append(
            f'<g><title>{escape(label)}: {_figure(value)}</title><text class="l" x="0" y="{y + 13}">{escape(_cut(label, 11))}</text>'
            f'<rect class="track" fill="#8882" x="150" y="{y}" width="330" height="18" rx="5"/>'
            f'<rect class="bar0" fill="#1746c7" x="150" y="{y}" width="{width:.1f}" height="18" rx="5"/>'
            f'<text class="v" x="488" y="{y + 13}">{_figure(value)}</text></g>'
        )
        y += 25
    described = f"{title}: " + "; ".join(f"{label} {_figure(value)}" for label, value in items)
    return _frame(identity, y + 22, title, source, body, described)


def line(chart: Chart, *, identity: str, title: str, source: str) -> str:
    """A line over time with its first, last and highest figures written at it."""
    items = chart.items
    values = [value for _label, value in items]
    low, high = min(0.0, *values), max(values)
    span = (high - low) or 1
    width, left, base, tall = 500, 6, 190, 140
    step = width / max(1, len(items) - 1)
    points = [(left + k * step, base - tall * (value - low) / span) for k, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    body = [
        f'<line class="grid" stroke="#8884" x1="{left}" x2="{left + width}" y1="{y}" y2="{y}"/>'
        for y in (base, base - 70, base - 140)
    ]
    body.append(
        f'<polygon class="area0" fill="#1746c7" fill-opacity=".12" points="{left},{base} {path} {points[-1][0]:.1f},{base}"/>'
    )
    body.append(f'<polyline class="line0" fill="none" stroke="#1746c7" stroke-width="2.4" points="{path}"/>')
    peak = values.index(high)
    for k in sorted({0, peak, len(items) - 1}):
        x, y = points[k]
        anchor = "start" if k == 0 else "end" if k == len(items) - 1 else "middle"
        body.append(f'<circle class="bar0" fill="#1746c7" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        body.append(f'<text class="v" text-anchor="{anchor}" x="{x:.1f}" y="{y - 9:.1f}">{_figure(values[k])}</text>')
    marks = sorted({0, len(items) // 2, len(items) - 1})
    for k in marks:
        anchor = "start" if k == 0 else "end" if k == len(items) - 1 else "middle"
        body.append(
            f'<text class="l" text-anchor="{anchor}" x="{points[k][0]:.1f}" y="{base + 18}">{escape(items[k][0])}</text>'
        )
    described = f"{title}: {items[0][0]} {_figure(values[0])} – {items[-1][0]} {_figure(values[-1])}"
    return _frame(identity, 232, title, source, body, described)
