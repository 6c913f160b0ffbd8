"""Canonical JSON: one value, one run of bytes."""

from __future__ import annotations

import pytest

from ckanext.govopen.releases.canonical import bare, canonical, digest, is_digest


def test_order_of_keys_leaves_no_trace() -> None:
    """Two mappings that are equal have the same bytes, Chinese text as UTF-8 and no blanks."""
    assert canonical({"乙": 1, "a": [1, 2]}) == canonical({"a": [1, 2], "乙": 1}) == '{"a":[1,2],"乙":1}'.encode()


def test_a_float_that_is_no_number_is_refused() -> None:
    """NaN has no canonical form."""
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_a_digest_has_one_written_form() -> None:
    """The prefix and 64 small hex digits; the bare name takes both forms."""
    made = digest({})
    assert is_digest(made)
    assert not is_digest(made.upper())
    assert bare(made) == bare(bare(made)) == made[7:]
    with pytest.raises(ValueError, match="digest"):
        bare("sha256:../../etc/passwd")
