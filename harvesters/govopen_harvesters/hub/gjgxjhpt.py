# SPDX-License-Identifier: Apache-2.0
"""国家共享交换平台: the national gateway's signature, a compatibility mode of client and hub.

Pure but for the one refresh call, which is handed in. The scheme signs neither body nor path and has no nonce
(`govopen` in `protocol.py` does); it is here because real gateways speak it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.padding import PKCS7

from govopen_harvesters.errors import BadSignature

__all__ = ["REFRESH_PATH", "GatewaySigner", "headers", "open_secret", "seal_secret", "signature", "sha1prng_key"]

REFRESH_PATH = "/sysapi/auth/refreshappsecret"
_IV = b"AESCBCPKCS5Paddi"
_RENEW_EARLY_MS = 180_000


def signature(*, key: str, sid: str, rid: str, rtime: str) -> str:
    """Sign as the gateway wants it: HMAC-SHA256 over sid, rid and time with nothing between, in Base64."""
    mac = hmac.new(key.encode(), f"{sid}{rid}{rtime}".encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def headers(*, key: str, sid: str, rid: str, rtime: str) -> dict[str, str]:
    """Give the four headers (or, as JSON, the body of the refresh call)."""
    sign = signature(key=key, sid=sid, rid=rid, rtime=rtime)
    return {"gjgxjhpt_rid": rid, "gjgxjhpt_sid": sid, "gjgxjhpt_rtime": rtime, "gjgxjhpt_sign": sign}


def sha1prng_key(appkey: str) -> bytes:
    """Derive the AES key as Java's SHA1PRNG seeded with the appkey does."""
    return hashlib.sha1(hashlib.sha1(appkey.encode()).digest()).digest()[:16]  # noqa: S324 (the gateway's choice)


def _cipher(appkey: str, mode: str) -> Cipher[Any]:
    return Cipher(AES(sha1prng_key(appkey)), CBC(_IV) if mode == "cbc" else ECB())  # noqa: S305 (the gateway's choice)


def open_secret(sealed: str, *, appkey: str, mode: str = "cbc") -> str:
    """Decrypt the refreshed secret; `mode` is `cbc` or `ecb`, both are met in the field."""
    try:
        decryptor = _cipher(appkey, mode).decryptor()
        padded = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except ValueError:
        raise BadSignature(kind="gateway secret") from None


def seal_secret(secret: str, *, appkey: str, mode: str = "cbc") -> str:
    """Encrypt a secret as the gateway does; the reference hub needs it."""
    padder = PKCS7(128).padder()
    padded = padder.update(secret.encode()) + padder.finalize()
    encryptor = _cipher(appkey, mode).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


@dataclass(slots=True, kw_only=True)
class GatewaySigner:
    """Signs requests by the gateway's scheme and renews its secret before it runs out.

    `refresh` posts a JSON body to `REFRESH_PATH` and gives the JSON answer; the client hands it in.
    """

    rid: str
    sid: str
    appkey: str = field(repr=False)
    mode: str = "cbc"
    refresh: Callable[[Mapping[str, str]], Mapping[str, Any]] | None = None
    clock: Callable[[], float] = time.time
    _secret: str = field(default="", repr=False)
    _ends_ms: int = 0

    def headers(self, *, method: str, path: str, query: str, body: bytes) -> tuple[dict[str, str], str]:
        """Give the headers of one request and what its answer must be tied to (here: the signature itself)."""
        del method, path, query, body
        now = int(self.clock() * 1000)
        if now + _RENEW_EARLY_MS >= self._ends_ms:
            self._renew(str(now))
        signed = headers(key=self._secret, sid=self.sid, rid=self.rid, rtime=str(now))
        return signed, signed["gjgxjhpt_sign"]

    def _renew(self, rtime: str) -> None:
        if self.refresh is None:
            raise BadSignature(kind="gateway secret")
        answer = self.refresh(headers(key=self.appkey, sid=self.sid, rid=self.rid, rtime=rtime))
        data = answer.get("data")
        if str(answer.get("code")) != "0" or not isinstance(data, Mapping):
            raise BadSignature(kind="gateway refresh")
        self._secret = open_secret(str(data["secret"]), appkey=self.appkey, mode=self.mode)
        self._ends_ms = int(data["secretEndTime"])
