"""Figures by department, each a count of records that can be listed: no figure without its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.govopen.desk.jobs import sql

__all__ = ["by_organisation", "reasons", "totals"]

_SCOPE = "(cast(:orgs as text[]) is null or {}.organisation = any(cast(:orgs as text[])))"


def by_organisation(organisations: Sequence[str] | None) -> list[dict[str, Any]]:
    """One row per department: entries, opened, catalogued, refused, closed, in review, late, days to decide, quality."""
    return sql.rows(
        f"""
        with mine as (select * from entry e where e.state <> 'withdrawn' and {_SCOPE.format("e")}),
        orgs as (select distinct organisation from mine union
                 select distinct s.organisation from source_item s where s.organisation is not null and {_SCOPE.format("s")})
        select o.organisation, coalesce(max(g.title), o.organisation) as title,
               (select count(*) from mine e where e.organisation = o.organisation) as entries,
               (select count(*) from mine e where e.organisation = o.organisation and e.state = 'open') as opened,
               (select count(*) from mine e where e.organisation = o.organisation and e.state = 'catalogue') as catalogued,
               (select count(*) from source_item s where s.organisation = o.organisation and s.state = 'refused')
             + (select count(*) from delivery d join source_item s on s.id = d.source_item_id
                 where s.organisation = o.organisation and d.state = 'quarantined' and s.state <> 'refused') as refused,
               (select count(*) from request r join mine e on e.entry_id = r.entry_id where e.organisation = o.organisation
                   and r.state in ('submitted', 'reviewed', 'security_ok', 'deid_ok', 'approved')) as in_review,
               (select count(*) from request r join mine e on e.entry_id = r.entry_id where e.organisation = o.organisation
                   and r.state in ('submitted', 'reviewed', 'security_ok', 'deid_ok') and r.due_on < current_date) as late,
               (select round(avg(extract(epoch from r.decided_at - r.submitted_at) / 86400)::numeric, 1)
                  from request r join mine e on e.entry_id = r.entry_id where e.organisation = o.organisation
                   and r.state in ('approved', 'applied', 'rejected', 'returned') and r.submitted_at is not null) as days,
               (select round(avg((v.body -> 'quality' ->> 'score')::numeric), 0) from pointer t
                  join release x on x.id = t.release_id join evidence v on v.release_id = x.id
                  join product p on p.id = t.product_id join mine e on e.entry_id = p.entry_id
                 where e.organisation = o.organisation) as quality
          from orgs o left join "group" g on g.name = o.organisation and g.is_organization
         group by o.organisation order by 4 desc, 1 limit 500""",
        orgs=None if organisations is None else list(organisations),
    )


def totals(organisations: Sequence[str] | None) -> dict[str, Any]:
    """What is public now, by whom it was approved, what the machine did."""
    row = sql.one(
        f"""select
            (select coalesce(sum(r.row_count), 0) from pointer t join release r on r.id = t.release_id
               join product p on p.id = t.product_id join entry e on e.entry_id = p.entry_id
              where t.grant_id = '' and p.audience = 'public' and {_SCOPE.format("e")})::bigint as public_rows,
            (select count(*) from pointer t join product p on p.id = t.product_id join entry e on e.entry_id = p.entry_id
              where t.grant_id = '' and p.audience = 'public' and {_SCOPE.format("e")}) as public_products,
            (select count(*) from pointer t join product p on p.id = t.product_id join entry e on e.entry_id = p.entry_id
              where t.grant_id = '' and p.audience = 'licensee' and {_SCOPE.format("e")}) as licensee_products,
            (select count(*) from approval a join release r on r.id = a.release_id join product p on p.id = r.product_id
               join entry e on e.entry_id = p.entry_id where a.maker = 'person' and {_SCOPE.format("e")}) as by_person,
            (select count(*) from approval a join release r on r.id = a.release_id join product p on p.id = r.product_id
               join entry e on e.entry_id = p.entry_id where a.maker = 'standing' and {_SCOPE.format("e")}) as by_standing,
            (select count(*) from closure c join entry e on c.scope = 'entry' and e.entry_id = c.target
              where c.lifted_at is null and {_SCOPE.format("e")}) as closed,
            (select count(*) from agreement a where a.state = 'active'
                and (cast(:orgs as text[]) is null or a.parties ->> 'provider' = any(cast(:orgs as text[])))) as agreements""",
        orgs=None if organisations is None else list(organisations),
    )
    return row or {}


def reasons(organisations: Sequence[str] | None) -> list[dict[str, Any]]:
    """Why things were refused, the most frequent first."""
    return sql.rows(
        f"""select code, count(*) as n from (
               select s.reason_code as code from source_item s where s.state = 'refused' and {_SCOPE.format("s")}
               union all
               select d.reason_code from delivery d join source_item s on s.id = d.source_item_id
                where d.reason_code is not null and s.state <> 'refused' and {_SCOPE.format("s")}) q
            group by code order by 2 desc, 1 limit 40""",
        orgs=None if organisations is None else list(organisations),
    )
