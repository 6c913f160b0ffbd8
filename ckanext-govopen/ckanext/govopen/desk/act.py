"""The order that every action of the desk keeps: schema, access, core, store, audit, plain values."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govopen import codes
from ckanext.govopen.desk.accept import Field, check
from ckanext.govopen.errors import GovOpenError
from ckanext.govopen.face import lang

__all__ = ["accepts", "commit", "core_errors", "plain", "record", "refuse", "site_context"]

Action = Callable[[Any, dict[str, Any]], Any]


def accepts(schema: Callable[[], Mapping[str, Field]]) -> Callable[[Action], Action]:
    """Read the caller's fields by `schema` before the action runs; problems are named by field (409)."""

    def decorate(action: Action) -> Action:
        @functools.wraps(action)
        def wrapper(context: Any, data_dict: dict[str, Any] | None = None) -> Any:
            values, problems = check(schema(), data_dict or {})
            if problems:
                told = {name: [_say(p.message, p.values) for p in found] for name, found in problems.items()}
                raise tk.ValidationError({**told, "code": ["query.value"]})
            return plain(action(context, values))

        return wrapper

    return decorate


def _say(message: str, values: tuple[Any, ...]) -> str:
    text = str(tk._(message))
    return text % values if values else text


def plain(value: Any) -> Any:
    """Only what JSON knows: dates as ISO text, ids as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return value


def refuse(code: str, text: str, field: str = "message", **more: Any) -> tk.ValidationError:
    """A refusal with its stable code beside the text."""
    return tk.ValidationError({field: [text], "code": [code], **{key: plain(item) for key, item in more.items()}})


@contextmanager
def core_errors(field: str = "message") -> Iterator[None]:
    """Turn a core's refusal into CKAN's, said in the reader's language from the reason list, the code beside it."""
    try:
        yield
    except GovOpenError as err:
        model.Session.rollback()
        code = str(err.code)
        told = codes.reason(code, lang())
        if told.title == code:  # A code that the reason list does not know has its text in the language files.
            text = str(tk._(type(err).template)).format(**err.detail)
        else:
            text = f"{told.title}. {told.remedy}" if lang() == "en" else f"{told.title}。{told.remedy}"
        if err.status == 404:
            raise tk.ObjectNotFound(text) from None
        if err.status == 403:
            raise tk.NotAuthorized(text) from None
        detail = {
            key: [str(value)] for key, value in err.detail.items() if key in {"subject", "changed", "found"} and value
        }
        raise tk.ValidationError({field: [text], "code": [code], **detail}) from None


def commit(context: Mapping[str, Any]) -> None:
    """End the transaction unless the caller has more to do in it."""
    if not context.get("defer_commit"):
        model.Session.commit()


def record(event: str, actor: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    """Write an audit event in the caller's transaction."""
    from ckanext.govopen.desk.audit import store

    store.record(event, actor, subject, plain(dict(detail or {})))


def site_context(**more: Any) -> dict[str, Any]:
    """A context of the site's own account, for acts that the caller's auth function has already allowed."""
    user = tk.get_action("get_site_user")({"ignore_auth": True, "defer_commit": True}, {})
    return {"user": user["name"], "ignore_auth": True, **more}
