"""The decision log's arithmetic: each leaf carries the hash of the one before, checkpoints carry a Merkle root.

Pure. A leaf's hash is SHA-256 over its canonical JSON and the hash before it; the root is RFC 6962's over the leaves'
hashes, so that a reader with a checkpoint can be shown that one leaf belongs to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.govopen.releases.canonical import digest

__all__ = ["GENESIS", "Broken", "Leaf", "leaf_hash", "link", "merkle_proof", "merkle_root", "proves", "verify_chain"]

GENESIS = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """审计记录: what happened, by whom, to what, when."""

    seq: int
    at: str
    event: str
    actor: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Where a chain does not hold, and what is wrong there."""

    seq: int
    problem: str


def leaf_hash(leaf: Leaf, previous: str) -> str:
    """The hash of a leaf behind the one before it."""
    body = {
        "seq": leaf.seq,
        "at": leaf.at,
        "event": leaf.event,
        "actor": leaf.actor,
        "subject": leaf.subject,
        "detail": leaf.detail,
        "previous": previous,
    }
    return digest(body)


def link(leaves: Iterable[Leaf], previous: str = GENESIS) -> list[tuple[int, str, str]]:
    """Chain leaves behind `previous`; gives (seq, previous, hash) for each."""
    linked = []
    for leaf in leaves:
        hashed = leaf_hash(leaf, previous)
        linked.append((leaf.seq, previous, hashed))
        previous = hashed
    return linked


def verify_chain(stored: Iterable[tuple[Leaf, str, str]], previous: str = GENESIS, after: int = 0) -> Broken | None:
    """Recompute a stored chain of (leaf, previous, hash); the first place where it does not hold, or None."""
    for leaf, before, hashed in stored:
        if leaf.seq <= after:
            return Broken(seq=leaf.seq, problem="order")
        if before != previous:
            return Broken(seq=leaf.seq, problem="previous")
        if leaf_hash(leaf, before) != hashed:
            return Broken(seq=leaf.seq, problem="hash")
        previous, after = hashed, leaf.seq
    return None


def _leaf_node(hashed: str) -> bytes:
    return hashlib.sha256(b"\x00" + hashed.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def _root(nodes: Sequence[bytes]) -> bytes:
    if not nodes:
        return hashlib.sha256(b"").digest()
    if len(nodes) == 1:
        return nodes[0]
    at = _split(len(nodes))
    return _node(_root(nodes[:at]), _root(nodes[at:]))


def merkle_root(digests: Sequence[str]) -> str:
    """RFC 6962's tree hash over the leaves' hashes."""
    return "sha256:" + _root([_leaf_node(digest) for digest in digests]).hex()


def merkle_proof(digests: Sequence[str], index: int) -> list[str]:
    """The audit path of one leaf, from the leaf upwards (RFC 6962, 2.1.1)."""
    nodes = [_leaf_node(digest) for digest in digests]

    def path(part: Sequence[bytes], at: int) -> list[bytes]:
        if len(part) <= 1:
            return []
        cut = _split(len(part))
        if at < cut:
            return [*path(part[:cut], at), _root(part[cut:])]
        return [*path(part[cut:], at - cut), _root(part[:cut])]

    return [node.hex() for node in path(nodes, index)]


def proves(digest: str, index: int, size: int, proof: Sequence[str], root: str) -> bool:
    """Whether a proof leads from a leaf to the root of a tree of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, _leaf_node(digest)
    for step in (bytes.fromhex(text) for text in proof):
        if last == 0:
            return False
        if at & 1 or at == last:
            node = _node(step, node)
            while at and not at & 1:
                at >>= 1
                last >>= 1
        else:
            node = _node(node, step)
        at >>= 1
        last >>= 1
    return last == 0 and "sha256:" + node.hex() == root
