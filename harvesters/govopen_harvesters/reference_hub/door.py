"""Who may come in: signed requests, the national gateway's scheme, the clock window, remembered nonces."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import sqlite3
import time
from typing import ClassVar
from urllib.parse import quote

from flask import Blueprint, Response, current_app, g, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, ServiceUnavailable, Unauthorized

from govopen_harvesters.hub import gjgxjhpt, protocol
from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.store import Store

__all__ = ["BadCall", "Missing", "Refused", "check_pause", "check_request", "gateway"]

gateway = Blueprint("gateway", __name__)
_SECRET_LIFE = 15 * 60


class BadCall(BadRequest):
    """The call is wrong in form."""

    hub_code: ClassVar[str] = "hub.bad_call"


class Missing(NotFound):
    """There is no such thing."""

    hub_code: ClassVar[str] = "hub.missing"


class Refused(Unauthorized):
    """The signature does not stand."""

    hub_code: str = "hub.signature"


class Paused(ServiceUnavailable):
    """The hub is paused by its control routes."""

    hub_code: ClassVar[str] = "hub.paused"


class GatewayRefused(HTTPException):
    """A refusal in the gateway's manner: 200 with an error code inside."""

    def __init__(self) -> None:
        body = {"errCode": "E-106", "errMsg": "接口调用失败"}
        super().__init__(response=_gateway_answer(body))


def _gateway_answer(body: dict[str, str]) -> Response:
    answer = jsonify(body)
    answer.headers["X-Hub-Gateway"] = "refused"
    return answer


def check_pause(store: Store) -> None:
    """Answer 503 while paused; `pause_after` counts down served requests first."""
    left = store.meta("pause_after")
    if left is None:
        return
    if int(left) <= 0:
        raise Paused("the hub is paused")
    store.set_meta(pause_after=str(int(left) - 1))


def check_request(store: Store, keys: Keys) -> None:
    """Let a request in or refuse it."""
    if "gjgxjhpt_sign" in request.headers:
        _check_gateway(keys)
        return
    headers = {name: request.headers.get(name, "") for name in _HEADERS}
    public = store.meta(f"client:{headers[protocol.H_CLIENT]}")
    body = request.get_data(cache=True)
    if public is None or headers[protocol.H_DIGEST] != hashlib.sha256(body).hexdigest():
        raise Refused("unknown client or changed body")
    text = protocol.request_text(
        method=request.method,
        path=_raw_path(),
        query=request.query_string.decode("latin-1"),
        body=body,
        time=headers[protocol.H_TIME],
        nonce=headers[protocol.H_NONCE],
    )
    if not protocol.verified(bytes.fromhex(public), text, headers[protocol.H_SIGNATURE]):
        raise Refused("the signature does not verify")
    _check_time(headers[protocol.H_TIME])
    _remember(store, headers[protocol.H_NONCE])
    g.tie = headers[protocol.H_NONCE]


_HEADERS = (protocol.H_CLIENT, protocol.H_TIME, protocol.H_NONCE, protocol.H_DIGEST, protocol.H_SIGNATURE)


def _raw_path() -> str:
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    return str(raw).split("?", 1)[0] if raw else quote(request.path)


def _check_time(stamp: str) -> None:
    try:
        age = abs(dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(stamp))
    except (ValueError, TypeError):
        raise Refused("the time is not one") from None
    if age > protocol.CLOCK_WINDOW:
        raise Refused("the time is outside the window")


def _remember(store: Store, nonce: str) -> None:
    """Refuse a nonce that was seen inside the window; older ones are forgotten, their time refuses them."""
    if not 16 <= len(nonce) <= 64:
        raise Refused("the nonce is not one")
    now = time.time()
    with store.open() as db:
        db.execute("delete from nonce where at < ?", (now - 2 * protocol.CLOCK_WINDOW.total_seconds(),))
        try:
            db.execute("insert into nonce values (?, ?)", (nonce, now))
        except sqlite3.IntegrityError:
            refusal = Refused("the request was seen before")
            refusal.hub_code = "hub.replay"
            raise refusal from None


def _check_gateway(keys: Keys) -> None:
    sign, rtime = request.headers["gjgxjhpt_sign"], request.headers.get("gjgxjhpt_rtime", "")
    expected = gjgxjhpt.signature(key=keys.gateway_secret, sid=keys.sid, rid=keys.rid, rtime=rtime)
    if not _same(sign, expected) or not _fresh(rtime):
        raise GatewayRefused
    g.tie = sign


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _fresh(rtime: str) -> bool:
    return rtime.isdigit() and abs(time.time() * 1000 - int(rtime)) <= protocol.CLOCK_WINDOW.total_seconds() * 1000


@gateway.post(gjgxjhpt.REFRESH_PATH)
def refresh_secret() -> Response:
    """Give the gateway's secret, sealed with the appkey, to who signs with the appkey."""
    keys: Keys = current_app.config["HUB_KEYS"]
    body = request.get_json(force=True, silent=True)
    body = body if isinstance(body, dict) else {}
    rtime = str(body.get("gjgxjhpt_rtime", ""))
    expected = gjgxjhpt.signature(key=keys.appkey, sid=keys.sid, rid=keys.rid, rtime=rtime)
    if not _same(str(body.get("gjgxjhpt_sign", "")), expected) or not _fresh(rtime):
        return jsonify({"code": "-1", "data": "", "message": "接口调用失败"})
    mode = "ecb" if request.args.get("mode") == "ecb" else "cbc"
    sealed = gjgxjhpt.seal_secret(keys.gateway_secret, appkey=keys.appkey, mode=mode)
    ends = int((time.time() + _SECRET_LIFE) * 1000)
    return jsonify({"code": "0", "data": {"secret": sealed, "secretEndTime": ends}, "message": "成功"})
