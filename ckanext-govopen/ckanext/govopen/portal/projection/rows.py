"""A verified bundle as rows of the projection's tables: one transaction of the caller, every statement idempotent.

What comes late loses: an entry whose epoch here is not below the bundle's stays as it is. Closures, grants and keys are
taken whatever the epoch, for they only ever close or are replaced whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

__all__ = ["applied_number", "apply_rows", "mark_applied", "note_refused", "wipe"]

Session = Any
CLOSED = "rule.closed."


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _run(session: Session, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(sa.text(sql), [dict(row) for row in rows])


def applied_number(session: Session) -> int:
    """The highest bundle that was applied; 0 when none was."""
    return int(session.execute(sa.text("select coalesce(max(number), 0) from bundle_applied")).scalar_one())


def apply_rows(session: Session, manifest: Mapping[str, Any]) -> list[str]:
    """Write what the bundle says; the answer is the ids of the entries that have to be indexed again."""
    touched: list[str] = []
    entry = manifest.get("entry")
    if entry and _entry(session, entry, manifest):
        touched.append(entry["id"])
        _products(session, entry["id"], manifest["products"])
        _releases(session, manifest["releases"], entry)
        _pointers(session, manifest["pointers"], int(entry["epoch"]))
    elif not entry:
        # Delivery releases of a grant may travel without their entry.
        _releases(session, manifest["releases"], {})
        _pointers(session, manifest["pointers"], 0)
    touched += _closures(session, manifest["closures"])
    _grants(session, manifest["grants"])
    _keys(session, manifest["keys"])
    _queue(session, touched)
    return sorted(set(touched))


def _told(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The frozen words with what travels beside them: figures of the releases, routes that the rules refuse."""
    body = dict(entry["revision"]["body"])
    for name, value in (entry.get("figures") or {}).items():
        if value is not None and body.get(name) in (None, ""):
            body[name] = value
    refusals = list(entry.get("refusals") or [])
    if refusals:
        body["refusals"] = refusals
    if entry["state"] == "catalogue" and body.get("open_type") != "closed":
        # The provider declared one thing and the rules decided another: lists and facets say what was decided.
        body["open_type_declared"], body["open_type"] = body.get("open_type"), "closed"
        first = refusals[0] if refusals else {}
        code = str(first.get("code") or entry.get("closed") or "")
        if code.startswith(CLOSED) and not body.get("closed_ground"):
            body["closed_ground"] = code.removeprefix(CLOSED)
        ground = first.get("ground")
        if isinstance(ground, Mapping) and not body.get("closed_ground_text"):
            body["closed_ground_text"], body["closed_ground_text_en"] = ground.get("zh"), ground.get("en")
    return body


