"""About whom a table is, and the facts that rules ask for, taken from a descriptor and a profile.

The owner's own words count first. What only the scan found never makes a table less personal than the owner said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from ..rules.facts import ColumnFacts, EntryFacts
from .codes import code_of

__all__ = ["column_facts", "declared_tags", "entry_facts", "subject"]

Subject = Literal["person", "org", "object"]
STRONG = frozenset(
    ["person.id_number", "person.passport", "person.permit", "person.other_id", "person.bank_card", "person.minor"]
)
CONTACT = frozenset(
    [
        "person.phone",
        "person.email",
        "person.plate",
        "person.device",
        "person.masked_id",
        "person.free_text",
        "person.location",
    ]
)
TRAITS = frozenset(["person.birth_date", "person.sex", "person.age", "person.ethnic", "person.health", "person.minor"])
PRIVATE_LIFE = frozenset(["person.birth_date", "person.sex", "person.ethnic", "person.minor"])
IN_ORGANISATIONS = frozenset({"org.shareholder_name", "org.legal_representative"})
ORGANISATION = frozenset({"org.uscc", "org.code", "org.name"})
HARMLESS = frozenset({"statistic", "public_facility", "public_register", "weather"})
# Shapes of short codes: no Chinese character, and no longer than this.
CODE_LENGTH = 10


def subject(category: str | None, declared: frozenset[str], found: frozenset[str]) -> Subject:
    """Person, organisation or object, from the declared category and the tags that are declared and found."""
    tags = declared | found
    pair = "person.name" in tags and bool(tags & TRAITS)
    organisations = category == "B" or bool(declared & (IN_ORGANISATIONS | ORGANISATION))
    if category == "A":
        return "person"
    if declared & IN_ORGANISATIONS or category == "B":
        # Shareholders with their numbers and homes are named in a register of firms; their birth and sex are not.
        return "person" if tags & PRIVATE_LIFE else "org"
    if tags & STRONG or pair:
        return "person"
    if tags & CONTACT and not (declared & HARMLESS or organisations):
        return "person"
    return "org" if organisations or found & ORGANISATION else "object"


def declared_tags(descriptor: Mapping[str, Any]) -> frozenset[str]:
    """Every tag that the owner declared, for the whole entry or for a column."""
    tags = {str(tag) for tag in descriptor.get("tags_declared") or ()}
    for field in descriptor.get("fields") or ():
        tags.update(str(tag) for tag in field.get("sensitivity_tags") or ())
    return frozenset(tags)


def column_facts(profile: Mapping[str, Any]) -> tuple[ColumnFacts, ...]:
    """Facts about each column of a profile, with its declared and found tags together."""
    return tuple(_column(column) for column in profile.get("columns") or ())


def _column(column: Mapping[str, Any]) -> ColumnFacts:
    level = column.get("declared_level")
    return ColumnFacts(
        name=column["name"],
        type=column.get("type") or "string",
        tags=frozenset(column.get("tags") or ()),
        declared_level=int(level) if level not in (None, "") else None,
        distinct=int(column.get("distinct") or 0),
        role_hint=column.get("role_hint"),
        stats={"code": _is_code(column), **(column.get("stats") or {})},
    )


def _is_code(column: Mapping[str, Any]) -> bool:
    """Tell whether values are short codes, by their shapes: letters and digits, nothing Chinese."""
    shapes = [str(shape.get("shape")) for shape in column.get("shapes") or ()]
    short = 0 < int(column.get("max_length") or 0) <= CODE_LENGTH
    return short and bool(shapes) and not any("文" in shape or "·" in shape for shape in shapes)


def entry_facts(
    descriptor: Mapping[str, Any],
    columns: Iterable[ColumnFacts],
    *,
    kind: Literal["table", "file", "link"],
    rows: int | None,
    today: date,
) -> EntryFacts:
    """Facts about the whole entry: the owner's declarations in our codes, and whom it is about."""
    declared = declared_tags(descriptor)
    found = frozenset().union(*(column.tags for column in columns))
    category = code_of("category", descriptor.get("category")) or None
    return EntryFacts(
        kind=kind,
        subject=subject(category, declared, found),
        today=today,
        # What an owner writes in no known code is not open: fail closed.
        open_type=code_of("open_type", descriptor.get("open_type")) or "closed",
        share_type=code_of("share_type", descriptor.get("share_type")) or "2",
        closed_ground=code_of("closed_ground", descriptor.get("closed_ground")) or None,
        declared_tags=declared,
        rows=rows,
        embargo_until=_day(descriptor.get("embargo_until")),
        refresh_cycle=code_of("update_cycle", descriptor.get("update_cycle")) or None,
        has_undescribed=any(not _described(field) for field in descriptor.get("fields") or ()),
        category=category,
    )


def _day(text: Any) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None


def _described(field: Mapping[str, Any]) -> bool:
    meaning = field.get("description") or {}
    said = meaning.get("zh_Hans_CN") if isinstance(meaning, Mapping) else meaning
    return bool(str(field.get("name_zh") or "").strip() and str(said or "").strip())
