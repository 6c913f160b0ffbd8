"""Every answer of both sides and of the data service tells browsers what they may do with it."""

from __future__ import annotations

from typing import Any

import pytest
import requests

pytestmark = pytest.mark.integration

PATHS = {
    "portal_url": "/ /dataset /user/login /nope /api/3/action/status_show /feeds/dataset.atom /dataset/%00".split(),
    "desk_url": "/user/login /desk /desk/health /api/3/action/status_show /nope".split(),
    "api_url": "/ /nope /catalog".split(),
}


@pytest.mark.parametrize(("side", "path"), [(side, path) for side, paths in PATHS.items() for path in paths])
def test_nothing_is_sniffed_framed_or_run(home: Any, side: str, path: str) -> None:
    """Core's own pages, feeds and errors too; no script stands in a page."""
    answer = requests.get(home.status()[side] + path, timeout=60)
    policy = answer.headers.get("Content-Security-Policy", "")
    assert "frame-ancestors" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert answer.headers.get("X-Content-Type-Options") == "nosniff"
    assert answer.headers.get("Referrer-Policy")
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert len(answer.raw.headers.getlist(name)) == 1, name


@pytest.mark.parametrize("side", ["portal_url", "desk_url"])
def test_core_actions_without_their_parameter_are_no_server_error(home: Any, side: str) -> None:
    """Some of core's actions take a parameter for granted."""
    url = home.status()[side]
    for action in (
        "group_autocomplete",
        "organization_autocomplete",
        "task_status_update_many",
        "datastore_run_triggers",
    ):
        for body in ({}, {"id": "x"}, {"q": "", "data": [], "resource_id": "x"}):
            answer = requests.post(f"{url}/api/3/action/{action}", json=body, timeout=60)
            assert 200 <= answer.status_code < 500, f"{action} {body} answered {answer.status_code}"


def test_what_a_licensee_is_told_is_not_kept_on_the_way(home: Any) -> None:
    """Also the answers without rows: what the product is, which deliveries there were."""
    status = home.status()
    key = "{key_id}.{secret}".format(**status["licensees"][0])
    mine = requests.get(f"{status['api_url']}/me", headers={"X-Key": key}, timeout=60).json()["grants"][0]["product"]
    for path in (f"/products/{mine}", f"/products/{mine}/releases", f"/products/{mine}/rows?limit=1", "/me"):
        answer = requests.get(status["api_url"] + path, headers={"X-Key": key}, timeout=60)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "private, no-store", path
        assert "X-Key" in answer.headers["Vary"], path
