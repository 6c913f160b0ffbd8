"""The steps of a release request: four eyes, none skipped, nothing signed unseen."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.desk.review import errors
from ckanext.govopen.desk.review.steps import (
    Request,
    advance,
    changed,
    may,
    steps,
    withdraw,
)

ALL = ("submit", "review", "security", "deid", "approve")
ROLES = {"submit": "officer", "review": "reviewer", "security": "security", "deid": "deid", "approve": "approver"}
DIGESTS = {"revision": "sha256:a", "plan": "sha256:b", "rules": "default-1"}


@pytest.fixture
def draft() -> Request:
    """A request that needs every step and that nobody submitted yet."""
    return Request(id="r1", state="draft", steps=ALL, digests=DIGESTS, submitted_by="")


def _walk(request: Request, *names: str) -> Request:
    for name in names:
        decision = "submit" if name == "submit" else "approve"
        request = advance(request, name, decision, f"{name}-officer", {ROLES[name]}, comment="看过", shown=DIGESTS)
    return request


@pytest.fixture
def in_review(draft: Request) -> Request:
    """A request that waits for its reviewer."""
    return _walk(draft, "submit")


def test_the_whole_way(draft: Request) -> None:
    """Five officers, five steps, applied at the end."""
    states = []
    request = draft
    for name in ALL:
        request = _walk(request, name)
        states.append(request.state)
    assert states == ["submitted", "reviewed", "security_ok", "deid_ok", "approved"]
    assert request.next_step is None
    assert request.submitted_by == "submit-officer"


def test_a_plan_without_deid_goes_from_security_to_approval(draft: Request) -> None:
    """Which steps a plan needs is its own affair."""
    request = _walk(replace(draft, steps=("submit", "review", "security", "approve")), "submit", "review", "security")
    assert request.next_step == "approve"
    assert _walk(request, "approve").state == "approved"


def test_submitter_cannot_approve(in_review: Request) -> None:
    """Four eyes: the officer who submitted is refused, and the code that clients read is stable."""
    with pytest.raises(errors.SameOfficer) as refusal:
        advance(in_review, "review", "approve", in_review.submitted_by, {"reviewer"})
    assert refusal.value.code == "review.same_officer"


def test_nobody_signs_two_steps(in_review: Request) -> None:
    """Holding two roles does not help."""
    request = _walk(in_review, "review")
    with pytest.raises(errors.SameOfficer):
        advance(request, "security", "approve", "review-officer", {"reviewer", "security"})


@pytest.mark.parametrize("step", ["submit", "security", "deid", "approve"])
def test_no_step_is_skipped(in_review: Request, step: str) -> None:
    """The confidentiality review least of all."""
    with pytest.raises(errors.WrongStep):
        advance(in_review, step, "approve", "x", set(ROLES.values()))


def test_a_draft_is_submitted_and_not_approved(draft: Request) -> None:
    """The first step knows one decision, the others three, and no unknown one."""
    with pytest.raises(errors.WrongStep):
        advance(draft, "submit", "approve", "x", {"officer"})
    with pytest.raises(errors.WrongStep):
        advance(_walk(draft, "submit"), "review", "shrug", "x", {"reviewer"})


def test_the_role_of_the_step_is_needed(in_review: Request) -> None:
    """An operator runs the machine and approves nothing."""
    with pytest.raises(errors.NoRole) as refusal:
        advance(in_review, "review", "approve", "x", {"operator", "officer"})
    assert (refusal.value.role, refusal.value.status) == ("reviewer", 403)


def test_nothing_is_signed_unseen(in_review: Request) -> None:
    """Digests that the page showed must be those that are frozen."""
    with pytest.raises(errors.Stale) as refusal:
        advance(in_review, "review", "approve", "x", {"reviewer"}, shown={**DIGESTS, "plan": "sha256:c"})
    assert refusal.value.changed == "plan"
    assert advance(in_review, "review", "approve", "x", {"reviewer"}).state == "reviewed"


def test_a_red_gate_stops_every_step_but_not_a_return(draft: Request, in_review: Request) -> None:
    """What cannot be opened can be sent back."""
    with pytest.raises(errors.GateRed, match=r"gate\.k"):
        advance(replace(draft, red=("gate.k",)), "submit", "submit", "x", {"officer"})
    red = replace(in_review, red=("gate.k",))
    with pytest.raises(errors.GateRed):
        advance(red, "review", "approve", "x", {"reviewer"})
    assert advance(red, "review", "return", "x", {"reviewer"}, comment="k 不足").state == "returned"


@pytest.mark.parametrize(("decision", "state"), [("return", "returned"), ("reject", "rejected")])
def test_a_refusal_says_why_and_ends_the_way(in_review: Request, decision: str, state: str) -> None:
    """Without a word nothing is returned; afterwards no step waits."""
    with pytest.raises(errors.CommentMissing):
        advance(in_review, "review", decision, "x", {"reviewer"}, comment=" ")
    ended = advance(in_review, "review", decision, "x", {"reviewer"}, comment="缺说明")
    assert (ended.state, ended.next_step) == (state, None)


def test_only_its_officer_takes_a_request_back(in_review: Request) -> None:
    """And not after it was applied."""
    assert withdraw(in_review, "submit-officer").state == "withdrawn"
    with pytest.raises(errors.NoRole):
        withdraw(in_review, "x")
    with pytest.raises(errors.WrongStep):
        withdraw(replace(in_review, state="applied"), "submit-officer")


def test_what_changed_is_named() -> None:
    """Digests that differ, that are new and that are gone."""
    moved = {**DIGESTS, "rules": "default-2", "extra": "x"}
    assert changed(DIGESTS, moved) == ("extra", "rules")
    assert changed(moved, DIGESTS) == ("extra", "rules")
    assert changed(DIGESTS, dict(DIGESTS)) == ()


def test_a_page_is_told_whether_its_reader_may(in_review: Request) -> None:
    """The same answers as the step gives, without an error."""
    assert may(in_review, "x", {"reviewer"}) == (True, "")
    assert may(in_review, "x", {"officer"}) == (False, "review.no_role")
    assert may(in_review, "submit-officer", {"reviewer"}) == (False, "review.same_officer")
    assert may(replace(in_review, red=("gate.k",)), "x", {"reviewer"}) == (False, "review.gate_red")
    assert may(replace(in_review, state="applied"), "x", {"reviewer"}) == (False, "review.wrong_step")


def test_all_steps_signed_but_the_state_not_moved_waits_for_nobody(in_review: Request) -> None:
    """A state that lags behind its signatures offers no step twice."""
    done = _walk(in_review, "review", "security", "deid", "approve")
    assert replace(done, state="submitted").next_step is None


@given(st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from("abcde")), max_size=12))
def test_no_way_to_approval_has_fewer_than_five_officers(tries: list[tuple[str, str]]) -> None:
    """Whoever tries whatever in whatever order: an approved request was signed by different people at each step."""
    request = Request(id="r", state="draft", steps=ALL, digests=DIGESTS, submitted_by="")
    for step, officer in tries:
        try:
            decision = "submit" if step == "submit" else "approve"
            request = advance(request, step, decision, officer, set(ROLES.values()))
        except errors.ReviewError:
            continue
    signed = [one.officer for one in request.taken]
    assert len(signed) == len(set(signed))
    assert request.state != "approved" or [one.step for one in request.taken] == list(ALL)


def test_an_error_survives_a_worker_and_says_what_to_do() -> None:
    """Workers pickle errors; the text names the request and the way on."""
    error = errors.WrongStep(request_id="r1", step="deid", state="submitted")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert "Reload" in str(again)
    assert {step.role for step in steps().values()} == set(ROLES.values())
