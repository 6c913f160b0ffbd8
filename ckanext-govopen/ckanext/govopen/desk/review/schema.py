"""What the review's actions accept."""

from __future__ import annotations

from ckanext.govopen.desk.accept import (
    Field,
    boolean,
    future_date,
    integer,
    json_object,
    need,
    number,
    one_of,
    opt,
    paging,
    text,
    text_list,
    uuid_text,
)
from ckanext.govopen.desk.review.steps import LIVE, steps

__all__ = [
    "inbox_show",
    "release_request_approve",
    "release_request_list",
    "release_request_reject",
    "release_request_return",
    "release_request_show",
    "release_request_submit",
    "release_request_withdraw",
    "standing",
    "task_done",
    "task_list",
]

STATES = ("draft", *sorted(LIVE), "approved", "applied", "returned", "rejected", "lapsed", "withdrawn", "live")


def release_request_submit() -> dict[str, Field]:
    """Entry, routes to open (all green ones when left out), standing envelope, words."""
    return {
        "entry_id": need(text(200)),
        "routes": opt(text_list),
        "standing": opt(json_object),
        "comment": opt(text(2000), ""),
    }


def standing() -> dict[str, Field]:
    """The limits inside which refreshes may be published without a person."""
    return {
        "max_row_drift": opt(number(0.0, 1.0), 0.2),
        "max_new_values": opt(integer(0, 1_000_000), 1000),
        "expires_on": need(future_date),
    }


def release_request_list() -> dict[str, Field]:
    """Filters and page."""
    return {
        "state": opt(one_of(*STATES)),
        "step": opt(one_of(*steps())),
        "waiting_for_me": opt(boolean, False),
        "entry_id": opt(text(200)),
        **paging(),
    }


def release_request_show() -> dict[str, Field]:
    """The request's id or number."""
    return {"id": need(text(60))}


def release_request_approve() -> dict[str, Field]:
    """The request, the digests that the officer saw, words."""
    return {"id": need(text(60)), "digests": need(json_object), "comment": opt(text(2000), "")}


def release_request_return() -> dict[str, Field]:
    """The request and all its defects in words."""
    return {"id": need(text(60)), "comment": need(text(4000))}


def release_request_reject() -> dict[str, Field]:
    """The request and the ground."""
    return {"id": need(text(60)), "comment": need(text(4000))}


def release_request_withdraw() -> dict[str, Field]:
    """One's own request."""
    return {"id": need(text(60)), "comment": opt(text(2000), "")}


def inbox_show() -> dict[str, Field]:
    """Nothing."""
    return {}


def task_list() -> dict[str, Field]:
    """A page."""
    return paging()


def task_done() -> dict[str, Field]:
    """The task's id."""
    return {"id": need(uuid_text)}
