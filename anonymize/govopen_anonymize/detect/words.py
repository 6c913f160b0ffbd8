# SPDX-License-Identifier: Apache-2.0
"""Word lists of the detectors, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

__all__ = ["words", "characters", "compound_surnames"]


@cache
def _lists() -> dict[str, str]:
    text = files("govopen_anonymize").joinpath("data/words.yaml").read_text(encoding="utf-8")
    result: dict[str, str] = yaml.safe_load(text)
    return result


@cache
def words(name: str) -> frozenset[str]:
    """A list of words."""
    return frozenset(_lists()[name].split())


@cache
def characters(name: str) -> frozenset[str]:
    """A list of single characters."""
    return frozenset("".join(_lists()[name].split()))


def compound_surnames() -> frozenset[str]:
    """Surnames of two characters."""
    return words("compound")
