"""Whether a rule's conditions hold: one small predicate for each word that a rule set may use.

A condition is a mapping of words to values; it holds when every word holds. Words about tags that could relax a rule
(`declared`, `declared_none`, `unless`) may name explanatory tags only; `check.py` refuses a rule set that does not.
One thing more relaxes: an owner who knew that the table is about persons lifts his own floor for de-identified products.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .facts import ColumnFacts, Scene

__all__ = ["COLUMN_WORDS", "ENTRY_WORDS", "column_holds", "entry_holds"]

EntryTest = Callable[[Scene, Any], bool]
ColumnTest = Callable[[Scene, ColumnFacts, Any], bool]


def _embargoed(scene: Scene, wanted: bool) -> bool:
    until = scene.entry.embargo_until
    held = until > scene.entry.today if until else "embargoed" in scene.tags
    return held == wanted


ENTRY_WORDS: Mapping[str, EntryTest] = MappingProxyType(
    {
        "kind": lambda scene, kinds: scene.entry.kind in kinds,
        "subject": lambda scene, subjects: scene.entry.subject in subjects,
        "open_type": lambda scene, types: scene.entry.open_type in types,
        "share_type": lambda scene, types: scene.entry.share_type in types,
        "tags": lambda scene, tags: bool(scene.tags & tags),
        "tags_none": lambda scene, tags: not scene.tags & tags,
        "declared": lambda scene, tags: bool(scene.entry.declared_tags & tags),
        "declared_none": lambda scene, tags: not scene.entry.declared_tags & tags,
        "contradicted": lambda scene, tags: any(c.declared_level == 1 and c.tags & tags for c in scene.columns),
        "rows_over": lambda scene, limit: (scene.entry.rows or 0) > limit,
        "embargoed": _embargoed,
        "never": lambda _scene, _wanted: False,
    }
)

COLUMN_WORDS: Mapping[str, ColumnTest] = MappingProxyType(
    {
        "subject": lambda scene, _column, subjects: scene.entry.subject in subjects,
        "declared": lambda scene, _column, tags: bool(scene.entry.declared_tags & tags),
        "declared_none": lambda scene, _column, tags: not scene.entry.declared_tags & tags,
        "tags": lambda _scene, column, tags: bool(column.tags & tags),
        "tags_none": lambda _scene, column, tags: not column.tags & tags,
        "scene_tags": lambda scene, _column, tags: bool(scene.tags & tags),
        "unless": lambda _scene, column, tags: not column.tags & tags,
        "level": lambda _scene, column, levels: column.declared_level in levels,
        "level_not": lambda _scene, column, levels: column.declared_level not in levels,
        "type": lambda _scene, column, types: column.type in types,
        "type_not": lambda _scene, column, types: column.type not in types,
        "code": lambda _scene, column, wanted: column.is_code == wanted,
        "distinct_max": lambda _scene, column, limit: column.distinct <= limit,
        "distinct_over": lambda _scene, column, limit: column.distinct > limit,
        "distinct_share_max": lambda scene, column, limit: scene.share(column) <= limit,
        "distinct_share_over": lambda scene, column, limit: scene.share(column) > limit,
        "beyond": lambda scene, column, limits: (
            column.distinct > limits["distinct"] or scene.share(column) > limits["share"]
        ),
        "stat_min": lambda _scene, column, limits: all(
            float(column.stats.get(name) or 0) >= limit for name, limit in limits.items()
        ),
    }
)


def entry_holds(when: Mapping[str, Any], scene: Scene) -> bool:
    """Tell whether every word of `when` holds for the entry."""
    return all(ENTRY_WORDS[word](scene, value) for word, value in when.items())


def column_holds(when: Mapping[str, Any], scene: Scene, column: ColumnFacts) -> bool:
    """Tell whether every word of `when` holds for `column`."""
    return all(COLUMN_WORDS[word](scene, column, value) for word, value in when.items())
