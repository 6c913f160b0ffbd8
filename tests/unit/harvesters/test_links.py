"""An item that is only an address: taken when the address is a web page's, refused otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from govopen_harvesters.base import Package
from govopen_harvesters.errors import SchemaMismatch
from govopen_harvesters.verify import check_package


def _package(make_package: Callable[..., Package], link: str | None) -> Package:
    package = make_package(b"")
    return replace(
        package,
        item=replace(package.item, kind="link", link_url=link),
        files={},
        manifest=replace(package.manifest, files=()),
    )


@pytest.mark.parametrize(
    "link",
    [None, "", "javascript:alert(1)", "data:text/html,x", "//evil.example", "http://a:b@evil.example/", "https:x"],
)
def test_an_odd_address_is_refused(make_package: Callable[..., Package], link: str | None) -> None:
    """By the code for what does not fit its schema, naming the field and not the address."""
    with pytest.raises(SchemaMismatch) as refusal:
        check_package(_package(make_package, link))
    assert refusal.value.detail["field"] == "link_url"


def test_a_web_address_is_taken(make_package: Callable[..., Package]) -> None:
    """Nothing is read of it."""
    assert check_package(_package(make_package, "https://data.example/live?station=1")) == {}
