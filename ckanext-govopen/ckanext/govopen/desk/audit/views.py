"""The audit trail as pages."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.govopen import config
from ckanext.govopen.desk.pages import ask, paged, render
from ckanext.govopen.face import blueprint

__all__ = ["audit"]

audit = blueprint("govopen_audit", __name__, url_prefix="/desk/audit")


@audit.get("")
def index() -> str:
    """Who did what to what, newest first."""
    asked = {
        name: tk.request.args.get(name, "")[:200].replace("\x00", "") or None for name in ("event", "actor", "subject")
    }
    found = ask("audit_list", **paged(limit=config.page_size()), **asked)
    checked = ask("audit_verify") if tk.request.args.get("verify") else None
    return render("audit.html", found=found, asked=asked, checked=checked)
