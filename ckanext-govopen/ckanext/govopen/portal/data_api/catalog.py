"""The catalogue as the API lists it: open and catalogue-only entries, filtered by what the entries say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.govopen.portal.access.store import PortalStore
from ckanext.govopen.portal.data_api.errors import ApiError, nearest, shown

__all__ = ["FILTERS", "PAGING", "entries", "read_paging"]

FILTERS = [
    "theme",
    "base_library",
    "open_type",
    "share_type",
    "update_cycle",
    "grade",
    "region",
    "resource_class",
    "resource_code",
    "high_value",
    "license_id",
]
PAGING = ("page", "limit", "state", "provider")
DEFAULT, MOST, DEEPEST = 20, 200, 1_000_000


def read_paging(parameters: Sequence[tuple[str, str]], allowed: Sequence[str]) -> dict[str, str]:
    """The parameters, each known and given once, without NUL."""
    made: dict[str, str] = {}
    for key, value in parameters:
        if key not in allowed:
            raise ApiError(400, "query.field", {"subject": shown(key)}, field=key, hint=nearest(key, allowed))
        if key in made or "\x00" in value or len(value) > 200:
            facts = {"subject": key, "expected": "one short text", "expected_zh": "一个简短文本"}
            raise ApiError(400, "query.value", facts, field=key)
        made[key] = value
    return made


def number(given: dict[str, str], key: str, default: int, lowest: int, highest: int) -> int:
    """A count among the parameters."""
    value = given.get(key)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > 40:
        expected = {
            "expected_zh": f"{lowest} 至 {highest} 的整数",
            "expected": f"a whole number, {lowest} to {highest}",
        }
        raise ApiError(400, "query.value", {"subject": key, **expected}, field=key)
    if not lowest <= int(value) <= highest:
        raise ApiError(400, "query.limit", {"subject": key, "limit": highest}, field=key)
    return int(value)


def entries(
    store: PortalStore, parameters: Sequence[tuple[str, str]], closed: Sequence[str]
) -> tuple[list[dict[str, Any]], int, int, int]:
    """One page of entries, how many there are, the page and its size; closed entries are not listed."""
    given = read_paging(parameters, (*FILTERS, *PAGING))
    page, limit = number(given, "page", 1, 1, DEEPEST), number(given, "limit", DEFAULT, 1, MOST)
    where: list[str] = ["state <> 'withdrawn'", "not entry_id = any(%s)"]
    values: list[Any] = [list(closed)]
    for key in FILTERS:
        if key in given:
            if key == "high_value" and given[key] in {"1", "true"}:
                where.append("coalesce(body->>'high_value', '') <> ''")
                continue
            where.append(f"body->'{key}' @> to_jsonb(%s::text)")
            values.append(given[key])
    if "state" in given:
        if given["state"] not in {"open", "catalogue"}:
            expected = {"expected_zh": "open 或 catalogue", "expected": "open or catalogue"}
            raise ApiError(400, "query.value", {"subject": "state", **expected}, field="state")
        where.append("state = %s")
        values.append(given["state"])
    if "provider" in given:
        where.append("%s in (organisation->>'name', organisation->>'title', organisation->>'uscc')")
        values.append(given["provider"])
    head = f"from pub_entry where {' and '.join(where)}"
    total = int(store.rows(f"select count(*) as n {head}", values)[0]["n"])
    found = store.rows(
        f"select * {head} order by modified_at desc, entry_id limit %s offset %s", [*values, limit, (page - 1) * limit]
    )
    return found, total, page, limit
