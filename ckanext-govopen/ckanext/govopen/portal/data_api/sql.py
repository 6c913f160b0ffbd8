"""From the query tree to SQL for DuckDB: identifiers from the release's own schema, every value bound. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.govopen.portal.data_api.query import ID, Column, Condition, Query
from ckanext.govopen.releases.duck import quoted

__all__ = ["Statement", "count", "groups", "page"]

_COMPARE = {"eq": "=", "ne": "is distinct from", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its values."""

    text: str
    values: tuple[Any, ...]


def _where(query: Query, searched: Sequence[Column]) -> tuple[str, list[Any]]:
    clauses: list[str] = []
    values: list[Any] = []
    for condition in query.where:
        clause, bound = _clause(condition)
        clauses.append(clause)
        values += bound
    for word in query.words:
        cased = word.lower() != word.upper()  # Chinese and digits have no case: then cells need not be lowered.
        test = "contains(lower({}), lower(?))" if cased else "contains({}, ?)"
        each = [test.format(quoted(column.name)) for column in searched]
        clauses.append("(" + " or ".join(each) + ")" if each else "false")
        values += [word] * len(each)
    return (" where " + " and ".join(clauses) if clauses else ""), values


def _clause(condition: Condition) -> tuple[str, list[Any]]:
    name, operator, value = quoted(condition.column.name), condition.operator, condition.value
    if operator == "isnull":
        return f"{name} is {'' if value else 'not '}null", []
    if operator == "contains":
        return f"contains({name}, ?)", [value]
    if operator == "in":
        return f"{name} in ({', '.join('?' * len(value))})", list(value)
    return f"{name} {_COMPARE[operator]} ?", [value]


def count(query: Query, source: str, searched: Sequence[Column]) -> Statement:
    """How many rows the conditions leave."""
    where, values = _where(query, searched)
    if query.distinct:
        source, where = f"(select distinct {_chosen(query)} from {source}{where})", ""
    return Statement(f"select count(*) from {source}{where}", tuple(values))


def _chosen(query: Query) -> str:
    return ", ".join(quoted(column.name) for column in query.columns)


def page(query: Query, source: str, searched: Sequence[Column]) -> Statement:
    """One page: in release order, or sorted with ties resolved by `_id`; what is empty comes last."""
    where, values = _where(query, searched)
    chosen = _chosen(query)
    if query.distinct:
        sorted_by = [column.name for column, _ in query.sort]
        rest = [f"{quoted(c.name)} nulls last" for c in query.columns if c.name not in sorted_by]
        first = [f"{quoted(c.name)} {'desc' if down else 'asc'} nulls last" for c, down in query.sort]
        text = f"select distinct {chosen} from {source}{where} order by {', '.join([*first, *rest])} limit ? offset ?"
        return Statement(text, (*values, query.limit, query.offset))
    if not query.sort and not where:  # Then a page is a run of `_id`s, found without counting.
        return Statement(
            f"select {chosen} from {source} where {ID} > ? and {ID} <= ? order by {ID}",
            (query.offset, query.offset + query.limit),
        )
    order = [f"{quoted(column.name)} {'desc' if down else 'asc'} nulls last" for column, down in query.sort]
    text = f"select {chosen} from {source}{where} order by {', '.join([*order, ID])} limit ? offset ?"
    return Statement(text, (*values, query.limit, query.offset))


def groups(query: Query, source: str, searched: Sequence[Column]) -> Statement:
    """Rows per value, or per pair of values, the most frequent first; ties by value."""
    where, values = _where(query, searched)
    names = ", ".join(quoted(column.name) for column in query.group)
    text = (
        f"select {names}, count(*) as n, count(*) over () as all_groups from {source}{where} group by {names}"
        f" order by n desc, {', '.join(quoted(c.name) + ' nulls last' for c in query.group)} limit ? offset ?"
    )
    return Statement(text, (*values, query.limit, query.offset))
