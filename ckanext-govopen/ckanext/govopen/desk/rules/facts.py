"""What the rules look at: facts about an entry and about each of its columns, and nothing else.

A fact never holds a cell's value; statistics are counts, shares and switches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

__all__ = ["ColumnFacts", "EntryFacts", "Scene"]

Kind = Literal["table", "file", "link"]
Subject = Literal["person", "org", "object"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """目录项事实: what the owner declared about the whole entry, and what kind of thing it is."""

    kind: Kind
    subject: Subject
    today: date
    open_type: str = "unconditional"
    share_type: str = "1"
    closed_ground: str | None = None
    declared_tags: frozenset[str] = frozenset()
    rows: int | None = None
    embargo_until: date | None = None
    refresh_cycle: str | None = None
    has_undescribed: bool = False
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """字段事实: a column's name, type, effective tags, the owner's level and how many distinct values it has.

    `stats` may hold `code` (values are short ASCII codes: true or false) and `minor_share` (share of persons under 14).
    """

    name: str
    type: str = "string"
    tags: frozenset[str] = frozenset()
    declared_level: int | None = None
    distinct: int = 0
    role_hint: str | None = None
    stats: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_code(self) -> bool:
        """Tell whether the values are short codes that keep a meaning when cut."""
        return self.role_hint == "code" or bool(self.stats.get("code"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An entry with its columns, and the tags that are found anywhere in it."""

    entry: EntryFacts
    columns: tuple[ColumnFacts, ...]
    tags: frozenset[str]

    @classmethod
    def of(cls, entry: EntryFacts, columns: Sequence[ColumnFacts]) -> Scene:
        """Gather `entry` and `columns` into what rules are asked about."""
        found = frozenset().union(entry.declared_tags, *(column.tags for column in columns))
        return cls(entry=entry, columns=tuple(columns), tags=found)

    def owner_named(self, tags: frozenset[str]) -> bool:
        """Tell whether the owner knew of `tags`: declared them, or graded a column that carries one above harmless."""
        graded = any((column.declared_level or 0) > 1 and column.tags & tags for column in self.columns)
        return graded or bool(self.entry.declared_tags & tags) or self.entry.category == "A"

    def share(self, column: ColumnFacts) -> float:
        """Distinct values by row; of an unknown or empty table 1, the strict answer."""
        return column.distinct / self.entry.rows if self.entry.rows else 1.0
