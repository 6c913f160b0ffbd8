"""The tree of refusals: what GovOpen cannot or may not do, said as values.

Every error carries a stable `code` (listed with both languages and a remedy in `govopen_schemas/codes/reasons.yaml`)
and harmless facts only: a file, a column, a row number, a kind, a count. It never holds a cell's value, never logs,
never writes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar

__all__ = [
    "Conflict",
    "GovOpenError",
    "Malformed",
    "Missing",
    "Refused",
    "ReviewError",
    "RuleSetError",
    "Transient",
    "VaultError",
]


@dataclass(eq=False)
class GovOpenError(Exception):
    """The root: a stable code, a text that says what to do, and the facts that fill it."""

    code: ClassVar[str] = "govopen"
    status: ClassVar[int] = 400
    template: ClassVar[str] = "GovOpen cannot do this."

    def __str__(self) -> str:
        return self.template.format(**asdict(self))

    def __reduce__(self) -> tuple[Any, ...]:  # Workers pickle errors, and keyword fields need this.
        return partial(type(self), **asdict(self)), ()

    @property
    def detail(self) -> dict[str, Any]:
        """The facts of this refusal, fit for a log, a receipt or an API answer."""
        return asdict(self)


class Transient:
    """Marks errors after which the same job may be tried again unchanged."""


@dataclass(eq=False)
class Refused(GovOpenError):
    """A refusal whose code is data: rule, gate and standing outcomes carry theirs from the reason list."""

    reason: str
    subject: str = ""
    template = "{subject}: refused ({reason})."

    def __post_init__(self) -> None:
        self.__dict__["code"] = self.reason


@dataclass(eq=False)
class Missing(GovOpenError):
    """What was asked for does not exist, or must not be known to exist."""

    kind: str
    id: str
    code = "missing"
    status = 404
    template = "There is no {kind} {id}."


@dataclass(eq=False)
class Malformed(GovOpenError):
    """An argument that does not fit; `field` names it."""

    field: str
    expected: str
    code = "query.value"
    template = "{field}: {expected}."


@dataclass(eq=False)
class Conflict(GovOpenError):
    """Somebody was faster: the state is no longer the one this act was meant for."""

    subject: str
    expected: str
    found: str
    code = "release.superseded"
    status = 409
    template = "{subject} is {found}, not {expected}: reload and decide again."


@dataclass(eq=False)
class ReviewError(GovOpenError):
    """A step of a release request that may not be taken."""

    request_id: str
    code = "review"
    status = 409


@dataclass(eq=False)
class RuleSetError(GovOpenError):
    """A rule set that cannot be loaded, with the line that is wrong."""

    file: str
    where: str
    problem: str
    code = "rule.invalid"
    template = "{file}, {where}: {problem}."


@dataclass(eq=False)
class VaultError(GovOpenError):
    """Work inside the vault that failed, told without a cell: column, row, kind, count."""

    stage: str
    column: str = ""
    row: int = 0
    kind: str = ""
    count: int = 0
    code = "vault.failed"
    status = 500
    template = "{stage} failed ({kind}; column {column}, row {row}, {count} cells)."
