"""What the catalogue's actions accept."""

from __future__ import annotations

from typing import Any

from ckanext.govopen.desk.accept import Field, Problem, boolean, json_object, need, one_of, opt, paging, text

__all__ = [
    "COLUMN",
    "entry_list",
    "entry_show",
    "entry_update",
    "intake_run",
    "job_list",
    "precheck_show",
    "quarantine_list",
]

COLUMN = ("name_zh", "name_en", "description_zh", "description_en", "unit")


def _columns(value: Any) -> list[dict[str, str]]:
    """A list of {name, and what is to be mended of it}."""
    if not isinstance(value, list) or len(value) > 2000:
        raise Problem("Must be a list of columns, each an object with name")
    read = text(4000)
    found = []
    for column in value:
        if not isinstance(column, dict) or not column.get("name"):
            raise Problem("Must be a list of columns, each an object with name")
        unknown = set(column) - {"name", *COLUMN}
        if unknown:
            raise Problem("A column has no %s", min(unknown)[:60])
        found.append({key: read(item) if item is not None else "" for key, item in column.items()})
    return found


def entry_list() -> dict[str, Field]:
    """Filters and page."""
    return {
        "q": opt(text(200)),
        "organisation": opt(text(100)),
        "state": opt(one_of("working", "open", "catalogue", "withdrawn")),
        "stage": opt(one_of("landed", "profiled", "planned", "built", "judged", "failed")),
        "closed": opt(boolean),
        "green": opt(boolean),
        "kind": opt(one_of("table", "file", "link", "map")),
        **paging(),
    }


def entry_show() -> dict[str, Field]:
    """The entry's id or name."""
    return {"id": need(text(200))}


def precheck_show() -> dict[str, Field]:
    """The entry's id or name."""
    return {"id": need(text(200))}


def entry_update() -> dict[str, Field]:
    """Descriptions by field name, and columns by their names."""
    return {"id": need(text(200)), "changes": opt(json_object), "columns": opt(_columns)}


def quarantine_list() -> dict[str, Field]:
    """A page."""
    return paging()


def job_list() -> dict[str, Field]:
    """Filters and page."""
    return {"state": opt(one_of("queued", "running", "done", "failed")), "kind": opt(text(60)), **paging()}


def intake_run() -> dict[str, Field]:
    """Nothing."""
    return {}
