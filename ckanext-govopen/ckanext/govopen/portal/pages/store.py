"""What pages are drawn from: the projection's own tables, so that home and dataset pages need neither Solr nor CKAN.

Closures are part of every query: a closed entry is in no list, and a closed product has no release here.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ckan import model

__all__ = [
    "add_inbox",
    "all_entries",
    "applied",
    "by_ids",
    "columns_of",
    "counts",
    "departments",
    "entry",
    "figures",
    "inbox",
    "listing",
    "usage",
]

FACETS = {
    "theme": "e.body->>'theme'",
    "base_library": "e.body->>'base_library'",
    "high_value": "e.body->>'high_value'",
    "open_type": "e.body->>'open_type'",
    "grade": "e.body->>'grade'",
    "region": "coalesce(e.body->>'region', e.organisation->>'region')",
    "update_cycle": "e.body->>'update_cycle'",
    "provider": "e.organisation->>'name'",
}
"""What lists may be narrowed by: fixed texts, never a visitor's."""

_LIVE = """e.state <> 'withdrawn' and not exists (
    select 1 from pub_closure c where c.scope = 'entry' and c.target = e.entry_id and c.lifted_at is null)"""
_OPEN = """not exists (select 1 from pub_closure c where c.lifted_at is null and (
    (c.scope = 'product' and c.target = p.product_id) or (c.scope = 'release' and c.target = r.digest)))"""
_MAIN = f"""left join lateral (
    select r.row_count, r.published_at as released_at, r.manifest->'evidence'->'quality' as quality, p.kind
    from pub_product p
    join pub_pointer t on t.product_id = p.product_id and t.grant_id = ''
    join pub_release r on r.product_id = t.product_id and r.digest = t.digest and r.grant_id = ''
    where p.entry_id = e.entry_id and p.audience = 'public' and {_OPEN}
    order by p.position, p.product_id limit 1) m on true"""
_SUMMARY = """e.entry_id, e.name, e.state, e.body - 'govopen_fields' as body, e.organisation, e.published_at,
    e.modified_at, m.row_count, m.released_at, m.quality, m.kind"""
_SORTS = {
    "new": "m.released_at desc nulls last, e.published_at desc, e.name",
    "title": "e.body->>'title', e.name",
    "rows": "m.row_count desc nulls last, e.name",
}


def _all(sql: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in model.Session.execute(sa.text(sql), values).mappings()]


def _one(sql: str, **values: Any) -> dict[str, Any] | None:
    row = model.Session.execute(sa.text(sql), values).mappings().first()
    return dict(row) if row else None


def figures() -> dict[str, int]:
    """Counts for the home page: entries, those with open data, rows, departments."""
    row = _one(
        f"""select count(*) entries, count(m.row_count) filter (where e.state = 'open') open_data,
            coalesce(sum(m.row_count), 0) row_total, count(distinct e.organisation->>'name') departments,
            count(*) filter (where e.body->>'open_type' = 'conditional') conditional,
            count(*) filter (where e.state = 'catalogue') catalogue
        from pub_entry e {_MAIN} where {_LIVE}"""
    )
    return {key: int(value or 0) for key, value in (row or {}).items()}


def counts(facet: str) -> dict[str, int]:
    """How many live entries each code of a facet has."""
    rows = _all(f"select {FACETS[facet]} code, count(*) n from pub_entry e where {_LIVE} group by 1")
    return {row["code"]: row["n"] for row in rows if row["code"]}


def departments() -> list[dict[str, Any]]:
    """Every department with its entries, open data sets and newest release."""
    return _all(
        f"""select e.organisation->>'name' as name, max(e.organisation->>'title') as title,
            max(e.organisation->>'title_en') title_en, max(e.organisation->>'region') region, count(*) n,
            count(m.row_count) open_data, max(m.released_at) newest
        from pub_entry e {_MAIN} where {_LIVE} group by 1 order by n desc, 2"""
    )


