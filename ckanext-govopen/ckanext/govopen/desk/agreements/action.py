"""Agreements with licensees: what they may have, until when, by which key."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.act import accepts, commit, core_errors, record, refuse
from ckanext.govopen.desk.agreements import agreement as core
from ckanext.govopen.desk.agreements import schema, store
from ckanext.govopen.desk.jobs import queue
from ckanext.govopen.desk.publishing import bundles
from ckanext.govopen.desk.publishing import store as publishing
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.face import caller
from ckanext.govopen.releases.secrets import new_key
from govopen_anonymize.detect.checks import uscc

__all__ = [
    "agreement_create",
    "agreement_grant",
    "agreement_grant_revoke",
    "agreement_key",
    "agreement_key_revoke",
    "agreement_list",
    "agreement_show",
]


@accepts(schema.agreement_create)
def agreement_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Write down an agreement that was signed.

    :param number: its registration number
    :param licensee: the licensee's name
    :param licensee_code: its unified social credit code
    :param provider: name of the organisation that owns the data
    :param purpose: what the data are for
    :param purpose_class: public_benefit or industry
    :param starts_on: first day
    :param ends_on: last day, five years later at most
    """
    tk.check_access("agreement_create", context, data_dict)
    by = caller(context)
    if not uscc(data_dict["licensee_code"].upper()):
        raise refuse(
            "query.value", tk._("This is no unified social credit code: its check digit is wrong"), "licensee_code"
        )
    with core_errors("ends_on"):
        core.check_term(data_dict["starts_on"], data_dict["ends_on"])
    if store.known(data_dict["number"]):
        raise refuse("query.value", tk._("There is an agreement by this number already"), "number")
    provider = data_dict.pop("provider")
    parties = {"provider": provider, "licensee": data_dict["licensee"]}
    values = {**data_dict, "licensee_code": data_dict["licensee_code"].upper(), "parties": parties, "created_by": by}
    made = store.create(values)
    said = {"number": data_dict["number"], "licensee": data_dict["licensee"], "provider": provider}
    record("agreement:create", by, f"agreement:{made}", said)
    commit(context)
    return {"id": made, **said}


@tk.side_effect_free
@accepts(schema.agreement_list)
def agreement_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Agreements about data of the caller's organisations, one page."""
    tk.check_access("agreement_list", context, data_dict)
    user = caller(context)
    held = roles.organisations(user)
    rows, total = store.agreements(data_dict["page"], data_dict["limit"], None if held is None else sorted(held))
    writes = roles.organisations(user, "officer", "approver")
    may = writes is None or bool(writes)
    return {
        "count": total,
        "page": data_dict["page"],
        "limit": data_dict["limit"],
        "results": rows,
        "may": {"create": may},
    }


