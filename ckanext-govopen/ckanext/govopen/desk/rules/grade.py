"""The closed sets of the trade: grades, open types, audiences, each ordered from harmless to strict."""

from __future__ import annotations

import enum
from collections.abc import Iterable

__all__ = ["Audience", "Grade", "NationalGrade", "OpenType", "loosest", "strictest"]


class Grade(enum.IntEnum):
    """数据分级: the harm that disclosure would do, least first."""

    L1, L2, L3, L4 = 1, 2, 3, 4


class NationalGrade(enum.StrEnum):
    """国家分级 (GB/T 43697): general, important, core."""

    GENERAL, IMPORTANT, CORE = "general", "important", "core"


class OpenType(enum.StrEnum):
    """开放属性: whom the data may reach at all."""

    UNCONDITIONAL, CONDITIONAL, CLOSED = "unconditional", "conditional", "closed"


class Audience(enum.StrEnum):
    """面向: everybody, or those with an agreement."""

    PUBLIC, LICENSEE = "public", "licensee"


_ORDER = tuple(OpenType)


def strictest(types: Iterable[OpenType], default: OpenType = OpenType.CLOSED) -> OpenType:
    """The strictest of `types`; of none, `default`, which is closed."""
    return max(types, key=_ORDER.index, default=default)


def loosest(types: Iterable[OpenType], default: OpenType = OpenType.CLOSED) -> OpenType:
    """The loosest of `types`; of none, `default`, which is closed."""
    return min(types, key=_ORDER.index, default=default)
