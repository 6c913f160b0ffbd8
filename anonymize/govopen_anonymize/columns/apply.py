# SPDX-License-Identifier: Apache-2.0
"""One operator of a recipe on one column: every distinct value is treated once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from ..coded import Coded, Codes, decode
from ..detect.text import finds_kind, redact
from ..recipe import Column
from .generalise import labels
from .pseudonym import pseudonym
from .replace import as_number, capped, grid, mask, rounded, surname_only

__all__ = ["apply"]

TEXT = ("mask", "surname_only", "redact_text", "pseudonym", "hash")


def apply(column: Column, coded: Coded, keys: Mapping[str, bytes], counts: Codes | None = None) -> pa.Array:
    """The released column. `counts` are rows per distinct value where `coded` holds only distinct ones."""
    operator, params = column.operator, column.params
    if operator == "keep":
        return coded.values.take(pa.array(coded.codes))
    if operator == "constant":
        return pa.array([params["value"]]).take(pa.array(np.zeros(len(coded.codes), np.int64)))
    values = coded.values.to_pylist()
    if operator == "generalise":
        return decode(coded.codes, _text(labels(column.name, params, values)[0]))
    if operator == "suppress_cell":
        return _suppressed(column, coded, values, counts if counts is not None else coded.counts())
    function = _function(column, keys, values)
    result = [None if v is None else function(v) for v in values]
    if operator in TEXT:
        return decode(coded.codes, result, pa.string())
    kind = coded.values.type
    if operator in ("round", "top_code") and pa.types.is_integer(kind):
        kind = None if any(isinstance(v, float) for v in result) else kind
    return decode(coded.codes, result, None if operator == "grid" and not pa.types.is_string(kind) else kind)


def _text(values: list[Any]) -> list[Any]:
    """A level that keeps some values and generalises others is text as a whole."""
    if any(isinstance(v, str) for v in values):
        return [None if v is None else str(v) for v in values]
    return values


def _function(column: Column, keys: Mapping[str, bytes], values: list[Any]) -> Any:
    operator, params = column.operator, column.params
    if operator in ("round", "top_code"):
        as_number(column.name, operator, values)
        return rounded(params) if operator == "round" else capped(params)
    if operator in ("pseudonym", "hash"):
        return pseudonym(column.name, params, keys)
    if operator == "mask":
        return mask(params)
    if operator == "surname_only":
        return surname_only(params)
    if operator == "grid":
        return grid(params)
    return lambda value: redact(str(value), params.get("kinds"), dates=params.get("dates", False))


def _suppressed(column: Column, coded: Coded, values: list[Any], counts: Codes) -> pa.Array:
    params = column.params
    kept = np.ones(len(values), bool)
    if "min_count" in params:
        kept &= counts >= params["min_count"]
    if "values" in params:
        named = {str(v) for v in params["values"]}
        kept &= np.array([str(v) not in named for v in values], bool)
    if "kinds" in params:
        kept &= np.array([v is None or not finds_kind(str(v), params["kinds"]) for v in values], bool)
    return decode(coded.codes, [v if k else None for v, k in zip(values, kept, strict=True)], coded.values.type)
