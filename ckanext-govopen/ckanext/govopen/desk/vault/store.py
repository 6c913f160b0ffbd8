"""What the pipeline writes: profiles, plans, products, releases, evidence; and the stages of a delivery. No commit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.govopen.desk.jobs import sql

__all__ = [
    "fail_delivery",
    "put_evidence",
    "put_failed_release",
    "put_plan",
    "put_product",
    "put_profile",
    "put_release",
    "releases_to_judge",
    "set_stage",
    "siblings_public",
]


def set_stage(delivery_id: str, stage: str, *, state: str | None = None) -> None:
    """Move a delivery to a stage; a delivery that was superseded meanwhile keeps that state."""
    sql.execute(
        """update delivery set stage = :stage,
                  state = case when state = 'superseded' then state else coalesce(:state, state) end,
                  reason_code = null, reason_detail = '{}'
            where id = cast(:id as uuid) and state <> 'quarantined'""",
        id=delivery_id,
        stage=stage,
        state=state,
    )


def fail_delivery(delivery_id: str, code: str, detail: Mapping[str, Any]) -> None:
    """Say that processing failed for good; the delivery stays sealed, officers see the code."""
    sql.execute(
        """update delivery set stage = 'failed', reason_code = :code, reason_detail = cast(:detail as jsonb)
            where id = cast(:id as uuid) and state <> 'quarantined'""",
        id=delivery_id,
        code=code,
        detail=sql.js(dict(detail)),
    )


def put_profile(delivery_id: str, body: Mapping[str, Any], digest: str) -> None:
    """Write a delivery's profile, in place of an earlier one."""
    sql.execute(
        """insert into profile (delivery_id, body, digest) values (cast(:id as uuid), cast(:body as jsonb), :digest)
           on conflict (delivery_id) do update set body = excluded.body, digest = excluded.digest, created_at = now()""",
        id=delivery_id,
        body=sql.js(dict(body)),
        digest=digest,
    )


def put_plan(entry_id: str, delivery_id: str, rule_set: str, body: Mapping[str, Any], digest: str) -> str:
    """Write a plan and make it the entry's; the same plan is the same row."""
    found = sql.scalar(
        "select id from plan where entry_id = :entry and delivery_id = cast(:delivery as uuid) and digest = :digest",
        entry=entry_id,
        delivery=delivery_id,
        digest=digest,
    ) or sql.scalar(
        """insert into plan (entry_id, delivery_id, rule_set, body, digest)
           values (:entry, cast(:delivery as uuid), :rules, cast(:body as jsonb), :digest) returning id""",
        entry=entry_id,
        delivery=delivery_id,
        rules=rule_set,
        body=sql.js(dict(body)),
        digest=digest,
    )
    sql.execute(
        """update entry set current_plan = cast(:plan as uuid), changed_at = now()
            where entry_id = :entry and current_delivery = cast(:delivery as uuid)""",
        plan=found,
        entry=entry_id,
        delivery=delivery_id,
    )
    return str(found)


def put_product(entry_id: str, route: str, kind: str, audience: str, title: Mapping[str, str]) -> str:
    """Find or make the product of a route: its id is for life, its title follows the entry's."""
    return str(
        sql.scalar(
            """insert into product (id, entry_id, route, kind, audience, title)
               values (:id, :entry, :route, :kind, :audience, cast(:title as jsonb))
               on conflict (entry_id, route) do update set title = excluded.title returning id""",
            id=str(uuid.uuid4()),
            entry=entry_id,
            route=route,
            kind=kind,
            audience=audience,
            title=sql.js(dict(title)),
        )
    )


def _number(product_id: str) -> int:
    sql.execute("select id from product where id = :id for update", id=product_id)
    return int(sql.scalar("select coalesce(max(number), 0) + 1 from release where product_id = :id", id=product_id))


