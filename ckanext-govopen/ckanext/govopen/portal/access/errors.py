"""Doors that stay shut: keys and quotas."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.govopen.errors import GovOpenError

__all__ = ["KeyRefused", "QuotaSpent"]


@dataclass(eq=False)
class KeyRefused(GovOpenError):
    """The X-Key header names no key that is valid now; which of its reasons it is, is not told."""

    code = "access.key"
    status = 401
    template = "The key is unknown, expired or revoked: send X-Key as key_id.secret, or ask the desk for a new one."


@dataclass(eq=False)
class QuotaSpent(GovOpenError):
    """A grant's rows are used up, or would be by this answer."""

    quota: int
    used: int
    asked: int
    code = "access.quota"
    status = 429
    template = "The quota is {quota} rows, {used} are used, {asked} were asked for: ask for less or for more quota."
