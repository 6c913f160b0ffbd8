"""The review at a running desk: four eyes, roles, frozen digests, pages, and who stays outside.

Works on an entry that the rules keep closed: a request for its catalogue line can be handed in again and again, so the
home is left as it was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from desk_client import account

from govopen_stack.demo.desk import ActionRefused, Desk

pytestmark = pytest.mark.integration

PAGES = (
    "/desk /desk/entries /desk/requests /desk/requests?mine=1 /desk/requests?state=applied /desk/quarantine"
    " /desk/closures /desk/standing /desk/agreements /desk/supervision /desk/entries?q=%25&page=2"
).split()
WATCHED = "/desk/audit?verify=1 /desk/jobs?state=failed /desk/roles /harvest".split()
TOKEN = re.compile(r'name="_csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="_csrf_token"')


def _refused(desk: Desk, action: str, **params: Any) -> ActionRefused:
    with pytest.raises(ActionRefused) as refusal:
        desk.call(action, **params)
    return refusal.value


@pytest.fixture
def closed_entry(home: Any) -> dict[str, Any]:
    """An entry that the rules keep closed and that nobody decides about just now."""
    rows = account(home, "officer").every("entry_list")
    return next(row for row in rows if row["closed"] and not row["request_id"] and not row["is_closed"])


@pytest.fixture
def request_(home: Any, closed_entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A request about it, taken back at the end if it still runs."""
    officer = account(home, "officer")
    made = officer.call("release_request_submit", entry_id=closed_entry["entry_id"], comment="核对无误")
    yield made
    if officer.call("release_request_show", id=made["id"])["state"] in {
        "submitted",
        "reviewed",
        "security_ok",
        "deid_ok",
    }:
        officer.call("release_request_withdraw", id=made["id"])


def test_four_eyes_and_frozen_digests(home: Any, request_: dict[str, Any]) -> None:
    """Submitter and outsiders are refused, unseen digests are refused, each step has its role, all of it is on record."""
    desks = {role: account(home, role) for role in ("officer", "reviewer", "security", "supervisor", "operator")}
    shown = desks["reviewer"].call("release_request_show", id=request_["id"])
    assert shown["step"] == "review"
    assert shown["may"]["approve"]
    assert shown["digests"] == request_["digests"]
    assert desks["officer"].call("release_request_show", id=request_["id"])["may"]["why"] == "review.same_officer"
    for role in ("officer", "security", "supervisor", "operator"):
        said = _refused(desks[role], "release_request_approve", id=request_["id"], digests=shown["digests"])
        assert said.status == 403, role
    stale = {**shown["digests"], "revision": "sha256:" + "0" * 64}
    said = _refused(desks["reviewer"], "release_request_approve", id=request_["id"], digests=stale)
    assert said.codes == ("review.stale",)
    assert said.error["changed"] == ["revision"]
    done = desks["reviewer"].call(
        "release_request_approve", id=request_["id"], digests=shown["digests"], comment="同意"
    )
    assert done["state"] == "reviewed"
    assert done["next"] == "security"
    assert (
        _refused(desks["reviewer"], "release_request_approve", id=request_["id"], digests=shown["digests"]).status
        == 403
    )
    trail = desks["supervisor"].call("audit_list", subject=f"request:{request_['number']}")["results"]
    assert {"release:request:submit", "release:request:review"} <= {leaf["event"] for leaf in trail}


def test_a_return_says_why_and_ends_the_request(home: Any, request_: dict[str, Any]) -> None:
    """Without words nothing is returned; a returned request takes no further step; the officer finds it in the inbox."""
    reviewer, officer = account(home, "reviewer"), account(home, "officer")
    assert "comment" in _refused(reviewer, "release_request_return", id=request_["id"]).error
    assert _refused(officer, "release_request_return", id=request_["id"], comment="x").status == 403
    assert reviewer.call("release_request_return", id=request_["id"], comment="请补充依据")["state"] == "returned"
    again = _refused(reviewer, "release_request_approve", id=request_["id"], digests=request_["digests"])
    assert again.codes == ("review.wrong_step",)
    returned = officer.call("inbox_show")["returned"]
    assert next(row["said"] for row in returned if row["id"] == request_["id"]) == "请补充依据"


def test_one_live_request_for_an_entry_and_only_its_officer_takes_it_back(
    home: Any, closed_entry: dict[str, Any], request_: dict[str, Any]
) -> None:
    """A second request beside a live one is refused; a reviewer cannot withdraw what he did not submit."""
    officer = account(home, "officer")
    twice = _refused(officer, "release_request_submit", entry_id=closed_entry["entry_id"])
    assert twice.codes == ("release.superseded",)
    assert _refused(account(home, "reviewer"), "release_request_withdraw", id=request_["id"]).status == 403
    assert officer.call("release_request_withdraw", id=request_["id"])["state"] == "withdrawn"


def test_what_is_refused_or_undescribed_cannot_be_handed_in(home: Any) -> None:
    """An entry whose delivery was refused, or whose columns are not described, is refused with the stable code."""
    officer = account(home, "officer")
    stopped = [
        row
        for row in officer.every("entry_list")
        if not row["request_id"] and row["state"] == "working" and not row["green_ones"] and not row["closed"]
    ]
    assert stopped, "the demo has entries that cannot be opened"
    for row in stopped[:6]:
        precheck = officer.call("precheck_show", id=row["entry_id"])
        assert precheck["state"] in {"blocked", "working"}
        said = _refused(officer, "release_request_submit", entry_id=row["entry_id"])
        named = {stop["code"] for stop in precheck["blockers"]} | set(precheck["red_codes"]) | {"rule.no_match"}
        assert said.codes
        assert said.codes[0] in named


