"""What supervision accepts."""

from __future__ import annotations

from ckanext.govopen.desk.accept import Field

__all__ = ["supervision_show"]


def supervision_show() -> dict[str, Field]:
    """Nothing."""
    return {}
