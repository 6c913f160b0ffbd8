"""Hold what was measured against what a route owes; where a measure is missing, the gate stays red.

Pure: the same route, evidence and rule set give the same verdict, so the officer's draft and the auditor's check agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from .decision import Plan, Route
from .grade import OpenType
from .table import RuleSet

__all__ = ["Gate", "Road", "Verdict", "roads", "verdict"]

Evidence = Mapping[str, Any]
Spec = Mapping[str, Any]
# Of a check: whether it holds, what was measured, what was asked for; None where the route does not owe it.
Outcome = tuple[bool, Any, Any] | None
_FIDELITY = ("rows_equal", "leading_zeros_ok", "dates_ok")
_SHOWN = ("rows_in", "rows_out", "suppressed", "k", "max_risk", "min_cell", "suppressed_cells")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """门槛: one check with what was measured and its limit; `text` names the check for a label."""

    code: str
    ok: bool
    measured: Any
    limit: Any
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """结论: green only if every gate of the route holds."""

    route: str
    green: bool
    gates: tuple[Gate, ...]
    open_type: OpenType
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def red(self) -> tuple[str, ...]:
        """The codes of the gates that do not hold, once each."""
        return tuple(dict.fromkeys(gate.code for gate in self.gates if not gate.ok))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as the database stores them."""
        return {**asdict(self), "open_type": self.open_type.value, "gates": [asdict(gate) for gate in self.gates]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Verdict:
        """The verdict that `to_dict` wrote."""
        gates = tuple(Gate(**gate) for gate in plain["gates"])
        return cls(**{**plain, "gates": gates, "open_type": OpenType(plain["open_type"])})


def verdict(route: Route, evidence: Evidence, rules: RuleSet) -> Verdict:
    """Ask every gate that applies to this kind of route."""
    gates = []
    for spec in rules.gates:
        outcome = _CHECKS[spec["check"]](route, evidence, spec) if route.kind in spec["where"] else None
        if outcome is not None:
            ok, measured, limit = outcome
            gates.append(Gate(code=spec["code"], ok=ok, measured=measured, limit=limit, text=spec["check"]))
    return Verdict(
        route=route.route,
        green=all(gate.ok for gate in gates),
        gates=tuple(gates),
        open_type=route.open_type,
        facts={name: evidence[name] for name in _SHOWN if evidence.get(name) is not None},
    )


def _at_least(measured: Any, limit: Any) -> Outcome:
    return measured is not None and measured >= limit, measured, limit


def _at_most(measured: Any, limit: Any) -> Outcome:
    return measured is not None and measured <= limit, measured, limit


def _direct(route: Route, evidence: Evidence, spec: Spec) -> Outcome:
    """Direct identifiers in what was written, but for those that the rules let a column keep."""
    expected = route.obligations.get("expected_tags", {})
    treated = (route.recipe or {}).get("columns", {})
    found = evidence.get("rescan")
    if found is None:
        return False, None, spec["limit"]
    again = [
        one
        for one in found
        if one["tag"] in spec["tags"]
        and not (one["tag"] in expected.get(one["column"], ()) and _kept(treated.get(one["column"])))
    ]
    return len(again) <= spec["limit"], len(again), spec["limit"]


def _kept(treated: Mapping[str, Any] | None) -> bool:
    """Tell whether the rules themselves left the column as it is: then its own tag is no surprise."""
    return treated is None or treated["operator"] == "keep"


def _anonymity(route: Route, evidence: Evidence, name: str, test: Callable[[Any, Any], Outcome]) -> Outcome:
    limit = route.obligations.get(name)
    # Without a quasi-identifier left there is no class to measure; the meter says so by an empty list, not by silence.
    if limit is None or evidence.get("quasi_identifiers") == []:
        return None
    return test(evidence.get(name), limit)


def _cell(route: Route, evidence: Evidence, _spec: Spec) -> Outcome:
    return _at_least(evidence.get("min_cell"), route.obligations.get("min_cell", 1))


def _linkage(route: Route, evidence: Evidence, _spec: Spec) -> Outcome:
    if not route.obligations.get("linkage"):
        return None
    linkage = evidence.get("linkage") or {}
    return linkage.get("ok") is True, linkage.get("worst"), True


def _fidelity(_route: Route, evidence: Evidence, _spec: Spec) -> Outcome:
    fidelity = evidence.get("fidelity") or {}
    failed = [name for name in _FIDELITY if fidelity.get(name) is not True]
    failed += [name for name, held in fidelity.items() if held is False and name not in _FIDELITY]
    return not failed, failed, []


def _checksum(_route: Route, evidence: Evidence, spec: Spec) -> Outcome:
    checked = evidence.get("checksum")
    if checked is None:
        return False, None, spec["limit"]
    return _at_most(sum(one["failed"] for one in checked if one["kind"] in spec["kinds"]), spec["limit"])


def _accuracy(_route: Route, evidence: Evidence, spec: Spec) -> Outcome:
    groups = (evidence.get("quality") or {}).get("groups") or {}
    accuracy = groups.get("accuracy")
    return None if accuracy is None else _at_least(accuracy, spec["limit"])


def _gaps(route: Route, evidence: Evidence, spec: Spec) -> Outcome:
    found = [gap for gap in evidence.get("gaps") or () if gap["code"] == spec["code"]]
    undescribed = spec["check"] == "undescribed" and not route.obligations.get("described", True)
    return _at_most(len(found) or int(undescribed), spec["limit"])


_CHECKS: Mapping[str, Callable[[Route, Evidence, Spec], Outcome]] = MappingProxyType(
    {
        "direct_identifier": _direct,
        "k": lambda route, evidence, _spec: _anonymity(route, evidence, "k", _at_least),
        "max_risk": lambda route, evidence, _spec: _anonymity(route, evidence, "max_risk", _at_most),
        "min_cell": _cell,
        "derivable_cells": lambda _route, evidence, spec: _at_most(evidence.get("derivable_cells"), spec["limit"]),
        "linkage": _linkage,
        "fidelity": _fidelity,
        "quality": lambda _route, evidence, spec: _at_least(
            (evidence.get("quality") or {}).get("score"), spec["limit"]
        ),
        "accuracy": _accuracy,
        "checksum": _checksum,
        "incomplete": _gaps,
        "undescribed": _gaps,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """怎样才能开放: one way to opening, with what it costs in data, steps and working days."""

    route: str
    audience: str
    open_type: OpenType
    k: int | None
    rows_lost: int | None
    columns_lost: int
    steps: tuple[str, ...]
    days: int
    green: bool | None
    red: tuple[str, ...]
    human_check: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a page or an API answer."""
        return {**asdict(self), "open_type": self.open_type.value, "steps": list(self.steps), "red": list(self.red)}


def roads(plan: Plan, verdicts: Mapping[str, Verdict]) -> list[Road]:
    """Every route of the plan, passable ones first; of one that was not measured yet `green` is None."""
    found = [_road(plan, route, verdicts.get(route.route)) for route in plan.routes]
    return sorted(found, key=lambda road: road.green is not True)


def _road(plan: Plan, route: Route, judged: Verdict | None) -> Road:
    facts = judged.facts if judged else {}
    carried = len(route.columns) if route.kind in {"table", "cube"} else len(plan.fields)
    return Road(
        route=route.route,
        audience=route.audience,
        open_type=route.open_type,
        k=facts.get("k", route.obligations.get("k")),
        rows_lost=facts.get("suppressed") if route.kind == "table" else None,
        columns_lost=len(plan.fields) - carried,
        steps=route.steps,
        days=route.days,
        green=judged.green if judged else None,
        red=judged.red if judged else (),
        human_check=route.human_check,
    )
