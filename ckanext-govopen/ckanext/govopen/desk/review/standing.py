"""常态化更新授权: what a refresh may differ by and still be published under an earlier approval.

Pure. Whatever cannot be compared counts as outside; the last release stays public and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

__all__ = ["DRIFT", "EXPIRED", "FINDING", "SCHEMA", "Envelope", "RefreshFacts", "inside", "limits"]

SCHEMA, DRIFT = "standing.schema", "standing.drift"
FINDING, EXPIRED = "standing.finding", "standing.expired"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """授权范围: schema, recipe and rules as approved, limits on drift, findings known then, and the last day."""

    schema_digest: str
    recipe_digest: str
    rule_set: str
    max_row_drift: float
    max_new_values: int
    findings: frozenset[Pair]
    expires_on: date

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the database and the digest."""
        findings = sorted(list(pair) for pair in self.findings)
        return {**asdict(self), "findings": findings, "expires_on": self.expires_on.isoformat()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Envelope:
        """The envelope that `to_dict` wrote."""
        return cls(
            **{
                **plain,
                "findings": _pairs(plain["findings"]),
                "expires_on": date.fromisoformat(plain["expires_on"]),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshFacts:
    """更新事实: what a refresh brought, compared with the release before it.

    `new_values` counts, over columns with few values, those that the release before did not have.
    """

    schema_digest: str
    recipe_digest: str
    rule_set: str
    rows: int
    last_rows: int
    new_values: int
    findings: frozenset[Pair]
    person_tags: bool
    today: date
    revoked: bool = False


def limits(plain: Mapping[str, Any]) -> dict[str, Any]:
    """What officers agree to when they sign: how far a refresh may drift, and until when."""
    return {
        "max_row_drift": float(plain["max_row_drift"]),
        "max_new_values": int(plain["max_new_values"]),
        "expires_on": str(plain["expires_on"])[:10],
    }


def _pairs(plain: Iterable[Iterable[str]]) -> frozenset[Pair]:
    return frozenset((column, tag) for column, tag in plain)


def inside(envelope: Envelope, facts: RefreshFacts) -> str | None:
    """None when the refresh lies inside the envelope, else the code of what stops it."""
    if facts.revoked or facts.today > envelope.expires_on:
        return EXPIRED
    approved = (envelope.schema_digest, envelope.recipe_digest, envelope.rule_set)
    if (facts.schema_digest, facts.recipe_digest, facts.rule_set) != approved:
        return SCHEMA
    # Products with personal tags are never standing, whatever an envelope says.
    if facts.person_tags or facts.findings - envelope.findings:
        return FINDING
    if facts.last_rows <= 0 or abs(facts.rows - facts.last_rows) > envelope.max_row_drift * facts.last_rows:
        return DRIFT
    return DRIFT if facts.new_values > envelope.max_new_values else None
