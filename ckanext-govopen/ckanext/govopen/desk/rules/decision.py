"""What a plan says: frozen values with `to_dict` and `from_dict`, fit to be stored and digested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .grade import OpenType

__all__ = ["FieldDecision", "Fired", "Plan", "Route", "RouteRefusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """依据: a rule that spoke, with its clause in two languages and whether its text was checked."""

    rule: str
    zh: str
    en: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDecision:
    """字段决定: the grade of a column, every rule that spoke, and how each route would carry it."""

    name: str
    tags: tuple[str, ...]
    grade: str
    open_type: OpenType
    fired: tuple[Fired, ...]
    treatment: Mapping[str, Any]
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """开放路径: one product that the rules allow, what it owes, and the steps before it."""

    route: str
    kind: str
    audience: str
    open_type: OpenType
    grade: str
    recipe: Mapping[str, Any] | None
    obligations: Mapping[str, Any]
    fired: tuple[Fired, ...]
    legal_basis: tuple[str, ...]
    steps: tuple[str, ...]
    days: int
    standing_allowed: bool
    human_check: str | None
    claim: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRefusal:
    """路径不开放: a product that the rules do not allow, with the coded ground."""

    route: str
    code: str
    ground: Fired


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """开放方案: what an entry may be opened as. Pure: same facts and rule set, same plan, for ever."""

    open_type: OpenType
    grade: str
    national_grade: str
    category: str
    rule_set: str
    fields: tuple[FieldDecision, ...]
    routes: tuple[Route, ...]
    refusals: tuple[RouteRefusal, ...]
    closed: str | None
    grounds: tuple[Fired, ...] = ()
    version: int = field(default=1)

    def route(self, name: str) -> Route | None:
        """The route called `name`, if the rules allow it."""
        return next((route for route in self.routes if route.route == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values only: what the database stores and the digest is taken over."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Plan:
        """The plan that `to_dict` wrote."""
        return cls(
            **{
                **plain,
                "open_type": OpenType(plain["open_type"]),
                "fields": tuple(_field(one) for one in plain["fields"]),
                "routes": tuple(route_from(one) for one in plain["routes"]),
                "refusals": tuple(_refusal(one) for one in plain["refusals"]),
                "grounds": tuple(Fired(**one) for one in plain["grounds"]),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, OpenType) else value


def _refusal(plain: Mapping[str, Any]) -> RouteRefusal:
    return RouteRefusal(**{**plain, "ground": Fired(**plain["ground"])})


def _field(plain: Mapping[str, Any]) -> FieldDecision:
    return FieldDecision(
        **{
            **plain,
            "tags": tuple(plain["tags"]),
            "open_type": OpenType(plain["open_type"]),
            "fired": tuple(Fired(**one) for one in plain["fired"]),
        }
    )


def route_from(plain: Mapping[str, Any]) -> Route:
    """The route that a stored plan holds."""
    lists = {key: tuple(plain[key]) for key in ("legal_basis", "steps", "columns")}
    fired = tuple(Fired(**one) for one in plain["fired"])
    return Route(**{**plain, **lists, "open_type": OpenType(plain["open_type"]), "fired": fired})
