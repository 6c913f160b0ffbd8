"""Refusals of a release request's steps; each says what to do, none holds a cell's value."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import ReviewError

__all__ = ["CommentMissing", "GateRed", "NoRole", "SameOfficer", "Stale", "WrongStep"]


@dataclass(eq=False)
class SameOfficer(ReviewError):
    """Four eyes: who submitted a request, or signed a step of it, signs no later one."""

    code = "review.same_officer"
    template = "Release request {request_id} was submitted or signed by you before: another officer takes this step."


@dataclass(eq=False)
class WrongStep(ReviewError):
    """The step does not fit the state; none is skipped, the confidentiality review least of all."""

    step: str
    state: str
    code = "review.wrong_step"
    template = "Release request {request_id} is {state}: step {step} cannot be taken now. Reload the page."


@dataclass(eq=False)
class NoRole(ReviewError):
    """The officer does not hold the role of the step in this organisation."""

    step: str
    role: str
    code = "review.no_role"
    status = 403
    template = "Step {step} of release request {request_id} is taken by somebody with the role {role}."


@dataclass(eq=False)
class Stale(ReviewError):
    """What the page showed is not what is frozen: nothing is signed unseen."""

    changed: str
    code = "review.stale"
    template = "Release request {request_id} changed since the page was drawn ({changed}): reload it and look again."


@dataclass(eq=False)
class GateRed(ReviewError):
    """Nobody opens a request whose gate is red."""

    red: str
    code = "review.gate_red"
    template = "Release request {request_id} has gates that are red ({red}): mend them first."


@dataclass(eq=False)
class CommentMissing(ReviewError):
    """A return or a rejection says why, all of it at once."""

    decision: str
    code = "review.comment"
    template = "To {decision} release request {request_id} write the reason."
