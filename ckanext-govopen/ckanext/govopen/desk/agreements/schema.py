"""What agreements, grants and keys accept."""

from __future__ import annotations

from ckanext.govopen.desk.accept import (
    Field,
    date,
    future_date,
    integer,
    json_object,
    need,
    one_of,
    opt,
    paging,
    text,
    text_list,
    uuid_text,
)

__all__ = [
    "agreement_create",
    "agreement_grant",
    "agreement_grant_revoke",
    "agreement_key",
    "agreement_key_revoke",
    "agreement_list",
    "agreement_show",
]


def agreement_create() -> dict[str, Field]:
    """Parties, purpose, term."""
    return {
        "number": need(text(60)),
        "licensee": need(text(200)),
        "licensee_code": need(text(18)),
        "provider": need(text(100)),
        "purpose": need(text(2000)),
        "purpose_class": need(one_of("public_benefit", "industry")),
        "starts_on": need(date),
        "ends_on": need(future_date),
    }


def agreement_list() -> dict[str, Field]:
    """A page."""
    return paging()


def agreement_show() -> dict[str, Field]:
    """The agreement's id."""
    return {"id": need(uuid_text)}


def agreement_grant() -> dict[str, Field]:
    """Product, columns, rows, quota, end."""
    return {
        "agreement_id": need(uuid_text),
        "product_id": need(text(200)),
        "columns": opt(text_list),
        "row_filter": opt(json_object),
        "quota_rows": need(integer(1, 10**12)),
        "expires_on": need(future_date),
    }


def agreement_key() -> dict[str, Field]:
    """The agreement."""
    return {"agreement_id": need(uuid_text)}


def agreement_key_revoke() -> dict[str, Field]:
    """The key, and why."""
    return {"key_id": need(text(40)), "comment": opt(text(500), "")}


def agreement_grant_revoke() -> dict[str, Field]:
    """The grant, and why."""
    return {"id": need(uuid_text), "comment": opt(text(500), "")}
