"""A licensee in a real browser: from the key to the rows of its own grant; somebody without a key is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

SHOTS = os.environ.get("GOVOPEN_SHOTS")


def _granted(status: dict[str, Any]) -> tuple[str, str, str]:
    """A licensee's key, the dataset and the product that it may read."""
    for licensee in status["licensees"]:
        key = f"{licensee['key_id']}.{licensee['secret']}"
        mine = requests.get(f"{status['api_url']}/me", headers={"X-Key": key}, timeout=30).json()
        for grant in (g for g in mine["grants"] if g["valid"]):
            product = requests.get(f"{status['api_url']}/products/{grant['product']}", timeout=30).json()["product"]
            dataset = requests.get(f"{status['api_url']}/datasets/{product['dataset']}", timeout=30).json()["dataset"]
            return key, dataset["name"], grant["product"]
    pytest.fail("no licensee has a grant")


@pytest.mark.parametrize("width", [360, 1280])
def test_from_key_to_rows(browser: Any, home: Any, width: int) -> None:
    """The API page takes the key, sends it to the data service alone, and shows the grant's rows."""
    status = home.status()
    key, name, product = _granted(status)
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    told: list[str] = []
    page.on("request", lambda asked: told.append(asked.url) if key in str(asked.headers) or key in asked.url else None)
    page.goto(f"{status['portal_url']}/dataset/{name}/api?product={product}")
    page.fill("#key-console input[name=key]", "nobody.nothing")
    page.click("#key-console button")
    expect(page.locator("#key-answer")).to_contain_text("access.")
    page.fill("#key-console input[name=key]", key)
    page.click("#key-console button")
    expect(page.locator("#key-answer")).to_contain_text('"rows"')
    answer = json.loads(page.inner_text("#key-answer"))
    assert len(answer["rows"]) == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert told
    assert all(url.startswith(status["api_url"]) for url in told), "the key went elsewhere"
    assert context.cookies() == []
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"licensee-{width}.png"))
    context.close()
