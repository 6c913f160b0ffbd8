"""What each column may become: every rule that matches speaks, and the strictest treatment is taken.

Where no rule speaks, the fallback rules do, and they are the strict ones; where even they are silent, the column goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .facts import ColumnFacts, Scene
from .match import column_holds, entry_holds
from .table import Rule, RuleSet

__all__ = ["DROP", "EXCLUDE", "Ruling", "rule_columns"]

Treatment = Mapping[str, Any]
DROP: Treatment = {"role": "identifier", "operator": "drop"}
EXCLUDE: Treatment = {"exclude": True}
ROWS, CUBES = ("public", "licensee"), ("cube", "cube-licensee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A column with the rules that spoke about it and the treatment each audience gets it with."""

    column: ColumnFacts
    fired: tuple[Rule, ...]
    treatments: Mapping[str, Treatment]

    @property
    def unmatched(self) -> bool:
        """Tell whether no rule knew the column."""
        return not self.fired or any(rule.unmatched for rule in self.fired)


def rule_columns(scene: Scene, rules: RuleSet) -> tuple[Ruling, ...]:
    """Let every rule speak about every column."""
    speaking = [rule for rule in rules.rules if rule.columns and entry_holds(rule.when, scene)]
    known = [rule for rule in speaking if not rule.fallback]
    fallback = [rule for rule in speaking if rule.fallback]
    return tuple(_rule_column(scene, column, known, fallback, rules) for column in scene.columns)


def _rule_column(scene: Scene, column: ColumnFacts, known: list[Rule], fallback: list[Rule], rules: RuleSet) -> Ruling:
    spoken = _opinions(scene, column, known)
    strict = _opinions(scene, column, fallback)
    heard = [rule for rule, _ in spoken]
    treatments: dict[str, Treatment] = {}
    for name in (*ROWS, *CUBES):
        # A rule that says nothing about an audience leaves it to the fallback rules, which are the strict ones.
        opinions = [treat for treat in spoken if name in treat[1]]
        if not opinions:
            opinions = [treat for treat in strict if name in treat[1]]
            heard += [rule for rule, _ in opinions]
        treatments[name] = _late(_strictest(name, [treat[name] for _, treat in opinions], rules), column, scene)
    return Ruling(column=column, fired=tuple(dict.fromkeys(heard)), treatments=treatments)


def _opinions(scene: Scene, column: ColumnFacts, speaking: list[Rule]) -> list[tuple[Rule, Mapping[str, Treatment]]]:
    return [
        (rule, clause.treat) for rule in speaking for clause in rule.columns if column_holds(clause.when, scene, column)
    ]


def _strictest(name: str, opinions: list[Treatment], rules: RuleSet) -> Treatment:
    if name in CUBES:
        if not opinions or any("exclude" in one for one in opinions):
            units = [one["unit"] for one in opinions if "unit" in one]
            return {**EXCLUDE, "unit": min(units)} if units else EXCLUDE
        return opinions[0]
    return max(opinions, key=lambda one: _rank(one, rules), default=DROP)


def _rank(treatment: Treatment, rules: RuleSet) -> tuple[int, int]:
    if "refuse" in treatment:
        return (len(rules.strictness), 0)
    return (rules.strictness.index(treatment["operator"]), rules.roles.index(treatment["role"]))


def _late(value: Any, column: ColumnFacts, scene: Scene) -> Any:
    """Fill in what depends on the day, the column and its tag."""
    if isinstance(value, Mapping):
        return {key: _late(item, column, scene) for key, item in value.items()}
    if isinstance(value, list):
        return [_late(item, column, scene) for item in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if value.startswith("$year-"):
        return scene.entry.today.year - int(value.removeprefix("$year-"))
    if value == "$column" or not column.tags:
        return column.name
    return min(column.tags, key=lambda tag: (not tag.startswith("person."), tag))