@tk.side_effect_free
@accepts(schema.agreement_show)
def agreement_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One agreement with its grants and keys.

    :param id: the agreement's id
    """
    tk.check_access("agreement_show", context, data_dict)
    found = store.agreement(data_dict["id"])
    assert found is not None
    provider = str((found["parties"] or {}).get("provider", ""))
    mine = roles.roles_in(caller(context), provider)
    return {
        **found,
        "provider": provider,
        "grants": store.grants(data_dict["id"]),
        "keys": store.keys(data_dict["id"]),
        "grantable": store.grantable(provider),
        "may": {"grant": "approver" in mine, "key": bool(mine & {"officer", "approver"})},
    }


@accepts(schema.agreement_grant)
def agreement_grant(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Grant a licensees' product under an agreement; a worker makes the delivery release.

    :param agreement_id: the agreement's id
    :param product_id: a product for licensees
    :param columns: names of the columns; all when left out
    :param row_filter: {column: value, or a list of values}; all rows when left out
    :param quota_rows: rows that may be read until the grant ends
    :param expires_on: last day
    """
    tk.check_access("agreement_grant", context, data_dict)
    by = caller(context)
    found = store.agreement(data_dict["agreement_id"])
    assert found is not None
    if found["state"] != "active":
        raise refuse("access.no_grant", tk._("This agreement is not in force"), "agreement_id")
    product = store.product(data_dict["product_id"])
    if product is None or product["organisation"] != (found["parties"] or {}).get("provider"):
        raise refuse("access.no_grant", tk._("This product is not the agreement's to grant"), "product_id")
    with core_errors("product_id"):
        core.check_grant(
            product, data_dict["columns"], data_dict["row_filter"], data_dict["expires_on"], found["ends_on"]
        )
    made = store.add_grant({**data_dict, "created_by": by})
    if made is None:
        raise refuse("release.superseded", tk._("This product is granted under this agreement already"), "product_id")
    said = {
        "agreement": found["number"],
        "product": data_dict["product_id"],
        "columns": data_dict["columns"] or "all",
        "quota_rows": data_dict["quota_rows"],
        "expires_on": str(data_dict["expires_on"]),
    }
    record("agreement:grant", by, f"grant:{made}", said)
    queue.enqueue("deliver", str(made), {"grant_id": str(made)})
    commit(context)
    return {"id": made, "state": "building", **said}


@accepts(schema.agreement_key)
def agreement_key(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make a key for an agreement. Its secret is given once and kept nowhere.

    :param agreement_id: the agreement's id
    """
    tk.check_access("agreement_key", context, data_dict)
    by = caller(context)
    found = store.agreement(data_dict["agreement_id"])
    assert found is not None
    if found["state"] != "active":
        raise refuse("access.key", tk._("This agreement is not in force"), "agreement_id")
    key_id, secret, secret_hash = new_key()
    store.add_key(key_id, data_dict["agreement_id"], secret_hash, found["ends_on"])
    publishing.put_bundle(bundles.grants_bundle(data_dict["agreement_id"], pointers=False), urgent=True)
    record("agreement:key", by, f"agreement:{data_dict['agreement_id']}", {"key_id": key_id})
    commit(context)
    return {"key_id": key_id, "secret": secret, "expires_on": found["ends_on"]}


@accepts(schema.agreement_key_revoke)
def agreement_key_revoke(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """End a key at once: lost, leaked, or no longer wanted. The licensee's grants stay; another key may be made.

    :param key_id: the key's id
    :param comment: why, for the audit trail
    """
    tk.check_access("agreement_key_revoke", context, data_dict)
    by, key_id = caller(context), data_dict["key_id"]
    agreement_id = store.revoke_key(key_id)
    if agreement_id is None:
        raise refuse("access.key", tk._("This key has ended already"), "key_id")
    publishing.put_bundle(bundles.grants_bundle(str(agreement_id), pointers=False), urgent=True)
    record("agreement:key:revoke", by, f"agreement:{agreement_id}", {"key_id": key_id, "comment": data_dict["comment"]})
    commit(context)
    return {"key_id": key_id, "agreement_id": agreement_id, "revoked_by": by}


@accepts(schema.agreement_grant_revoke)
def agreement_grant_revoke(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """End a grant at once: its delivery release answers nobody any more. Other grants and the keys stay.

    :param id: the grant's id
    :param comment: why, for the audit trail
    """
    tk.check_access("agreement_grant_revoke", context, data_dict)
    by = caller(context)
    agreement_id = store.revoke_grant(data_dict["id"])
    if agreement_id is None:
        raise refuse("access.no_grant", tk._("This grant has ended already"), "id")
    publishing.put_bundle(bundles.grants_bundle(str(agreement_id), pointers=False), urgent=True)
    said = {"grant": data_dict["id"], "comment": data_dict["comment"]}
    record("agreement:grant:revoke", by, f"agreement:{agreement_id}", said)
    commit(context)
    return {"id": data_dict["id"], "agreement_id": agreement_id, "revoked_by": by}
