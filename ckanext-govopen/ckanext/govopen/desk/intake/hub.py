"""The client of the hub, from what the pipe handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govopen_harvesters.hub.client import connect

if TYPE_CHECKING:
    from ckanext.govopen.desk.secrets import HubAccess
    from govopen_harvesters.hub.client import HubClient

__all__ = ["client"]


def client(access: HubAccess, *, patient: bool = True, **settings: Any) -> HubClient:
    """Open the hub; `patient` for harvests, quick to give up where closures must not wait behind it."""
    settings.setdefault("timeout", (5.0, 30.0) if patient else (2.0, 6.0))
    settings.setdefault("attempts", 4 if patient else 1)
    return connect(
        hub=access.name,
        base_url=access.url,
        public_key=access.public_key.hex(),
        client_id=access.client_id,
        client_key=access.client_key.hex(),
        **settings,
    )
