"""Profile of a delivery: types, statistics and personal-data findings, in a form that officers may read.

Personal identifiers are found by `govopen_anonymize.scan`. A value is shown only if at least ten rows share it and its
column carries no personal tag; of other columns only counts, lengths and shapes leave the vault.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ckanext.govopen.desk.vault.typed import decided_type, distinct_of

__all__ = ["MIN_SHARED", "PROFILE_VERSION", "make_profile", "private", "shapes_of", "stays_text"]

MIN_SHARED = 10
TOP = 10
SHAPED = 10_000
_SHAPE = re.compile(r"[0-9]?[9A某…\W_]*")
MINOR = 14
PROFILE_VERSION = 2
# Values under these tags are never shown, and text of these columns stays text when typed.
PRIVATE = ("person.", "business.", "state.", "core_data", "important_data", "code.secret")
AS_TEXT = ("person.id", "person.phone", "person.bank", "person.pass", "person.permit", "org.", "code.", "geo.division")
_RUNS = ((r"\p{Han}+", "文"), (r"[0-9]+", "9"), (r"[A-Z]+", "A"), (r"[a-z]+", "a"), (r"[^\x20-\x7e文]+", "·"))


def shapes_of(values: pa.Array) -> pa.Array:
    """Shapes of texts: runs of digits become 9, of capitals A, of small letters a, of Chinese characters 文."""
    made = pc.utf8_slice_codeunits(values, 0, 60)
    for pattern, mark in _RUNS:
        made = pc.replace_substring_regex(made, pattern, mark)
    return pc.utf8_slice_codeunits(made, 0, 24)


def make_profile(
    table: pa.Table,
    *,
    findings: Sequence[Any],
    descriptor: Mapping[str, Any],
    load_report: Mapping[str, Any],
    checks: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The profile as it is stored: no value of a personal or rare kind is in it."""
    declared = {str(field.get("name_en")): field for field in descriptor.get("fields", ())}
    by_column: dict[str, list[Any]] = {}
    for finding in findings:
        by_column.setdefault(finding.column, []).append(finding)
    key = [name for name, field in declared.items() if field.get("is_key") and name in table.column_names]
    columns = []
    for name in table.column_names:
        field = declared.get(name, {})
        found = by_column.get(name, [])
        tags = sorted({*map(str, field.get("sensitivity_tags") or ()), *(str(finding.tag) for finding in found)})
        columns.append({**_column(name, table.column(name), field, found, tags), "is_key": key == [name]})
    return {
        "version": PROFILE_VERSION,
        "rows": table.num_rows,
        "columns": columns,
        "tags": sorted({tag for column in columns for tag in column["tags"]}),
        "key": {"columns": key, "distinct": _distinct(table, key)} if key else None,
        "checks": [dict(check) for check in checks],
        "load_report": dict(load_report),
        "undeclared": [name for name in table.column_names if name not in declared],
        "missing": [name for name in declared if name not in table.column_names],
        "profiled_on": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def _distinct(table: pa.Table, key: Sequence[str]) -> int:
    """How many different keys the rows have; a key may span several columns."""
    return int(table.select(list(key)).group_by(list(key)).aggregate([]).num_rows)


def private(tags: Iterable[str]) -> bool:
    """Whether values under these tags may not be shown."""
    return any(tag.startswith(PRIVATE) for tag in tags)


def stays_text(tags: Iterable[str]) -> bool:
    """Whether a column under these tags holds codes, which typing would damage."""
    return any(tag.startswith(AS_TEXT) for tag in tags)


def _column(
    name: str, column: pa.ChunkedArray, field: Mapping[str, Any], found: Sequence[Any], tags: Sequence[str]
) -> dict[str, Any]:
    _, values, counts = distinct_of(column)
    texts = [str(value) for value in values]
    kind, made, problem, count = decided_type(str(field.get("type") or "C"), texts, tagged=stays_text(tags))
    figures = _figures(pa.array(texts, pa.string()), np.array(counts, np.int64))
    body: dict[str, Any] = {
        "name": name,
        "name_zh": field.get("name_zh", ""),
        "declared_type": field.get("type", ""),
        "type": kind,
        "type_problem": {"kind": problem, "count": count} if problem else None,
        "rows": len(column),
        "nulls": len(column) - sum(counts),
        "distinct": len(texts),
        **figures,
        "tags": list(tags),
        "declared_tags": sorted(map(str, field.get("sensitivity_tags") or ())),
        "findings": [_finding(finding) for finding in found],
        "declared_level": field.get("data_level"),
        "top": [],
        "range": None,
    }
    body["role_hint"] = "code" if field.get("codelist") and figures["coded"] else None
    body["stats"] = {"code": figures["coded"]}
    if "person.birth_date" in tags:
        body["stats"]["minor_share"] = _minor_share(texts, counts)
    if not private(tags):
        common = [(text, rows) for text, rows in zip(texts, counts, strict=True) if rows >= MIN_SHARED]
        ranked = sorted(common, key=lambda item: (-item[1], item[0]))[:TOP]
        body["top"] = [{"value": text[:100], "count": rows} for text, rows in ranked]
        body["range"] = _range(kind, made, counts)
    return body


def _figures(texts: pa.Array, counts: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Lengths, shapes and traps of a column's distinct values, weighted by how many rows have each."""
    lengths = pc.utf8_length(texts)
    shapes: dict[str, int] = {}
    stride = max(1, len(texts) // SHAPED)  # Shapes are an impression; some thousand values give it.
    coded = shapes_of(texts.take(pa.array(np.arange(0, len(texts), stride)))).dictionary_encode()
    if len(texts):
        weights = counts[::stride] * stride
        sums = np.bincount(coded.indices.to_numpy(), weights=weights, minlength=len(coded.dictionary)).astype(np.int64)
        shapes = dict(zip(coded.dictionary.to_pylist(), sums.tolist(), strict=True))

    def rows_like(pattern: str) -> int:
        return (
            int(counts[pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)].sum())
            if len(texts)
            else 0
        )

    return {
        "unique_values": int((counts == 1).sum()),
        "min_length": pc.min(lengths).as_py() or 0,
        "max_length": pc.max(lengths).as_py() or 0,
        "leading_zeros": rows_like(r"^0[0-9]+$"),
        "long_numbers": rows_like(r"^[0-9]{16,}$"),
        "padded": rows_like(r"^\s|\s$"),
        "coded": bool(len(texts)) and rows_like(r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,19}$") == int(counts.sum()),
        "shapes": [
            {"shape": text, "count": rows}
            for text, rows in sorted(shapes.items(), key=lambda item: (-item[1], item[0]))[:5]
            if rows >= MIN_SHARED
        ],
    }


def _minor_share(texts: Sequence[str], counts: Sequence[int]) -> float:
    """The share of persons under 14, by their birth dates."""
    today = dt.datetime.now(dt.UTC).date()
    limit = today.replace(year=today.year - MINOR, day=min(today.day, 28))
    _, days, _, _ = decided_type("date", texts)
    born = [(day, rows) for day, rows in zip(days, counts, strict=True) if isinstance(day, dt.date)]
    total = sum(rows for _, rows in born)
    return round(sum(rows for day, rows in born if day > limit) / total, 4) if total else 0.0


def _range(kind: str, made: Sequence[Any], counts: Sequence[int]) -> dict[str, Any] | None:
    """The ends of a range, each only if ten rows share it."""
    if kind not in {"integer", "number", "date", "datetime"} or not made:
        return None
    shared = [value for value, rows in zip(made, counts, strict=True) if rows >= MIN_SHARED]
    if not shared:
        return None
    low, high = min(shared), max(shared)
    return {
        "low": low.isoformat() if hasattr(low, "isoformat") else low,
        "high": high.isoformat() if hasattr(high, "isoformat") else high,
    }


def _finding(finding: Any) -> dict[str, Any]:
    """A finding; its examples pass only if they are shapes (9 for digits, A for letters, 某 for characters) or starred."""
    return {
        "kind": finding.kind,
        "tag": finding.tag,
        "confidence": round(float(finding.confidence), 3),
        "count": int(finding.count),
        "share": round(float(finding.share), 4),
        "examples": [
            str(text)[:60] for text in finding.examples[:3] if _SHAPE.fullmatch(str(text)) or "*" in str(text)
        ],
    }
