"""Agreements and grants: terms, columns and rows."""

from __future__ import annotations

import datetime as dt

import pytest

from ckanext.govopen.desk.agreements.agreement import check_grant, check_term
from ckanext.govopen.errors import Malformed, Refused

PRODUCT = {"id": "p", "audience": "licensee", "schema": {"fields": [{"name": "a"}, {"name": "b"}]}}
DAY = dt.date(2026, 11, 24)


def test_a_term_is_five_years_at_most() -> None:
    """An agreement ends after it starts, and within five years."""
    check_term(DAY, DAY + dt.timedelta(days=1827))
    for end in (DAY, DAY + dt.timedelta(days=1828)):
        with pytest.raises(Malformed):
            check_term(DAY, end)


@pytest.mark.parametrize(
    ("product", "columns", "rows", "days", "code"),
    [
        ({**PRODUCT, "audience": "public"}, None, None, 1, "access.no_grant"),
        (PRODUCT, ["c"], None, 1, "query.field"),
        (PRODUCT, None, {"c": "x"}, 1, "query.field"),
        (PRODUCT, None, {"a": {"gt": 1}}, 1, "query.operator"),
        (PRODUCT, None, {"a": []}, 1, "query.operator"),
        (PRODUCT, None, None, 11, "query.value"),
    ],
)
def test_a_grant_outside_its_agreement_is_refused(
    product: dict[str, object], columns: list[str] | None, rows: dict[str, object] | None, days: int, code: str
) -> None:
    """Public products, unknown columns, odd filters, an end after the agreement's: each has its code."""
    with pytest.raises((Refused, Malformed)) as refusal:
        check_grant(product, columns, rows, DAY + dt.timedelta(days=days), DAY + dt.timedelta(days=10))
    assert refusal.value.code == code


def test_a_grant_inside_its_agreement_is_fine() -> None:
    """Columns of the product, values or lists of values."""
    check_grant(PRODUCT, ["a"], {"b": ["x", "y"], "a": 1}, DAY, DAY)
