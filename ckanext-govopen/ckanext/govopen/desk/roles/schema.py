"""What the role actions accept."""

from __future__ import annotations

from ckanext.govopen.desk.accept import Field, future_date, need, one_of, opt, paging, text, uuid_text
from ckanext.govopen.desk.roles.store import ROLES

__all__ = ["role_grant_create", "role_grant_delete", "role_grant_list"]


def role_grant_create() -> dict[str, Field]:
    """Account, organisation (or `*`), role, end."""
    return {
        "user": need(text(100)),
        "organisation": need(text(100)),
        "role": need(one_of(*ROLES)),
        "until": opt(future_date),
    }


def role_grant_list() -> dict[str, Field]:
    """One page, of one account if named."""
    return {"user": opt(text(100)), **paging()}


def role_grant_delete() -> dict[str, Field]:
    """The grant's id."""
    return {"id": need(uuid_text)}
