"""Errors and log lines without cells: at the vault's border a library's text is thrown away, its kind and place stay.

DuckDB, pyarrow, pandas, frictionless and PostgreSQL quote the cell that they cannot take. Here they become a code, the
name of the class and the place in the code; messages never pass. Our own errors pass: they hold harmless facts only.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ckanext.govopen.desk.vault.errors import VaultError, VaultSpace
from ckanext.govopen.desk.vault.sealed import FULL
from ckanext.govopen.errors import GovOpenError, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["ScrubFilter", "border", "harmless", "install", "is_transient", "place"]

OWN = ("ckanext.govopen", "govopen_harvesters", "govopen_anonymize")
# Texts of these loggers are written by code that sees rows; only their level and name pass.
SILENT = ("duckdb", "pyarrow", "pandas", "frictionless", "sqlalchemy", "py.warnings")
MAX_DETAIL = 400


def _ours(err: BaseException) -> bool:
    """Whether an error is one of ours: those hold a code and harmless facts by contract."""
    return type(err).__module__.startswith(OWN) and isinstance(getattr(err, "code", None), str)


def is_transient(err: BaseException) -> bool:
    """Whether the same work may be tried again: said by the class (`Transient`), of foreign errors only the obvious."""
    if isinstance(err, Transient) or any(base.__name__ == "Transient" for base in type(err).__mro__):
        return True
    if isinstance(err, OSError):
        return err.errno in FULL
    return type(err).__name__ in {"OperationalError", "SerializationFailure", "DeadlockDetected", "StaleDataError"}


def place(err: BaseException) -> str:
    """The last own line that an error passed: module and number, no source text."""
    frames = traceback.extract_tb(err.__traceback__)
    own = [frame for frame in frames if "govopen" in frame.filename] or frames
    if not own:
        return ""
    name = own[-1].filename.rpartition("govopen")
    return f"{(name[1] + name[2]).lstrip('/')}:{own[-1].lineno}"


def harmless(err: BaseException) -> tuple[str, dict[str, Any]]:
    """A code and facts that may be stored and shown. Of foreign errors: their class and where; never their text."""
    if _ours(err):
        detail = getattr(err, "detail", None) or getattr(err, "fields", None)
        facts = dict(detail) if isinstance(detail, dict) else {}
        return str(err.code), {name: _short(value) for name, value in facts.items()}  # type: ignore[attr-defined]
    if isinstance(err, OSError) and err.errno in FULL:
        return "vault.space", {"stage": place(err)}
    if isinstance(err, MemoryError):
        return "vault.memory", {"at": place(err)}
    return "vault.failed", {"kind": type(err).__name__, "at": place(err)}


def _short(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {str(name)[:100]: _short(item) for name, item in list(value.items())[:50]}
    if isinstance(value, (list, tuple)):
        return [_short(item) for item in value[:50]]
    return str(value)[:MAX_DETAIL]


@contextmanager
def border(stage: str, column: str = "") -> Iterator[None]:
    """The vault's border: whatever is raised inside and is not ours leaves as a `VaultError` without cause or cell."""
    try:
        yield
    except (GovOpenError, KeyboardInterrupt, SystemExit):
        raise
    except OSError as err:
        if err.errno in FULL:
            raise VaultSpace(stage=stage) from None
        raise VaultError(stage=stage, column=column, kind=f"{type(err).__name__} at {place(err)}") from None
    except BaseException as err:
        if _ours(err):
            raise
        raise VaultError(stage=stage, column=column, kind=f"{type(err).__name__} at {place(err)}") from None


def _stack(err: BaseException | None, frames: TracebackType | None) -> str:
    """A traceback without messages, source lines of foreign code, or causes."""
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(frames)]
    name = type(err).__name__ if err is not None else "error"
    code = f" [{harmless(err)[0]}]" if err is not None else ""
    return "\n".join([f"{name}{code}", *lines])


class ScrubFilter(logging.Filter):
    """Takes exceptions out of log records, wherever they hide, before any handler formats them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; it always passes."""
        if record.name.partition(".")[0] in SILENT or record.name.startswith("sqlalchemy"):
            record.msg, record.args = f"{record.name}: a message was left out", ()
        if record.exc_info and record.exc_info is not True:
            _, err, frames = record.exc_info
            stack = _stack(err, frames)
            if isinstance(err, BaseException) and not _ours(err) and err.args:
                record.msg = _without(record.getMessage(), err)
                record.args = ()
            record.msg, record.args = f"{record.getMessage()}\n{stack}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        if record.args:
            record.args = _plain_args(record.args)
        elif isinstance(record.msg, BaseException):
            record.msg = _named(record.msg)
        return True


def _without(text: str, err: BaseException) -> str:
    """A message from which the error's own text was taken out, if somebody pasted it in."""
    for piece in (str(err), *(str(arg) for arg in err.args)):
        if len(piece) > 3:
            text = text.replace(piece, type(err).__name__)
    return text


def _named(value: Any) -> Any:
    if isinstance(value, BaseException):
        code, facts = harmless(value)
        return f"{type(value).__name__} [{code}] {facts}" if _ours(value) else f"{type(value).__name__} [{code}]"
    return value


def _plain_args(args: Any) -> Any:
    if isinstance(args, dict):
        return {name: _named(value) for name, value in args.items()}
    return tuple(_named(value) for value in args)


def install() -> None:
    """Scrub every log handler of this process and both hooks that print what nobody caught."""
    scrub = ScrubFilter()
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    for logger in loggers:
        for handler in logger.handlers:
            if not any(isinstance(each, ScrubFilter) for each in handler.filters):
                handler.addFilter(scrub)
    if logging.lastResort is not None:
        logging.lastResort.addFilter(scrub)
    logging.captureWarnings(True)

    def hook(kind: type[BaseException], err: BaseException, frames: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            sys.stderr.write(_stack(err, frames) + "\n")

    sys.excepthook = hook
    threading.excepthook = lambda args: sys.stderr.write(_stack(args.exc_value, args.exc_traceback) + "\n")
    sys.unraisablehook = lambda args: sys.stderr.write(_stack(args.exc_value, args.exc_traceback) + "\n")
