# SPDX-License-Identifier: Apache-2.0
"""The hub client: a `Source` over HTTP that believes nothing unsigned.

Every call has a timeout and is tried again with a growing pause; every JSON answer must carry the hub's signature
tied to the request; files stream into unlinked temporary files while size and digests are checked, and a broken
stream is taken up where it broke.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote, urlencode, urlsplit

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govopen_harvesters.base import (
    Approval,
    FileRef,
    Item,
    Manifest,
    Package,
    Provider,
    Receipt,
    WithdrawalOrder,
    canonical_json,
)
from govopen_harvesters.errors import (
    BadSignature,
    DigestMismatch,
    HubUnreachable,
    Replayed,
    SizeMismatch,
    Unreadable,
    Withdrawn,
)
from govopen_harvesters.hub import gjgxjhpt, protocol

__all__ = ["Ed25519Signer", "HubClient", "Signer", "connect"]

_CHUNK, _JSON_MAX = 1 << 20, 64 << 20


class Signer(Protocol):
    """A way to sign requests."""

    def headers(self, *, method: str, path: str, query: str, body: bytes) -> tuple[dict[str, str], str]:
        """Give the headers of one request and the word that its answer must be tied to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ed25519Signer:
    """The `govopen` scheme: method, path, query, body digest, time and nonce under an Ed25519 key."""

    client_id: str
    key: Ed25519PrivateKey

    def headers(self, *, method: str, path: str, query: str, body: bytes) -> tuple[dict[str, str], str]:
        """Sign one request."""
        now, nonce = dt.datetime.now(dt.UTC).isoformat(), secrets.token_hex(16)
        text = protocol.request_text(method=method, path=path, query=query, body=body, time=now, nonce=nonce)
        signed = {
            protocol.H_CLIENT: self.client_id,
            protocol.H_TIME: now,
            protocol.H_NONCE: nonce,
            protocol.H_DIGEST: hashlib.sha256(body).hexdigest(),
            protocol.H_SIGNATURE: protocol.sign(self.key, text),
        }
        return signed, nonce


