"""协议: what may be agreed upon and granted. Pure: same values, same answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.govopen.errors import Malformed, Refused

__all__ = ["LONGEST", "check_grant", "check_term"]

LONGEST = dt.timedelta(days=1827)


def check_term(starts_on: dt.date, ends_on: dt.date) -> None:
    """An agreement ends after it starts and runs five years at most."""
    if ends_on <= starts_on:
        raise Malformed(field="ends_on", expected="must lie after the first day")
    if ends_on > starts_on + LONGEST:
        raise Malformed(field="ends_on", expected="an agreement runs five years at most")


def check_grant(
    product: Mapping[str, Any],
    columns: Sequence[str] | None,
    row_filter: Mapping[str, Any] | None,
    expires_on: dt.date,
    ends_on: dt.date,
) -> None:
    """A grant names a licensees' product, columns that it has, a filter of values or lists of values, and ends with its agreement."""
    if product.get("audience") != "licensee":
        raise Refused(reason="access.no_grant", subject=str(product.get("id")))
    known = {field["name"] for field in (product.get("schema") or {}).get("fields") or ()}
    unknown = sorted(set(columns or ()) - known) if known else []
    if unknown:
        raise Refused(reason="query.field", subject=unknown[0])
    for name, condition in (row_filter or {}).items():
        if known and name not in known:
            raise Refused(reason="query.field", subject=name)
        values = condition if isinstance(condition, list) else [condition]
        if not values or not all(isinstance(value, str | int | float | bool) for value in values):
            raise Refused(reason="query.operator", subject=name)
    if expires_on > ends_on:
        raise Malformed(field="expires_on", expected="must not lie after the agreement's last day")
