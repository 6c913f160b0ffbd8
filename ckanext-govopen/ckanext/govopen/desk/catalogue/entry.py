"""目录项: from an owner's descriptor to the catalogue, from the catalogue to what is frozen, and what is still missing.

Pure. Keys are the field names of `govopen_schemas/catalogue/dataset.yaml`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ...codes import load
from ...columns import described
from .codes import normalise

__all__ = ["VOLATILE", "Gap", "descriptor_to_catalogue", "incomplete", "next_due", "revision_body"]

# What changes with the data and not with the words: it comes with each release and is never frozen with a revision.
VOLATILE = frozenset({"quality_score", "row_count", "issued", "modified_data", "next_due"})
_NOT_OURS = frozenset({"tag_string", "owner_org"})
_PLAIN = [
    "provider_uscc",
    "resource_code",
    "share_condition",
    "open_condition",
    "closed_ground_text",
    "gov_theme",
    "industry",
    "region",
    "source_of_truth",
    "source_system",
    "legal_basis",
    "contact_unit",
    "contact_phone",
    "temporal_start",
    "temporal_end",
]
_SPOKEN = ("row_meaning", "caveats", "known_problems", "data_provenance")
_REQUIRED = ("title", "notes", "provider_uscc", "share_type", "open_type", "update_cycle", "theme", "region")
_OPEN = ("contact_unit", "license_id")
_TAG_LETTERS = re.compile(r"[^\w .\-]+")
_TAG_LENGTH = range(2, 101)
_NOTES_LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """缺项: a description that is missing, with its reason code."""

    code: str
    field: str


def descriptor_to_catalogue(descriptor: Mapping[str, Any], provider: Mapping[str, Any]) -> dict[str, Any]:
    """The package of a descriptor, without its owner and its name in addresses, which the caller knows."""
    coded = normalise(descriptor)
    package: dict[str, Any] = {key: _text(descriptor.get(key)) for key in _PLAIN}
    package |= {key: value for key, value in coded.items() if key != "license_id"}
    package["license_id"] = coded["license_id"] or _text(descriptor.get("license_id"))
    package["provider_uscc"] = package["provider_uscc"] or _text(provider.get("code"))
    package["region"] = package["region"] or _text(provider.get("region"))
    package["source_of_truth"] = package["source_of_truth"] or _text(provider.get("name_zh"))
    package["title"], package["title_en"] = _two(descriptor.get("title_translated") or descriptor.get("title"))
    package["notes"], package["notes_en"] = _two(descriptor.get("notes_translated") or descriptor.get("notes"))
    for key in _SPOKEN:
        package[key], package[f"{key}_en"] = _two(descriptor.get(key))
    package["high_value"] = _high_value(descriptor, coded["theme"])
    package["tags"] = [{"name": tag} for tag in _tags(descriptor.get("tags") or ())]
    package["govopen_fields"] = json.dumps(
        [_field(field) for field in descriptor.get("fields") or ()], ensure_ascii=False, separators=(",", ":")
    )
    return package


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _two(value: Any) -> tuple[str, str]:
    """A text in Chinese and in English, from a mapping by language or from one string."""
    if isinstance(value, Mapping):
        chinese = value.get("zh_Hans_CN") or value.get("zh_CN") or value.get("zh")
        return _text(chinese), _text(value.get("en"))
    return _text(value), ""


def _high_value(descriptor: Mapping[str, Any], theme: str) -> str:
    declared = load("high_value").find(_text(descriptor.get("high_value")) or None)
    themes = load("themes")
    return declared or (themes[theme].more["high_value"] if theme in themes else "")


def _tags(spelled: Iterable[Any]) -> list[str]:
    """Keywords that CKAN accepts; others are cut to what it does, or left out."""
    cleaned = (_TAG_LETTERS.sub(" ", _text(tag)).strip() for tag in spelled)
    return sorted({tag for tag in cleaned if len(tag) in _TAG_LENGTH})


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    meaning_zh, meaning_en = _two(field.get("description"))
    label_zh, label_en = _two(field.get("label"))
    level = _text(field.get("data_level"))
    kind = load("item_types").find(_text(field.get("type")) or None)
    return {
        "name": _text(field.get("name_en")),
        "name_zh": _text(field.get("name_zh")) or label_zh,
        "name_en": label_en,
        "description_zh": meaning_zh,
        "description_en": meaning_en,
        "type": load("item_types")[kind].more["type"] if kind else "string",
        "unit": _text(field.get("unit")),
        "codelist": _text(field.get("codelist")),
        "tags": sorted(str(tag) for tag in field.get("sensitivity_tags") or ()),
        "grade": f"L{level}" if f"L{level}" in load("grades") else "",
        "treatment": {},
    }


@cache
def _catalogue_keys() -> tuple[str, ...]:
    text = files("govopen_schemas").joinpath("catalogue", "dataset.yaml").read_text(encoding="utf-8")
    names = (field["field_name"] for field in yaml.safe_load(text)["dataset_fields"])
    return tuple(name for name in names if name not in VOLATILE | _NOT_OURS)


def revision_body(package: Mapping[str, Any]) -> dict[str, Any]:
    """What of `package` is frozen and reviewed: its words, codes and columns; figures come with the releases."""
    body: dict[str, Any] = {key: _text(package.get(key)) for key in _catalogue_keys()}
    body["govopen_fields"] = described(package.get("govopen_fields"))
    body["tags"] = sorted(_text(tag["name"] if isinstance(tag, Mapping) else tag) for tag in package.get("tags") or ())
    return body


def incomplete(body: Mapping[str, Any]) -> list[Gap]:
    """Everything that is still missing, all at once."""
    missing = [key for key in _needed(body) if not _text(body.get(key))]
    if 0 < len(_text(body.get("notes"))) < _NOTES_LENGTH:
        missing.append("notes")
    undescribed = [
        _text(field.get("name"))
        for field in described(body.get("govopen_fields"))
        if not (_text(field.get("name_zh")) and _text(field.get("description_zh")))
    ]
    return [Gap(code="entry.incomplete", field=key) for key in missing] + [
        Gap(code="entry.column_undescribed", field=name) for name in undescribed
    ]


def _needed(body: Mapping[str, Any]) -> list[str]:
    needed = list(_REQUIRED)
    needed += ["closed_ground"] if body.get("open_type") == "closed" else list(_OPEN)
    needed += ["row_meaning"] if described(body.get("govopen_fields")) and body.get("open_type") != "closed" else []
    needed += ["open_condition"] if body.get("open_type") == "conditional" else []
    needed += ["share_condition"] if body.get("share_type") in {"2", "3"} else []
    return needed


def next_due(modified: date, cycle: str) -> date | None:
    """When the next update is due, grace not counted; None for what has no regular cycle."""
    cycles = load("update_cycles")
    period = cycles[cycle].more["period_days"] if cycle in cycles else ""
    return modified + timedelta(days=int(period)) if period else None
