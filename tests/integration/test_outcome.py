"""What the demo must end with: enough opened, each bad case refused with its own code, three requests waiting."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg
import pytest
import requests
from desk_client import account, hub
from outcome import codes_of

pytestmark = pytest.mark.integration


def test_sixty_entries_twenty_five_opened(home: Any) -> None:
    """At least 25 datasets out of at least 60 catalogue entries, and the open side shows exactly the open ones."""
    status = home.status()
    with psycopg.connect(status["desk_database_url"]) as db:
        items = db.execute("select count(*) from source_item").fetchone()[0]
    opened = account(home, "supervisor").count("entry_list", state="open")
    shown = requests.get(f"{status['api_url']}/catalog", params={"state": "open", "limit": 1}, timeout=30).json()[
        "total"
    ]
    assert items >= 60
    assert opened >= 25
    assert shown == opened


def test_each_bad_case_has_its_own_code(home: Any) -> None:
    """Refusals at the door and in the vault, as an officer finds them."""
    codes = Counter(row["code"] for row in account(home, "officer").every("quarantine_list"))
    for code in (
        "hub.not_approved",
        "hub.approval_expired",
        "hub.signature",
        "hub.replay",
        "package.digest",
        "package.secrecy_mark",
        "package.type",
        "package.schema",
        "package.unreadable",
    ):
        assert codes[code] >= 1, f"no case was refused with {code}: {dict(codes)}"


def test_what_the_rules_close_names_its_ground(home: Any) -> None:
    """Entries that stay closed say why, by the ground's code."""
    closed = Counter(entry["closed"] for entry in account(home, "supervisor").every("entry_list") if entry["closed"])
    for ground in ("business_secret", "in_process", "third_party", "other_law", "personal"):
        assert closed[f"rule.closed.{ground}"] >= 1, f"nothing is closed with {ground}: {dict(closed)}"


def test_what_the_gate_stops_says_why(home: Any) -> None:
    """Undescribed columns and wrong check digits block an entry before anybody submits it."""
    found = set().union(*codes_of(home.status()["desk_database_url"]).values())
    assert "gate.checksum" in found
    officer = account(home, "officer")
    blocked = {
        stop["code"]
        for entry in officer.every("entry_list", state="working")
        if not entry["closed"]
        for stop in officer.call("precheck_show", id=entry["entry_id"])["blockers"]
    }
    assert "entry.column_undescribed" in blocked


def test_three_requests_wait_at_different_steps(home: Any) -> None:
    """A reader of the demo finds work at the desk."""
    waiting = account(home, "supervisor").every("release_request_list", state="live")
    assert len(waiting) == 3
    assert len({request["state"] for request in waiting}) == 3


def test_refused_items_have_a_receipt_at_the_hub(home: Any) -> None:
    """The hub hears of every refusal, with the same code."""
    receipts = {(r["remote_id"], r["code"]) for r in hub(home).get("receipts")["receipts"] if r.get("code")}
    with psycopg.connect(home.status()["desk_database_url"]) as db:
        refused = set(db.execute("select remote_id, reason_code from source_item where state = 'refused'").fetchall())
    assert refused
    assert refused <= receipts


def test_hospital_rows_stay_closed_and_cubes_are_open(home: Any) -> None:
    """Somewhere in the demo a health table became a public cube and a licensees' cube, and its rows were refused."""
    status = home.status()
    with psycopg.connect(status["database_url"]) as db:
        both = db.execute(
            "select entry_id from pub_product where kind = 'cube' group by entry_id having count(distinct audience) = 2"
        ).fetchall()
    assert both
    shown = requests.get(f"{status['api_url']}/datasets/{both[0][0]}", timeout=30).json()["dataset"]
    assert any(r["code"] == "rule.closed.personal" for r in shown["refusals"])
