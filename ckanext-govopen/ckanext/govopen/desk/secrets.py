"""The keys that only worker processes hold: read once from a pipe, kept in memory, shown nowhere."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ckanext.govopen.errors import GovOpenError

__all__ = ["HubAccess", "Secrets", "SecretsMissing", "read_secrets"]

ENVIRONMENT = "GOVOPEN_SECRETS_FD"


@dataclass(eq=False)
class SecretsMissing(GovOpenError):
    """The pipe that hands the keys over is not there or says something else."""

    problem: str
    code: ClassVar[str] = "vault.secrets"
    template: ClassVar[str] = (
        "The worker got no keys ({problem}): start it by `govopen up`, which hands them over by a pipe."
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HubAccess:
    """How this platform speaks with one hub."""

    name: str
    url: str
    client_id: str
    client_key: bytes = field(repr=False)
    public_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """Vault key, signing seed, pseudonym key and hub keys, with the folders that go with them."""

    vault_path: Path
    vault_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)
    pseudonym_key: bytes = field(repr=False)
    spool_path: Path
    hub: HubAccess | None = None

    def __repr__(self) -> str:
        return "<Secrets>"

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Secrets:
        """Read what the supervisor sends; keys are hexadecimal and 32 bytes long."""
        try:
            hub = value.get("hub")
            return cls(
                vault_path=Path(value["vault_path"]),
                vault_key=_key(value["vault_key"]),
                signing_key=_key(value["signing_key"]),
                pseudonym_key=_key(value["pseudonym_key"]),
                spool_path=Path(value["spool_path"]),
                hub=HubAccess(
                    name=str(hub["name"]),
                    url=str(hub["url"]),
                    client_id=str(hub["client_id"]),
                    client_key=_key(hub["client_key"]),
                    public_key=_key(hub["public_key"]),
                )
                if hub
                else None,
            )
        except KeyError as err:
            raise SecretsMissing(problem=f"{err.args[0]} is missing") from None
        except (TypeError, ValueError, AttributeError):
            raise SecretsMissing(problem="a key is not 32 bytes in hexadecimal") from None


def _key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != 32:
        raise ValueError
    return key


def read_secrets() -> Secrets:
    """Read one JSON line from the descriptor that the environment names, then close it and forget its name."""
    number = os.environ.pop(ENVIRONMENT, "")
    if not number.isdigit():
        raise SecretsMissing(problem=f"{ENVIRONMENT} is not set")
    try:
        with os.fdopen(int(number), "r", encoding="utf-8") as pipe:
            value = json.loads(pipe.readline())
    except (OSError, ValueError):
        raise SecretsMissing(problem="the pipe cannot be read") from None
    return Secrets.from_json(value)
