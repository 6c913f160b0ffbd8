"""The cursor: an opaque word that keeps a reader in one release while he pages, whatever is published meanwhile. Pure.

It grants nothing: whoever sends it is judged again, and a closed release answers 410.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json

from ckanext.govopen.portal.data_api.errors import ApiError
from ckanext.govopen.portal.data_api.query import MAX_OFFSET
from ckanext.govopen.releases.canonical import is_digest

__all__ = ["make", "read"]


def _fingerprint(question: str) -> str:
    return hashlib.blake2b(question.encode("utf-8"), digest_size=8).hexdigest()


def make(digest: str, question: str, offset: int) -> str:
    """The cursor of the next page."""
    body = json.dumps([digest, _fingerprint(question), offset], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode("ascii")).decode("ascii").rstrip("=")


def read(cursor: str) -> tuple[str, str, int]:
    """Digest, fingerprint of the question, offset; a cursor that nobody here made is refused."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        digest, fingerprint, offset = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        sound = is_digest(digest) and isinstance(fingerprint, str) and isinstance(offset, int)
        if not sound or isinstance(offset, bool) or not 0 <= offset <= MAX_OFFSET:
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise ApiError(400, "query.cursor", field="cursor") from None
    return digest, fingerprint, offset


def fits(fingerprint: str, question: str) -> bool:
    """Whether a cursor was made for this question."""
    return fingerprint == _fingerprint(question)