def test_a_mended_description_is_a_new_working_state(home: Any, closed_entry: dict[str, Any]) -> None:
    """The officer mends, nobody else may; the change is on record and the same again changes nothing."""
    officer, key = account(home, "officer"), closed_entry["entry_id"]
    before = officer.call("entry_show", id=key)["package"].get("caveats") or ""
    for role in ("reviewer", "operator", "supervisor"):
        assert _refused(account(home, role), "entry_update", id=key, changes={"caveats": "x"}).status == 403
    assert officer.call("entry_update", id=key, changes={"caveats": before + "（补充）"})["changed"] == ["caveats"]
    assert officer.call("entry_update", id=key, changes={"caveats": before + "（补充）"})["changed"] == []
    trail = account(home, "supervisor").call("audit_list", subject=f"entry:{key}", event="entry:update")["results"]
    assert trail[0]["detail"]["fields"] == ["caveats"]
    assert "owner_org" in _refused(officer, "entry_update", id=key, changes={"owner_org": "x"}).error
    officer.call("entry_update", id=key, changes={"caveats": before})


def test_who_runs_the_machine_approves_nothing(home: Any) -> None:
    """An operator gives himself no approving role, and to no account that runs the machine."""
    operator = account(home, "operator")
    for role in ("officer", "reviewer", "security", "deid", "approver"):
        said = _refused(operator, "role_grant_create", user="operator", organisation="*", role=role)
        assert said.codes == ("review.no_role",)
    assert (
        _refused(
            account(home, "officer"), "role_grant_create", user="operator", organisation="*", role="officer"
        ).status
        == 403
    )


def test_core_and_harvest_are_closed_to_officers(home: Any) -> None:
    """No way round the desk: core's searches, writes and ckanext-harvest's open reads refuse officers and outsiders."""
    status, officer = home.status(), account(home, "officer")
    for action in (
        "package_search",
        "package_list",
        "user_list",
        "harvest_source_list",
        "harvest_object_list",
        "job_list",
    ):
        assert _refused(officer, action).status == 403, action
        outside = requests.post(f"{status['desk_url']}/api/3/action/{action}", json={}, timeout=60)
        assert outside.status_code == 403, action
    reviewer = account(home, "reviewer")
    entry = officer.call("entry_list", limit=1)["results"][0]["entry_id"]
    for action in ("package_patch", "package_delete", "package_update"):
        assert _refused(reviewer, action, id=entry, title="x").status == 403, action


def _sign_in(home: Any, role: str) -> tuple[requests.Session, str]:
    status, session = home.status(), requests.Session()
    person = next(a for a in status["accounts"] if a["role"] == role)
    url = status["desk_url"]
    form = session.get(f"{url}/user/login", timeout=60)
    token = next(one or two for one, two in TOKEN.findall(form.text))
    data = {"login": person["name"], "password": person["password"], "_csrf_token": token}
    assert session.post(f"{url}/user/login", data=data, timeout=60).url == f"{url}/desk"
    return session, url


def test_every_page_is_drawn_in_both_languages(home: Any, closed_entry: dict[str, Any]) -> None:
    """Chinese first, English beside it; no page asks another host, none shows a raw key or a traceback."""
    entry = f"/desk/entries/{closed_entry['entry_id']}"
    session, url = _sign_in(home, "officer")
    watcher, _ = _sign_in(home, "supervisor")
    requests_ = account(home, "officer").call("release_request_list", limit=3)["results"]
    seen = [*PAGES, entry, f"{entry}/edit", *(f"/desk/requests/{row['id']}" for row in requests_)]
    for person, paths in ((session, seen), (watcher, WATCHED)):
        for path in paths:
            for prefix, language in (("", "zh-Hans-CN"), ("/en", "en")):
                page = person.get(url + prefix + path, timeout=60)
                assert page.status_code == 200, path
                assert f'<html lang="{language}' in page.text, path
                assert not re.search(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)', page.text), path
                assert not re.search(r">\s*(?:state|step|route|gate|precheck) [a-z_]+\s*<", page.text), path


def test_anonymous_sees_the_login_page_and_nothing_else(home: Any) -> None:
    """Every page leads to sign-in, every action is refused; a POST without its token is refused even with a session."""
    url = home.status()["desk_url"]
    for path in (
        "/",
        "/desk",
        "/desk/entries",
        "/dataset/",
        "/harvest",
        "/organization/",
        "/user/operator",
        "/feeds/dataset.atom",
    ):
        answer = requests.get(url + path, timeout=60, allow_redirects=False)
        assert answer.status_code in {302, 404}, path
        assert "/user/login" in answer.headers.get("Location", "/user/login"), path
    assert requests.post(f"{url}/desk/closures", data={"scope": "entry"}, timeout=60).status_code == 403
    session, _ = _sign_in(home, "officer")
    assert session.post(f"{url}/desk/closures", data={"scope": "entry"}, timeout=60).status_code == 400


def test_an_officer_without_the_role_gets_a_page_that_says_so(home: Any, request_: dict[str, Any]) -> None:
    """403 as a page in words, not a stack of lines; what may not be done is absent from the page."""
    session, url = _sign_in(home, "officer")
    page = session.get(f"{url}/desk/requests/{request_['id']}", timeout=60)
    assert "同意并签名" not in page.text
    assert "须由他人办理" in page.text
    token = next(one or two for one, two in TOKEN.findall(page.text))
    answer = session.post(
        f"{url}/desk/requests/{request_['id']}/approve", data={"_csrf_token": token, "digests": "{}"}, timeout=60
    )
    assert answer.status_code in {403, 409, 400}
    assert "Traceback" not in answer.text
    assert session.get(f"{url}/desk/audit", timeout=60).status_code == 403
    assert session.get(f"{url}/desk/requests/{Path('none')}", timeout=60).status_code == 404
