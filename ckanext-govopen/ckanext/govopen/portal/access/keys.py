"""Who calls: a licensee's key, checked in constant time and read fresh, so that revocation counts at once."""

from __future__ import annotations

import datetime as dt

from ckanext.govopen.portal.access.decide import today
from ckanext.govopen.portal.access.errors import KeyRefused
from ckanext.govopen.portal.access.store import Key, PortalStore
from ckanext.govopen.releases.secrets import hash_secret, matches, split_key

__all__ = ["check_key"]

_NOBODY = hash_secret("nobody holds this secret")


def check_key(store: PortalStore, header: str, now: dt.datetime) -> Key:
    """The key that an X-Key header proves, or KeyRefused."""
    pair = split_key(header)
    if pair is None:
        raise KeyRefused
    key = store.key(pair[0])
    fits = matches(pair[1], key.secret_hash if key else _NOBODY)  # Compared either way, so that time tells nothing.
    if key is None or not fits:
        raise KeyRefused
    if (key.revoked_at is not None and key.revoked_at <= now) or today(now) > key.expires_on:
        raise KeyRefused
    return key
