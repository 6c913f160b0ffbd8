"""The blueprint that every public page hangs on, with the headers they share."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response

import ckan.plugins.toolkit as tk

from ckanext.govopen.face import blueprint
from ckanext.govopen.portal.pages.cache import WISH
from ckanext.govopen.portal.settings import public_api_url

__all__ = ["portal"]

portal = blueprint("govopen_portal", __name__)

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
)
"""Nothing of another host is loaded, and nobody frames the page; the chart brings a style element of its own."""


def _api_origin() -> str:
    """Where the data service is for a browser: the one other place that a page's own script may ask."""
    parts = urlsplit(public_api_url())
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@portal.after_request
def shared(response: Response) -> Response:
    """Say what may be kept: a page for everybody two seconds at the edge, one for an account not at all."""
    response.headers.setdefault("Content-Security-Policy", f"{POLICY}; connect-src 'self' {_api_origin()}")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    signed_in = bool(tk.request.cookies) and tk.current_user.is_authenticated
    public = tk.request.method in ("GET", "HEAD") and response.status_code == 200 and not signed_in
    kept = "no-store" in response.headers.get("Cache-Control", "")
    response.headers[WISH] = "public, max-age=2" if public and not kept else "private, no-store"
    return response
