"""Agreements, grants and keys: textual SQL, values out. Of a key only its hash is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.govopen.desk.jobs import sql

__all__ = ["add_grant", "add_key", "agreement", "agreements", "create", "grantable", "grants", "keys", "product"]


def agreements(page: int, limit: int, organisations: Sequence[str] | None) -> tuple[list[dict[str, Any]], int]:
    """A page of agreements, those that run first."""
    where = "where (cast(:orgs as text[]) is null or a.parties ->> 'provider' = any(cast(:orgs as text[])))"
    args = {"orgs": None if organisations is None else list(organisations)}
    found = sql.rows(
        f"""select a.id, a.number, a.licensee, a.purpose, a.purpose_class, a.starts_on, a.ends_on, a.state, a.created_by,
                  a.parties ->> 'provider' as provider,
                  (select g.title from "group" g where g.name = a.parties ->> 'provider' limit 1) as provider_title,
                  (select count(*) from access_grant g where g.agreement_id = a.id and g.state = 'active') as grants,
                  (select count(*) from licence_key y where y.agreement_id = a.id and y.revoked_at is null) as keys
             from agreement a {where} order by a.state, a.ends_on, a.number limit :limit offset :offset""",
        limit=limit,
        offset=(page - 1) * limit,
        **args,
    )
    return found, int(sql.scalar(f"select count(*) from agreement a {where}", **args))


def agreement(agreement_id: str) -> dict[str, Any] | None:
    """One agreement."""
    return sql.one("select * from agreement where id::text = :id", id=agreement_id)


def create(values: dict[str, Any]) -> str:
    """Write an agreement down."""
    return str(
        sql.scalar(
            """insert into agreement (number, licensee, licensee_code, parties, purpose, purpose_class, starts_on, ends_on,
                                      created_by)
               values (:number, :licensee, :licensee_code, cast(:parties as jsonb), :purpose, :purpose_class, :starts_on,
                       :ends_on, :created_by) returning id""",
            **{**values, "parties": sql.js(values["parties"])},
        )
    )


def known(number: str) -> bool:
    """Whether an agreement by this number is there."""
    return bool(sql.scalar("select count(*) from agreement where number = :number", number=number))


def product(product_id: str) -> dict[str, Any] | None:
    """A product with its entry, and the columns of the release that its pointer names."""
    return sql.one(
        """select p.id, p.entry_id, p.kind, p.audience, p.route, p.title, e.organisation, e.name as entry_name,
                  r.manifest -> 'schema' as schema, t.release_id
             from product p join entry e on e.entry_id = p.entry_id
             left join pointer t on t.product_id = p.id and t.grant_id = '' left join release r on r.id = t.release_id
            where p.id = :id""",
        id=product_id,
    )


def grantable(organisation: str) -> list[dict[str, Any]]:
    """Licensees' products of an organisation that a pointer names."""
    return sql.rows(
        """select p.id, p.title, p.route, p.kind, k.title as entry_title, r.row_count, r.manifest -> 'schema' as schema
             from product p join entry e on e.entry_id = p.entry_id join pointer t on t.product_id = p.id and t.grant_id = ''
             join release r on r.id = t.release_id left join package k on k.id = e.entry_id
            where e.organisation = :org and p.audience = 'licensee' order by k.title, p.route limit 200""",
        org=organisation,
    )


def grants(agreement_id: str) -> list[dict[str, Any]]:
    """The grants of an agreement, with what is delivered under them."""
    return sql.rows(
        """select g.id, g.product_id, g.columns, g.row_filter, g.quota_rows, g.expires_on, g.state, g.created_by,
                  g.created_at, g.revoked_at, p.title, p.route, k.title as entry_title, r.digest, r.row_count, r.number
             from access_grant g join product p on p.id = g.product_id left join package k on k.id = p.entry_id
             left join pointer t on t.product_id = g.product_id and t.grant_id = g.id::text
             left join release r on r.id = t.release_id
            where g.agreement_id = cast(:id as uuid) order by g.created_at""",
        id=agreement_id,
    )


def add_grant(values: dict[str, Any]) -> str | None:
    """Write a grant; None when the product is granted already."""
    return sql.scalar(
        """insert into access_grant (agreement_id, product_id, columns, row_filter, quota_rows, expires_on, created_by)
           values (cast(:agreement_id as uuid), :product_id, cast(:columns as jsonb), cast(:row_filter as jsonb),
                   :quota_rows, :expires_on, :created_by)
           on conflict (agreement_id, product_id) do nothing returning id""",
        **{
            **values,
            "columns": sql.js(values["columns"]) if values["columns"] else None,
            "row_filter": sql.js(values["row_filter"]) if values["row_filter"] else None,
        },
    )


def keys(agreement_id: str) -> list[dict[str, Any]]:
    """The keys of an agreement, without their hashes."""
    return sql.rows(
        "select key_id, created_at, expires_on, revoked_at from licence_key where agreement_id = cast(:id as uuid)"
        " order by created_at",
        id=agreement_id,
    )


def add_key(key_id: str, agreement_id: str, secret_hash: str, expires_on: Any) -> None:
    """Write a key's hash."""
    sql.execute(
        "insert into licence_key (key_id, agreement_id, secret_hash, expires_on)"
        " values (:key, cast(:agreement as uuid), :hash, :expires)",
        key=key_id,
        agreement=agreement_id,
        hash=secret_hash,
        expires=expires_on,
    )


def revoke_key(key_id: str) -> str | None:
    """End a key now; gives its agreement, None when it had ended already."""
    return sql.scalar(
        "update licence_key set revoked_at = now() where key_id = :key and revoked_at is null returning agreement_id",
        key=key_id,
    )


def agreement_of_key(key_id: str) -> str | None:
    """The agreement that a key belongs to."""
    return sql.scalar("select agreement_id from licence_key where key_id = :key", key=key_id)


def revoke_grant(grant_id: str) -> str | None:
    """End a grant now; gives its agreement, None when it had ended already."""
    return sql.scalar(
        "update access_grant set state = 'revoked', revoked_at = now() where id = cast(:id as uuid)"
        " and revoked_at is null returning agreement_id",
        id=grant_id,
    )


def agreement_of_grant(grant_id: str) -> str | None:
    """The agreement that a grant belongs to."""
    return sql.scalar("select agreement_id from access_grant where id::text = :id", id=grant_id)
