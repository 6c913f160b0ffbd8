"""Recipes of `govopen_anonymize` made from treatments: rows by column, or a cube of declared cells.

Only the recipe format is known here (`schemas/recipes/recipe.schema.json`), not the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .columns import Ruling
from .facts import Scene
from .table import RouteSpec

__all__ = ["cube_recipe", "rows_recipe"]

Recipe = dict[str, Any]
_COUNT = {"name": "count", "function": "count"}


def rows_recipe(rulings: Sequence[Ruling], spec: RouteSpec) -> Recipe | None:
    """A recipe that treats every column; None where nothing is changed and nothing has to be met."""
    columns = {ruling.column.name: _column(ruling, spec.treat) for ruling in rulings}
    if not spec.models and all(column["operator"] == "keep" for column in columns.values()):
        return None
    recipe: Recipe = {"version": 1, "kind": "rows", "columns": columns}
    if spec.models and any(_quasi(column) for column in columns.values()):
        recipe["models"] = [dict(model) for model in spec.models]
        recipe["suppression_limit"] = spec.suppression_limit
    return recipe


def _column(ruling: Ruling, treat: str) -> Recipe:
    treatment = {key: value for key, value in ruling.treatments[treat].items() if key in {"role", "operator", "params"}}
    reason = ", ".join(rule.id for rule in ruling.fired)
    return {**treatment, "reason": reason} if reason else treatment


def _quasi(column: Mapping[str, Any]) -> bool:
    return bool(column["role"] == "quasi_identifier" and column["operator"] != "drop")


def cube_recipe(scene: Scene, rulings: Sequence[Ruling], spec: RouteSpec) -> Recipe | None:
    """A cube over the dimensions that fit into its budget of cells; None where no dimension is left."""
    limits = spec.cube or {}
    dimensions = _dimensions(scene, rulings, spec.treat, limits)
    if not dimensions:
        return None
    aggregate: Recipe = {
        "dimensions": [{"column": one.column.name, **one.treatments[spec.treat]["dimension"]} for one in dimensions],
        "measures": [_COUNT, *_measures(rulings, spec.treat)],
        "minimum_cell": limits["minimum_cell"],
        "complementary": True,
    }
    units = [
        (one.treatments[spec.treat]["unit"], one.column.name) for one in rulings if "unit" in one.treatments[spec.treat]
    ]
    if units:
        aggregate["unit"] = min(units)[1]
    return {"version": 1, "kind": "cube", "aggregate": aggregate}


def _dimensions(scene: Scene, rulings: Sequence[Ruling], treat: str, limits: Mapping[str, Any]) -> list[Ruling]:
    """By priority, one for each concept, as long as the cells stay few for the rows that fill them."""
    rows = scene.entry.rows
    budget = max(rows / limits["rows_per_cell"], limits["minimum_cell"]) if rows else limits["cells"]
    chosen: list[Ruling] = []
    concepts: set[str] = set()
    cells = 1
    for ruling in sorted((one for one in rulings if _offers(one, treat)), key=lambda one: _priority(one, treat)):
        treatment = ruling.treatments[treat]
        wanted = cells * _cells(ruling, treatment)
        if len(chosen) < limits["dimensions"] and treatment["concept"] not in concepts and wanted <= budget:
            chosen.append(ruling)
            concepts.add(treatment["concept"])
            cells = wanted
    return sorted(chosen, key=rulings.index)


def _offers(ruling: Ruling, treat: str) -> bool:
    treatment = ruling.treatments[treat]
    limit = treatment.get("distinct_max")
    return "dimension" in treatment and (limit is None or ruling.column.distinct <= limit)


def _priority(ruling: Ruling, treat: str) -> int:
    priority: int = ruling.treatments[treat]["priority"]
    return priority


def _cells(ruling: Ruling, treatment: Mapping[str, Any]) -> int:
    """How many values the dimension will have: all, a fixed guess, or one for every so many distinct values."""
    declared = treatment["cells"]
    distinct = max(ruling.column.distinct, 1)
    if isinstance(declared, Mapping):
        return distinct // int(declared["per"]) + 1
    return distinct if declared == "distinct" else min(int(declared), distinct)


def _measures(rulings: Sequence[Ruling], treat: str) -> list[Recipe]:
    return [
        {"name": f"{ruling.column.name}_{function}", "function": function, "column": ruling.column.name, "round": base}
        for ruling in rulings
        for function, base in ruling.treatments[treat].get("measure", {}).items()
    ]