def put_release(
    *, product_id: str, delivery_id: str, plan_id: str, digest: str, manifest: Any, grant_id: str | None = None
) -> tuple[str, str]:
    """Write what was built, to be judged; gives id and state. The same bytes of a product are the same release for ever.

    `manifest` is a function of the release's number. One that was superseded may come back; one that is approved or
    public stays so and only learns which delivery and plan gave it again.
    """
    known = sql.one(
        """select id, state from release where product_id = :product and digest = :digest
              and coalesce(grant_id::text, '') = :grant""",
        product=product_id,
        digest=digest,
        grant=grant_id or "",
    )
    if known is None:
        number = _number(product_id)
        body = manifest(number)
        made = sql.scalar(
            """insert into release (product_id, number, grant_id, delivery_id, plan_id, digest, manifest, row_count, state)
               values (:product, :number, cast(:grant as uuid), cast(:delivery as uuid), cast(:plan as uuid), :digest,
                       cast(:manifest as jsonb), :rows, 'building') returning id""",
            product=product_id,
            number=number,
            grant=grant_id,
            delivery=delivery_id,
            plan=plan_id,
            digest=digest,
            manifest=sql.js(body),
            rows=body["row_count"],
        )
        return str(made), "building"
    state = known["state"] if known["state"] in {"approved", "published"} else "building"
    sql.execute(
        """update release set delivery_id = cast(:delivery as uuid), plan_id = cast(:plan as uuid), state = :state
            where id = cast(:id as uuid)""",
        id=known["id"],
        delivery=delivery_id,
        plan=plan_id,
        state=state,
    )
    return str(known["id"]), state


def put_failed_release(*, product_id: str, delivery_id: str, plan_id: str, digest: str, manifest: Any) -> str:
    """Write down a route that could not be built, so that officers see which gate it would not pass."""
    release_id, _ = put_release(
        product_id=product_id, delivery_id=delivery_id, plan_id=plan_id, digest=digest, manifest=manifest
    )
    sql.execute("update release set state = 'failed' where id = cast(:id as uuid)", id=release_id)
    return release_id


def put_evidence(
    release_id: str, body: Mapping[str, Any], verdict: Mapping[str, Any], *, green: bool, digest: str
) -> None:
    """Write what was measured and what follows from it; a building release becomes a candidate by that."""
    sql.execute(
        """insert into evidence (release_id, body, verdict, green, digest)
           values (cast(:id as uuid), cast(:body as jsonb), cast(:verdict as jsonb), :green, :digest)
           on conflict (release_id) do update set body = excluded.body, verdict = excluded.verdict,
               green = excluded.green, digest = excluded.digest, measured_at = now()""",
        id=release_id,
        body=sql.js(dict(body)),
        verdict=sql.js(dict(verdict)),
        green=green,
        digest=digest,
    )
    sql.execute(
        "update release set state = 'candidate' where id = cast(:id as uuid) and state = 'building'", id=release_id
    )


def releases_to_judge(delivery_id: str, plan_id: str) -> list[dict[str, Any]]:
    """The releases that a delivery and plan came to."""
    return sql.rows(
        """select r.id, r.product_id, r.digest, r.manifest, r.state, p.route, p.kind, p.audience
             from release r join product p on p.id = r.product_id
            where r.delivery_id = cast(:delivery as uuid) and r.plan_id = cast(:plan as uuid) and r.grant_id is null
              and r.state in ('building', 'candidate', 'approved', 'published')
            order by p.created_at, p.id, r.number""",
        delivery=delivery_id,
        plan=plan_id,
    )


def siblings_public(entry_id: str, audience: str, digest: str, limit: int = 6) -> Sequence[dict[str, Any]]:
    """What readers of an audience hold of an entry already: public releases of all its products, newest first."""
    return sql.rows(
        """select r.id, r.product_id, r.digest, r.manifest, p.kind, v.body as evidence, n.body as plan, p.route
             from release r
             join product p on p.id = r.product_id
             left join evidence v on v.release_id = r.id
             left join plan n on n.id = r.plan_id
            where p.entry_id = :entry and p.audience = :audience and r.grant_id is null and r.digest <> :digest
              and r.state in ('published', 'superseded') order by r.built_at desc limit :limit""",
        entry=entry_id,
        audience=audience,
        digest=digest,
        limit=limit,
    )
