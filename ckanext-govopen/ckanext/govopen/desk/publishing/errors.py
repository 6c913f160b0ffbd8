"""Why a publication does not happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ckanext.govopen.errors import Conflict, GovOpenError, Transient

__all__ = ["Closed", "EpochMoved", "Lapsed", "NotWitnessed", "PartAway"]


@dataclass(eq=False)
class Closed(GovOpenError):
    """Something that was to be published is closed: the closure wins."""

    subject: str
    code: ClassVar[str] = "release.closed"
    status: ClassVar[int] = 409
    template: ClassVar[str] = "{subject} is closed: nothing of it is published until an officer lifts the closure."


@dataclass(eq=False)
class EpochMoved(Conflict, Transient):
    """Somebody published or closed in between; the job looks again."""


@dataclass(eq=False)
class Lapsed(GovOpenError):
    """What the officers signed is no longer what would be published."""

    request_id: str
    changed: str
    code: ClassVar[str] = "review.lapsed"
    status: ClassVar[int] = 409
    template: ClassVar[str] = "Release request {request_id} lapsed ({changed} changed): submit it again."


@dataclass(eq=False)
class NotWitnessed(GovOpenError):
    """A step is missing or its signature does not fit: somebody wrote into the tables by hand."""

    request_id: str
    step: str
    code: ClassVar[str] = "review.signature"
    status: ClassVar[int] = 409
    template: ClassVar[str] = (
        "Step {step} of release request {request_id} is missing or not signed: an officer repeats it."
    )


@dataclass(eq=False)
class PartAway(GovOpenError):
    """A part of a release is not in the vault any more."""

    digest: str
    code: ClassVar[str] = "vault.part"
    status: ClassVar[int] = 500
    template: ClassVar[str] = "Part {digest} is not in the vault: build the release again or restore the vault."
