# SPDX-License-Identifier: Apache-2.0
"""Pack several code columns into one key and count distinct keys; partial histograms add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .coded import Codes

__all__ = ["combine", "number_classes"]

WIDEST = 1 << 62


def combine(columns: Sequence[tuple[Codes, int]], rows: int) -> Codes:
    """One key per row, equal where all codes are equal; keys are renumbered whenever they would grow too wide."""
    key, width = np.zeros(rows, np.int64), 1
    for codes, size in columns:
        if width * max(size, 1) >= WIDEST:
            distinct, key = np.unique(key, return_inverse=True)
            key, width = key.astype(np.int64), len(distinct)
        key = key * np.int64(max(size, 1)) + codes
        width *= max(size, 1)
    return key


def number_classes(columns: Sequence[tuple[Codes, int]], rows: int) -> tuple[Codes, Codes]:
    """Class number of every row, and the first row of every class; narrow keys are counted, wide ones sorted."""
    width = 1
    for _, size in columns:
        width *= max(size, 1)
    key = combine(columns, rows)
    if width <= max(4 * rows, 1 << 16):
        first = np.full(width, rows, np.int64)
        first[key[::-1]] = np.arange(rows - 1, -1, -1)
        there = np.flatnonzero(first < rows)
        number = np.zeros(width, np.int64)
        number[there] = np.arange(len(there))
        return number[key], first[there]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return inverse.astype(np.int64), first.astype(np.int64)
