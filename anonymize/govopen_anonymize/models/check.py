# SPDX-License-Identifier: Apache-2.0
"""Which classes fail the models of a recipe. k and distinct l are monotone; t is checked against what stays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..coded import Codes
from .classes import Pairs, distinct_l, distribution, entropy_l, t_distance

__all__ = ["Requirement", "requirement", "failing"]

Mask = npt.NDArray[np.bool_]
SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The models of a recipe, put together: the largest k that they ask for, and the rest."""

    k: int
    others: tuple[Mapping[str, Any], ...]

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The sensitive columns that a model speaks of, each once."""
        return tuple(dict.fromkeys(str(m["sensitive"]) for m in self.others))


def requirement(models: Sequence[Mapping[str, Any]]) -> Requirement:
    """Put models together; a maximum risk is a k."""
    k = 1
    for model in models:
        if model["model"] == "k_anonymity":
            k = max(k, int(model["k"]))
        elif model["model"] == "max_risk":
            k = max(k, math.ceil(1 / model["risk"] - SLACK))
    return Requirement(k=k, others=tuple(m for m in models if m["model"] in ("l_diversity", "t_closeness")))


def failing(
    classes: Codes, counts: Codes, sensitive: Mapping[str, tuple[Codes, int]], need: Requirement
) -> tuple[Mask, Mask]:
    """Two masks over classes: those too small for k, and all that fail any model."""
    sizes = np.bincount(classes, weights=counts).astype(np.int64)
    small = sizes < need.k
    bad = small.copy()
    pairs = {name: distribution(classes, codes, counts, width) for name, (codes, width) in sensitive.items()}
    for model in need.others:
        if model["model"] == "l_diversity":
            bad |= _undiverse(pairs[model["sensitive"]], len(sizes), model)
    distances = [m for m in need.others if m["model"] == "t_closeness"]
    while distances:
        # Leaving classes out moves the distribution that the others are compared with: go on until nothing changes.
        before = int(bad.sum())
        for model in distances:
            distance = t_distance(pairs[model["sensitive"]], len(sizes), model.get("distance", "equal"), ~bad)
            bad |= distance > model["t"] + SLACK
        if int(bad.sum()) == before:
            break
    return small, bad


def _undiverse(pairs: Pairs, classes: int, model: Mapping[str, Any]) -> Mask:
    if model.get("variant", "distinct") == "entropy":
        return np.asarray(entropy_l(pairs, classes) < model["l"] - SLACK)
    return np.asarray(distinct_l(pairs, classes) < model["l"])
