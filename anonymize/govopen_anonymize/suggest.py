# SPDX-License-Identifier: Apache-2.0
"""Write a first recipe from what was found. An officer's rules may say otherwise; this is where to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa

from .coded import encode
from .columns.generalise import date_of, number
from .detect.finding import Finding
from .recipe import Recipe

__all__ = ["suggest", "Route"]

Route = Literal["public", "licensee", "cube", "cube_fine"]
DIRECT = (
    "person.id_number",
    "person.passport",
    "person.permit",
    "person.phone",
    "person.email",
    "person.bank_card",
    "person.plate",
    "person.device",
    "person.masked_id",
    "person.name",
    "person.other_id",
    "code.secret",
    "org.bank_account",
)
SENSITIVE = ("person.health", "person.finance", "person.occupation")
QUASI = (
    "person.birth_date",
    "person.age",
    "person.sex",
    "person.ethnic",
    "person.education",
    "person.address",
    "person.location",
    "geo.division",
    "geo.coordinate",
)
# The strongest tag of a column decides, in this order.
ORDER = (
    *DIRECT,
    "person.free_text",
    "person.address",
    "person.birth_date",
    "person.age",
    "person.location",
    *SENSITIVE,
    *QUASI,
)
SMALL = 60
ANY: Mapping[str, Any] = {"all": True}


def suggest(
    table: pa.Table,
    findings: Sequence[Finding],
    *,
    route: Route = "public",
    k: int = 20,
    tags: Mapping[str, Sequence[str]] | None = None,
    key_ref: str = "licensee.key",
) -> Recipe:
    """A recipe for `table` by the tags of its columns: `tags` (declared) together with those of `findings`."""
    known = {name: set((tags or {}).get(name, ())) for name in table.column_names}
    for finding in findings:
        known[finding.column].add(finding.tag)
    strongest = {name: next((t for t in ORDER if t in found), "") for name, found in known.items()}
    personal = any(t.startswith("person.") for found in known.values() for t in found)
    if route.startswith("cube"):
        return Recipe.load(_cube(table, strongest, fine=route == "cube_fine", k=k))
    columns = {name: _column(table, name, tag, route, personal, key_ref) for name, tag in strongest.items()}
    models: list[dict[str, Any]] = (
        [{"model": "k_anonymity", "k": k}, {"model": "max_risk", "risk": 1 / k}] if personal and k > 1 else []
    )
    return Recipe.load({"version": 1, "kind": "rows", "columns": columns, "models": models, "suppression_limit": 0.05})


def _column(table: pa.Table, name: str, tag: str, route: str, personal: bool, key_ref: str) -> dict[str, Any]:
    if tag == "person.name":
        return {"role": "identifier", "operator": "drop"}
    if tag in ("person.id_number", "person.other_id") and route == "licensee":
        return {
            "role": "identifier",
            "operator": "pseudonym",
            "params": {"key_ref": key_ref, "domain": "person" if tag == "person.id_number" else name},
        }
    if tag in DIRECT:
        return {"role": "identifier", "operator": "drop"}
    if tag == "person.free_text":
        return {"role": "identifier", "operator": "redact_text" if route == "licensee" else "drop"}
    if not personal:
        return {"role": "plain", "operator": "keep"}
    if tag in SENSITIVE:
        return {"role": "sensitive", "operator": "keep"}
    if tag in QUASI:
        return {"role": "quasi_identifier", **generalisation(tag)}
    return _untagged(table, name)


def generalisation(tag: str) -> dict[str, Any]:
    """Operator and levels for a quasi-identifier."""
    if tag == "person.birth_date":
        levels: list[Any] = [
            {"width": 1, "oldest": 1934},
            {"width": 5, "oldest": 1934},
            {"width": 10, "oldest": 1939},
            {"width": 20, "oldest": 1939},
            ANY,
        ]
        return {"operator": "generalise", "params": {"hierarchy": "birth_year", "levels": levels}}
    if tag == "person.age":
        levels = [{"width": 5, "top": 90}, {"width": 10, "top": 90}, {"width": 20, "top": 80}, ANY]
        return {"operator": "generalise", "params": {"hierarchy": "age_band", "levels": levels}}
    if tag in ("person.address", "geo.division"):
        return {
            "operator": "generalise",
            "params": {"hierarchy": "division", "levels": [{"to": "county"}, {"to": "city"}, {"to": "province"}, ANY]},
        }
    if tag in ("geo.coordinate", "person.location"):
        return {"operator": "drop"}
    return {"operator": "generalise", "params": {"hierarchy": "prefix", "levels": [{"keep": True}, ANY]}}


def _untagged(table: pa.Table, name: str) -> dict[str, Any]:
    """A column without tag in a table of persons: dates lose the day, near-unique columns go, the rest stays."""
    coded = encode(table.column(name))
    sample = [v for v in coded.values.to_pylist()[:500] if v is not None and str(v).strip()]
    filled = max(1, table.num_rows - table.column(name).null_count)
    if sample and all(date_of(v) is not None and number(v) is None for v in sample):
        return {"role": "plain", "operator": "generalise", "params": {"hierarchy": "date", "levels": [{"to": "month"}]}}
    if filled >= 100 and len(coded.values) > 0.5 * filled and not all(number(v) is not None for v in sample):
        return {"role": "identifier", "operator": "drop"}
    return {"role": "plain", "operator": "keep"}


def _cube(table: pa.Table, tags: Mapping[str, str], *, fine: bool, k: int) -> dict[str, Any]:
    dimensions: list[dict[str, Any]] = []
    measures: list[dict[str, Any]] = [{"name": "数量", "function": "count"}]
    plan: dict[str, Any] = {"minimum_cell": max(10 if not fine else 3, min(k, 20) if not fine else 3)}
    for name, tag in tags.items():
        if tag == "person.finance":
            measures.append({"name": f"平均{name}", "function": "mean", "column": name, "round": 1})
            plan["dominance"] = {"column": name}
        elif (dimension := _dimension(table, name, tag, fine)) is not None:
            dimensions.append(dimension)
    if "dominance" in plan and sum(m["function"] == "mean" for m in measures) > 1:
        plan.pop("dominance")
    dimensions.sort(key=lambda d: d.pop("weight"))
    return {
        "version": 1,
        "kind": "cube",
        "aggregate": {"dimensions": dimensions[: 5 if fine else 4], "measures": measures, **plan},
    }


def _dimension(table: pa.Table, name: str, tag: str, fine: bool) -> dict[str, Any] | None:
    if tag in DIRECT or tag == "person.free_text":
        return None
    if tag in ("person.age", "person.birth_date"):
        by_age = tag == "person.age"
        level: dict[str, Any] = {"width": (10 if fine else 20), "top": 80} if by_age else {"width": (5 if fine else 10)}
        return {
            "column": name,
            "operator": "generalise",
            "weight": 1,
            "params": {"hierarchy": "age_band" if by_age else "birth_year", "levels": [level]},
        }
    if tag in ("person.address", "geo.division"):
        return {
            "column": name,
            "operator": "generalise",
            "weight": 0,
            "params": {"hierarchy": "division", "levels": [{"to": "county" if fine else "city"}]},
        }
    coded = encode(table.column(name))
    sample = [v for v in coded.values.to_pylist()[:500] if v is not None and str(v).strip()]
    if sample and all(date_of(v) is not None and number(v) is None for v in sample):
        return {
            "column": name,
            "operator": "generalise",
            "weight": 2,
            "params": {"hierarchy": "date", "levels": [{"to": "month" if fine else "quarter"}]},
        }
    if 1 < len(coded.values) <= SMALL:
        return {"column": name, "weight": 1 if tag in SENSITIVE else 3}
    return None
