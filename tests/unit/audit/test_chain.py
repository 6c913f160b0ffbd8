"""The decision log: any change, loss or swap of a leaf is found, and a leaf can be proved to belong to a root."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.govopen.desk.audit.chain import GENESIS, Leaf, link, merkle_proof, merkle_root, proves, verify_chain


def leaves(count: int) -> list[Leaf]:
    return [
        Leaf(seq=n * 2, at=f"2026-01-01T00:00:{n:02d}", event="e", actor="a", subject=f"s{n}", detail={"n": n})
        for n in range(1, count + 1)
    ]


def chained(count: int) -> list[tuple[Leaf, str, str]]:
    made = leaves(count)
    return [(leaf, before, digest) for leaf, (_, before, digest) in zip(made, link(made), strict=True)]


def test_an_untouched_chain_holds() -> None:
    """Gaps in the numbers are no fault: a rolled-back transaction leaves some."""
    assert verify_chain(chained(5)) is None


@pytest.mark.parametrize("field", ["event", "actor", "subject", "at", "detail"])
def test_a_changed_leaf_is_found(field: str) -> None:
    """Each field is under the hash."""
    chain = chained(4)
    leaf, before, digest = chain[2]
    chain[2] = (dataclasses.replace(leaf, **{field: {"x": 1} if field == "detail" else "other"}), before, digest)
    broken = verify_chain(chain)
    assert broken is not None
    assert (broken.seq, broken.problem) == (6, "hash")


def test_a_lost_leaf_is_found() -> None:
    """The one behind it no longer fits."""
    chain = chained(4)
    broken = verify_chain(chain[:1] + chain[2:])
    assert broken is not None
    assert broken.problem == "previous"


def test_swapped_leaves_are_found() -> None:
    """Order is part of the log."""
    chain = chained(3)
    assert verify_chain([chain[0], chain[2], chain[1]]) is not None


def test_the_first_leaf_stands_on_genesis() -> None:
    """Cutting off the beginning is found too."""
    assert chained(1)[0][1] == GENESIS
    assert verify_chain(chained(3)[1:]) is not None


def test_the_root_of_nothing_and_of_one_are_rfc_6962s() -> None:
    """The empty tree is the hash of nothing; one leaf is its own root."""
    assert merkle_root([]) == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle_root(["a"]) != merkle_root(["b"])


@given(st.lists(st.text(max_size=8), min_size=1, max_size=40), st.data())
def test_every_leaf_can_be_proved(digests: list[str], data: st.DataObject) -> None:
    """A proof leads to the root for its own leaf and place, and for no other leaf."""
    index = data.draw(st.integers(0, len(digests) - 1))
    proof, root = merkle_proof(digests, index), merkle_root(digests)
    assert proves(digests[index], index, len(digests), proof, root)
    assert not proves(digests[index] + "x", index, len(digests), proof, root)
