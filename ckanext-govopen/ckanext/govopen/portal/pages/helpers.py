"""What templates may call; every name begins with `govopen_`."""

from __future__ import annotations

import hashlib
import hmac
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

import ckan.plugins.toolkit as tk

from ckanext.govopen.face import lang
from ckanext.govopen.portal.pages import icons, texts

__all__ = ["check_stamp", "helpers", "stamp"]

PUBLIC = Path(__file__).parents[2] / "public" / "govopen"
FORM_LIFE = 24 * 3600
FASTEST = 2
"""Seconds that a person needs at least to fill in a form."""


@cache
def _version(name: str) -> str:
    return hashlib.sha256((PUBLIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of one of our own files; it changes with the content, so browsers may keep it for ever."""
    return f"{tk.url_for('home.index', locale='default').rstrip('/')}/govopen/{name}?v={_version(name)}"


def other_language(locale: str) -> str:
    """This very page in the other language."""
    here = dict((tk.request.view_args or {}).items())
    try:
        url = tk.url_for(tk.request.endpoint or "govopen_portal.home", locale=locale, **here)
    except Exception:  # noqa: BLE001 - an error page has no route of its own: the home page then.
        url = tk.url_for("govopen_portal.home", locale=locale)
    query = urlencode(list(tk.request.args.items(multi=True)))
    return f"{url}?{query}" if query else str(url)


def _signed(text: str) -> str:
    key = str(tk.config.get("SECRET_KEY") or "").encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def stamp() -> str:
    """A token for a form without a session: when it was drawn, signed."""
    at = str(int(time.time()))
    return f"{at}.{_signed('form:' + at)}"


def check_stamp(given: str) -> bool:
    """Whether a form was drawn here, not too long ago and not in an instant."""
    at, _, signature = given.partition(".")
    if not at.isdigit() or not hmac.compare_digest(signature.encode(), _signed("form:" + at).encode()):
        return False
    return FASTEST <= time.time() - int(at) <= FORM_LIFE


def site_title() -> str:
    """The name of this site, in the reader's language where it has two."""
    if lang() == "en":
        return str(tk.config.get("govopen.site.title_en") or "Open Public Data")
    return str(tk.config.get("ckan.site_title") or "公共数据开放平台")


def page_url(**changes: Any) -> str:
    """This page with some query arguments changed; None takes one away."""
    args = {name: tk.request.args.getlist(name) for name in tk.request.args}
    for name, value in changes.items():
        args.pop(name, None)
        if value not in (None, ""):
            args[name] = [str(value)]
    query = urlencode([(name, value) for name, values in args.items() for value in values])
    return tk.request.script_root + tk.request.path + (f"?{query}" if query else "")


def helpers() -> dict[str, Any]:
    """All helpers by the names that templates use."""
    return {
        "govopen_asset": asset,
        "govopen_form_stamp": stamp,
        "govopen_icon": lambda name: Markup(icons.svg(name)),  # noqa: S704 - drawn from our own table only.
        "govopen_label": lambda name, code: texts.label(name, code, lang()),
        "govopen_lang": lang,
        "govopen_number": texts.number,
        "govopen_other_language": other_language,
        "govopen_page_url": page_url,
        "govopen_short": lambda value: texts.short(value, lang()),
        "govopen_site_title": site_title,
        "govopen_size": texts.size,
        "govopen_spoken": lambda value: texts.spoken(value, lang()),
    }
