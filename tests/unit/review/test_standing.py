"""A refresh under an earlier approval: inside the envelope, or a code that says what stopped it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from ckanext.govopen.desk.review.standing import Envelope, RefreshFacts, inside

ENVELOPE = Envelope(
    schema_digest="s", recipe_digest="r", rule_set="default-1", max_row_drift=0.2, max_new_values=5,
    findings=frozenset({("name", "org.name")}), expires_on=dt.date(2027, 11, 23),
)  # fmt: skip
REFRESH = RefreshFacts(
    schema_digest="s", recipe_digest="r", rule_set="default-1", rows=110, last_rows=100, new_values=5,
    findings=frozenset({("name", "org.name")}), person_tags=False, today=dt.date(2026, 11, 24),
)  # fmt: skip


def test_an_ordinary_refresh_is_inside() -> None:
    """The machine may publish it; fewer findings than approved are no trouble."""
    assert inside(ENVELOPE, REFRESH) is None
    assert inside(ENVELOPE, replace(REFRESH, findings=frozenset())) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"today": dt.date(2027, 11, 24)}, "standing.expired"),
        ({"revoked": True}, "standing.expired"),
        ({"schema_digest": "x"}, "standing.schema"),
        ({"recipe_digest": "x"}, "standing.schema"),
        ({"rule_set": "default-2"}, "standing.schema"),
        ({"person_tags": True}, "standing.finding"),
        ({"findings": frozenset({("name", "person.phone")})}, "standing.finding"),
        ({"rows": 79}, "standing.drift"),
        ({"rows": 121}, "standing.drift"),
        ({"last_rows": 0}, "standing.drift"),
        ({"new_values": 6}, "standing.drift"),
    ],
)
def test_each_way_out_has_its_code(change: dict[str, Any], code: str) -> None:
    """One fact outside, and a person decides while the last release stays."""
    assert inside(ENVELOPE, replace(REFRESH, **change)) == code


@pytest.mark.parametrize("change", [{"today": dt.date(2027, 11, 23)}, {"rows": 80}, {"rows": 120}])
def test_the_limits_themselves_are_inside(change: dict[str, Any]) -> None:
    """The last day and the full drift still count."""
    assert inside(ENVELOPE, replace(REFRESH, **change)) is None


def test_an_envelope_is_stored_and_read_without_loss() -> None:
    """What was approved is what is compared, months later."""
    assert Envelope.from_dict(json.loads(json.dumps(ENVELOPE.to_dict()))) == ENVELOPE
