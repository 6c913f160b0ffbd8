# SPDX-License-Identifier: Apache-2.0
"""What each class gives away of a sensitive column: distinct values, entropy, distance from the whole table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..coded import Codes

__all__ = ["Pairs", "distribution", "distinct_l", "entropy_l", "t_distance"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Counts of (class, sensitive value), sorted by class then value."""

    classes: Codes
    values: Codes
    counts: Codes
    width: int


def distribution(classes: Codes, values: Codes, weights: Codes, width: int) -> Pairs:
    """Add up the weights of equal (class, value) pairs; `width` is the number of distinct values."""
    keys, inverse = np.unique(classes * np.int64(width) + values, return_inverse=True)
    counts = np.bincount(inverse, weights=weights, minlength=len(keys)).astype(np.int64)
    return Pairs(keys // width, keys % width, counts, width)


def distinct_l(pairs: Pairs, classes: int) -> Codes:
    """Distinct sensitive values of each class."""
    return np.bincount(pairs.classes, minlength=classes).astype(np.int64)


def entropy_l(pairs: Pairs, classes: int) -> Floats:
    """Exponent of the entropy of each class."""
    sizes = np.bincount(pairs.classes, weights=pairs.counts, minlength=classes)
    share = pairs.counts / sizes[pairs.classes]
    return np.exp(np.bincount(pairs.classes, weights=-share * np.log(share), minlength=classes))


def t_distance(pairs: Pairs, classes: int, distance: str, kept: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Distance of each class from the distribution over the kept classes: equal or ordered ground distance."""
    weights = pairs.counts if kept is None else pairs.counts * kept[pairs.classes]
    whole = np.bincount(pairs.values, weights=weights, minlength=pairs.width)
    whole = whole / max(whole.sum(), 1)
    sizes = np.bincount(pairs.classes, weights=pairs.counts, minlength=classes)
    share = pairs.counts / sizes[pairs.classes]
    if distance == "equal":
        seen = whole[pairs.values]
        both = np.bincount(pairs.classes, weights=np.abs(share - seen), minlength=classes)
        missing = 1.0 - np.bincount(pairs.classes, weights=seen, minlength=classes)
        return np.asarray(0.5 * (both + np.maximum(missing, 0.0)))
    return _ordered(pairs, share, whole, classes)


def _ordered(pairs: Pairs, share: Floats, whole: Floats, classes: int) -> Floats:
    """Sum over the positions of |P - Q|, P and Q the running sums of class and table.

    Between two values of a class P stands still while Q only grows, so each such stretch falls into a part below and a
    part above, both read from running sums of Q: the cost follows the pairs, not classes times values.
    """
    if pairs.width < 2:
        return np.zeros(classes)
    running = np.cumsum(whole)
    sums = np.r_[0.0, np.cumsum(running)]
    first = np.r_[True, pairs.classes[1:] != pairs.classes[:-1]]
    total = np.cumsum(share)
    before = np.maximum.accumulate(np.where(first, total - share, 0.0))
    level = total - before
    end = np.where(np.r_[first[1:], True], pairs.width, np.r_[pairs.values[1:], 0])
    result = np.bincount(pairs.classes, weights=_stretch(pairs.values, end, level, running, sums), minlength=classes)
    head = pairs.values[first]
    result[pairs.classes[first]] += sums[head]
    return result / (pairs.width - 1)


def _stretch(start: Codes, end: Codes, level: Floats, running: Floats, sums: Floats) -> Floats:
    """Sum of |level - running[i]| for i from start to end."""
    middle = np.clip(np.searchsorted(running, level), start, end)
    below = level * (middle - start) - (sums[middle] - sums[start])
    above = (sums[end] - sums[middle]) - level * (end - middle)
    return below + above
