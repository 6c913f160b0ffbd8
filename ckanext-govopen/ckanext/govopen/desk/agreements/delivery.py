"""A grant's delivery release: the licensed product made anew for one licensee, with pseudonyms of its own key.

Columns and rows are cut to the grant, what was cut is measured again against the same obligations, and the release is
approved by its grant until the grant ends. Two licensees' deliveries share no pseudonym, so they cannot be joined.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.intake.store import delivery_row
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.jobs.work import Delivery, built_for, measured_for
from ckanext.govopen.desk.publishing import bundles
from ckanext.govopen.desk.publishing import store as outbox
from ckanext.govopen.desk.publishing.publisher import approve_for_grant
from ckanext.govopen.desk.rules.decision import Plan
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.desk.rules.verdict import verdict as judge
from ckanext.govopen.desk.secrets import Secrets
from ckanext.govopen.desk.vault import store as releases
from ckanext.govopen.desk.vault.scrub import harmless
from ckanext.govopen.desk.vault.sealed import Vault
from ckanext.govopen.errors import GovOpenError, Refused
from ckanext.govopen.releases.canonical import digest
from govopen_anonymize.errors import AnonymizeError

__all__ = ["deliver", "grant_key", "keep_rows"]

MACHINE = "worker"


def grant_key(key: bytes, grant_id: str) -> bytes:
    """The pseudonym key of one grant."""
    return hmac.new(key, f"govopen grant {grant_id}".encode(), hashlib.sha256).digest()


def keep_rows(table: pa.Table, row_filter: Mapping[str, Any]) -> pa.Table:
    """Rows whose columns have the granted values; a column that the product does not carry lets no row through."""
    for name, wanted in row_filter.items():
        if name not in table.column_names:
            return table.slice(0, 0)
        values = wanted if isinstance(wanted, list) else [wanted]
        texts = pc.cast(table.column(name), pa.string())
        table = table.filter(pc.is_in(texts, pa.array([str(value) for value in values], pa.string())))
    return table


def deliver(grant_id: str, vault: Vault, secrets: Secrets, *, today: dt.date, rules: str = "default") -> dict[str, Any]:
    """Build, measure, approve and publish the delivery of a grant; commits. Gives what came of it."""
    grant = sql.one(
        """select g.*, a.state as agreement_state, a.ends_on, p.entry_id, p.route, p.audience
             from access_grant g join agreement a on a.id = g.agreement_id join product p on p.id = g.product_id
            where g.id = cast(:id as uuid)""",
        id=grant_id,
    )
    if (
        grant is None
        or grant["state"] == "revoked"
        or grant["agreement_state"] != "active"
        or grant["expires_on"] < today
    ):
        sql.rollback()
        return {"delivered": False, "reason": "revoked"}
    base = sql.one(
        """select r.* from pointer t join release r on r.id = t.release_id
            where t.product_id = :product and t.grant_id = ''""",
        product=grant["product_id"],
    )
    if base is None:
        sql.rollback()
        return {"delivered": False, "reason": "not published yet"}
    try:
        return _deliver(grant, base, vault, secrets, today, rules)
    except (GovOpenError, AnonymizeError) as err:
        sql.rollback()
        code, detail = harmless(err)
        if code != "vault.space":
            sql.execute(
                "update access_grant set state = 'failed' where id = cast(:id as uuid) and state = 'building'",
                id=grant_id,
            )
            audit.record("grant:fail", MACHINE, f"grant:{grant_id}", {"code": code, **detail})
            sql.commit()
        raise


def _deliver(
    grant: Mapping[str, Any], base: Mapping[str, Any], vault: Vault, secrets: Secrets, today: dt.date, rules: str
) -> dict[str, Any]:
    row = delivery_row(str(base["delivery_id"]))
    planned = sql.one("select id, body, digest from plan where id = cast(:id as uuid)", id=base["plan_id"])
    route = Plan.from_dict(planned["body"]).route(grant["route"]) if planned else None
    if row is None or planned is None or route is None:
        raise Refused(reason="rule.no_match", subject=grant["route"])
    work = Delivery(row, vault, secrets, RuleSet.load(rules), today)
    row_filter = grant["row_filter"] or {}
    built = built_for(
        work,
        route,
        key=grant_key(secrets.pseudonym_key, str(grant["id"])),
        columns=grant["columns"] or None,
        keep_rows=(lambda table: keep_rows(table, row_filter)) if row_filter else None,
    )
    release_id, state = releases.put_release(
        product_id=grant["product_id"],
        delivery_id=work.id,
        plan_id=str(planned["id"]),
        digest=built.digest,
        grant_id=str(grant["id"]),
        manifest=lambda number: built.manifest(
            product_id=grant["product_id"],
            number=number,
            grant_id=str(grant["id"]),
            recipe_digest=digest(route.recipe) if route.recipe else "",
            plan_digest=planned["digest"],
            rule_set=work.rules.id,
            source=base["manifest"].get("source", {}),
            evidence={"rows_in": built.rows_in, "claim": route.claim or "none"},
            built_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        ),
    )
    release = releases_row(release_id)
    body = measured_for(work, release["manifest"], route, partial=bool(row_filter))
    body = {
        **body,
        "gaps": [],
        "quality": (
            sql.scalar("select body -> 'quality' from evidence where release_id = cast(:id as uuid)", id=base["id"])
            or {}
        ),
    }
    verdict = judge(route, body, work.rules)
    releases.put_evidence(release_id, body, verdict.to_dict(), green=verdict.green, digest=digest(body))
    if not verdict.green:
        sql.commit()
        raise Refused(reason=verdict.red[0], subject=f"grant {grant['id']}")
    sql.execute("select entry_id from entry where entry_id = :entry for update", entry=grant["entry_id"])
    shut = {("entry", grant["entry_id"]), ("product", grant["product_id"]), ("release", base["digest"])}
    if outbox.closed_targets(grant["entry_id"]) & shut:
        raise Refused(reason="release.closed", subject=f"product {grant['product_id']}")
    if state != "published":
        approve_for_grant(release, grant, secrets.signing_key)
        sql.execute(
            """update release set state = 'superseded' where grant_id = cast(:grant as uuid) and state = 'published'
                  and id <> cast(:id as uuid)""",
            grant=grant["id"],
            id=release_id,
        )
        sql.execute("update release set state = 'published' where id = cast(:id as uuid)", id=release_id)
    sql.execute(
        """insert into pointer (product_id, grant_id, release_id, epoch)
           select :product, :grant, cast(:release as uuid), e.epoch from entry e where e.entry_id = :entry
           on conflict (product_id, grant_id) do update
              set release_id = excluded.release_id, epoch = excluded.epoch, at = now()""",
        product=grant["product_id"],
        grant=str(grant["id"]),
        release=release_id,
        entry=grant["entry_id"],
    )
    sql.execute(
        "update access_grant set state = 'active' where id = cast(:id as uuid) and revoked_at is null", id=grant["id"]
    )
    outbox.put_bundle(bundles.grants_bundle(str(grant["agreement_id"])))
    audit.record(
        "grant:deliver",
        MACHINE,
        f"grant:{grant['id']}",
        {"release": release["digest"], "rows": release["row_count"], "product": grant["product_id"]},
    )
    sql.commit()
    return {"delivered": True, "digest": release["digest"], "rows": release["row_count"]}


def releases_row(release_id: str) -> dict[str, Any]:
    """The release that was just written."""
    row = sql.one(
        "select id, product_id, digest, manifest, row_count from release where id = cast(:id as uuid)", id=release_id
    )
    assert row is not None
    return row
