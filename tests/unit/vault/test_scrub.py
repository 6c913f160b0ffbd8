"""No cell leaves by an error or a log line: canaries go in by every way that libraries have, none comes out."""

from __future__ import annotations

import errno
import io
import logging

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from ckanext.govopen.desk.vault.errors import VaultSpace
from ckanext.govopen.desk.vault.scrub import ScrubFilter, border, harmless, is_transient
from ckanext.govopen.errors import Missing, VaultError

CANARY = "33010619900101123X"


def _duckdb() -> None:
    duckdb.sql(f"select cast('{CANARY}' as integer)").fetchall()


def _arrow() -> None:
    pa.array([CANARY]).cast(pa.int64())


def _pandas() -> None:
    pd.to_datetime([CANARY], format="%Y")


def _python() -> None:
    int(CANARY)


def _nested() -> None:
    try:
        int(CANARY)
    except ValueError as err:
        raise RuntimeError(f"at {CANARY}") from err


WAYS = [_duckdb, _arrow, _pandas, _python, _nested]


@pytest.mark.parametrize("way", WAYS)
def test_at_the_border_the_text_is_dropped(way: object) -> None:
    """Class and place stay; the cell, the cause and the context do not."""
    with pytest.raises(VaultError) as refusal, border("profile", column="id"):
        way()  # type: ignore[operator]
    assert CANARY not in str(refusal.value)
    assert CANARY not in repr(refusal.value.detail)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("way", WAYS)
def test_what_a_job_stores_is_harmless(way: object) -> None:
    """The wrapper's code and detail hold no cell, whatever was raised."""
    try:
        way()  # type: ignore[operator]
    except Exception as err:  # noqa: BLE001
        code, detail = harmless(err)
    assert code == "vault.failed"
    assert CANARY not in repr(detail)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("style", ["exception", "argument", "pasted", "message"])
def test_no_log_line_quotes_a_cell(way: object, style: str) -> None:
    """By exc_info, as an argument, pasted into the text, or as the message itself."""
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.addFilter(ScrubFilter())
    logger = logging.getLogger("ckanext.govopen.test")
    logger.handlers, logger.propagate = [handler], False
    try:
        way()  # type: ignore[operator]
    except Exception as err:
        if style == "exception":
            logger.exception("it failed")
        elif style == "argument":
            logger.error("it failed: %s", err)  # noqa: TRY400 - a way that careless code has.
        elif style == "pasted":
            logger.error(f"it failed: {err}", exc_info=True)  # noqa: G004, G201
        else:
            logger.error(err)  # noqa: TRY400
    assert CANARY not in sink.getvalue()
    assert sink.getvalue().strip()


def test_loggers_of_libraries_are_silenced() -> None:
    """What a library logs was written where rows are seen."""
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.addFilter(ScrubFilter())
    logger = logging.getLogger("sqlalchemy.engine.Engine")
    logger.handlers, logger.propagate = [handler], False
    logger.error("insert %s", CANARY)
    assert CANARY not in sink.getvalue()


def test_our_own_errors_pass_with_their_code() -> None:
    """They hold harmless facts by contract, so officers read them."""
    with pytest.raises(Missing), border("plan"):
        raise Missing(kind="entry", id="e1")
    assert harmless(Missing(kind="entry", id="e1")) == ("missing", {"kind": "entry", "id": "e1"})


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_full_disk_is_vault_space(number: int) -> None:
    """Whoever meets it, and it is tried again."""
    with pytest.raises(VaultSpace) as refusal, border("sealing"):
        raise OSError(number, "full")
    assert is_transient(refusal.value)
    assert harmless(OSError(number, "full"))[0] == "vault.space"


def test_unknown_errors_are_not_tried_for_ever() -> None:
    """Only what says so is transient."""
    assert not is_transient(ValueError("x"))
