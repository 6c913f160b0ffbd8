"""A pass-through interface leads to a web address and to nothing else."""

from __future__ import annotations

import pytest

from ckanext.govopen.releases.errors import ManifestMalformed
from ckanext.govopen.releases.manifest import release_manifest

BAD = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "//evil.example/x",
    "/relative",
    "http://",
    "http://user:secret@data.example/",
    "http://data.example/\r\nSet-Cookie: a=b",
    'http://data.example/"onmouseover="x',
    "http://data.example\\@evil.example/",
    "http://[::1",
    "http://data.example:99999/",
    "http://data.example/" + "a" * 3000,
    "",
)


@pytest.mark.parametrize("link", BAD)
def test_what_is_no_web_address_is_no_release(link: str) -> None:
    """Neither a script nor a file, a password or a header."""
    with pytest.raises(ManifestMalformed):
        release_manifest(product_id="p", number=1, kind="link", link=link)


@pytest.mark.parametrize("link", ["https://data.example/api/v1?x=1&y=道路", "http://127.0.0.1:8080/live"])
def test_a_web_address_is(link: str) -> None:
    """With a port, a query, Chinese in it."""
    assert release_manifest(product_id="p", number=1, kind="link", link=link)["link"] == link
