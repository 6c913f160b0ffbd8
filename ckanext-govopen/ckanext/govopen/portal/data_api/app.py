"""The Flask application of /api/v1: guards, refusals, headers. It imports no ckan and goes on while CKAN is down."""

from __future__ import annotations

import logging
import uuid
from urllib.parse import unquote_to_bytes

import psycopg
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from ckanext.govopen.errors import GovOpenError
from ckanext.govopen.portal.access.limits import caller_address
from ckanext.govopen.portal.data_api.errors import ApiError, shown, unfit
from ckanext.govopen.portal.data_api.formats import dumps
from ckanext.govopen.portal.data_api.query import MAX_QUERY
from ckanext.govopen.portal.data_api.service import Service
from ckanext.govopen.portal.data_api.settings import Settings
from ckanext.govopen.portal.data_api.views import add_routes
from ckanext.govopen.releases.errors import PartMissing

__all__ = ["create_app"]

log = logging.getLogger(__name__)
MAX_BODY = 1 << 18
EXPOSED = "X-Request-Id, X-Release-Digest, X-Row-Count, X-Total-Count, ETag, Content-Disposition, Retry-After, Link"


def create_app(settings: Settings) -> Flask:
    """The application over one set of settings; it starts whatever the state of database and store is."""
    app = Flask("govopen_api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    service = Service(settings)
    app.extensions["govopen"] = service
    app.before_request(lambda: _before(service))
    app.after_request(_after)
    _refusals(app)
    add_routes(app, service)
    return app


def _before(service: Service) -> Response | None:
    g.request_id = uuid.uuid4().hex
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": "GET, HEAD, OPTIONS", "Access-Control-Max-Age": "86400"})
    query = request.query_string
    if len(query) > MAX_QUERY:
        raise ApiError(414, "query.limit", {"subject": "query string", "limit": f"{MAX_QUERY} 字节 bytes"})
    sent = unquote_to_bytes(query.replace(b"+", b" ")) + request.path.encode("utf-8", "surrogatepass")
    if b"\x00" in sent:
        raise unfit("request", "不含空字符的文本", "text without a NUL character")
    try:
        sent.decode("utf-8")
        unquote_to_bytes(request.environ.get("RAW_URI") or "").decode("utf-8")
    except UnicodeDecodeError:
        raise unfit("request", "UTF-8 文本", "UTF-8 text") from None
    service.watch.ensure()
    address = caller_address(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""))
    wait = service.bucket.take(address) if address else 0.0
    if wait:
        subject = f"{service.settings.per_minute}/min"
        raise ApiError(429, "access.quota", {"subject": subject}, headers={"Retry-After": str(int(wait) + 1)})
    return None


def _after(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    headers["Access-Control-Allow-Headers"] = "X-Key, If-None-Match, Range, If-Range"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    headers["Referrer-Policy"] = "no-referrer"
    headers.setdefault("Cache-Control", "no-cache")
    headers.setdefault("Vary", "X-Key")
    if request.headers.get("X-Key"):  # What one licensee was told is kept by nobody on the way.
        headers["Cache-Control"] = "private, no-store"
    return response


def _refusals(app: Flask) -> None:
    def refuse(err: ApiError) -> Response:
        body = {"error": err.body(), "request_id": g.get("request_id", "")}
        response = Response(dumps(body), status=err.status, mimetype="application/json")
        response.headers.update(dict(err.headers))
        response.headers["Cache-Control"] = "no-store"
        return response

    def http(err: HTTPException) -> Response:
        code = {404: "missing", 405: "method", 413: "query.limit", 416: "query.value"}.get(
            err.code or 500, "query.value"
        )
        if (err.code or 500) >= 500:
            code = "internal"
        subject = request.method if code == "method" else shown(request.path)
        allowed = dict(err.get_headers()).get("Allow", "") if code == "method" else ""
        facts = {"subject": subject, "limit": MAX_BODY, "expected": "a sound request", "expected_zh": "合法请求"}
        return refuse(ApiError(err.code or 500, code, facts, headers={"Allow": allowed} if allowed else {}))

    def database(err: psycopg.Error) -> Response:
        if isinstance(err, psycopg.DataError):
            return refuse(unfit("request", "可识别的取值", "readable values"))
        log.warning("request %s: the database failed (%s)", g.get("request_id"), type(err).__name__)
        return refuse(ApiError(503, "service.database", headers={"Retry-After": "2"}))

    def core(err: GovOpenError) -> Response:
        if isinstance(err, PartMissing):
            return refuse(ApiError(404, "release.parts"))
        return refuse(ApiError(err.status, str(err.code), {"subject": str(err)}))

    def unforeseen(err: Exception) -> Response:
        log.error("request %s failed", g.get("request_id"), exc_info=err)
        return refuse(ApiError(500, "internal"))

    app.register_error_handler(ApiError, refuse)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(psycopg.Error, database)
    app.register_error_handler(GovOpenError, core)
    app.register_error_handler(Exception, unforeseen)
