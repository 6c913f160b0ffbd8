"""Pages of what is closed and of what is published by standing approval."""

from __future__ import annotations

from flask import Response

import ckan.plugins.toolkit as tk

from ckanext.govopen import config
from ckanext.govopen.desk.pages import act, ask, paged, render
from ckanext.govopen.face import blueprint

__all__ = ["publishing"]

publishing = blueprint("govopen_publishing", __name__, url_prefix="/desk")


@publishing.get("/closures")
def closures() -> str:
    """What is closed, by whom, and what may be lifted."""
    return render("closures.html", found=ask("closure_list", **paged(limit=config.page_size())))


@publishing.post("/closures")
def close() -> Response:
    """Close an entry, a product or a release at once."""
    form = tk.request.form
    data = {name: form.get(name, "") for name in ("scope", "target", "code", "comment")}
    where = {"entry_id": form["entry_id"]} if form.get("entry_id") else None
    done = tk._("Closed. All doors shut within seconds.")
    return act(
        "closure_create", done, "govopen_catalogue.entry" if where else "govopen_publishing.closures", on=where, **data
    )


@publishing.post("/closures/<closure_id>/confirm")
def confirm(closure_id: str) -> Response:
    """Say that a withdrawal order is right."""
    return act("closure_confirm", tk._("Confirmed"), "govopen_publishing.closures", id=closure_id)


@publishing.post("/closures/<closure_id>/lift")
def lift(closure_id: str) -> Response:
    """Open again."""
    data = {"id": closure_id, "comment": tk.request.form.get("comment", "")}
    return act("closure_lift", tk._("Lifted: what was public is public again"), "govopen_publishing.closures", **data)


@publishing.get("/standing")
def standing() -> str:
    """Standing approvals and what they let through."""
    return render("standing_plans.html", found=ask("standing_list", **paged(limit=config.page_size())))


@publishing.post("/standing/<standing_id>/revoke")
def revoke(standing_id: str) -> Response:
    """End a standing approval: the next refresh waits for a person."""
    data = {"id": standing_id, "comment": tk.request.form.get("comment", "")}
    return act(
        "standing_revoke", tk._("Revoked: the next refresh waits for a person"), "govopen_publishing.standing", **data
    )
