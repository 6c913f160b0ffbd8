"""Ways round the desk's own actions: other people's accounts, core's writes, and what harvest leaves unguarded."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import requests
from desk_client import account

from govopen_stack.demo.desk import ActionRefused, Desk

pytestmark = pytest.mark.integration


def _status(desk: Desk, action: str, **params: Any) -> int:
    try:
        desk.call(action, **params)
    except ActionRefused as refusal:
        return refusal.status
    return 200


@pytest.fixture
def narrow(home: Any) -> Desk:
    """A fresh officer of one organisation, with a token made before the role was given."""
    operator, name = account(home, "operator"), f"narrow-{secrets.token_hex(4)}"
    password = secrets.token_urlsafe(18)
    operator.call("user_create", name=name, email=f"{name}@govopen.example", password=password)
    token = operator.call("api_token_create", user=name, name="test")["token"]
    organisation = account(home, "officer").every("entry_list")[0]["organisation"]
    operator.call("role_grant_create", user=name, organisation=organisation, role="officer")
    return Desk(operator.url, str(token))


@pytest.mark.parametrize("name", ["approver", "officer", "site"])
def test_an_operator_cannot_act_as_somebody_who_signs(home: Any, name: str) -> None:
    """No token, password, name or address of an account that signs, nor of the machine's own, in the operator's hands."""
    operator = account(home, "operator")
    user = "govopen_desk" if name == "site" else name
    assert _status(operator, "api_token_create", user=user, name="borrowed") == 403
    for change in ({"password": "borrowed-by-the-operator-1"}, {"sysadmin": True}, {"email": "x@govopen.example"}):
        assert _status(operator, "user_patch", id=user, **change) == 403, change
    assert _status(operator, "user_update", id=user, name=user, email="x@govopen.example", password="x" * 20) == 403


def test_an_officer_changes_his_own_password_still(home: Any) -> None:
    """The owner of an account keeps its care."""
    officer = account(home, "officer")
    assert _status(officer, "user_patch", id="officer", fullname="数据专员") == 200


def test_core_s_writes_are_closed_to_officers_too(home: Any, narrow: Desk) -> None:
    """What a department declared comes by intake and is mended by `entry_update`, which knows what may be mended."""
    entry = narrow.call("entry_list", limit=1)["results"][0]["entry_id"]
    for desk in (narrow, account(home, "officer"), account(home, "operator")):
        for action in ("package_patch", "package_update", "package_revise", "package_create", "resource_create"):
            assert _status(desk, action, id=entry, name="x", open_type="unconditional") == 403, action


def test_an_entry_is_not_read_under_another_organisation_s_name(home: Any, narrow: Desk) -> None:
    """Whose an entry is says the entry, not the caller."""
    mine = narrow.every("entry_list")
    other = next(
        row for row in account(home, "officer").every("entry_list") if row["organisation"] != mine[0]["organisation"]
    )
    owner = mine[0]["organisation"]
    for params in ({"id": other["entry_id"]}, {"name_or_id": other["entry_id"]}):
        assert _status(narrow, "package_show", owner_org=owner, **params) == 403, params


def test_only_what_the_desk_offers_is_called(home: Any) -> None:
    """Harvest makes actions of its helpers, and they ask for nobody's leave: none of them is served."""
    url = home.status()["desk_url"]
    token = next(a["token"] for a in home.status()["accounts"] if a["role"] == "officer")
    for action in (
        "send_mail send_error_email prepare_summary_mail InactiveSource harvest_source_reindex harvest_log_list"
        " harvest_abort_failed_jobs user_invite follow_user member_list task_status_update_many group_autocomplete"
        " file_owner_scan"
    ).split():
        answer = requests.post(
            f"{url}/api/3/action/{action}", json={"id": "x"}, headers={"Authorization": token}, timeout=60
        )
        assert answer.status_code == 403, f"{action} answered {answer.status_code}"
        assert "success" in answer.json()
