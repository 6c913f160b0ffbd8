"""Officers in a real browser: from signing in, over a request's last steps, to its publication; at both widths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from govopen_stack.demo.desk import Desk

WIDTHS = (360, 1280)
SHOTS = os.environ.get("GOVOPEN_SHOTS")


@contextmanager
def _signed_in(browser: Any, home: Any, role: str, width: int) -> Iterator[Any]:
    """A page of the desk after signing in by the form with this role's password."""
    status = home.status()
    account = next(a for a in status["accounts"] if a["role"] == role)
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(status["desk_url"] + "/")
    page.fill("input[name=login]", account["name"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit], form[action*=login] button[type=submit]")
    page.wait_for_url("**/desk**")
    page.base, page.width = status["desk_url"], width
    yield page
    assert not errors
    context.close()


def _fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.width, f"{page.url} scrolls sideways"


def _shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{page.width}.png"))


def _desk(home: Any, role: str) -> Desk:
    status = home.status()
    return Desk(status["desk_url"], next(a["token"] for a in status["accounts"] if a["role"] == role))


@pytest.mark.parametrize("width", WIDTHS)
def test_officers_take_a_request_to_publication(browser: Any, home: Any, width: int) -> None:
    """Each step by the account that holds its role, by the review page's own button; then the portal shows it."""
    some = _desk(home, "supervisor")
    waiting = sorted(some.every("release_request_list", state="live"), key=lambda r: r["number"])
    assert waiting, "the demo leaves requests waiting"
    request_id, entry = waiting[0]["id"], some.call("release_request_show", id=waiting[0]["id"])["entry"]
    for _ in range(5):
        shown = some.call("release_request_show", id=request_id)
        if shown["state"] in {"approved", "applied"}:
            break
        with _signed_in(browser, home, shown["step_role"], width) as page:
            _fits(page)
            _shot(page, "desk-inbox")
            page.goto(f"{page.base}/desk/requests/{request_id}")
            assert entry["title"] in page.inner_text("body")
            _fits(page)
            _shot(page, "desk-review")
            page.keyboard.press("y")
            page.fill("#c-yes", "已在浏览器中核对。")
            page.click("details.yes button")
            page.wait_for_load_state("networkidle")
            after = some.call("release_request_show", id=request_id)["state"]
            assert after != shown["state"], f"the step {shown['step']} was not taken"
    else:
        pytest.fail("five steps did not end the request")
    url = f"{home.status()['portal_url']}/dataset/{entry['name']}"
    for _ in range(60):
        if requests.get(url, timeout=30).status_code == 200:
            break
        page_wait(browser)
    assert requests.get(url, timeout=30).status_code == 200


def page_wait(browser: Any) -> None:
    """Let half a second pass in the browser."""
    context = browser.new_context()
    page = context.new_page()
    page.wait_for_timeout(500)
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_the_desk_fits(browser: Any, home: Any, width: int) -> None:
    """Lists and figures as the supervisor sees them, in both languages."""
    with _signed_in(browser, home, "supervisor", width) as page:
        for prefix in ("", "/en"):
            for path in (
                "",
                "/entries",
                "/requests",
                "/quarantine",
                "/closures",
                "/agreements",
                "/standing",
                "/audit",
                "/supervision",
                "/jobs",
            ):
                answer = page.goto(f"{page.base}{prefix}/desk{path}")
                assert answer.status == 200, path
                _fits(page)
                if not prefix:
                    _shot(page, f"desk{path.replace('/', '-') or '-inbox-supervisor'}")


def test_without_an_account_there_is_only_the_login(browser: Any, home: Any) -> None:
    """Every page of the desk leads an outsider to the sign-in form."""
    context = browser.new_context()
    page = context.new_page()
    for path in ("/", "/desk", "/desk/entries", "/desk/audit", "/dataset/", "/harvest", "/organization/"):
        page.goto(home.status()["desk_url"] + path)
        assert page.locator("input[name=password]").count() == 1, path
    context.close()
