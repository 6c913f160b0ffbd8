"""Who sees the figures: everybody who works here, each for his organisations; supervisors for theirs."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.roles.access import anybody
from ckanext.govopen.desk.roles.store import ROLES

__all__ = ["supervision_show"]


@tk.auth_sysadmins_check
def supervision_show(context: Any, _data: Any) -> dict[str, Any]:
    """Any role."""
    return anybody(context, *ROLES)
