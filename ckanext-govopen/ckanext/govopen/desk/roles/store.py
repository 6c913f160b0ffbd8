"""Role grants as values: who may act for which organisation.

`*` as organisation stands for all of them: the shared pool of reviewers that small bureaus need. CKAN's sysadmin is an
operator everywhere and holds no other role by that.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from ckan import model

__all__ = [
    "ALL",
    "APPROVING",
    "ROLES",
    "grant",
    "grants",
    "holders",
    "is_sysadmin",
    "organisations",
    "revoke",
    "roles_in",
    "rows",
]

ALL = "*"
ROLES = ("officer", "reviewer", "security", "deid", "approver", "supervisor", "operator")
APPROVING = frozenset({"officer", "reviewer", "security", "deid", "approver"})


def is_sysadmin(user: str) -> bool:
    """Whether the account runs the machine."""
    row = model.Session.execute(
        sa.text("select sysadmin from \"user\" where name = :u and state = 'active'"), {"u": user}
    ).first()
    return bool(row and row[0])


def grants(user: str) -> dict[str, frozenset[str]]:
    """Roles of an account by organisation, those that ran out left aside."""
    found: dict[str, set[str]] = {}
    sql = sa.text(
        "select organisation, role from role_grant where user_name = :u and (until is null or until >= current_date)"
    )
    for organisation, role in model.Session.execute(sql, {"u": user}):
        found.setdefault(organisation, set()).add(role)
    if is_sysadmin(user):
        found.setdefault(ALL, set()).add("operator")
    return {name: frozenset(roles) for name, roles in found.items()}


def roles_in(user: str, organisation: str) -> frozenset[str]:
    """Roles of an account for one organisation, the shared ones included."""
    held = grants(user)
    return held.get(organisation, frozenset()) | held.get(ALL, frozenset())


def organisations(user: str, *roles: str) -> frozenset[str] | None:
    """Organisations in which an account holds one of `roles` (any role when none is named); None means all."""
    wanted = frozenset(roles or ROLES)
    held = {name for name, mine in grants(user).items() if mine & wanted}
    return None if ALL in held else frozenset(held)


def holders(organisation: str, role: str) -> list[str]:
    """Accounts that hold a role for an organisation, so that a page can name who may act."""
    sql = sa.text(
        "select distinct g.user_name from role_grant g join \"user\" u on u.name = g.user_name and u.state = 'active'"
        " where g.role = :r and g.organisation in (:o, '*') and (g.until is null or g.until >= current_date) order by 1"
    )
    return [name for (name,) in model.Session.execute(sql, {"r": role, "o": organisation})]


def rows(page: int, limit: int, user: str | None = None) -> tuple[list[dict[str, Any]], int]:
    """Role grants, newest first, one page of them."""
    where = "where (cast(:u as text) is null or user_name = :u)"
    args = {"u": user, "l": limit, "o": (page - 1) * limit}
    total = model.Session.execute(sa.text(f"select count(*) from role_grant {where}"), args).scalar() or 0
    sql = sa.text(
        "select id::text, user_name, organisation, role, until, granted_by, granted_at,"
        f" until is not null and until < current_date as expired from role_grant {where}"
        " order by organisation, role, user_name limit :l offset :o"
    )
    return [dict(row) for row in model.Session.execute(sql, args).mappings()], int(total)


def grant(user: str, organisation: str, role: str, until: dt.date | None, by: str) -> str:
    """Write a role grant; the same one again moves its end."""
    sql = sa.text(
        "insert into role_grant (user_name, organisation, role, until, granted_by) values (:u, :o, :r, :t, :b)"
        " on conflict (user_name, organisation, role) do update set until = excluded.until,"
        " granted_by = excluded.granted_by, granted_at = now() returning id::text"
    )
    args = {"u": user, "o": organisation, "r": role, "t": until, "b": by}
    return str(model.Session.execute(sql, args).scalar_one())


def revoke(grant_id: str) -> dict[str, Any] | None:
    """Delete a role grant and give back what it said."""
    sql = sa.text("delete from role_grant where id::text = :i returning user_name, organisation, role")
    row = model.Session.execute(sql, {"i": grant_id}).mappings().first()
    return dict(row) if row else None
