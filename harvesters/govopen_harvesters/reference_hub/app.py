"""The hub as a Flask application: `/api/hub/v1` for clients, `/control` for demos and tests.

Every request is signed (or speaks the national gateway's scheme), every JSON answer is signed and tied to its request.
Start it with `GOVOPEN_HUB_HOME` set: `gunicorn --header-map dangerous "govopen_harvesters.reference_hub.app:create_app()"`;
without that flag gunicorn drops the gateway's headers, whose names have underscores, and only the own scheme works.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request, send_file
from werkzeug.exceptions import HTTPException

from govopen_harvesters.base import canonical_json
from govopen_harvesters.hub import protocol
from govopen_harvesters.reference_hub import control, door
from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.store import Store

__all__ = ["create_app"]

api = Blueprint("hub", __name__, url_prefix=protocol.API)
_PAGE_MAX = 200
_DETAIL_KEYS = 40
_RECEIPT_KINDS = ("accepted", "published", "refused", "quarantined", "withdrawn")


def create_app(home: str | os.PathLike[str] | None = None) -> Flask:
    """Make the application for a seeded home (by default that of `GOVOPEN_HUB_HOME`)."""
    folder = Path(home or os.environ["GOVOPEN_HUB_HOME"])
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=1 << 20, HUB_STORE=Store(folder), HUB_KEYS=Keys.of(folder))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.register_blueprint(api)
    app.register_blueprint(door.gateway)
    app.register_blueprint(control.control)
    app.register_error_handler(HTTPException, _refused)

    @app.get("/")
    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


def _store() -> Store:
    store: Store = current_app.config["HUB_STORE"]
    return store


def _refused(error: HTTPException) -> Response:
    code = getattr(error, "hub_code", f"http.{error.code}")
    body = json.dumps({"code": code, "message": error.description}, ensure_ascii=False)
    return Response(body, status=error.code or 500, mimetype="application/json")


@api.before_request
def _guard() -> None:
    door.check_pause(_store())
    door.check_request(_store(), current_app.config["HUB_KEYS"])


@api.after_request
def _signed(answer: Response) -> Response:
    if answer.mimetype == "application/json":
        stamp = dt.datetime.now(dt.UTC).isoformat()
        text = protocol.answer_text(
            nonce=g.get("tie", ""), status=answer.status_code, body=answer.get_data(), time=stamp
        )
        answer.headers[protocol.H_TIME] = stamp
        answer.headers[protocol.H_SIGNATURE] = protocol.sign(current_app.config["HUB_KEYS"].signing, text)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _answer(value: Any, status: int = 200) -> Response:
    return Response(canonical_json(value), status=status, mimetype="application/json")


def _paging() -> tuple[int, int]:
    """Read cursor and limit; a cursor is the position behind which the page begins."""
    try:
        limit = int(request.args.get("limit", "50"))
        after = int(request.args.get("cursor", "0"))
    except ValueError:
        raise door.BadCall("cursor and limit are whole numbers") from None
    if not (1 <= limit <= _PAGE_MAX and 0 <= after < 1 << 62):
        raise door.BadCall(f"limit is 1 to {_PAGE_MAX}, cursor is what the last page gave")
    return after, limit


def _page(name: str, rows: list[sqlite3.Row], limit: int, make: Any) -> Response:
    shown = rows[:limit]
    cursor = str(shown[-1]["position"]) if len(rows) > limit else None
    return _answer({name: [make(row) for row in shown], "next_cursor": cursor})


@api.get("/providers")
def providers() -> Response:
    """List departments."""
    after, limit = _paging()
    rows = _store().rows("select * from provider where position >= ? order by position limit ?", after, limit + 1)
    shown = rows[:limit]
    cursor = str(rows[limit]["position"]) if len(rows) > limit else None
    return _answer({"providers": [json.loads(row["body"]) for row in shown], "next_cursor": cursor})


@api.get("/catalogue")
def catalogue() -> Response:
    """List items with descriptor and approval."""
    after, limit = _paging()
    rows = _store().rows("select * from item where position > ? order by position limit ?", after, limit + 1)
    return _page("items", rows, limit, _item)


def _item(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "remote_id": row["remote_id"],
        "version": row["version"],
        "kind": row["kind"],
        "state": row["state"],
        "descriptor": json.loads(row["descriptor"]),
        "provider": row["provider"],
        "package_id": row["package_id"],
        "link_url": row["link_url"],
        "approval": json.loads(row["approval"]) if row["approval"] else None,
    }


@api.get("/approvals")
def approvals() -> Response:
    """List approval records alone."""
    after, limit = _paging()
    rows = _store().rows(
        "select position, approval from item where position > ? and approval is not null order by position limit ?",
        after,
        limit + 1,
    )
    return _page("approvals", rows, limit, lambda row: json.loads(row["approval"]))


@api.get("/packages/<package_id>/manifest")
def manifest(package_id: str) -> Response:
    """Give a package's signed manifest."""
    row = _store().one("select * from package where package_id = ?", package_id)
    if row is not None and row["served_as"]:
        row = _store().one("select * from package where package_id = ?", row["served_as"])
    if row is None:
        raise door.Missing("no such package")
    return _answer(json.loads(row["message"]))


@api.get("/packages/<package_id>/files/<name>")
def file(package_id: str, name: str) -> Response:
    """Give a file, or the part of it that a Range asks for."""
    row = _store().one("select message from package where package_id = ?", package_id)
    known = json.loads(row["message"])["document"]["files"] if row else []
    entry = next((entry for entry in known if entry["name"] == name), None)
    if entry is None:
        raise door.Missing("no such file")
    path = _store().packages / package_id / entry["name"]
    return send_file(path.resolve(), mimetype="application/octet-stream", conditional=True, etag=entry["sha256"])


@api.get("/withdrawals")
def withdrawals() -> Response:
    """List withdrawal orders behind a cursor, which may be an order's id."""
    cursor, limit = request.args.get("cursor", ""), 50
    after = 0
    if cursor:
        row = _store().one("select number from withdrawal where order_id = ?", cursor)
        if row is None:
            raise door.BadCall("cursor is the id of an order")
        after = row["number"]
    rows = _store().rows("select * from withdrawal where number > ? order by number limit ?", after, limit + 1)
    shown = rows[:limit]
    following = shown[-1]["order_id"] if len(rows) > limit else None
    return _answer({"orders": [json.loads(row["message"]) for row in shown], "next_cursor": following})


@api.post("/receipts")
def take_receipt() -> Response:
    """Take a receipt."""
    body = request.get_json(force=True, silent=True)
    if (
        not isinstance(body, dict)
        or not isinstance(body.get("remote_id"), str)
        or body.get("kind") not in _RECEIPT_KINDS
    ):
        raise door.BadCall("a receipt has remote_id and kind")
    if not isinstance(body.get("detail", {}), dict) or len(body.get("detail", {})) > _DETAIL_KEYS:
        raise door.BadCall("detail is a small object")
    if _store().item(body["remote_id"]) is None:
        raise door.Missing("no such item")
    _store().execute("insert into receipt (body) values (?)", json.dumps(body, ensure_ascii=False))
    return _answer({"status": "taken"}, 201)


@api.get("/receipts")
def receipts() -> Response:
    """List receipts."""
    after, limit = _paging()
    rows = _store().rows(
        "select number as position, body from receipt where number > ? order by number limit ?", after, limit + 1
    )
    return _page("receipts", rows, limit, lambda row: json.loads(row["body"]))
