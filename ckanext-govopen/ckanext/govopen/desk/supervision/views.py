"""Figures by department, and who may do what."""

from __future__ import annotations

from flask import Response

import ckan.plugins.toolkit as tk

from ckanext.govopen import config
from ckanext.govopen.desk.pages import act, ask, paged, render
from ckanext.govopen.desk.roles.store import ROLES
from ckanext.govopen.face import blueprint

__all__ = ["supervision"]

supervision = blueprint("govopen_supervision", __name__, url_prefix="/desk")


@supervision.get("/supervision")
def figures() -> str:
    """Six figures and the departments behind them."""
    return render("supervision.html", figures=ask("supervision_show"))


@supervision.get("/roles")
def roles() -> str:
    """Who holds which role where."""
    found = ask("role_grant_list", **paged(limit=config.page_size()))
    return render("roles.html", found=found, roles=ROLES, organisations=_organisations())


@supervision.post("/roles")
def grant() -> Response:
    """Give a role."""
    data = {name: tk.request.form.get(name) or None for name in ("user", "organisation", "role", "until")}
    return act("role_grant_create", tk._("Granted"), "govopen_supervision.roles", **data)


@supervision.post("/roles/<grant_id>/delete")
def revoke(grant_id: str) -> Response:
    """Take a role back."""
    return act("role_grant_delete", tk._("Taken back"), "govopen_supervision.roles", id=grant_id)


def _organisations() -> list[dict[str, str]]:
    from ckan import model

    found = model.Session.query(model.Group).filter_by(is_organization=True, state="active").order_by(model.Group.name)
    return [{"name": group.name, "title": group.title or group.name} for group in found.limit(1000)]
