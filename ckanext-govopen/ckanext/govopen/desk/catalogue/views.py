"""Pages of the catalogue: entries, one entry with its pre-check, quarantine, jobs."""

from __future__ import annotations

from typing import Any

from flask import Response

import ckan.plugins.toolkit as tk

from ckanext.govopen import config
from ckanext.govopen.desk.pages import act, ask, paged, render, told
from ckanext.govopen.face import blueprint

__all__ = ["catalogue"]

catalogue = blueprint("govopen_catalogue", __name__, url_prefix="/desk")
FILTERS = ("q", "organisation", "state", "closed", "stage")


@catalogue.get("/entries")
def entries() -> str:
    """All working entries that the reader may see."""
    asked = {name: tk.request.args.get(name, "")[:200].replace("\x00", "") or None for name in FILTERS}
    found = ask("entry_list", **paged(limit=config.page_size()), **asked)
    return render("entries.html", found=found, asked=asked)


@catalogue.get("/entries/<entry_id>")
def entry(entry_id: str) -> str:
    """One entry: how it stands, what blocks, which roads lead to opening."""
    shown = ask("entry_show", id=entry_id)
    return render("one_entry.html", entry=shown, precheck=ask("precheck_show", id=shown["id"]))


@catalogue.get("/entries/<entry_id>/edit")
def edit(entry_id: str) -> str:
    """The form that mends descriptions."""
    return render("entry_edit.html", entry=ask("entry_show", id=entry_id), problem=None)


@catalogue.post("/entries/<entry_id>/edit")
def save(entry_id: str) -> Any:
    """Mend descriptions."""
    form = tk.request.form
    shown = ask("entry_show", id=entry_id)
    if not shown["may"]["edit"]:
        raise tk.NotAuthorized(tk._("Working entries are mended by officers of their organisation, at the desk"))
    changes: dict[str, Any] = {name: form.get(name) for name in shown["editable"] if name in form}
    columns = [
        {
            "name": column["name"],
            **{
                part: form.get(f"column-{number}-{part}", "")
                for part in ("name_zh", "name_en", "description_zh", "description_en", "unit")
            },
        }
        for number, column in enumerate(shown["columns"])
    ]
    try:
        ask("entry_update", id=entry_id, changes=changes, columns=columns)
    except tk.ValidationError as err:
        shown = {
            **shown,
            "package": {**shown["package"], **changes},
            "columns": [{**a, **b} for a, b in zip(shown["columns"], columns, strict=True)],
        }
        return render("entry_edit.html", entry=shown, problem=told(err)), 409
    tk.h.flash_success(tk._("Saved. What is public stays as it is until a request is approved."))
    return tk.redirect_to("govopen_catalogue.entry", entry_id=entry_id)


@catalogue.get("/quarantine")
def quarantine() -> str:
    """What was refused or set aside, why, and what to do."""
    return render("quarantine.html", found=ask("quarantine_list", **paged(limit=config.page_size())))


@catalogue.get("/jobs")
def jobs() -> str:
    """What the workers do."""
    state = tk.request.args.get("state")
    state = state if state in {"queued", "running", "done", "failed"} else None
    return render("jobs.html", found=ask("job_list", **paged(limit=config.page_size()), state=state), state=state)


@catalogue.post("/jobs/intake")
def intake() -> Response:
    """Look at the hub now."""
    return act(
        "intake_run", tk._("The hub is being asked; new items appear here in a moment"), "govopen_catalogue.jobs"
    )
