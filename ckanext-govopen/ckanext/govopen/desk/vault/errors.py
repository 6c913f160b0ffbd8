"""Refusals at the vault's border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ckanext.govopen.errors import GovOpenError, Transient, VaultError

__all__ = ["NotSealed", "VaultError", "VaultSpace"]


@dataclass(eq=False)
class VaultSpace(GovOpenError, Transient):
    """The vault's disk is full or a file may not grow further; what lay there is untouched."""

    stage: str
    code: ClassVar[str] = "vault.space"
    status: ClassVar[int] = 507
    template: ClassVar[str] = (
        "The vault has no room for {stage}: free space on its disk; the job waits and goes on by itself."
    )


@dataclass(eq=False)
class NotSealed(GovOpenError):
    """A vault file that this key does not open, or that somebody changed."""

    object: str
    code: ClassVar[str] = "vault.seal"
    status: ClassVar[int] = 500
    template: ClassVar[str] = (
        "{object} cannot be opened: it was sealed with another key or was altered. Restore it from a backup."
    )
