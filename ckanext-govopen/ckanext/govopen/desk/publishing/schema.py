"""What closing, lifting and standing approvals accept."""

from __future__ import annotations

from ckanext.govopen.desk.accept import Field, boolean, need, one_of, opt, paging, text, uuid_text

__all__ = ["closure_confirm", "closure_create", "closure_lift", "closure_list", "standing_list", "standing_revoke"]


def closure_create() -> dict[str, Field]:
    """What is closed, by which code, and the words that visitors read."""
    return {
        "scope": need(one_of("entry", "product", "release")),
        "target": need(text(200)),
        "code": need(text(80)),
        "comment": need(text(2000)),
        "comment_en": opt(text(2000), ""),
    }


def closure_confirm() -> dict[str, Field]:
    """The closure."""
    return {"id": need(uuid_text)}


def closure_lift() -> dict[str, Field]:
    """The closure and why it ends."""
    return {"id": need(uuid_text), "comment": need(text(2000))}


def closure_list() -> dict[str, Field]:
    """Filter and page."""
    return {"live": opt(boolean), **paging()}


def standing_list() -> dict[str, Field]:
    """A page."""
    return paging()


def standing_revoke() -> dict[str, Field]:
    """The standing approval and why it ends."""
    return {"id": need(uuid_text), "comment": need(text(2000))}
