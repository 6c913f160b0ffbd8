"""What the audit trail's actions accept."""

from __future__ import annotations

from ckanext.govopen.desk.accept import Field, opt, paging, text

__all__ = ["audit_list", "audit_verify"]


def audit_list() -> dict[str, Field]:
    """Filters and page."""
    return {"event": opt(text(200)), "actor": opt(text(200)), "subject": opt(text(300)), **paging()}


def audit_verify() -> dict[str, Field]:
    """Nothing."""
    return {}
