"""The working entry as CKAN holds it, and what of it would be frozen: the bridge between CKAN and the pure core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.columns import described
from ckanext.govopen.desk.act import site_context
from ckanext.govopen.desk.catalogue import entry as core
from ckanext.govopen.errors import Missing

__all__ = ["EDITABLE", "columns", "gaps", "package", "revision"]

EDITABLE = (
    "title",
    "title_en",
    "notes",
    "notes_en",
    "row_meaning",
    "row_meaning_en",
    "caveats",
    "caveats_en",
    "known_problems",
    "known_problems_en",
    "contact_unit",
    "contact_phone",
    "legal_basis",
    "update_cycle",
    "theme",
    "closed_ground_text",
)


def package(entry_id: str) -> dict[str, Any]:
    """The working entry, read by the site's own account: the caller's right to see it was checked before."""
    try:
        return dict(tk.get_action("package_show")(site_context(), {"id": entry_id}))
    except tk.ObjectNotFound:
        raise Missing(kind="entry", id=entry_id) from None


def revision(entry_id: str) -> dict[str, Any]:
    """What of the working entry would be frozen now."""
    return dict(core.revision_body(package(entry_id)))


def gaps(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Descriptions that are missing, each with its code and field."""
    return [{"code": gap.code, "field": gap.field} for gap in core.incomplete(body)]


def columns(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns of an entry as it describes them."""
    return described(shown.get("govopen_fields"))
