"""No page of stock CKAN is left for a visitor to stumble into."""

from __future__ import annotations

from typing import Any

import pytest
import requests

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/dataset/", "/dataset"),
        ("/dataset/?q=a&page=2", "/dataset?q=a&page=2"),
        ("/en/dataset/", "/en/dataset"),
        ("/about/", "/about"),
        ("/organization/", "/departments"),
        ("/group/", "/departments"),
    ],
)
def test_a_slash_behind_leads_to_our_page(home: Any, path: str, leads_to: str) -> None:
    """CKAN has search and lists of its own at the addresses with a slash."""
    portal = home.status()["portal_url"]
    answer = requests.get(portal + path, timeout=60)
    assert answer.status_code == 200
    assert answer.url == portal + leads_to


def test_pages_for_builders_are_gone(home: Any) -> None:
    """CKAN's page of samples is no public page."""
    assert requests.get(home.status()["portal_url"] + "/testing/primer", timeout=60).status_code == 404
