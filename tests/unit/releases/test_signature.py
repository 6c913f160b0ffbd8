"""Signatures: what fits verifies, and nothing else does."""

from __future__ import annotations

import base64
import io

import pytest

from ckanext.govopen.releases.errors import BadSignature
from ckanext.govopen.releases.signature import key_id, public_key_text, sign, sign_statement, verify, verify_statement

SEED, OTHER = "11" * 32, "22" * 32


def test_minisign_layout() -> None:
    """The public key and the signature have the lengths and the letters that minisign reads."""
    key, signature = public_key_text(SEED).splitlines(), sign(SEED, b"data", "number:1").splitlines()
    assert base64.b64decode(key[1])[:2] == b"Ed"
    assert key[0].endswith(key_id(public_key_text(SEED)))
    assert len(base64.b64decode(key[1])) == 42
    assert base64.b64decode(signature[1])[:2] == b"ED"
    assert base64.b64decode(signature[1])[2:10] == base64.b64decode(key[1])[2:10]
    assert len(base64.b64decode(signature[3])) == 64


def test_bytes_and_stream_are_one() -> None:
    """A stream is signed as its bytes are, and the trusted comment comes back."""
    assert verify(public_key_text(SEED), io.BytesIO(b"data"), sign(SEED, b"data", "备注 1")) == "备注 1"


@pytest.mark.parametrize("change", ["data", "comment", "key", "cut", "garbage", "line"])
def test_anything_changed_is_refused(change: str) -> None:
    """Data, comment, key, length: each change is found."""
    key, data, text = public_key_text(SEED), b"data", sign(SEED, b"data", "number:1")
    if change == "data":
        data = b"datb"
    elif change == "comment":
        text = text.replace("number:1", "number:2")
    elif change == "key":
        key = public_key_text(OTHER)
    elif change == "cut":
        text = "\n".join(text.splitlines()[:2])
    elif change == "line":
        text = text.replace("trusted comment: number:1", "number:1")
    else:
        text = "§"
    with pytest.raises(BadSignature) as refusal:
        verify(key, data, text)
    assert refusal.value.code == "bundle.signature"


def test_statement() -> None:
    """A statement's signature is bound to its content and key, and is no file signature."""
    statement = {"officer": "王", "digests": ["sha256:0"]}
    line = sign_statement(SEED, statement)
    verify_statement(public_key_text(SEED), dict(reversed(statement.items())), line)
    for key, value, text in (
        (OTHER, statement, line),
        (SEED, {**statement, "officer": "李"}, line),
        (SEED, statement, "x"),
    ):
        with pytest.raises(BadSignature):
            verify_statement(public_key_text(key), value, text)


def test_comment_is_one_line() -> None:
    """A second line could be read as a signature."""
    with pytest.raises(ValueError, match="one line"):
        sign(SEED, b"", "a\nb")
