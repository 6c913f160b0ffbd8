"""What the desk's pages ask about entries, deliveries, plans and candidates: paged lists, values out, no raw cell.

Everything here was written by workers: profiles with masked samples, plans, releases with their evidence. The web
process reads it and can reach nothing behind it.
"""

from __future__ import annotations

from typing import Any

from ckanext.govopen.desk.jobs import sql

__all__ = [
    "candidate_releases",
    "entries",
    "entry_detail",
    "entry_row",
    "latest_plan",
    "plan_row",
    "products",
    "profile_of",
    "quarantined",
]

_FILTERS = {
    "state": "e.state = :state",
    "organisation": "e.organisation = :organisation",
    "kind": "exists (select from source_item s where s.entry_id = e.entry_id and s.kind = :kind)",
    "stage": "d.stage = :stage",
    "green": "coalesce(c.green, false) = cast(:green as boolean)",
    "q": "(e.name ilike :q or coalesce(k.title, '') ilike :q)",
    "closed": "((p.body ->> 'closed') is not null) = cast(:closed as boolean)",
}
_ENTRIES = """
      from entry e
      left join package k on k.id = e.entry_id
      left join delivery d on d.id = e.current_delivery
      left join plan p on p.id = e.current_plan
      left join request r on r.entry_id = e.entry_id
           and r.state in ('draft', 'submitted', 'reviewed', 'security_ok', 'deid_ok', 'approved')
      left join lateral (
           select count(*) as candidates, count(*) filter (where v.green) as green_ones,
                  bool_and(coalesce(v.green, false)) as green
             from release x join product o on o.id = x.product_id left join evidence v on v.release_id = x.id
            where o.entry_id = e.entry_id and x.delivery_id = e.current_delivery and x.grant_id is null
              and (e.current_plan is null or x.plan_id = e.current_plan)
              and x.state in ('candidate', 'approved', 'published')) c on true"""


