"""Requests and reports without an account: a form, a code, and a page that says where things are.

No session is made for it: the form carries a signed stamp of when it was drawn, a field that people never see, and the
browser's own word on where it comes from.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response

import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf

from ckanext.govopen.face import lang
from ckanext.govopen.portal.pages import entry as entries
from ckanext.govopen.portal.pages import helpers, store, summary, texts
from ckanext.govopen.portal.pages.blueprint import portal, shared

__all__ = ["posts", "progress", "report", "requests"]

posts = Blueprint("govopen_feedback", __name__)
posts.after_request(shared)
# No session, so no ambient right that a foreign page could borrow: the stamp and the origin are the check here.
csrf.exempt(posts)

LONGEST = {"title": 120, "text": 2000, "purpose": 500, "contact": 200, "dataset": 200, "row": 300}
_CODE = re.compile(r"^[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2}$")
_recent: OrderedDict[str, list[float]] = OrderedDict()
MOST_AN_HOUR = 20


def _allowed() -> bool:
    """At most some posts an hour from one address, counted in this worker."""
    address, at = tk.request.remote_addr or "", time.monotonic()
    times = [t for t in _recent.get(address, []) if at - t < 3600]
    times.append(at)
    _recent[address] = times
    _recent.move_to_end(address)
    while len(_recent) > 5000:
        _recent.popitem(last=False)
    return len(times) <= MOST_AN_HOUR


def _same_place() -> bool:
    """Whether the browser says that the form was ours; programs without either header say nothing."""
    told = tk.request.headers.get("Origin") or tk.request.headers.get("Referer")
    return not told or urlsplit(told).netloc == tk.request.host


def _given(*names: str) -> dict[str, str]:
    return {name: tk.request.form.get(name, "").strip()[: LONGEST[name] + 1] for name in names}


def _faults(given: dict[str, str], *needed: str) -> dict[str, str]:
    found = {name: tk._("Please fill this in") for name in needed if len(given[name]) < 2}
    found |= {n: tk._("At most {n} characters").format(n=LONGEST[n]) for n, v in given.items() if len(v) > LONGEST[n]}
    if not _same_place() or not helpers.check_stamp(tk.request.form.get("form_time", "")):
        found["form"] = tk._("This form is too old or was sent in an instant: please send it again")
    elif not _allowed():
        found["form"] = tk._("Too many messages from your address in this hour: please try later")
    return found


def _no_store(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _known(name: str) -> dict[str, Any] | None:
    return entries.load(name) if name and len(name) <= LONGEST["dataset"] else None


@portal.get("/request")
def requests() -> Response:
    """The form for data that are missing or closed, filled in from a search or an entry."""
    args = tk.request.args
    found = _known(args.get("dataset", ""))
    given = {"title": (found["title"] if found else args.get("q", ""))[:120], "dataset": args.get("dataset", "")[:200]}
    return _no_store(tk.render("portal/request.html", {"given": given, "faults": {}, "entry": found}))


@posts.post("/request")
def send_request() -> Response:
    """Keep a request and lead to its page."""
    given = _given("title", "text", "purpose", "contact", "dataset")
    if tk.request.form.get("website"):
        return tk.redirect_to("govopen_portal.requests")
    faults = _faults(given, "title", "text")
    found = _known(given["dataset"])
    if faults:
        return _no_store(tk.render("portal/request.html", {"given": given, "faults": faults, "entry": found}), 400)
    kept = {**given, "lang": lang(), "entry_id": found["id"] if found else None}
    code = store.add_inbox("request", kept)
    return tk.redirect_to("govopen_portal.progress", code=code)


@portal.get("/report")
def report() -> Response:
    """The form for an error in published data, with the row that it is about."""
    args = tk.request.args
    found = _known(args.get("dataset", ""))
    given = {"dataset": args.get("dataset", "")[:200], "row": args.get("row", "")[:300]}
    return _no_store(tk.render("portal/report.html", {"given": given, "faults": {}, "entry": found}))


@posts.post("/report")
def send_report() -> Response:
    """Keep a report with the release it is about, and lead to its page."""
    given = _given("dataset", "row", "text", "contact")
    if tk.request.form.get("website"):
        return tk.redirect_to("govopen_portal.report")
    faults = _faults(given, "text")
    found = _known(given["dataset"])
    if faults:
        return _no_store(tk.render("portal/report.html", {"given": given, "faults": faults, "entry": found}), 400)
    digest = found["open"][0]["digest"] if found and found["open"] else ""
    kept = {**given, "lang": lang(), "entry_id": found["id"] if found else None, "digest": digest}
    code = store.add_inbox("report", kept)
    return tk.redirect_to("govopen_portal.progress", code=code)


@portal.get("/request/find")
def find() -> Response:
    """From the box "ask by code" to the page of that code."""
    code = tk.request.args.get("code", "").strip().upper()
    return (
        tk.redirect_to("govopen_portal.progress", code=code)
        if _CODE.match(code)
        else tk.redirect_to("govopen_portal.requests")
    )


@portal.get("/request/<code>")
def progress(code: str) -> Response:
    """Where a request stands: who has it, until when, and the answer. Contact details are never shown again."""
    found = store.inbox(code.strip().upper()) if _CODE.match(code.strip().upper()) else None
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no request with this code"))
    status = found["status"] or {}
    extra = {
        "r": found,
        "payload": {k: v for k, v in found["payload"].items() if k != "contact"},
        "day": summary.day_of(found["created_at"]),
        "pulled": summary.day_of(found["pulled_at"]) if found["pulled_at"] else None,
        "answer": texts.spoken(status.get("answer"), lang()),
        "unit": texts.spoken(status.get("unit"), lang()),
        "due": status.get("due"),
        "step": status.get("step") or ("received" if found["pulled_at"] else "sent"),
        "fresh": found["pulled_at"] is None and not status,
    }
    return _no_store(tk.render("portal/progress.html", extra))
