"""Refuse hostile requests before CKAN sees them: its own routes answer a NUL byte or a huge number with a 500.

A WSGI layer looks at path, query and JSON bodies; an error handler turns what PostgreSQL still refuses into a 400.
Every answer carries `X-Request-Id`, so that a visitor can quote it and an operator can find it, and the headers that
keep a browser from running, sniffing or framing what is not ours; core's own pages, feeds and API would have none.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import request
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError, StatementError

__all__ = ["Guard", "refused_body", "refused_path", "register"]

log = logging.getLogger(__name__)
LARGEST = 2**31 - 1
"""The largest integer CKAN's integer columns and LIMIT clauses take."""
HTTP_SERVER_ERROR = 500
LINE_LIMIT = 8000
"""Bytes of path and query; a longer one is refused with 414."""
BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of a JSON body that are looked at; a larger one is refused."""
TEXTS = (
    "id",
    "name",
    "name_or_id",
    "resource_id",
    "package_id",
    "user",
    "user_id",
    "username",
    "fq",
    "title",
    "url",
    "object",
)
"""Parameters of actions that are text and nothing else."""
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
)
SHIELDS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
"""Headers that an answer gets unless its view has a word of its own on them."""
NEEDED = {
    "group_autocomplete": "q",
    "organization_autocomplete": "q",
    "task_status_update_many": "data",
    "datastore_run_triggers": "resource_id",
}
"""Actions that look for a parameter before they ask whether it is there: without it they would answer a 500."""
DUMPS = ("csv", "tsv", "json", "xml")
"""Formats of the DataStore's dump; core stumbles over its own text when it refuses another."""
TOO_LONG = "an address that is too long"
_NUMERIC = re.compile(r"(?:^|&)(?:limit|offset|start|rows|page|limit_min|facet\.limit)=(-?\d+|[^&]*)", re.IGNORECASE)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


def refused_path(path: str, query: str) -> str | None:
    """Say why this path or query string is refused, or None."""
    raw = unquote_to_bytes(path) + b"?" + unquote_to_bytes(query)
    if b"\x00" in raw:
        return "a NUL character"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes that are not UTF-8"
    for match in _NUMERIC.finditer(query):
        value = unquote_to_bytes(match.group(1)).decode("utf-8", "replace")
        if re.fullmatch(r"-?\d+", value) and abs(int(value[:20])) > LARGEST:
            return "a number that is too large"
    return None


def _hostile(value: Any, depth: int = 0) -> str | None:
    if depth > 40:
        return "a body that is nested too deeply"
    if isinstance(value, str):
        return "a NUL character" if "\x00" in value else None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return "a number that is too large" if abs(value) > 2**63 - 1 else None
    parts: Iterable[Any] = ()
    if isinstance(value, Mapping):
        parts = (*value.keys(), *value.values())
        for name in ("limit", "offset", "start", "rows", "page"):
            number = value.get(name)
            if isinstance(number, int) and not isinstance(number, bool) and abs(number) > LARGEST:
                return "a number that is too large"
            if isinstance(number, str) and number.lstrip("-").isdigit() and len(number.lstrip("-")) > 9:
                return "a number that is too large"
    elif isinstance(value, list):
        parts = value
    return next((found for part in parts if (found := _hostile(part, depth + 1))), None)


def refused_body(content_type: str, body: bytes, path: str = "") -> str | None:
    """Say why this request body is refused, or None; forms are looked at for NUL, JSON as a whole.

    CKAN's actions take it for granted that an id is text, and answer an object or a list in its place with a 500.
    """
    if b"\x00" in body and not content_type.startswith("multipart/"):
        return "a NUL character"
    if content_type.startswith("application/x-www-form-urlencoded"):
        return "a NUL character" if b"%00" in body else None
    if "json" not in content_type and body.lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        value = json.loads(body)
    except RecursionError:
        return "a body that is nested too deeply"
    except ValueError:
        return None  # Not JSON: whoever parses it says so.
    if "/api/" in path and not isinstance(value, dict):
        return "a body that is no JSON object"
    odd = isinstance(value, dict) and next(
        (key for key in TEXTS if isinstance(value.get(key), (dict, list, bool, int, float))), None
    )
    return f"{odd}: something else than text" if odd else _hostile(value)