def entries(filters: dict[str, Any] | None = None, page: int = 1, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
    """Give a page of entries, last changed first, and how many match.

    Filters: state, organisation, organisations (a list), kind, stage, green, closed, q.
    """
    given = {name: value for name, value in (filters or {}).items() if value is not None and value != ""}
    clauses = [_FILTERS[name] for name in given if name in _FILTERS]
    params = {name: value for name, value in given.items() if name in _FILTERS}
    if "q" in params:
        params["q"] = "%" + str(params["q"]).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if "organisations" in given:
        clauses.append("e.organisation = any(cast(:organisations as text[]))")
        params["organisations"] = list(given["organisations"])
    where = f"where {' and '.join(clauses)}" if clauses else ""
    size = max(1, min(limit, 200))
    found = sql.rows(
        f"""select e.entry_id, e.name, k.title, e.organisation, e.epoch, e.state, e.created_at, e.changed_at,
                  d.id as delivery_id, d.stage, d.state as delivery_state, d.rows, d.received_at,
                  d.reason_code as delivery_code, p.id as plan_id, p.body ->> 'open_type' as open_type,
                  p.body ->> 'grade' as grade, p.body ->> 'closed' as closed, r.id as request_id,
                  r.number as request_number, r.state as request_state, c.candidates, c.green_ones, c.green,
                  (select s.kind from source_item s where s.entry_id = e.entry_id order by s.remote_id limit 1) as kind,
                  exists (select from closure x where x.lifted_at is null and x.scope = 'entry'
                             and x.target = e.entry_id) as is_closed
            {_ENTRIES} {where} order by e.changed_at desc, e.entry_id limit :limit offset :offset""",
        limit=size,
        offset=(max(1, page) - 1) * size,
        **params,
    )
    return found, int(sql.scalar(f"select count(*) {_ENTRIES} {where}", **params))


def entry_row(entry_id: str) -> dict[str, Any] | None:
    """The bare row of an entry, by id or name."""
    return sql.one("select * from entry where entry_id = :id or name = :id", id=entry_id)


def entry_detail(entry_id: str) -> dict[str, Any] | None:
    """Everything a page shows of an entry: sources, current delivery and its profile, plan, candidates, what is public."""
    entry = entry_row(entry_id)
    if entry is None:
        return None
    key = entry["entry_id"]
    return {
        **entry,
        "sources": sql.rows(
            """select id, hub, remote_id, kind, version, package_id, state, reason_code, reason_detail, descriptor,
                      approval, seen_at, changed_at from source_item where entry_id = :id order by remote_id""",
            id=key,
        ),
        "delivery": sql.one(
            """select id, package_id, package_digest, rows, load_report, state, stage, reason_code, reason_detail,
                      received_at from delivery where id = cast(:id as uuid)""",
            id=entry["current_delivery"],
        ),
        "profile": profile_of(entry["current_delivery"]) if entry["current_delivery"] else None,
        "plan": latest_plan(key),
        "candidates": candidate_releases(key),
        "products": products(key),
        "public": sql.rows(
            """select t.product_id, t.grant_id, t.at, r.number, r.digest, r.row_count, p.route, p.audience
                 from pointer t join release r on r.id = t.release_id join product p on p.id = t.product_id
                where p.entry_id = :id order by p.created_at, t.grant_id""",
            id=key,
        ),
        "requests": sql.rows(
            """select id, number, kind, state, submitted_by, created_at, submitted_at, due_on, decided_at
                 from request where entry_id = :id order by number desc limit 20""",
            id=key,
        ),
    }


def products(entry_id: str) -> list[dict[str, Any]]:
    """The products of an entry, in the order they were made."""
    return sql.rows(
        "select id, route, kind, audience, title, created_at from product where entry_id = :id order by created_at, id",
        id=entry_id,
    )


def candidate_releases(entry_id: str, *, delivery_id: str | None = None) -> list[dict[str, Any]]:
    """The candidates of the entry's current (or a given) delivery and plan, with evidence and verdict.

    A release that is public already and was built again with the same bytes is among them, with its state.
    """
    return sql.rows(
        """select r.id, r.product_id, p.route, p.kind, p.audience, p.title, r.number, r.digest, r.row_count, r.state,
                  r.delivery_id, r.plan_id, r.manifest, r.built_at, v.body as evidence, v.verdict, v.green,
                  v.digest as evidence_digest, v.measured_at
             from release r
             join product p on p.id = r.product_id
             join entry e on e.entry_id = p.entry_id
             left join evidence v on v.release_id = r.id
            where p.entry_id = :entry and r.grant_id is null
              and r.delivery_id = coalesce(cast(:delivery as uuid), e.current_delivery)
              and (e.current_plan is null or cast(:delivery as uuid) is not null or r.plan_id = e.current_plan)
              and r.state in ('candidate', 'approved', 'published', 'failed')
            order by p.created_at, p.id, r.number""",
        entry=entry_id,
        delivery=delivery_id,
    )


def latest_plan(entry_id: str) -> dict[str, Any] | None:
    """The plan in force for an entry: id, digest, rule set, body."""
    return sql.one(
        """select p.id, p.digest, p.rule_set, p.body, p.delivery_id, p.created_at
             from entry e join plan p on p.id = e.current_plan where e.entry_id = :entry""",
        entry=entry_id,
    )


def plan_row(plan_id: str) -> dict[str, Any] | None:
    """One plan by its id."""
    return sql.one("select * from plan where id = cast(:id as uuid)", id=plan_id)


def profile_of(delivery_id: str) -> dict[str, Any] | None:
    """A delivery's profile: types, statistics, findings, masked samples."""
    return sql.one(
        "select delivery_id, body, digest, created_at from profile where delivery_id = cast(:id as uuid)",
        id=delivery_id,
    )


def quarantined(
    page: int = 1, limit: int = 50, *, organisations: list[str] | None = None
) -> tuple[list[dict[str, Any]], int]:
    """What was not taken: items refused at the door, deliveries in quarantine, deliveries whose processing failed."""
    size = max(1, min(limit, 200))
    source = """
        select 'item' as what, s.id, s.hub, s.remote_id, s.organisation, s.entry_id, s.kind, s.package_id,
               coalesce(s.descriptor -> 'title_translated' ->> 'zh_Hans_CN', s.remote_id) as title,
               coalesce(s.descriptor -> 'title_translated' ->> 'en', '') as title_en,
               s.reason_code as code, s.reason_detail as detail, s.changed_at as at
          from source_item s where s.state = 'refused' and (:organisations is null
               or s.organisation = any(cast(:organisations as text[])))
        union all
        select 'delivery', d.id, s.hub, s.remote_id, s.organisation, s.entry_id, s.kind, d.package_id,
               coalesce(s.descriptor -> 'title_translated' ->> 'zh_Hans_CN', s.remote_id),
               coalesce(s.descriptor -> 'title_translated' ->> 'en', ''),
               d.reason_code, d.reason_detail, d.received_at
          from delivery d join source_item s on s.id = d.source_item_id
         where d.reason_code is not null and (d.stage = 'failed' or d.state = 'quarantined')
           and s.state <> 'refused' and (:organisations is null
               or s.organisation = any(cast(:organisations as text[])))""".replace(
        ":organisations is null", "cast(:organisations as text[]) is null"
    )
    found = sql.rows(
        f"select * from ({source}) q order by at desc, remote_id limit :limit offset :offset",
        organisations=organisations,
        limit=size,
        offset=(max(1, page) - 1) * size,
    )
    return found, int(sql.scalar(f"select count(*) from ({source}) q", organisations=organisations))
