"""Pages of the review: the inbox, the list of requests, and the page on which an officer decides."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

import ckan.plugins.toolkit as tk

from ckanext.govopen import config
from ckanext.govopen.desk.pages import act, ask, paged, render
from ckanext.govopen.face import blueprint

__all__ = ["review"]

review = blueprint("govopen_review", __name__, url_prefix="/desk")


@review.get("")
def inbox() -> str:
    """The officer's inbox: what waits, why, until when."""
    return render("inbox.html", inbox=ask("inbox_show"))


@review.get("/requests")
def requests() -> str:
    """Requests, newest first."""
    asked = {"state": tk.request.args.get("state") or None, "waiting_for_me": tk.request.args.get("mine") or None}
    try:
        found = ask("release_request_list", **paged(limit=config.page_size()), **asked)
    except tk.ValidationError:
        found = ask("release_request_list", **paged(limit=config.page_size()))
        asked = {"state": None, "waiting_for_me": None}
    return render("requests.html", found=found, asked=asked)


@review.get("/requests/<request_id>")
def show(request_id: str) -> str:
    """One request: verdict, reasons, evidence, what was not checked, the steps by name."""
    return render("request.html", request_=ask("release_request_show", id=request_id))


@review.post("/entries/<entry_id>/submit")
def submit(entry_id: str) -> Response:
    """Freeze an entry and hand it in."""
    form = tk.request.form
    standing = None
    if form.get("standing"):
        standing = {
            name: form.get(name) for name in ("max_row_drift", "max_new_values", "expires_on") if form.get(name)
        }
    try:
        made = ask(
            "release_request_submit",
            entry_id=entry_id,
            routes=form.getlist("routes") or None,
            standing=standing,
            comment=form.get("comment", ""),
        )
    except tk.ValidationError as err:
        from ckan import model

        from ckanext.govopen.desk.pages import told

        model.Session.rollback()
        tk.h.flash_error(told(err))
        return tk.redirect_to("govopen_catalogue.entry", entry_id=entry_id)
    tk.h.flash_success(tk._("Submitted as request #%s") % made["number"])
    return tk.redirect_to("govopen_review.show", request_id=made["id"])


def _digests() -> Any:
    try:
        found = json.loads(tk.request.form.get("digests", "") or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@review.post("/requests/<request_id>/approve")
def approve(request_id: str) -> Response:
    """Sign the next step over the digests that the page showed."""
    data = {"id": request_id, "comment": tk.request.form.get("comment", ""), "digests": _digests()}
    done = tk._("Signed. The steps show what comes next.")
    return act("release_request_approve", done, "govopen_review.show", on={"request_id": request_id}, **data)


@review.post("/requests/<request_id>/return")
def send_back(request_id: str) -> Response:
    """Return to the officer who submitted, all defects at once."""
    data = {"id": request_id, "comment": tk.request.form.get("comment", "")}
    done = tk._("Returned to the officer who submitted it")
    return act("release_request_return", done, "govopen_review.show", on={"request_id": request_id}, **data)


@review.post("/requests/<request_id>/reject")
def reject(request_id: str) -> Response:
    """Refuse for good."""
    data = {"id": request_id, "comment": tk.request.form.get("comment", "")}
    return act("release_request_reject", tk._("Rejected"), "govopen_review.show", on={"request_id": request_id}, **data)


@review.post("/requests/<request_id>/withdraw")
def withdraw(request_id: str) -> Response:
    """Take one's own request back."""
    data = {"id": request_id, "comment": tk.request.form.get("comment", "")}
    done = tk._("Withdrawn")
    return act("release_request_withdraw", done, "govopen_review.show", on={"request_id": request_id}, **data)


@review.post("/tasks/<task_id>/done")
def task_done(task_id: str) -> Response:
    """Tick a task off."""
    return act("task_done", tk._("Done"), "govopen_review.inbox", id=task_id)
