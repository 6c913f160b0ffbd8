# SPDX-License-Identifier: Apache-2.0
"""A column as codes and distinct values, so that every distinct value is treated once and a null is a value of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Codes", "Coded", "encode", "decode", "ranks"]

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coded:
    """Codes of the rows and the distinct values that they stand for (None is one of them where nulls occur)."""

    codes: Codes
    values: pa.Array

    def counts(self) -> Codes:
        """Rows per distinct value."""
        return np.bincount(self.codes, minlength=len(self.values)).astype(np.int64)

    def map(self, function: Callable[[Any], Any]) -> pa.Array:
        """Apply a function to the distinct values and spread the result over the rows."""
        return decode(self.codes, [None if v is None else function(v) for v in self.values.to_pylist()])


def encode(column: pa.Array | pa.ChunkedArray) -> Coded:
    """Dictionary-encode; nulls get a code of their own."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], type=array.type)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_nested(array.type):
        # Lists and structs have no dictionary form in Arrow: their text stands for them.
        array = pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.string())
    if pa.types.is_null(array.type):
        return Coded(np.zeros(len(array), np.int64), pa.array([None] if len(array) else [], type=pa.null()))
    encoded = pc.dictionary_encode(array, null_encoding="encode")
    return Coded(encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary)


def decode(codes: Codes, labels: Sequence[Any], kind: pa.DataType | None = None) -> pa.Array:
    """Labels by code, as an array of the labels' type."""
    dictionary = pa.array(labels, type=kind)
    return dictionary.take(pa.array(codes))


def ranks(coded: Coded) -> Codes:
    """Codes renamed so that they sort as their values do (nulls last)."""
    order = pc.sort_indices(coded.values).to_numpy()
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    return position[coded.codes] if len(order) else coded.codes
