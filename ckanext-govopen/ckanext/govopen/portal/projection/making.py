"""What is made beside a release after it is public: renditions to download and side structures for the row service.

Both are disposable. A release is served from its parts meanwhile, so a failure here never holds a publication up.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import sqlalchemy as sa

from ckan import model

from ckanext.govopen.portal.data_api import sides
from ckanext.govopen.releases import renditions
from ckanext.govopen.releases.store import ReleaseStore

__all__ = ["make_next"]

log = logging.getLogger(__name__)
_failed: set[tuple[str, str]] = set()


def _next() -> dict[str, Any] | None:
    """The oldest current release that has nothing beside it yet."""
    found = model.Session.execute(
        sa.text(
            """select r.product_id, r.digest, r.grant_id, r.manifest, p.body as product, e.body as entry
            from pub_release r join pub_pointer t using (product_id, digest, grant_id)
                join pub_product p using (product_id) join pub_entry e using (entry_id)
            where r.renditions = '{}' and r.manifest->>'kind' in ('table', 'cube') order by r.published_at limit 50"""
        )
    )
    for row in found.mappings():
        if (row["digest"], row["grant_id"]) not in _failed:
            return dict(row)
    return None


def make_next(store: ReleaseStore) -> bool:
    """Make the renditions and sides of one release; whether there was one to make."""
    row = _next()
    model.Session.rollback()
    if row is None:
        return False
    try:
        sides.build(store, row["manifest"])
        made = renditions.make_all(store, row["manifest"], row["entry"])
    except Exception:  # whatever a library says, the release stays public and the next one gets its turn.
        log.exception("release %s: nothing could be made beside it", row["digest"])
        _failed.add((row["digest"], row["grant_id"]))
        model.Session.rollback()
        return True
    model.Session.execute(
        sa.text(
            "update pub_release set renditions = cast(:made as jsonb)"
            " where product_id = :product_id and digest = :digest and grant_id = :grant_id"
        ),
        {"made": json.dumps(made), **{key: row[key] for key in ("product_id", "digest", "grant_id")}},
    )
    model.Session.commit()
    model.Session.remove()
    if not made:
        _failed.add((row["digest"], row["grant_id"]))
    return True
