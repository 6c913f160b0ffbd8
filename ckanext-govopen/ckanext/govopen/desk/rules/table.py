"""规则集: a rule set read from YAML, checked on loading, with the file and the line of what is wrong.

Rules are data: this module knows their form, never a rule's id. `$name` stands for a number of the set, `@name` for a
group of tags; both are resolved here, so that what decides sees plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ...codes import load as codes
from ...releases.canonical import digest
from .check import Source, check

__all__ = ["Clause", "Rule", "RouteSpec", "RuleSet"]

Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One line of a rule about columns: when it holds, and how each audience then gets the column."""

    when: Words
    treat: Mapping[str, Words]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """规则: its ground in two languages, when it holds, and what it does."""

    id: str
    title: Mapping[str, str]
    clause: Mapping[str, Any]
    grade: str
    open_type: str
    category: str = ""
    national_grade: str = "general"
    when: Words = field(default_factory=dict)
    columns: tuple[Clause, ...] = ()
    close: str | None = None
    ground_default: str | None = None
    refuse_rows: str | None = None
    floor: Words | None = None
    standing: bool = True
    matches: bool = False
    fallback: bool = False
    unmatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec:
    """A product that may come of an entry, and what it then owes."""

    route: str
    kind: str
    audience: str
    open_type: str
    grade: str
    when: Words
    treat: str = ""
    deidentified: bool = False
    claim: str = "none"
    cites: tuple[str, ...] = ()
    models: tuple[Words, ...] = ()
    suppression_limit: float | None = None
    obligations: Words = field(default_factory=dict)
    cube: Words | None = None
    after_refusal: bool = False
    more_than: str | None = None
    human_check: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleSet:
    """规则集: versioned and named by its digest; the same set gives the same plans for ever."""

    name: str
    version: int
    digest: str
    title: Mapping[str, str]
    numbers: Mapping[str, Any]
    rules: tuple[Rule, ...]
    routes: tuple[RouteSpec, ...]
    explanatory: frozenset[str]
    strictness: tuple[str, ...]
    roles: tuple[str, ...]
    closing_order: tuple[str, ...]
    regular_cycles: frozenset[str]
    person_tags: frozenset[str]
    human_checks: Mapping[str, Mapping[str, str]]
    gates: tuple[Words, ...]
    grounds: Mapping[str, str]
    steps: tuple[Words, ...]
    needs: Mapping[str, Any]

    @property
    def id(self) -> str:
        """How plans and manifests name this set: name, version and the head of its digest."""
        return f"{self.name}-{self.version}@{self.digest[7:19]}"

    def rule(self, rule_id: str) -> Rule:
        """The rule that a route or a record cites."""
        return next(rule for rule in self.rules if rule.id == rule_id)

    @classmethod
    def load(cls, name: str = "default") -> RuleSet:
        """Read the shipped rule set `name`; `RuleSetError` names file and line of what is wrong."""
        return _shipped(name)

    @classmethod
    def parse(cls, text: str, file: str, steps: str | None = None, sla: str | None = None) -> RuleSet:
        """Read a rule set from `text`; `file` is what errors call it."""
        plain = check(Source.of(text, file))
        how = yaml.safe_load(steps or _data("steps.yaml"))
        days = yaml.safe_load(sla or _data("calendars", "sla.yaml"))["acts"]
        return _assemble(plain, how, days)


def _data(*path: str) -> str:
    return files("govopen_schemas").joinpath(*path).read_text(encoding="utf-8")


@cache
def _shipped(name: str) -> RuleSet:
    return RuleSet.parse(_data("rules", f"{name}.yaml"), f"rules/{name}.yaml")


def _rule(plain: Words) -> Rule:
    columns = tuple(Clause(**clause) for clause in plain.get("columns", ()))
    return Rule(**{**plain, "columns": columns})


def _route(plain: Words) -> RouteSpec:
    tuples = {key: tuple(plain[key]) for key in ("cites", "models") if key in plain}
    return RouteSpec(**{**plain, **tuples})


def _assemble(plain: Words, how: Words, days: Mapping[str, Words]) -> RuleSet:
    steps = tuple({**step, "days": days.get(step["act"], {}).get("days", 0)} for step in how["steps"])
    return RuleSet(
        name=plain["name"],
        version=plain["version"],
        digest=digest([_lists(plain), how, days]),
        title=plain["title"],
        numbers={name: number["value"] for name, number in plain["numbers"].items()},
        rules=tuple(_rule(rule) for rule in plain["rules"]),
        routes=tuple(_route(route) for route in plain["routes"]),
        explanatory=frozenset(plain["explanatory"]),
        strictness=tuple(plain["strictness"]),
        roles=tuple(plain["roles"]),
        closing_order=tuple(plain["closing_order"]),
        regular_cycles=frozenset(plain["regular_cycles"]),
        person_tags=frozenset(plain["groups"]["person"]),
        human_checks=plain["human_checks"],
        gates=tuple(plain["gates"]),
        grounds={ground.code: ground.more["reason"] for ground in codes("closed_grounds")},
        steps=steps,
        needs=how["needs"],
    )


def _lists(value: Any) -> Any:
    """The same document with sets as sorted lists, so that its digest is stable."""
    if isinstance(value, Mapping):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [_lists(item) for item in value] if isinstance(value, list | tuple) else value
