"""Pages of agreements with licensees, their grants and keys."""

from __future__ import annotations

from typing import Any

from flask import Response

import ckan.plugins.toolkit as tk

from ckanext.govopen import config
from ckanext.govopen.desk.pages import act, ask, paged, render, told
from ckanext.govopen.face import blueprint

__all__ = ["agreements"]

agreements = blueprint("govopen_agreements", __name__, url_prefix="/desk/agreements")
FORM = ("number", "licensee", "licensee_code", "provider", "purpose", "purpose_class", "starts_on", "ends_on")


@agreements.get("")
def index() -> str:
    """All agreements."""
    return render(
        "agreements.html", found=ask("agreement_list", **paged(limit=config.page_size())), form={}, problem=None
    )


@agreements.post("")
def create() -> Any:
    """Write an agreement down."""
    form = {name: tk.request.form.get(name, "") for name in FORM}
    try:
        made = ask("agreement_create", **form)
    except tk.ValidationError as err:
        from ckan import model

        model.Session.rollback()
        found = ask("agreement_list", limit=config.page_size())
        return render("agreements.html", found=found, form=form, problem=told(err)), 409
    tk.h.flash_success(tk._("The agreement is in force from its first day"))
    return tk.redirect_to("govopen_agreements.show", agreement_id=made["id"])


@agreements.get("/<agreement_id>")
def show(agreement_id: str) -> str:
    """One agreement with its grants and keys."""
    return render("agreement.html", agreement=ask("agreement_show", id=agreement_id), secret=None)


@agreements.post("/<agreement_id>/grants")
def grant(agreement_id: str) -> Response:
    """Grant a product."""
    form = tk.request.form
    data = {
        name: form.get(name) or None for name in ("product_id", "columns", "row_filter", "quota_rows", "expires_on")
    }
    done = tk._("Granted: the delivery release is being made")
    return act(
        "agreement_grant",
        done,
        "govopen_agreements.show",
        on={"agreement_id": agreement_id},
        agreement_id=agreement_id,
        **data,
    )


@agreements.post("/<agreement_id>/keys")
def key(agreement_id: str) -> Any:
    """Make a key and show its secret once."""
    try:
        made = ask("agreement_key", agreement_id=agreement_id)
    except tk.ValidationError as err:
        tk.h.flash_error(told(err))
        return tk.redirect_to("govopen_agreements.show", agreement_id=agreement_id)
    page = render("agreement.html", agreement=ask("agreement_show", id=agreement_id), secret=made)
    return page, 200, {"Cache-Control": "no-store"}


@agreements.post("/<agreement_id>/keys/<key_id>/revoke")
def revoke_key(agreement_id: str, key_id: str) -> Response:
    """End a key."""
    done = tk._("The key has ended: nothing is answered to it any more")
    return act(
        "agreement_key_revoke", done, "govopen_agreements.show", on={"agreement_id": agreement_id}, key_id=key_id
    )


@agreements.post("/<agreement_id>/grants/<grant_id>/revoke")
def revoke_grant(agreement_id: str, grant_id: str) -> Response:
    """End a grant."""
    done = tk._("The grant has ended: its delivery release is answered to nobody any more")
    return act(
        "agreement_grant_revoke", done, "govopen_agreements.show", on={"agreement_id": agreement_id}, id=grant_id
    )
