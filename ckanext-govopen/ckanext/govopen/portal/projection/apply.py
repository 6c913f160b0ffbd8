"""One bundle into the open side: parts to the store first, then one transaction for everything that points to them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govopen.portal.projection import packages, rows
from ckanext.govopen.portal.projection.errors import BundleOutOfOrder
from ckanext.govopen.releases.bundle import Bundle
from ckanext.govopen.releases.store import ReleaseStore

__all__ = ["apply"]

log = logging.getLogger(__name__)


def apply(bundle: Bundle, store: ReleaseStore) -> list[str]:
    """Apply the next bundle; the answer is the ids of the entries that changed. Applying it twice changes nothing."""
    done = rows.applied_number(model.Session)
    if bundle.number <= done:
        return []
    if done and bundle.number != done + 1:
        raise BundleOutOfOrder(number=bundle.number, expected=done + 1)
    store.put_many(bundle.parts())
    entry = bundle.manifest.get("entry")
    owner = packages.ensure_organisation(entry.get("organisation") or {}) if entry else None
    touched = _write(bundle, owner, with_packages=True)
    log.info("bundle %d (%s) applied: %d entries touched", bundle.number, bundle.kind, len(touched))
    return touched


def _write(bundle: Bundle, owner: str | None, *, with_packages: bool) -> list[str]:
    session = model.Session
    try:
        touched = rows.apply_rows(session, bundle.manifest)
        if with_packages:
            for entry_id in touched:
                _package(entry_id, owner)
        rows.mark_applied(session, bundle.number, bundle.digest, bundle.kind)
        model.repo.commit()
    except tk.ValidationError as err:
        # CKAN has rolled everything back. The data are approved and signed: they go out without CKAN's copy.
        session.rollback()
        fields = ", ".join(sorted(map(str, err.error_dict)))
        log.error("bundle %d: CKAN refuses the package (%s); published without it", bundle.number, fields)  # noqa: TRY400 - fields only.
        return _write(bundle, owner, with_packages=False)
    except BaseException:
        session.rollback()
        raise
    finally:
        session.remove()
    return touched


def _package(entry_id: str, owner: str | None) -> None:
    session = model.Session
    entry = (
        session.execute(sa.text("select * from pub_entry where entry_id = :id"), {"id": entry_id}).mappings().first()
    )
    if entry is None:
        return
    products = [
        dict(row)
        for row in session.execute(
            sa.text("select * from pub_product where entry_id = :id order by position, product_id"), {"id": entry_id}
        ).mappings()
    ]
    current: Mapping[str, Any] = {
        row["product_id"]: row["manifest"]
        for row in session.execute(
            sa.text(
                """select p.product_id, r.manifest from pub_pointer p join pub_release r
                    using (product_id, digest, grant_id) join pub_product q using (product_id)
                where p.grant_id = '' and q.entry_id = :id"""
            ),
            {"id": entry_id},
        ).mappings()
    }
    if owner is None:
        known = model.Package.get(entry_id)
        owner = known.owner_org if known else None
    closed = set(
        session.execute(
            sa.text(
                """select target from pub_closure where lifted_at is null
                    and (target = :id or target = any(:products) or target = any(:digests))"""
            ),
            {
                "id": entry_id,
                "products": [p["product_id"] for p in products],
                "digests": [release["digest"] for release in current.values()],
            },
        ).scalars()
    )
    shown = [
        p
        for p in products
        if entry["state"] == "open"
        and not closed & {entry_id, p["product_id"], (current.get(p["product_id"]) or {}).get("digest")}
        and (p["product_id"] in current or p["audience"] != "public")
    ]
    packages.write_package(packages.package_of(entry, owner, shown, current))