def _entry(session: Session, entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Take the entry over if its epoch is newer; whether it was."""
    state = "withdrawn" if manifest["kind"] == "withdraw" else entry["state"]
    done = session.execute(
        sa.text(
            """insert into pub_entry (entry_id, name, epoch, state, revision_digest, body, organisation, published_at,
                modified_at)
            values (:id, :name, :epoch, :state, :revision, cast(:body as jsonb), cast(:organisation as jsonb),
                :published_at, :modified_at)
            on conflict (entry_id) do update set name = excluded.name, epoch = excluded.epoch, state = excluded.state,
                revision_digest = excluded.revision_digest, body = excluded.body,
                organisation = excluded.organisation, modified_at = excluded.modified_at
            where pub_entry.epoch < excluded.epoch"""
        ),
        {
            "id": entry["id"],
            "name": entry["name"],
            "epoch": int(entry["epoch"]),
            "state": state,
            "revision": entry["revision"]["digest"],
            "body": _json(_told(entry)),
            "organisation": _json(entry.get("organisation") or {}),
            "published_at": entry["published_at"],
            "modified_at": manifest.get("created_at") or entry["published_at"],
        },
    )
    return bool(done.rowcount)


def _products(session: Session, entry_id: str, products: Iterable[Mapping[str, Any]]) -> None:
    rows = [
        {
            "id": product["id"],
            "entry": entry_id,
            "position": int(product.get("position") or 0),
            "kind": product["kind"],
            "audience": product["audience"],
            "body": _json(dict(product)),
        }
        for product in products
    ]
    _run(
        session,
        """insert into pub_product (product_id, entry_id, position, kind, audience, body)
        values (:id, :entry, :position, :kind, :audience, cast(:body as jsonb))
        on conflict (product_id) do update set position = excluded.position, kind = excluded.kind,
            audience = excluded.audience, body = excluded.body""",
        rows,
    )


def _releases(session: Session, releases: Iterable[Mapping[str, Any]], entry: Mapping[str, Any]) -> None:
    rows = [
        {
            "product": release["product_id"],
            "digest": release["digest"],
            "number": int(release["number"]),
            "grant": release.get("grant_id") or "",
            "row_count": int(release["row_count"]),
            "manifest": _json(dict(release)),
            "at": (release.get("approval") or {}).get("at") or entry.get("published_at") or release["built_at"],
        }
        for release in releases
    ]
    _run(
        session,
        """insert into pub_release (product_id, digest, number, grant_id, row_count, manifest, published_at)
        values (:product, :digest, :number, :grant, :row_count, cast(:manifest as jsonb), :at)
        on conflict (product_id, digest, grant_id) do update set number = excluded.number,
            manifest = excluded.manifest, published_at = excluded.published_at""",
        rows,
    )


def _pointers(session: Session, pointers: Iterable[Mapping[str, Any]], epoch: int) -> None:
    rows = [
        {"product": p["product_id"], "grant": p.get("grant_id") or "", "digest": p["digest"], "epoch": epoch}
        for p in pointers
    ]
    _run(
        session,
        """insert into pub_pointer (product_id, grant_id, digest, epoch) values (:product, :grant, :digest, :epoch)
        on conflict (product_id, grant_id) do update set digest = excluded.digest, epoch = excluded.epoch, at = now()
        where pub_pointer.epoch <= excluded.epoch""",
        rows,
    )


def _closures(session: Session, closures: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write closures and lifts; the answer is the entries that they touch."""
    rows = [
        {
            "id": str(c["id"]),
            "scope": c["scope"],
            "target": c["target"],
            "code": c["code"],
            "notice": _json(c.get("notice") or {}),
            "at": c["at"],
            "lifted_at": c.get("lifted_at"),
        }
        for c in closures
    ]
    _run(
        session,
        """insert into pub_closure (id, scope, target, code, notice, at, lifted_at)
        values (:id, :scope, :target, :code, cast(:notice as jsonb), :at, :lifted_at)
        on conflict (id) do update set notice = excluded.notice, lifted_at = excluded.lifted_at,
            seq = nextval(pg_get_serial_sequence('pub_closure', 'seq'))
        where pub_closure.lifted_at is distinct from excluded.lifted_at or pub_closure.notice <> excluded.notice""",
        rows,
    )
    touched: list[str] = []
    for row in rows:
        found = session.execute(
            sa.text(
                """select entry_id from pub_entry where :scope = 'entry' and entry_id = :target
                union select entry_id from pub_product where :scope = 'product' and product_id = :target
                union select p.entry_id from pub_product p join pub_release r using (product_id)
                    where :scope = 'release' and r.digest = :target"""
            ),
            {"scope": row["scope"], "target": row["target"]},
        )
        touched += found.scalars()
    return touched


def _grants(session: Session, grants: Iterable[Mapping[str, Any]]) -> None:
    names = "id agreement licensee product_id columns quota_rows purpose expires_on revoked_at".split()
    rows = []
    for grant in grants:
        row = {name: grant.get(name) for name in names}
        columns = row["columns"]
        row |= {"agreement": _json(row["agreement"]), "columns": None if columns is None else _json(columns)}
        rows.append(row)
    _run(
        session,
        """insert into pub_grant (id, agreement, licensee, product_id, columns, quota_rows, purpose, expires_on,
            revoked_at)
        values (:id, cast(:agreement as jsonb), :licensee, :product_id, cast(:columns as jsonb), :quota_rows, :purpose,
            :expires_on, :revoked_at)
        on conflict (id) do update set agreement = excluded.agreement, licensee = excluded.licensee,
            product_id = excluded.product_id, columns = excluded.columns, quota_rows = excluded.quota_rows,
            purpose = excluded.purpose, expires_on = excluded.expires_on, revoked_at = excluded.revoked_at""",
        rows,
    )


def _keys(session: Session, keys: Iterable[Mapping[str, Any]]) -> None:
    names = "key_id secret_hash licensee agreement_id expires_on revoked_at".split()
    _run(
        session,
        """insert into api_key (key_id, secret_hash, licensee, agreement_id, expires_on, revoked_at)
        values (:key_id, :secret_hash, :licensee, :agreement_id, :expires_on, :revoked_at)
        on conflict (key_id) do update set secret_hash = excluded.secret_hash, licensee = excluded.licensee,
            agreement_id = excluded.agreement_id, expires_on = excluded.expires_on,
            revoked_at = excluded.revoked_at""",
        [{name: key.get(name) for name in names} for key in keys],
    )


def _queue(session: Session, entries: Iterable[str]) -> None:
    _run(
        session,
        """insert into index_queue (entry_id) values (:id)
        on conflict (entry_id) do update set attempts = 0, next_at = now(), queued_at = now()""",
        [{"id": id} for id in sorted(set(entries))],
    )


def mark_applied(session: Session, number: int, digest: str, kind: str) -> None:
    """Note that a bundle is in; a refusal of the same number is over."""
    values = {"number": number, "digest": digest, "kind": kind}
    session.execute(sa.text("delete from bundle_refused where number = :number"), values)
    session.execute(
        sa.text(
            "insert into bundle_applied (number, digest, kind) values (:number, :digest, :kind)"
            " on conflict (number) do nothing"
        ),
        values,
    )


def note_refused(session: Session, number: int, digest: str, code: str) -> None:
    """Note a bundle that was refused: the projection stands still until another one lies there."""
    session.execute(
        sa.text(
            """insert into bundle_refused (number, digest, code) values (:number, :digest, :code)
            on conflict (number) do update set digest = excluded.digest, code = excluded.code, at = now()"""
        ),
        {"number": number, "digest": digest, "code": code},
    )


def wipe(session: Session) -> None:
    """Empty what bundles can bring back; what visitors sent and what was counted stays."""
    for table in "index_queue api_key pub_grant pub_closure pub_pointer pub_release pub_product pub_entry".split():
        session.execute(sa.text(f"delete from {table}"))
    session.execute(sa.text("delete from bundle_applied"))
    session.execute(sa.text("delete from bundle_refused"))
