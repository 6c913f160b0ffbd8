"""发布: move the pointers of an entry, or lose against whoever was faster; state and outbox line are one transaction.

Before anything moves: the officers' steps are complete and signed, what they signed is what lies there, nothing of it
is closed, the hub's approval still stands, and the entry's epoch is the one that was read. The database's own guards
(approval, pointer, epoch, closure) check once more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.jobs import queue, sql
from ckanext.govopen.desk.publishing import bundles, standing, store
from ckanext.govopen.desk.publishing.errors import Closed, EpochMoved, Lapsed, PartAway
from ckanext.govopen.desk.publishing.witness import frozen, still_approved, witnessed
from ckanext.govopen.errors import Conflict, Missing
from ckanext.govopen.releases.canonical import bare
from ckanext.govopen.releases.signature import sign_statement

__all__ = ["MACHINE", "advance_pointers", "lapse", "publish_release", "publish_request"]

MACHINE = "publisher"
HasPart = Callable[[str], bool]


def publish_request(request_id: str, seed: bytes, has_part: HasPart = lambda _: True) -> dict[str, Any]:
    """Apply an approved request; commits. One that was applied already is left alone."""
    request = sql.one("select * from request where id = cast(:id as uuid)", id=request_id)
    if request is None:
        raise Missing(kind="release request", id=request_id)
    if request["state"] == "applied":
        return {"applied": True, "again": True}
    epoch = _epoch(request["entry_id"])
    releases = _releases_of(request_id)
    _parts_are_there(releases, has_part)
    request = sql.one("select * from request where id = cast(:id as uuid) for update", id=request_id)
    assert request is not None
    if request["state"] != "approved":
        raise Conflict(subject=f"release request {request['number']}", expected="approved", found=request["state"])
    witnessed(request, seed)
    plan = frozen(request, releases)
    still_approved(request["entry_id"])
    for release in releases:
        _approve(release, maker="person", request=request, seed=seed)
    sql.execute(
        """update entry set published_revision = cast(:revision as uuid),
                  state = case when :open then 'open' when state = 'open' then 'open' else 'catalogue' end
            where entry_id = :entry""",
        revision=request["revision_id"],
        open=bool(releases),
        entry=request["entry_id"],
    )
    sent = advance_pointers(
        request["entry_id"], releases, expected=epoch, kind="publish" if releases else "catalogue", plan=plan
    )
    if request["standing"]:
        standing.grant(request, releases, plan)
    sql.execute(
        "update request set state = 'applied', decided_at = coalesce(decided_at, now()) where id = cast(:id as uuid)",
        id=request_id,
    )
    audit.record(
        "release:request:applied",
        MACHINE,
        f"request:{request['number']}",
        {"entry": request["entry_id"], "epoch": sent, "releases": [release["digest"] for release in releases]},
    )
    sql.commit()
    return {"applied": True, "epoch": sent, "releases": len(releases)}


def publish_release(
    release_id: str, *, maker: str, seed: bytes, standing_plan: Mapping[str, Any] | None = None, has_part: HasPart
) -> dict[str, Any]:
    """Publish one candidate under a standing plan; commits."""
    release = sql.one(_RELEASE + " where r.id = cast(:id as uuid)", id=release_id)
    if release is None:
        raise Missing(kind="release", id=release_id)
    if release["state"] == "published":
        return {"published": True, "again": True}
    epoch = _epoch(release["entry_id"])
    _parts_are_there([release], has_part)
    still_approved(release["entry_id"])
    _approve(release, maker=maker, standing_plan=standing_plan, seed=seed)
    plan = sql.scalar("select body from plan where id = cast(:id as uuid)", id=release["plan_id"])
    sent = advance_pointers(release["entry_id"], [release], expected=epoch, kind="publish", plan=plan)
    audit.record(
        "release:publish:standing",
        MACHINE,
        f"release:{release['digest']}",
        {
            "entry": release["entry_id"],
            "epoch": sent,
            "number": release["number"],
            "standing_plan": str((standing_plan or {}).get("id", "")),
        },
    )
    sql.commit()
    return {"published": True, "epoch": sent}


_RELEASE = """select r.*, p.entry_id, p.audience, p.route, p.kind as product_kind
                from release r join product p on p.id = r.product_id"""


def _releases_of(request_id: str) -> list[dict[str, Any]]:
    return sql.rows(
        _RELEASE + " join request_release x on x.release_id = r.id where x.request_id = cast(:id as uuid)"
        " order by p.created_at, r.number",
        id=request_id,
    )


def _epoch(entry_id: str) -> int:
    epoch = sql.scalar("select epoch from entry where entry_id = :entry", entry=entry_id)
    if epoch is None:
        raise Missing(kind="entry", id=entry_id)
    return int(epoch)


def _parts_are_there(releases: Iterable[Mapping[str, Any]], has_part: HasPart) -> None:
    for release in releases:
        for part in release["manifest"]["parts"]:
            if not has_part(bare(part["digest"])):
                raise PartAway(digest=part["digest"])


def _approve(
    release: Mapping[str, Any],
    *,
    maker: str,
    seed: bytes,
    request: Mapping[str, Any] | None = None,
    standing_plan: Mapping[str, Any] | None = None,
    grant_id: str | None = None,
    expires_on: dt.date | None = None,
) -> None:
    """Write the approval of a release, signed, and let it become published."""
    source = str((request or standing_plan or {}).get("id") or grant_id)
    statement = {
        "statement": "govopen-approval/1",
        "release": release["digest"],
        "product": release["product_id"],
        "maker": maker,
        "by": source,
        "expires_on": expires_on.isoformat() if expires_on else "",
    }
    sql.execute(
        """insert into approval (release_id, maker, request_id, standing_plan_id, grant_id, digest, signature, expires_on)
           values (cast(:release as uuid), :maker, cast(:request as uuid), cast(:standing as uuid),
                   cast(:grant as uuid), :digest, :signature, :expires)
           on conflict (release_id) do nothing""",
        release=release["id"],
        maker=maker,
        request=request["id"] if request else None,
        standing=standing_plan["id"] if standing_plan else None,
        grant=grant_id,
        digest=release["digest"],
        signature=sign_statement(seed, statement),
        expires=expires_on,
    )


def approve_for_grant(release: Mapping[str, Any], grant: Mapping[str, Any], seed: bytes) -> None:
    """Approve a delivery release under its grant, until the grant ends."""
    _approve(release, maker="grant", grant_id=str(grant["id"]), seed=seed, expires_on=grant["expires_on"])


def advance_pointers(
    entry_id: str,
    releases: Iterable[Mapping[str, Any]],
    *,
    expected: int,
    kind: str,
    plan: Mapping[str, Any] | None = None,
) -> int:
    """Move the pointers in the caller's transaction and put the bundle into the outbox; gives the new epoch.

    Loses with `EpochMoved` when the epoch is not `expected`, with `Closed` when a closure stands in the way.
    """
    releases = list(releases)
    moved = sql.execute(
        "update entry set epoch = epoch + 1, changed_at = now() where entry_id = :entry and epoch = :expected",
        entry=entry_id,
        expected=expected,
    )
    if not moved:
        sql.rollback()
        raise EpochMoved(subject=f"entry {entry_id}", expected=str(expected), found="ahead")
    closed = store.closed_targets(entry_id)
    for scope, target in [
        ("entry", entry_id),
        *[("product", r["product_id"]) for r in releases],
        *[("release", r["digest"]) for r in releases],
    ]:
        if (scope, target) in closed:
            sql.rollback()
            raise Closed(subject=f"{scope} {target}")
    before = store.last_epoch_sent(entry_id)
    for release in releases:
        grant = str(release["grant_id"] or "")
        sql.execute(
            """update release set state = 'superseded' where product_id = :product and state = 'published'
                  and coalesce(grant_id::text, '') = :grant and id <> cast(:id as uuid)""",
            product=release["product_id"],
            grant=grant,
            id=release["id"],
        )
        for state in ("approved", "published"):
            sql.execute("update release set state = :state where id = cast(:id as uuid)", state=state, id=release["id"])
        sql.execute(
            """insert into pointer (product_id, grant_id, release_id, epoch)
               values (:product, :grant, cast(:id as uuid), :epoch)
               on conflict (product_id, grant_id) do update
                  set release_id = excluded.release_id, epoch = excluded.epoch, at = now()""",
            product=release["product_id"],
            grant=grant,
            id=release["id"],
            epoch=expected + 1,
        )
    store.put_bundle(bundles.entry_bundle(kind, entry_id, expected_epoch=before, plan=plan))
    _tell_the_hub(entry_id, releases, kind)
    _renew_deliveries(releases)
    return expected + 1


def _tell_the_hub(entry_id: str, releases: list[Mapping[str, Any]], kind: str) -> None:
    for item in sql.rows("select remote_id, package_id from source_item where entry_id = :entry", entry=entry_id):
        store.put_receipt(
            {
                "remote_id": item["remote_id"],
                "package_id": item["package_id"],
                "kind": "published",
                "code": None,
                "detail": {"what": kind, "products": len(releases), "rows": sum(int(r["row_count"]) for r in releases)},
                "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            }
        )


def _renew_deliveries(releases: list[Mapping[str, Any]]) -> None:
    """Licensees get their delivery release anew when what it is made from changed."""
    for release in releases:
        if release["audience"] != "licensee" or release["grant_id"]:
            continue
        for grant in sql.rows(
            "select id from access_grant where product_id = :product and state in ('building', 'active', 'failed')"
            " and expires_on >= current_date",
            product=release["product_id"],
        ):
            queue.enqueue("deliver", str(grant["id"]))


def lapse(request_id: str, code: str, detail: Mapping[str, Any]) -> None:
    """End a request that can no longer be applied, and tell its organisation; commits."""
    row = sql.one(
        """update request set state = 'lapsed', decided_at = now() where id = cast(:id as uuid) and state = 'approved'
           returning number, entry_id""",
        id=request_id,
    )
    if row is not None:
        sql.execute(
            """update release set state = 'candidate' where state = 'approved'
                  and id in (select release_id from request_release where request_id = cast(:id as uuid))""",
            id=request_id,
        )
        organisation = sql.scalar("select organisation from entry where entry_id = :entry", entry=row["entry_id"])
        sql.execute(
            """insert into task (kind, key, entry_id, organisation, role, code, detail)
               values ('lapsed', :key, :entry, :organisation, 'officer', :code, cast(:detail as jsonb))
               on conflict (kind, key) where state = 'open' do nothing""",
            key=request_id,
            entry=row["entry_id"],
            organisation=organisation,
            code=code,
            detail=sql.js(dict(detail)),
        )
        audit.record("release:request:lapsed", MACHINE, f"request:{row['number']}", {"code": code})
    sql.commit()


def guarded(err: BaseException, request_id: str) -> Closed | EpochMoved | Lapsed | None:
    """What one of the database's guards said no to, as our own refusal; None for every other error."""
    code = str(getattr(getattr(err, "orig", None), "pgcode", "") or "")
    if code == "GO004":
        return Closed(subject=f"release request {request_id}")
    if code == "GO003":
        return EpochMoved(subject=f"release request {request_id}", expected="its epoch", found="ahead")
    if code == "GO002":
        return Lapsed(request_id=request_id, changed="approval")
    return None