def _where(filters: Mapping[str, str], words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    parts, values = [_LIVE], {}
    for facet, code in filters.items():
        if facet in FACETS:
            parts.append(f"{FACETS[facet]} = :f_{facet}")
            values[f"f_{facet}"] = code
    for place, word in enumerate(words):
        parts.append(
            f"(e.body->>'title' ilike :w{place} or e.body->>'title_en' ilike :w{place} or e.body->>'notes' ilike :w{place}"
            f" or e.organisation->>'title' ilike :w{place} or e.body->>'govopen_fields' ilike :w{place})"
        )
        escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        values[f"w{place}"] = f"%{escaped}%"
    return " and ".join(parts), values


def listing(
    filters: Mapping[str, str], words: Sequence[str] = (), *, sort: str = "new", page: int = 1, limit: int = 20
) -> tuple[list[dict[str, Any]], int]:
    """A page of live entries and how many there are: what search falls back on while Solr is away."""
    where, values = _where(filters, words)
    total = _one(f"select count(*) n from pub_entry e where {where}", **values)
    rows = _all(
        f"select {_SUMMARY} from pub_entry e {_MAIN} where {where} order by {_SORTS.get(sort, _SORTS['new'])}"
        " limit :limit offset :offset",
        **values,
        limit=limit,
        offset=(page - 1) * limit,
    )
    return rows, int(total["n"]) if total else 0


def by_ids(ids: Sequence[str]) -> list[dict[str, Any]]:
    """Live entries in the order of `ids`; what was closed since the index knew it is left out."""
    rows = _all(f"select {_SUMMARY} from pub_entry e {_MAIN} where e.entry_id = any(:ids) and {_LIVE}", ids=list(ids))
    found = {row["entry_id"]: row for row in rows}
    return [found[id] for id in ids if id in found]


def all_entries(batch: int = 500) -> Iterator[dict[str, Any]]:
    """Every live entry, for the open directory; read in batches by name."""
    after = ""
    while rows := _all(
        f"select {_SUMMARY} from pub_entry e {_MAIN} where {_LIVE} and e.name > :after order by e.name limit :batch",
        after=after,
        batch=batch,
    ):
        yield from rows
        after = rows[-1]["name"]


def entry(key: str) -> dict[str, Any] | None:
    """An entry by name or id with its products, their current and earlier releases and every live closure."""
    found = _one(
        "select * from pub_entry where name = :key or entry_id = :key order by name = :key desc limit 1", key=key
    )
    if found is None:
        return None
    products = _all(
        "select * from pub_product where entry_id = :id order by position, product_id", id=found["entry_id"]
    )
    ids = [product["product_id"] for product in products]
    releases = _all(
        """select r.product_id, r.digest, r.number, r.row_count, r.manifest, r.published_at, r.renditions,
            t.digest is not null as current
        from pub_release r left join pub_pointer t
            on t.product_id = r.product_id and t.grant_id = r.grant_id and t.digest = r.digest
        where r.product_id = any(:ids) and r.grant_id = '' order by r.number desc, r.published_at desc""",
        ids=ids,
    )
    digests = [release["digest"] for release in releases]
    closures = _all(
        """select scope, target, code, notice, at from pub_closure where lifted_at is null and (
            (scope = 'entry' and target = :id) or (scope = 'product' and target = any(:ids))
            or (scope = 'release' and target = any(:digests))) order by at desc""",
        id=found["entry_id"],
        ids=ids,
        digests=digests,
    )
    return {**found, "products": products, "releases": releases, "closures": closures}


def usage(product_ids: Sequence[str]) -> dict[str, int]:
    """How often these products were taken in the last thirty days, by door."""
    rows = _all(
        "select door, sum(hits) n from access_count where product_id = any(:ids) and day > current_date - 30 group by 1",
        ids=list(product_ids),
    )
    return {row["door"]: int(row["n"]) for row in rows}


def applied() -> dict[str, Any]:
    """How far the projection is: the last bundle and what was refused."""
    return (
        _one(
            """select (select max(number) from bundle_applied) as number,
        (select max(applied_at) at time zone 'Asia/Shanghai' from bundle_applied) as at,
        (select count(*) from index_queue) as waiting"""
        )
        or {}
    )


ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def add_inbox(kind: str, payload: Mapping[str, Any]) -> str:
    """Keep what a visitor sent, for the desk to pull; the answer is the code to ask with."""
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    model.Session.execute(
        sa.text("insert into inbox (kind, code, payload) values (:kind, :code, cast(:payload as jsonb))"),
        {"kind": kind, "code": code, "payload": json.dumps(payload, ensure_ascii=False)},
    )
    model.Session.commit()
    return code


def inbox(code: str) -> dict[str, Any] | None:
    """What became of a request, by its code."""
    return _one("select kind, code, payload, created_at, pulled_at, status from inbox where code = :code", code=code)


def columns_of(ids: Sequence[str]) -> dict[str, Any]:
    """The described columns of several entries, as they were frozen."""
    rows = _all(
        "select entry_id, body->'govopen_fields' fields from pub_entry where entry_id = any(:ids)", ids=list(ids)
    )
    return {row["entry_id"]: row["fields"] for row in rows}
