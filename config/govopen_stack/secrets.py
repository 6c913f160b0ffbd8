"""Secrets of a home: made once, at random, kept in HOME/secrets (0700/0600), never a default.

Letters and digits only, so that no address and no settings file needs escaping.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .errors import UnknownName
from .files import read_json, write_json, write_text
from .layout import Layout

__all__ = ["load_keys", "public_half", "secret", "worker_secrets", "write_bundle_key"]

ALPHABET = string.ascii_letters + string.digits
PASSWORDS = ("postgres_admin", "postgres_api", "redis")
SIDE_PASSWORDS = ("postgres", "session")
VAULT_KEYS = ("vault_key", "signing_key", "pseudonym_key", "hub_client_key")


def _word() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(40))


def load_keys(layout: Layout, sides: frozenset[str] = frozenset({"desk", "portal"})) -> dict[str, str]:
    """The generated secrets of this home; only those of the wanted sides are made, so an open side has no vault key."""
    path = layout.secrets / "keys.json"
    keys: dict[str, str] = read_json(path, {})
    names = [*PASSWORDS, *(f"{kind}_{side}" for side in sorted(sides) for kind in SIDE_PASSWORDS)]
    for name in names:
        keys.setdefault(name, _word())
    if "desk" in sides:
        for name in VAULT_KEYS:
            keys.setdefault(name, secrets.token_hex(32))
    write_json(path, keys)
    return keys


def public_half(seed_hex: str) -> str:
    """The public key, in hex, of an Ed25519 seed."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed_hex)).public_key().public_bytes_raw().hex()


def write_bundle_key(layout: Layout, keys: Mapping[str, str]) -> str:
    """Write the public key of the bundles to HOME/config/bundle.pub and return its text.

    A home without a desk has no signing key: there the file comes from the home that signs.
    """
    if "signing_key" in keys:
        from ckanext.govopen.releases.signature import public_key_text

        write_text(layout.bundle_key, public_key_text(keys["signing_key"]), 0o644)
    return layout.bundle_key.read_text(encoding="utf-8") if layout.bundle_key.is_file() else ""


def worker_secrets(layout: Layout, hub_url: str, hub_public_key: str = "") -> bytes:
    """The one line of JSON that a worker reads from its pipe."""
    keys = load_keys(layout)
    identity = read_json(layout.secrets / "hub.json", {})
    settings = read_json(layout.external_file, {})
    hub: dict[str, Any] = {
        "name": settings.get("hub_name", "reference"),
        "url": hub_url,
        "client_id": settings.get("hub_client_id", "govopen"),
        "client_key": keys["hub_client_key"],
        "public_key": hub_public_key or settings.get("hub_public_key") or identity.get("public_key", ""),
    }
    value = {
        "vault_path": str(layout.vault),
        "vault_key": keys["vault_key"],
        "signing_key": keys["signing_key"],
        "pseudonym_key": keys["pseudonym_key"],
        "spool_path": str(layout.spool),
        "hub": hub,
    }
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def secret(layout: Layout, name: str) -> str:
    """One secret by name: a key of keys.json, or FILE.KEY of another file in HOME/secrets (`operator.token`)."""
    keys: dict[str, str] = read_json(layout.secrets / "keys.json", {})
    if name in keys:
        return keys[name]
    file, _, key = name.partition(".")
    values = read_json(layout.secrets / f"{file}.json", {}) if file.isidentifier() else {}
    if key not in values:
        raise UnknownName(f"This home holds no secret named {name}.", "Known: " + ", ".join(sorted(keys)))
    return str(values[key])
