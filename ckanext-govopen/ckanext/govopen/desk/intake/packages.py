"""Organisations and working entries in CKAN, written by the site's own account in the worker's transaction.

A working entry is what officers see and mend; nothing of it is public before a revision of it is frozen and approved.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.catalogue import entry as core
from ckanext.govopen.desk.jobs import sql

if TYPE_CHECKING:
    from govopen_harvesters.base import Provider

__all__ = ["entry_name", "provider_facts", "put_entry", "put_organisation"]


def _context() -> dict[str, Any]:
    user = tk.get_action("get_site_user")({"ignore_auth": True, "defer_commit": True}, {})
    return {"user": user["name"], "ignore_auth": True, "defer_commit": True, "return_id_only": True}


def provider_facts(provider: Provider) -> dict[str, Any]:
    """A department as the catalogue's core takes it."""
    return {
        "name": provider.slug,
        "slug": provider.slug,
        "code": provider.code,
        "uscc": provider.code,
        "title": provider.name_zh,
        "title_en": provider.name_en,
        "name_zh": provider.name_zh,
        "name_en": provider.name_en,
        "region": provider.region,
        "level": provider.level,
    }


def put_organisation(provider: Provider) -> bool:
    """Write a department unless it stands there as it is; gives whether anything was written. No commit."""
    extras = {"title_en": provider.name_en, "region": provider.region, "uscc": provider.code, "level": provider.level}
    row = sql.one(
        """select id, title, coalesce(extras, '{}') as extras from "group" where name = :name and is_organization""",
        name=provider.slug,
    )
    if (
        row is not None
        and row["title"] == provider.name_zh
        and all(row["extras"].get(k) == v for k, v in extras.items())
    ):
        return False
    data = {
        "name": provider.slug,
        "title": provider.name_zh,
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
    }
    if row is None:
        tk.get_action("organization_create")(_context(), data)
    else:
        tk.get_action("organization_patch")(_context(), {"id": row["id"], **data})
    return True


def entry_name(provider: Provider, hub: str, remote_id: str) -> str:
    """The URL name of an entry: the department and a digest of where it comes from, the same for ever."""
    slug = re.sub(r"[^a-z0-9-]+", "-", provider.slug.lower()).strip("-")[:60] or "entry"
    return f"{slug}-{hashlib.sha256(f'{hub} {remote_id}'.encode()).hexdigest()[:10]}"


def put_entry(provider: Provider, hub: str, remote_id: str, descriptor: Mapping[str, Any]) -> str:
    """Make or renew the working entry of an item in the caller's transaction; gives the entry's id (CKAN's package id)."""
    body = dict(core.descriptor_to_catalogue(descriptor, provider_facts(provider)))
    name = entry_name(provider, hub, remote_id)
    body.update({"name": name, "owner_org": provider.slug, "private": False, "type": "dataset"})
    found = sql.scalar("select entry_id from entry where name = :name", name=name)
    if found is None:
        entry_id = tk.get_action("package_create")(_context(), body)
        sql.execute(
            "insert into entry (entry_id, name, organisation) values (:id, :name, :organisation)",
            id=entry_id,
            name=name,
            organisation=provider.slug,
        )
        return str(entry_id)
    tk.get_action("package_update")(_context(), {**body, "id": found})
    sql.execute(
        "update entry set organisation = :organisation, changed_at = now() where entry_id = :id",
        organisation=provider.slug,
        id=found,
    )
    return str(found)
