"""A licensee's key that was lost or leaked is ended at the desk, and answers nothing from then on."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import requests
from desk_client import account, wait_for

from govopen_stack.demo.desk import ActionRefused

pytestmark = pytest.mark.integration


def test_an_ended_key_opens_nothing(home: Any) -> None:
    """Another key of the same agreement goes on; who has no say in it cannot end it; twice is refused."""
    approver, url = account(home, "approver"), home.status()["api_url"]
    agreement = approver.every("agreement_list")[0]["id"]
    kept, lost = (approver.call("agreement_key", agreement_id=agreement) for _ in range(2))

    def status(key: dict[str, Any]) -> int:
        header = {"X-Key": f"{key['key_id']}.{key['secret']}"}
        return requests.get(f"{url}/me", headers=header, timeout=60).status_code

    wait_for("both keys", lambda: status(kept) == status(lost) == 200, seconds=30)
    for role in ("reviewer", "supervisor", "operator"):
        with pytest.raises(ActionRefused) as refusal:
            account(home, role).call("agreement_key_revoke", key_id=lost["key_id"])
        assert refusal.value.status == 403, role
    account(home, "officer").call("agreement_key_revoke", key_id=lost["key_id"], comment="密钥遗失")
    wait_for("the key's end", lambda: status(lost) == 401, seconds=15)
    assert status(kept) == 200
    with pytest.raises(ActionRefused) as refusal:
        approver.call("agreement_key_revoke", key_id=lost["key_id"])
    assert refusal.value.codes == ("access.key",)
    with pytest.raises(ActionRefused) as refusal:
        approver.call("agreement_key_revoke", key_id="no-such-key")
    assert refusal.value.status == 404
    approver.call("agreement_key_revoke", key_id=kept["key_id"])


def test_an_ended_grant_opens_nothing(home: Any) -> None:
    """The rows of a grant are refused as soon as it ends; its key goes on for what else is granted; twice is refused."""
    approver, status = account(home, "approver"), home.status()
    shown = [approver.call("agreement_show", id=row["id"]) for row in approver.every("agreement_list")]
    model = next(a for a in shown if a["grantable"])
    today = dt.datetime.now(dt.UTC).date()
    term = {"starts_on": today.isoformat(), "ends_on": (today + dt.timedelta(days=90)).isoformat()}
    same = {name: model[name] for name in ("licensee", "licensee_code", "provider", "purpose", "purpose_class")}
    agreement = approver.call("agreement_create", number=f"TEST-{uuid.uuid4().hex[:8]}", **same, **term)
    product = model["grantable"][0]["id"]
    grant = approver.call(
        "agreement_grant", agreement_id=agreement["id"], product_id=product, quota_rows=1000, expires_on=term["ends_on"]
    )
    key = approver.call("agreement_key", agreement_id=agreement["id"])

    def rows() -> int:
        url = f"{status['api_url']}/products/{product}/rows"
        header = {"X-Key": f"{key['key_id']}.{key['secret']}"}
        return requests.get(url, params={"limit": 1}, headers=header, timeout=60).status_code

    wait_for("the grant's rows", lambda: rows() == 200, seconds=60)
    for role in ("officer", "reviewer", "supervisor", "operator"):
        with pytest.raises(ActionRefused) as refusal:
            account(home, role).call("agreement_grant_revoke", id=grant["id"])
        assert refusal.value.status == 403, role
    approver.call("agreement_grant_revoke", id=grant["id"], comment="协议提前终止")
    wait_for("the grant's end", lambda: rows() == 403, seconds=15)
    with pytest.raises(ActionRefused) as refusal:
        approver.call("agreement_grant_revoke", id=grant["id"])
    assert refusal.value.codes == ("access.no_grant",)
