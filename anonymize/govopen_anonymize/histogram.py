# SPDX-License-Identifier: Apache-2.0
"""Pack several code columns into one key and count distinct keys; partial histograms add up."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .coded import Codes

__all__ = ["combine", "collapse"]

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


def collapse(keys: Codes, counts: Codes) -> tuple[Codes, Codes]:
    """Add up the counts of equal keys; keys come out sorted."""
    if not len(keys):
        return keys, counts
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    return sorted_keys[starts], np.add.reduceat(counts[order], starts)
