"""Turn an entry into the catalogue metadata and the table schema that the hub sends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from govopen_harvesters.base import Provider
from govopen_harvesters.reference_hub.entry import Column, Entry, Two

__all__ = ["descriptor", "field_entry", "table_schema"]

_LICENCES = {"unconditional": "govopen-unconditional", "conditional": "govopen-conditional"}


def _two(text: Two) -> dict[str, str]:
    return {"zh_Hans_CN": text[0], "en": text[1]}


def field_entry(column: Column) -> dict[str, Any]:
    """Write one information item."""
    return {
        "name_en": column.name,
        "name_zh": column.title[0],
        "label": _two(column.title),
        "description": _two(column.meaning),
        "type": column.letter,
        "length": column.length,
        "unit": column.unit,
        "codelist": column.codelist,
        "element_id": column.element,
        "share_type": column.share_type,
        "open_type": column.open_type,
        "data_level": column.level,
        "sensitivity_tags": list(column.tags),
        "is_key": column.key,
    }


def descriptor(entry: Entry, provider: Provider, number: int, today: dt.date) -> dict[str, Any]:
    """Write the catalogue metadata of an entry."""
    embargo = today + dt.timedelta(days=entry.embargo_days) if entry.embargo_days is not None else None
    return {
        "title_translated": _two(entry.title),
        "notes_translated": _two(entry.notes),
        "resource_code": f"{_class_of(entry)}{_item_of(provider)}001/{number:06d}",
        "resource_class": _class_of(entry),
        "provider_uscc": provider.code,
        "share_type": entry.share_type,
        "share_condition": entry.share_condition,
        "open_type": entry.open_type,
        "open_condition": entry.open_condition,
        "closed_ground": entry.closed_ground,
        "update_cycle": entry.cycle,
        "theme": entry.theme,
        "base_library": entry.base_library,
        "category": entry.category,
        "region": provider.region,
        "tags": list(entry.tags),
        "tags_declared": list(entry.tags_declared),
        "row_meaning": _two(entry.row_meaning),
        "caveats": _two(entry.caveats),
        "known_problems": _two(entry.problems),
        "contact_unit": f"{provider.name_zh}数据管理科",
        "contact_phone": "0539-0000000",
        "license_id": entry.license_id or _LICENCES.get(entry.open_type, "notspecified"),
        "legal_basis": entry.legal_basis,
        "embargo_until": embargo.isoformat() if embargo else None,
        "rights_holder": entry.rights_holder,
        "data_provenance": _two(entry.origin),
        "fields": [field_entry(column) for column in entry.columns],
        **entry.more,
    }


def _class_of(entry: Entry) -> str:
    """Give 1 for what belongs to a basic database, else 3 for a department's own."""
    return "3" if entry.base_library == "none" else "1"


def _item_of(provider: Provider) -> str:
    """Give two digits for the department and one for its level, as 项 of the resource code wants."""
    return f"{int(provider.code[10:16]) % 100:02d}"


def table_schema(columns: tuple[Column, ...]) -> dict[str, Any]:
    """Write the table schema (Frictionless) of the delivered file."""
    fields: list[dict[str, Any]] = []
    for column in columns:
        entry: dict[str, Any] = {"name": column.name, "type": column.type}
        if column.format:
            entry["format"] = column.format
        if column.required:
            entry["constraints"] = {"required": True}
        fields.append(entry)
    keys = [column.name for column in columns if column.key]
    return {"fields": fields} | ({"primaryKey": keys} if keys else {})
