"""The hub's control routes: what happens on somebody else's side, at the push of a button, for demos and tests."""

from __future__ import annotations

import hmac
import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from govopen_harvesters.reference_hub import changes, door
from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.packing import approval_message, spoil, withdraw
from govopen_harvesters.reference_hub.real import DAILY_KEY
from govopen_harvesters.reference_hub.store import Store

__all__ = ["control"]

control = Blueprint("control", __name__, url_prefix="/control")


def _store() -> Store:
    store: Store = current_app.config["HUB_STORE"]
    return store


def _keys() -> Keys:
    keys: Keys = current_app.config["HUB_KEYS"]
    return keys


@control.before_request
def _guard() -> None:
    given = request.headers.get("X-Control-Key", "")
    if not hmac.compare_digest(given.encode(), _keys().control.encode()):
        raise door.Refused("the control key is wrong")


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise door.BadCall("send a JSON object")
    return body


def _item(body: dict[str, Any]) -> dict[str, Any]:
    """Find the item by its remote id or by its key in the hub's own catalogue."""
    remote_id = body.get("remote_id")
    if remote_id is None:
        row = _store().one("select remote_id from item where key = ?", str(body.get("key", "")))
        remote_id = row[0] if row else ""
    item = _store().item(str(remote_id))
    if item is None:
        raise door.Missing("no such item")
    return item


@control.get("/cases")
def cases() -> Response:
    """List every item with its key and the reason code that it deserves."""
    rows = _store().rows(
        "select key, remote_id, package_id, kind, state, expect, version, rows from item order by position"
    )
    return jsonify({"cases": [dict(row) for row in rows]})


@control.get("/receipts")
def receipts() -> Response:
    """List all receipts."""
    return jsonify(
        {"receipts": [json.loads(row["body"]) for row in _store().rows("select body from receipt order by number")]}
    )


@control.post("/advance")
def advance() -> Response:
    """Refresh a table (by default the daily one) by a day; `new_column` and `few_rows` fit no standing plan."""
    body = {"key": DAILY_KEY, **_body()}
    item, variant = _item(body), str(body.get("variant", "day"))
    if variant not in changes.VARIANTS:
        raise door.BadCall(f"variant is one of {', '.join(changes.VARIANTS)}")
    package_id = changes.refresh(_store(), _keys(), item, variant)
    return jsonify({"remote_id": item["remote_id"], "package_id": package_id})


@control.post("/change")
def change() -> Response:
    """Deliver a table anew with its last row left out."""
    item = _item(_body())
    return jsonify(
        {"remote_id": item["remote_id"], "package_id": changes.refresh(_store(), _keys(), item, "drop_last")}
    )


@control.post("/describe")
def describe() -> Response:
    """Change an item's descriptor by `patch`; it is approved again unless `approve` is false."""
    body = _body()
    item = _item(body)
    described = {**item["descriptor"], **dict(body.get("patch") or {})}
    approval = item["approval"]
    if body.get("approve", True):
        approval = approval_message(_keys(), remote_id=item["remote_id"], descriptor=described)
    _store().execute(
        "update item set descriptor = ?, approval = ?, version = version + 1 where remote_id = ?",
        json.dumps(described),
        json.dumps(approval) if approval else None,
        item["remote_id"],
    )
    return jsonify({"remote_id": item["remote_id"]})


@control.post("/revoke")
def revoke() -> Response:
    """Revoke an item's approval."""
    return _approve(_item(_body()), "revoked", 365)


@control.post("/withdraw")
def take_back() -> Response:
    """Withdraw an item by a signed order."""
    body = _body()
    item = _item(body)
    order_id = withdraw(
        _store(),
        _keys(),
        item["remote_id"],
        reason_zh=str(body.get("reason_zh", "数源单位撤回。")),
        reason_en=str(body.get("reason_en", "Withdrawn by the department.")),
    )
    return jsonify({"remote_id": item["remote_id"], "order_id": order_id})


@control.post("/approval")
def approval() -> Response:
    """Set an item's approval: `decision` approved, pending, refused or revoked; `expires_in` days."""
    body = _body()
    return _approve(_item(body), str(body.get("decision", "revoked")), int(body.get("expires_in", 365)))


def _approve(item: dict[str, Any], decision: str, days: int) -> Response:
    message = approval_message(
        _keys(), remote_id=item["remote_id"], descriptor=item["descriptor"], decision=decision, expires_in=days
    )
    _store().execute(
        "update item set approval = ?, version = version + 1 where remote_id = ?",
        json.dumps(message),
        item["remote_id"],
    )
    return jsonify({"remote_id": item["remote_id"]})


@control.post("/fault")
def fault() -> Response:
    """Spoil an item: digest, truncated, row_count, forged_manifest, forged_approval, replay; `none` delivers it anew."""
    body = _body()
    item, kind = _item(body), str(body.get("fault", ""))
    if kind == "none":
        changes.refresh(_store(), _keys(), item, "same")
        return jsonify({"remote_id": item["remote_id"]})
    try:
        spoil(_store(), _keys(), item["remote_id"], kind)
    except ValueError:
        raise door.BadCall("no such fault") from None
    return jsonify({"remote_id": item["remote_id"]})


@control.post("/pause")
def pause() -> Response:
    """Answer 503 on all client routes; `after` lets that many requests through first; `paused: false` ends it."""
    body = _body()
    if body.get("paused", True):
        _store().set_meta(pause_after=str(int(body.get("after", 0))))
    else:
        _store().execute("delete from meta where key = 'pause_after'")
    return jsonify({"paused": bool(body.get("paused", True))})
