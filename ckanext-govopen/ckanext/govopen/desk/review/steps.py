"""The steps of a release request: who may take which, and what state it leads to.

Pure. The order of steps and their roles are data (`govopen_schemas/steps.yaml`); that nobody signs two steps, that none
is skipped and that nothing is signed unseen is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from .errors import CommentMissing, GateRed, NoRole, SameOfficer, Stale, WrongStep

__all__ = ["LIVE", "Request", "Signature", "Step", "advance", "changed", "may", "steps", "withdraw"]

# 在途: states in which the next step waits for an officer.
LIVE = frozenset({"submitted", "reviewed", "security_ok", "deid_ok"})
# What may still be taken back: everything that is neither applied nor ended.
OPEN = LIVE | {"draft", "approved"}
_ENDS = {"return": "returned", "reject": "rejected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """步骤: its name, the role that takes it, the state it leads to."""

    step: str
    role: str
    reaches: str
    act: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """签署: who took a step, and what he decided."""

    step: str
    officer: str
    decision: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """开放申请: the steps it needs, those taken, and the digests that are frozen with it."""

    id: str
    state: str
    steps: tuple[str, ...]
    digests: Mapping[str, Any]
    submitted_by: str
    taken: tuple[Signature, ...] = ()
    red: tuple[str, ...] = ()

    @property
    def signed(self) -> tuple[Signature, ...]:
        """The steps that carry it on: a return or a rejection is none."""
        return tuple(one for one in self.taken if one.decision in {"submit", "approve"})

    @property
    def next_step(self) -> str | None:
        """The step that waits; None where nothing waits for an officer."""
        if self.state == "draft":
            return self.steps[0]
        if self.state not in LIVE:
            return None
        done = {one.step for one in self.signed}
        return next((step for step in self.steps if step not in done), None)


@cache
def steps() -> Mapping[str, Step]:
    """Every step there is, in order."""
    text = files("govopen_schemas").joinpath("steps.yaml").read_text(encoding="utf-8")
    return {one["step"]: Step(**one) for one in yaml.safe_load(text)["steps"]}


def changed(frozen: Mapping[str, Any], shown: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the digests that differ between what is frozen and what was shown."""
    return tuple(sorted(name for name in {*frozen, *shown} if frozen.get(name) != shown.get(name)))


def advance(
    request: Request,
    step: str,
    decision: str,
    officer: str,
    roles: AbstractSet[str],
    *,
    comment: str = "",
    shown: Mapping[str, Any] | None = None,
) -> Request:
    """The request after `officer`, who holds `roles`, decided `step`: submit, approve, return or reject.

    `shown` are the digests that the officer's page showed; they must be the frozen ones to submit or approve.
    """
    _expect(request, step, decision)
    role = steps()[step].role
    if role not in roles:
        raise NoRole(request_id=request.id, step=step, role=role)
    if step != request.steps[0] and _acted(request, officer):
        raise SameOfficer(request_id=request.id)
    taken = (*request.taken, Signature(step=step, officer=officer, decision=decision, comment=comment))
    if decision in _ENDS:
        if not comment.strip():
            raise CommentMissing(request_id=request.id, decision=decision)
        return replace(request, state=_ENDS[decision], taken=taken)
    if request.red:
        raise GateRed(request_id=request.id, red=", ".join(request.red))
    if shown is not None and (differing := changed(request.digests, shown)):
        raise Stale(request_id=request.id, changed=", ".join(differing))
    by = officer if decision == "submit" else request.submitted_by
    return replace(request, state=_reached(request, step), taken=taken, submitted_by=by)


def _reached(request: Request, step: str) -> str:
    """The state that the step leads to; the last one approves, whatever steps a plan leaves out."""
    return "approved" if step == request.steps[-1] else steps()[step].reaches


def _expect(request: Request, step: str, decision: str) -> None:
    """Refuse what is not the next step, and a decision that the step does not know."""
    first = step == request.steps[0]
    allowed = {"submit"} if first else {"approve", "return", "reject"}
    if step != request.next_step or decision not in allowed:
        raise WrongStep(request_id=request.id, step=step, state=request.state)


def _acted(request: Request, officer: str) -> bool:
    return officer == request.submitted_by or officer in {one.officer for one in request.signed}


def may(request: Request, officer: str, roles: AbstractSet[str]) -> tuple[bool, str]:
    """Whether the officer may take the next step, and the code of what stops him; for a page, nothing is raised."""
    step = request.next_step
    if step is None:
        return False, WrongStep.code
    if step != request.steps[0] and _acted(request, officer):
        return False, SameOfficer.code
    if steps()[step].role not in roles:
        return False, NoRole.code
    return (False, GateRed.code) if request.red else (True, "")


def withdraw(request: Request, officer: str) -> Request:
    """The request taken back by the officer who submitted it, as long as it is not applied."""
    if request.state not in OPEN:
        raise WrongStep(request_id=request.id, step="withdraw", state=request.state)
    if officer != request.submitted_by:
        raise NoRole(request_id=request.id, step="withdraw", role="officer")
    return replace(request, state="withdrawn")
