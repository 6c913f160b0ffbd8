"""An anonymous visitor in a real browser, at a phone's width and a desk's: from home to a file, and to a request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280)
SHOTS = os.environ.get("GOVOPEN_SHOTS")
"""A folder for pictures, for whoever wants to look at them."""


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Any, home: Any) -> Iterator[Any]:
    """A visitor's page that notes every host it asks and every error it shows."""
    width = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, accept_downloads=True)
    opened = context.new_page()
    opened.hosts, opened.errors = set(), []
    opened.on(
        "request", lambda asked: opened.hosts.add(asked.url.split("/")[2]) if asked.url.startswith("http") else None
    )
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.width, opened.base = width, home.status()["portal_url"]
    yield opened
    assert not opened.errors
    assert opened.hosts <= {opened.base.split("/")[2], home.status()["api_url"].split("/")[2]}, (
        "an asset of another host was loaded"
    )
    assert context.cookies() == [], "an anonymous visitor was given a cookie"
    context.close()


def fits(page: Any) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.width


def shot(page: Any, name: str) -> None:
    """Keep a picture if somebody wants them."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{page.width}.png"), full_page=True)


@pytest.fixture
def dataset(home: Any) -> dict[str, Any]:
    """A published table with rows, whatever the demo calls it."""
    api = home.status()["api_url"]
    for listed in requests.get(f"{api}/catalog", params={"limit": 100}, timeout=60).json()["datasets"]:
        found: dict[str, Any] = requests.get(f"{api}/datasets/{listed['id']}", timeout=60).json()["dataset"]
        for product in found["products"]:
            if product["kind"] == "table" and product["audience"] == "public":
                rows = requests.get(f"{api}/products/{product['id']}/rows", params={"limit": 1}, timeout=60).json()
                if rows.get("total"):
                    return {**found, "first": rows["rows"][0], "total": rows["total"], "columns": rows["columns"]}
    pytest.fail("no public table is published")


def test_from_home_to_a_file(page: Any, dataset: dict[str, Any]) -> None:
    """Home, a search, the dataset, a row looked up, the file: four steps, no account, no sideways scroll."""
    title = dataset["title"]["zh"] if isinstance(dataset["title"], dict) else dataset["title"]
    page.goto(page.base + "/")
    fits(page)
    shot(page, "home")
    page.fill("input[name=q]", title)
    page.keyboard.press("Enter")
    page.wait_for_selector(".hits")
    fits(page)
    shot(page, "search")
    page.click(f"a:text-is('{title}')")
    page.wait_for_selector("h1")
    assert page.inner_text("h1") == title
    fits(page)
    shot(page, "dataset")
    text = next(
        (c["name"] for c in dataset["columns"] if c["type"] == "string" and dataset["first"].get(c["name"])), None
    )
    if text:
        page.fill("input[name=v]", str(dataset["first"][text]))
        page.click("#rows button[type=submit]")
        page.wait_for_selector("#rows .data")
        assert str(dataset["first"][text]) in page.inner_text("#rows")
        fits(page)
    link = page.locator(".thumb a[data-file]" if page.width < 640 else "#download a[data-file]").first
    with page.expect_download() as waiting:
        link.click()
    assert Path(waiting.value.path()).stat().st_size > 0


def test_without_scripts_everything_is_there(browser: Any, home: Any, dataset: dict[str, Any]) -> None:
    """Search, read, look up and the links to files need no JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{home.status()['portal_url']}/dataset/{dataset['name']}")
    assert page.locator("#rows .data tbody tr").count() > 0
    assert page.locator("a[data-file]").count() > 0
    assert page.locator("button.js").first.is_hidden()
    context.close()


def test_nothing_found_leads_to_a_request(page: Any) -> None:
    """An empty search offers a request that is filled in; the code page says where it stands."""
    page.goto(page.base + "/dataset?q=量子引力弦论")
    fits(page)
    page.click("main form[action*='/request'] button")
    assert page.input_value("input[name=title]") == "量子引力弦论"
    page.fill("textarea[name=text]", "只是一次测试")
    page.wait_for_timeout(2300)
    page.click("main button.btn:has-text('提交')")
    page.wait_for_selector(".codebox")
    assert len(page.inner_text(".codebox")) == 14
    fits(page)


def test_every_plain_page_fits_in_both_languages(page: Any) -> None:
    """No page scrolls sideways, in Chinese or in English."""
    for prefix in ("", "/en"):
        for path in (
            "/",
            "/dataset",
            "/high-value",
            "/departments",
            "/developers",
            "/about",
            "/stats",
            "/catalogue",
            "/request",
            "/report",
        ):
            answer = page.goto(page.base + prefix + path)
            assert answer.status == 200, path
            fits(page)