class Guard:
    """WSGI layer in front of CKAN: request ids, and hostile input refused with a 400 in both languages."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a refused request at once, hand on any other with its request id."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        environ["govopen.request_id"] = environ["HTTP_X_REQUEST_ID"] = request_id

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers = [h for h in headers if h[0].lower() != "x-request-id"]
            said = {h[0].lower() for h in headers}
            shields = [shield for shield in SHIELDS if shield[0].lower() not in said]
            return start_response(status, [*headers, *shields, ("X-Request-Id", request_id)], exc_info)

        why = self._refuse(environ)
        if why is None:
            return self.app(environ, start)
        answer = {
            "success": False,
            "error": {"__type": "Bad Request", "code": "query.value", "message": f"请求含有不能处理的内容 / {why}"},
            "request_id": request_id,
        }
        body = json.dumps(answer, ensure_ascii=False).encode()
        status = "414 URI Too Long" if why == TOO_LONG else "400 Bad Request"
        start(status, [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [body]

    def _refuse(self, environ: dict[str, Any]) -> str | None:
        path = environ.get("PATH_INFO", "").encode("latin-1", "replace")
        if b"\x00" in path:
            return "a NUL character"
        if len(path) + len(environ.get("QUERY_STRING", "")) > LINE_LIMIT:
            return TOO_LONG
        why = refused_path(environ.get("RAW_URI", "").partition("?")[0], environ.get("QUERY_STRING", ""))
        if why or environ.get("REQUEST_METHOD") not in {"POST", "PUT", "PATCH"}:
            return why
        content_type = environ.get("CONTENT_TYPE", "").lower()
        if content_type.startswith("multipart/"):
            return None
        try:
            length = int(environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return "a length that is not a number"
        if length > BODY_LIMIT:
            return "a body that is too large"
        body = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = BytesIO(body)
        return refused_body(content_type, body, environ.get("PATH_INFO", ""))


def _said(status: int) -> Callable[[Any], Any]:
    """What a view of core or an extension let pass is a refusal with its status, not a failure."""

    def handler(err: Any) -> Any:
        from ckan import model

        model.Session.rollback()
        text = str(err.error_summary if hasattr(err, "error_summary") else err)
        code = text.partition(":")[0] if re.match(r"^[a-z]+\.[a-z_]+:", text) else "refused"
        answer = {"success": False, "error": {"__type": type(err).__name__, "code": code, "message": text}}
        return {**answer, "request_id": request.environ.get("govopen.request_id", "")}, status

    return handler


def _needed() -> Any:
    """Refuse what core looks for before it asks whether it is there."""
    if request.endpoint == "datastore.dump" and request.args.get("format", "csv") not in DUMPS:
        text = f"format 只能是 / must be one of: {', '.join(DUMPS)}"
        error = {"__type": "Bad Request", "code": "query.value", "message": text}
        return {"success": False, "error": error, "request_id": request.environ.get("govopen.request_id", "")}, 400
    missing = request.endpoint == "api.action" and NEEDED.get((request.view_args or {}).get("logic_function", ""))
    if not missing or missing in request.values:
        return None
    given = request.get_json(force=True, silent=True)
    if isinstance(given, dict) and given.get(missing) is not None:
        return None
    error = {
        "__type": "Bad Request",
        "code": "query.value",
        "message": f"缺少参数 {missing} / {missing} is missing",
    }
    return {"success": False, "error": error, "request_id": request.environ.get("govopen.request_id", "")}, 400


def register(app: Any) -> Any:
    """Put the guard before a Flask application and give what only the database or a type check refuses a 4xx."""
    from ckan import model
    from ckan.plugins import toolkit as tk

    def refused(status: int, code: str, err: Exception) -> tuple[dict[str, Any], int]:
        model.Session.rollback()
        log.warning("a request was refused: %s", type(err).__name__)
        text = (
            "请求参数不能处理 / an argument does not fit"
            if status < HTTP_SERVER_ERROR
            else "暂时不能服务 / try again later"
        )
        answer = {"success": False, "error": {"__type": "Bad Request", "code": code, "message": text}}
        return {**answer, "request_id": request.environ.get("govopen.request_id", "")}, status

    def statement(err: StatementError) -> Any:
        if isinstance(err, OperationalError):
            return refused(503, "service.database", err)
        if isinstance(err, (DataError, ProgrammingError)) or isinstance(
            err.orig, (ValueError, UnicodeError, TypeError)
        ):
            return refused(400, "query.value", err)
        raise err

    if hasattr(app, "register_error_handler"):
        app.register_error_handler(StatementError, statement)
        app.before_request(_needed)
        for refusal, status in ((tk.ObjectNotFound, 404), (tk.NotAuthorized, 403), (tk.ValidationError, 400)):
            app.register_error_handler(refusal, _said(status))
    app.wsgi_app = Guard(app.wsgi_app)
    return app