class HubClient:
    """Reads one hub; `hub` is the name under which items are known, `public_key` the hub's raw Ed25519 key."""

    def __init__(
        self,
        *,
        hub: str,
        base_url: str,
        public_key: bytes,
        signer: Signer,
        timeout: tuple[float, float] = (5.0, 30.0),
        attempts: int = 4,
        max_bytes: int = 4 << 30,
        page: int = 50,
        spool: str | None = None,
        use_proxies: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Keep the settings; nothing is sent yet. `use_proxies` lets the environment's proxies in."""
        self.hub = hub
        self._base = base_url.rstrip("/")
        self._prefix = urlsplit(self._base).path.rstrip("/")
        self._key = public_key
        self._signer = signer
        self._timeout, self._attempts, self._max_bytes, self._page = timeout, attempts, max_bytes, page
        self._spool, self._sleep = spool, sleep
        self._session = requests.Session()
        self._session.trust_env = use_proxies
        self._providers: dict[str, Provider] = {}
        if isinstance(signer, gjgxjhpt.GatewaySigner) and signer.refresh is None:
            signer.refresh = self._refresh_secret

    # -- Source ------------------------------------------------------------------------------------------------

    def providers(self) -> Iterable[Provider]:
        """List the departments."""
        found = [protocol.provider_from(message) for message in self._pages("/providers", "providers")]
        self._providers = {provider.code: provider for provider in found}
        return found

    def items(self) -> Iterator[Item]:
        """Walk the catalogue page by page."""
        if not self._providers:
            self.providers()
        for message in self._pages("/catalogue", "items"):
            yield protocol.item_from(self.hub, message, self._providers)

    def trusts(self, approval: Approval) -> bool:
        """Say whether the approval carries the hub's signature."""
        text = protocol.document_text("approval", approval.document)
        return protocol.verified(self._key, text, approval.signature)

    def manifest(self, item: Item) -> Manifest:
        """Bring the current package's manifest; an old one, however well signed, is a replay."""
        message = self._json(
            "GET", f"/packages/{quote(str(item.package_id), safe='')}/manifest", remote_id=item.remote_id
        )
        document, raw = protocol.opened(self._key, "manifest", message, remote_id=item.remote_id)
        manifest = protocol.manifest_from(document, raw, str(message["signature"]))
        if (manifest.package_id, manifest.remote_id) != (item.package_id, item.remote_id):
            raise Replayed(remote_id=item.remote_id, count=manifest.sequence)
        return manifest

    def fetch(self, item: Item, manifest: Manifest | None = None) -> Package:
        """Bring the package's files into unlinked temporary files, checked while they stream."""
        manifest = manifest or self.manifest(item)
        files: dict[str, BinaryIO] = {}
        try:
            for ref in manifest.files:
                files[ref.name] = self._file(item, manifest, ref)
        except BaseException:
            for stream in files.values():
                stream.close()
            raise
        return Package(item=item, manifest=manifest, files=files)

    def withdrawals(self, after: str | None = None) -> Iterator[WithdrawalOrder]:
        """Walk the withdrawal feed behind the order `after`; an unsigned order stops the walk."""
        for message in self._pages("/withdrawals", "orders", after=after):
            document, raw = protocol.opened(self._key, "withdrawal", message)
            yield protocol.order_from(document, raw, str(message["signature"]))

    def send(self, receipt: Receipt) -> None:
        """Post a receipt."""
        self._json("POST", "/receipts", body=canonical_json(protocol.receipt_message(receipt)))

    # -- transport ---------------------------------------------------------------------------------------------

    def _pages(self, path: str, name: str, *, after: str | None = None) -> Iterator[Mapping[str, Any]]:
        cursor = after
        while True:
            query = {"limit": str(self._page)} | ({"cursor": cursor} if cursor else {})
            answer = self._json("GET", path, query=query)
            yield from answer[name]
            cursor = answer.get("next_cursor")
            if not cursor:
                return

    def _json(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        remote_id: str | None = None,
    ) -> Any:
        encoded = urlencode(sorted((query or {}).items()))
        with self._send(method, path, encoded, body, {}, remote_id) as (answer, tie):
            raw = self._bounded(answer, remote_id)
        stamp = answer.headers.get(protocol.H_TIME, "")
        text = protocol.answer_text(nonce=tie, status=answer.status_code, body=raw, time=stamp)
        if not protocol.verified(self._key, text, answer.headers.get(protocol.H_SIGNATURE, "")):
            raise BadSignature(remote_id=remote_id, kind="answer")
        return json.loads(raw)

    @staticmethod
    def _bounded(answer: requests.Response, remote_id: str | None) -> bytes:
        raw = bytearray()
        try:
            for chunk in answer.iter_content(_CHUNK):
                raw += chunk
                if len(raw) > _JSON_MAX:
                    raise SizeMismatch(remote_id=remote_id, kind="answer", count=len(raw))
        except requests.RequestException as err:
            raise HubUnreachable(remote_id=remote_id, kind="stream") from err
        return bytes(raw)

    def _send(
        self, method: str, path: str, query: str, body: bytes, extra: Mapping[str, str], remote_id: str | None
    ) -> _Answer:
        last: Exception | None = None
        kind = "connection"
        for attempt in range(self._attempts):
            if attempt:
                self._sleep(0.2 * 3 ** (attempt - 1))
            where = protocol.API + path
            headers, tie = self._signer.headers(method=method, path=self._prefix + where, query=query, body=body)
            try:
                answer = self._session.request(
                    method,
                    self._base + where + (f"?{query}" if query else ""),
                    data=body or None,
                    headers={**headers, **extra, "Content-Type": "application/json", "Accept-Encoding": "identity"},
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,
                )
            except requests.RequestException as err:
                last, kind = err, type(err).__name__
                continue
            if answer.status_code < 300:
                self._gateway_refusal(answer, remote_id)
                return _Answer(answer, tie)
            kind = f"http {answer.status_code}"
            answer.close()
            if answer.status_code in {401, 403}:
                raise BadSignature(remote_id=remote_id, kind="request")
            if answer.status_code in {404, 410}:
                raise Withdrawn(remote_id=remote_id, kind=kind)
            if answer.status_code < 500 and answer.status_code != 429:
                raise Unreadable(remote_id=remote_id, kind=kind)
        raise HubUnreachable(remote_id=remote_id, kind=kind) from last

    @staticmethod
    def _gateway_refusal(answer: requests.Response, remote_id: str | None) -> None:
        """Meet the gateway's habit of refusing with a 200."""
        if answer.headers.get("X-Hub-Gateway") != "refused":
            return
        answer.close()
        raise BadSignature(remote_id=remote_id, kind="request")

    def _refresh_secret(self, body: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            answer = self._session.post(self._base + gjgxjhpt.REFRESH_PATH, json=dict(body), timeout=self._timeout)
            return dict(answer.json())
        except (requests.RequestException, ValueError) as err:
            raise HubUnreachable(kind=type(err).__name__) from err

    def _file(self, item: Item, manifest: Manifest, ref: FileRef) -> BinaryIO:
        facts: dict[str, Any] = {"remote_id": item.remote_id, "file": ref.name}
        if ref.bytes > self._max_bytes:
            raise SizeMismatch(**facts, count=ref.bytes)
        path = f"/packages/{quote(manifest.package_id, safe='')}/files/{quote(ref.name, safe='')}"
        sha256, sm3, done = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
        spool = tempfile.TemporaryFile(dir=self._spool)  # noqa: SIM115 (handed on, closed by the package)
        try:
            for _ in range(self._attempts):
                try:
                    for chunk in self._stream(path, done, item.remote_id):
                        done += len(chunk)
                        if done > ref.bytes:
                            raise SizeMismatch(**facts, count=done)
                        sha256.update(chunk)
                        sm3.update(chunk)
                        spool.write(chunk)
                    break
                except requests.RequestException:
                    continue
            else:
                raise HubUnreachable(**facts, kind="stream")
            if done != ref.bytes:
                raise SizeMismatch(**facts, count=done)
            if (sha256.hexdigest(), sm3.finalize().hex()) != (ref.sha256, ref.sm3):
                raise DigestMismatch(**facts)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return spool

    def _stream(self, path: str, start: int, remote_id: str) -> Iterator[bytes]:
        extra = {"Range": f"bytes={start}-"} if start else {}
        with self._send("GET", path, "", b"", extra, remote_id) as (answer, _):
            skip = start if start and answer.status_code != 206 else 0
            for chunk in answer.iter_content(_CHUNK):
                taken = chunk[skip:]
                skip = max(0, skip - len(chunk))
                if taken:
                    yield taken


class _Answer:
    """An open answer with the word that ties it to its request; closed at the end of a `with`."""

    def __init__(self, answer: requests.Response, tie: str) -> None:
        self._answer, self._tie = answer, tie

    def __enter__(self) -> tuple[requests.Response, str]:
        return self._answer, self._tie

    def __exit__(self, *_: object) -> None:
        self._answer.close()


def connect(*, hub: str, base_url: str, public_key: str, client_id: str, client_key: str, **settings: Any) -> HubClient:
    """Open a hub with keys as 64 hex digits: the hub's public key and the client's private seed."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(client_key))
    signer = Ed25519Signer(client_id=client_id, key=key)
    return HubClient(hub=hub, base_url=base_url, public_key=bytes.fromhex(public_key), signer=signer, **settings)
