"""Decide what an entry may be opened as, to whom, in which form and under which obligations.

Pure: the same facts and rule set give the same plan for ever, so an audit can recompute it. What a warning tag adds
can only tighten; what nothing matches stays closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .columns import Ruling, rule_columns
from .decision import FieldDecision, Fired, Plan, Route, RouteRefusal
from .facts import ColumnFacts, EntryFacts, Scene
from .grade import Audience, Grade, NationalGrade, OpenType, loosest, strictest
from .match import entry_holds
from .recipes import cube_recipe, rows_recipe
from .table import RouteSpec, Rule, RuleSet

__all__ = ["ColumnFacts", "EntryFacts", "Plan", "plan"]

CATEGORIES = {"person": "A", "org": "B", "object": "C"}
NO_MATCH = "rule.no_match"
_NATIONAL = tuple(NationalGrade)


def plan(entry: EntryFacts, columns: Sequence[ColumnFacts], rules: RuleSet) -> Plan:
    """Apply `rules` to `entry` and `columns`; where none fires, it stays closed."""
    scene = Scene.of(entry, columns)
    rulings = rule_columns(scene, rules)
    firing = tuple(rule for rule in rules.rules if not rule.columns and entry_holds(rule.when, scene))
    closed, grounds = _closed(scene, rulings, firing, rules)
    routes, refusals = ((), ()) if closed else _routes(scene, rulings, firing, rules)
    if not routes and closed is None:
        closed = refusals[0].code if refusals else NO_MATCH
    spoken = [*firing, *(rule for ruling in rulings for rule in ruling.fired)]
    return Plan(
        open_type=loosest(route.open_type for route in routes),
        grade=_grade(spoken),
        national_grade=max(
            (rule.national_grade for rule in spoken), key=_national, default=NationalGrade.GENERAL.value
        ),
        category=CATEGORIES[entry.subject],
        rule_set=rules.id,
        fields=tuple(_field(ruling, routes, rules) for ruling in rulings),
        routes=routes,
        refusals=refusals,
        closed=closed,
        grounds=grounds,
    )


def _national(grade: str) -> int:
    return _NATIONAL.index(NationalGrade(grade))


def _grade(spoken: Iterable[Rule]) -> str:
    return max((Grade[rule.grade] for rule in spoken), default=Grade.L3).name


def _fired(rule: Rule) -> Fired:
    return Fired(rule=rule.id, zh=rule.clause["zh"], en=rule.clause["en"], verified=rule.clause["verified"])


def _all_fired(spoken: Iterable[Rule]) -> tuple[Fired, ...]:
    return tuple(_fired(rule) for rule in dict.fromkeys(spoken))


def _closed(
    scene: Scene, rulings: Sequence[Ruling], firing: Sequence[Rule], rules: RuleSet
) -> tuple[str | None, tuple[Fired, ...]]:
    """The ground that closes the whole entry, if one does, with every rule that closes it."""
    closing = [(rule, _ground(rule, scene, rules)) for rule in firing if rule.close]
    if closing:
        code = min((ground for _, ground in closing), key=rules.closing_order.index)
        return code, _all_fired(rule for rule, _ in closing)
    if _unmatched(scene, rulings, firing, rules):
        return NO_MATCH, _all_fired(rule for ruling in rulings for rule in ruling.fired if rule.unmatched)
    return None, ()


def _ground(rule: Rule, scene: Scene, rules: RuleSet) -> str:
    if rule.close != "$ground":
        return rule.close or NO_MATCH
    return rules.grounds.get(scene.entry.closed_ground or "", rule.ground_default or NO_MATCH)


def _unmatched(scene: Scene, rulings: Sequence[Ruling], firing: Sequence[Rule], rules: RuleSet) -> bool:
    """Tell whether too little of the entry was known to any rule."""
    if scene.entry.kind != "table":
        return not any(rule.matches for rule in firing)
    unknown = sum(ruling.unmatched for ruling in rulings)
    return not rulings or unknown > rules.numbers["unmatched_share"] * len(rulings)


def _routes(
    scene: Scene, rulings: Sequence[Ruling], firing: Sequence[Rule], rules: RuleSet
) -> tuple[tuple[Route, ...], tuple[RouteRefusal, ...]]:
    routes: list[Route] = []
    refusals: list[RouteRefusal] = []
    for spec in rules.routes:
        if not entry_holds(spec.when, scene) or _below_floor(spec, scene, firing):
            continue
        if spec.kind == "table":
            refusal = _rows_refused(spec, rulings, firing)
            if refusal is not None:
                refusals.append(refusal)
                continue
        if spec.after_refusal and not refusals:
            continue
        route = _route(spec, scene, rulings, firing, rules)
        if route is None or _no_more_than(spec, routes, rulings, rules):
            continue
        routes.append(route)
    return tuple(routes), tuple(refusals)


def _below_floor(spec: RouteSpec, scene: Scene, firing: Sequence[Rule]) -> bool:
    """Tell whether a declared open type is stricter than this route and nothing lifts it."""
    for rule in firing:
        floor = rule.floor
        if floor is None:
            continue
        lifted = spec.deidentified and scene.owner_named(floor.get("lifted_when_deidentified", frozenset()))
        wanted = OpenType(floor["open_type"])
        if not lifted and strictest((OpenType(spec.open_type), wanted)) != OpenType(spec.open_type):
            return True
    return False


def _rows_refused(spec: RouteSpec, rulings: Sequence[Ruling], firing: Sequence[Rule]) -> RouteRefusal | None:
    for ruling in rulings:
        code = ruling.treatments[spec.treat].get("refuse")
        if code:
            rule = next(one for one in ruling.fired if _refuses(one, spec.treat))
            return RouteRefusal(route=spec.route, code=code, ground=_fired(rule))
    for rule in firing:
        if rule.refuse_rows:
            return RouteRefusal(route=spec.route, code=rule.refuse_rows, ground=_fired(rule))
    return None


def _refuses(rule: Rule, treat: str) -> bool:
    return any("refuse" in clause.treat.get(treat, {}) for clause in rule.columns)


def _route(
    spec: RouteSpec, scene: Scene, rulings: Sequence[Ruling], firing: Sequence[Rule], rules: RuleSet
) -> Route | None:
    recipe: dict[str, Any] | None = None
    carried = _carried(spec, rulings)
    if spec.kind == "table":
        if not carried:
            return None
        recipe = rows_recipe(rulings, spec)
    elif spec.kind == "cube":
        recipe = cube_recipe(scene, rulings, spec)
        if recipe is None:
            return None
        carried = _in_cube(recipe, rulings)
    spoken = [*firing, *(rule for ruling in carried for rule in ruling.fired), *map(rules.rule, spec.cites)]
    human_check = spec.human_check or next(
        (check for one in carried if (check := one.treatments[spec.treat].get("human_check"))), None
    )
    persons = scene.entry.subject == "person" or bool(scene.tags & rules.person_tags)
    steps = _steps({"recipe": recipe is not None, "person_tags": persons, "human_check": bool(human_check)}, rules)
    return Route(
        route=spec.route,
        kind=spec.kind,
        audience=Audience(spec.audience).value,
        open_type=OpenType(spec.open_type),
        grade=spec.grade,
        recipe=recipe,
        obligations=_obligations(spec, scene, carried),
        fired=_all_fired(spoken),
        legal_basis=tuple(dict.fromkeys(rule.clause["zh"] for rule in spoken)),
        steps=steps,
        days=sum(step["days"] for step in rules.steps if step["step"] in steps),
        standing_allowed=_standing(spec, scene, firing, persons, rules),
        human_check=human_check,
        claim=spec.claim,
        columns=tuple(ruling.column.name for ruling in carried),
    )


def _carried(spec: RouteSpec, rulings: Sequence[Ruling]) -> list[Ruling]:
    if spec.kind != "table":
        return []
    return [one for one in rulings if one.treatments[spec.treat].get("operator", "drop") != "drop"]


def _in_cube(recipe: Mapping[str, Any], rulings: Sequence[Ruling]) -> list[Ruling]:
    parts = (*recipe["aggregate"]["dimensions"], *recipe["aggregate"]["measures"])
    used = {part["column"] for part in parts if "column" in part}
    return [one for one in rulings if one.column.name in used]


def _obligations(spec: RouteSpec, scene: Scene, carried: Sequence[Ruling]) -> dict[str, Any]:
    """What the gate will ask for; tags of carried columns are expected to be found again in what is written."""
    expected = {one.column.name: sorted(one.column.tags) for one in carried if one.column.tags}
    return {**spec.obligations, "described": not scene.entry.has_undescribed, "expected_tags": expected}


def _steps(facts: Mapping[str, bool], rules: RuleSet) -> tuple[str, ...]:
    names = [step["step"] for step in rules.steps]
    return tuple(
        name for name in names if rules.needs[name] == "always" or any(facts[fact] for fact in rules.needs[name])
    )


def _standing(spec: RouteSpec, scene: Scene, firing: Sequence[Rule], persons: bool, rules: RuleSet) -> bool:
    regular = scene.entry.refresh_cycle in rules.regular_cycles
    return spec.kind == "table" and regular and not persons and all(rule.standing for rule in firing)


def _no_more_than(spec: RouteSpec, routes: Sequence[Route], rulings: Sequence[Ruling], rules: RuleSet) -> bool:
    """Tell whether a route that exists already gives the same columns in the same form."""
    other = next((one for one in routes if one.route == spec.more_than), None)
    if other is None:
        return False
    treats = {one.route: one.treat for one in rules.routes}
    theirs = treats[other.route]
    return all(_form(ruling, spec.treat) == _form(ruling, theirs) for ruling in rulings)


def _form(ruling: Ruling, treat: str) -> tuple[Any, Any]:
    treatment = ruling.treatments[treat]
    return treatment["operator"], treatment.get("params")


def _field(ruling: Ruling, routes: Sequence[Route], rules: RuleSet) -> FieldDecision:
    treats = {spec.route: spec.treat for spec in rules.routes}
    return FieldDecision(
        name=ruling.column.name,
        tags=tuple(sorted(ruling.column.tags)),
        grade=_grade(ruling.fired),
        open_type=strictest(OpenType(rule.open_type) for rule in ruling.fired),
        fired=_all_fired(ruling.fired),
        treatment={route.route: _shown(ruling, route, treats[route.route]) for route in routes if treats[route.route]},
        code=NO_MATCH if ruling.unmatched else None,
    )


def _shown(ruling: Ruling, route: Route, treat: str) -> Mapping[str, Any]:
    """What becomes of the column in `route`: an operator for rows, its part in a cube."""
    if route.kind == "table":
        return {key: value for key, value in ruling.treatments[treat].items() if key != "human_check"}
    if ruling.column.name not in route.columns:
        return {"role": "identifier", "operator": "drop"}
    return {key: value for key, value in ruling.treatments[treat].items() if key in {"dimension", "measure"}}
