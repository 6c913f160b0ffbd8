"""The demo's accounts: one officer for each role, made by the operator, each with a password and a token of its own."""

from __future__ import annotations

import json
import os
import secrets
import string
from pathlib import Path
from typing import Any

from govopen_stack.demo.desk import ActionRefused, Desk

__all__ = ["ROLES", "ensure", "load", "save"]

ROLES = {
    "officer": "数据专员",
    "reviewer": "业务审核",
    "security": "保密审查",
    "deid": "脱敏核验",
    "approver": "审批",
    "supervisor": "监管",
}


def load(home: Path) -> dict[str, Any]:
    """What the demo wrote down so far."""
    path = home / "demo.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {"accounts": [], "licensees": []}


def save(home: Path, state: dict[str, Any]) -> None:
    """Write it down whole, readable by the owner alone."""
    temporary = home / "demo.json.new"
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(state, out, ensure_ascii=False, indent=1)
    temporary.replace(home / "demo.json")


def _password() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(20))


def ensure(home: Path, operator: Desk, operator_name: str) -> dict[str, Any]:
    """Make what is missing; what exists keeps its password and token."""
    state = load(home)
    have = {account["role"] for account in state["accounts"]}
    if "operator" not in have:
        state["accounts"].append({"role": "operator", "name": operator_name, "password": "", "token": operator.token})
    for role, title in ROLES.items():
        if role not in have:
            password, token = _account(operator, role, title)
            state["accounts"].append({"role": role, "name": role, "password": password, "token": token})
            save(home, state)
        if not any(grant["role"] == role for grant in operator.every("role_grant_list", user=role)):
            operator.call("role_grant_create", user=role, organisation="*", role=role)
    save(home, state)
    return state


def _account(operator: Desk, role: str, title: str) -> tuple[str, str]:
    """Make one account; a run that was stopped between the account and its note left it behind, so it gets a new password."""
    password = _password()
    user = {"name": role, "email": f"{role}@govopen.example", "password": password, "fullname": title}
    try:
        operator.call("user_create", **user)
    except ActionRefused:
        operator.call("user_update", id=role, **user)
    return password, str(operator.call("api_token_create", user=role, name="demo")["token"])
