"""关停: one row closes page, file, rows, index and licensees' access; lifting it opens them again.

Closing takes the entry's row lock and moves its epoch, so a publication in flight either was before it (and is closed
with the rest) or comes after it (and loses). Row, epoch, outbox line and audit leaf are one transaction: the caller's.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing import bundles, store
from ckanext.govopen.errors import Conflict, Malformed, Missing

__all__ = ["SCOPES", "close", "confirm", "entry_of", "lift"]

SCOPES = ("entry", "product", "release")


def entry_of(scope: str, target: str) -> list[str]:
    """The entries that a closure touches: one, but for a release that several share."""
    if scope not in SCOPES:
        raise Malformed(field="scope", expected="entry, product or release")
    found = {
        "entry": "select entry_id from entry where entry_id = :target",
        "product": "select entry_id from product where id = :target",
        "release": "select distinct p.entry_id from release r join product p on p.id = r.product_id"
        " where r.digest = :target order by 1",
    }[scope]
    entries = [row["entry_id"] for row in sql.rows(found, target=target)]
    if not entries:
        raise Missing(kind=scope, id=target)
    return entries


def close(
    scope: str, target: str, code: str, notice: dict[str, str], ordered_by: str, order_id: str | None = None
) -> str:
    """Close something in the caller's transaction; give the closure's id. An order that was followed is not followed twice."""
    if order_id is not None:
        known = sql.scalar("select id from closure where order_id = :order", order=order_id)
        if known:
            return str(known)
    entries = entry_of(scope, target)
    for entry_id in entries:
        sql.execute("update entry set epoch = epoch + 1, changed_at = now() where entry_id = :entry", entry=entry_id)
    told = {"code": code, "notice": sql.js({"zh": notice.get("zh", ""), "en": notice.get("en", "")}), "by": ordered_by}
    row = _insert(scope=scope, target=target, order=order_id, **told)
    # A licensee's delivery was made from this release: it goes with it, and each is lifted by itself.
    made = [_insert(scope=scope, target=digest, order=None, **told) for digest in _made_from(scope, target)]
    store.put_bundle(bundles.closure_bundle([row, *made]), urgent=True)
    audit.record(
        "closure:close", ordered_by, f"{scope}:{target}", {"closure": row["id"], "code": code, "order": order_id or ""}
    )
    return str(row["id"])


def _insert(**values: Any) -> dict[str, Any]:
    row = sql.one(
        """insert into closure (scope, target, code, notice, order_id, ordered_by)
           values (:scope, :target, :code, cast(:notice as jsonb), :order, :by) returning *""",
        **values,
    )
    assert row is not None
    return row


def _made_from(scope: str, target: str) -> list[str]:
    """Digests of the delivery releases whose rows come from the same delivery as the release that is closed."""
    if scope != "release":
        return []
    rows = sql.rows(
        """select distinct d.digest from release b join release d on d.product_id = b.product_id
              and d.delivery_id = b.delivery_id and d.grant_id is not null
            where b.digest = :target and b.grant_id is null and d.digest <> b.digest order by 1""",
        target=target,
    )
    return [row["digest"] for row in rows]


def confirm(closure_id: str, officer: str) -> None:
    """An officer confirms what a machine or a colleague closed, in the caller's transaction."""
    touched = sql.execute(
        "update closure set confirmed_by = :by, confirmed_at = now()"
        " where id = cast(:id as uuid) and confirmed_by is null and lifted_at is null",
        by=officer,
        id=closure_id,
    )
    row = _must(closure_id)
    if not touched:
        raise Conflict(subject="closure", expected="unconfirmed", found="lifted" if row["lifted_at"] else "confirmed")
    audit.record("closure:confirm", officer, f"{row['scope']}:{row['target']}", {"closure": closure_id})


def lift(closure_id: str, officer: str) -> None:
    """Open again what was closed, in the caller's transaction: pointers are as they were, so nothing needs republishing."""
    row = _must(closure_id)
    for entry_id in entry_of(row["scope"], row["target"]):
        sql.execute("update entry set epoch = epoch + 1, changed_at = now() where entry_id = :entry", entry=entry_id)
    lifted = sql.one(
        "update closure set lifted_by = :by, lifted_at = now() where id = cast(:id as uuid) and lifted_at is null"
        " returning *",
        by=officer,
        id=closure_id,
    )
    if lifted is None:
        raise Conflict(subject="closure", expected="live", found="lifted")
    if row["scope"] == "entry":
        sql.execute(
            """update entry set state = case when exists (
                   select from pointer t join product p on p.id = t.product_id where p.entry_id = entry.entry_id)
                   then 'open' when published_revision is not null then 'catalogue' else 'working' end
                where entry_id = :entry and state = 'withdrawn' and not exists (
                   select from closure c where c.scope = 'entry' and c.target = :entry and c.lifted_at is null)""",
            entry=row["target"],
        )
    store.put_bundle(bundles.closure_bundle([lifted]), urgent=True)
    audit.record("closure:lift", officer, f"{row['scope']}:{row['target']}", {"closure": closure_id})


def _must(closure_id: str) -> dict[str, Any]:
    row = store.closure(closure_id)
    if row is None:
        raise Missing(kind="closure", id=closure_id)
    return row


def notice_from(zh: str, en: str, at: dt.datetime) -> dict[str, str]:
    """A notice in both languages with its day."""
    day = at.date().isoformat()
    return {"zh": f"{zh}（{day}）", "en": f"{en} ({day})"}
