"""What a source means by its spellings: each coded field of a descriptor, put into our own codes.

Platforms number the same classes differently, so nothing is assumed: a spelling that no list knows becomes empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...codes import load

__all__ = ["CODED", "code_of", "normalise"]

CODED: Mapping[str, str] = MappingProxyType(
    {
        "share_type": "share_types",
        "open_type": "open_types",
        "closed_ground": "closed_grounds",
        "update_cycle": "update_cycles",
        "theme": "themes",
        "base_library": "base_libraries",
        "category": "categories",
        "license_id": "licences",
        "resource_class": "resource_classes",
    }
)


def code_of(field: str, spelling: Any) -> str:
    """Our code for what a source writes in `field`; empty when its list does not know it."""
    return load(CODED[field]).find(None if spelling is None else str(spelling)) or ""


def normalise(descriptor: Mapping[str, Any]) -> dict[str, str]:
    """Every coded field of `descriptor` in our codes."""
    return {field: code_of(field, descriptor.get(field)) for field in CODED}
