"""What the desk's templates may call: times in China, labels of codes, short digests, figures."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.face import ZH, lang, today

__all__ = ["offered_helpers"]

CHINA = dt.timezone(dt.timedelta(hours=8), "CST")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def gd_time(value: Any) -> str:
    """A moment in China Standard Time: 11-24 20:49, with the year when it is another one."""
    if not value:
        return ""
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(CHINA)
    return moment.strftime("%m-%d %H:%M" if moment.year == today().year else "%Y-%m-%d %H:%M")


def gd_iso(value: Any) -> str:
    """The same moment for machines."""
    if not value:
        return ""
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(CHINA).isoformat(timespec="seconds")


def gd_today() -> dict[str, str]:
    """Today as an officer reads it."""
    day = today()
    if lang() == ZH:
        return {"text": f"{day.month}月{day.day}日", "weekday": WEEKDAYS[day.weekday()]}
    return {"text": day.strftime("%d %B"), "weekday": day.strftime("%A")}


def gd_days_left(value: Any) -> int | None:
    """Calendar days from today to a day."""
    if not value:
        return None
    return (dt.date.fromisoformat(str(value)[:10]) - today()).days


def gd_short(digest: Any) -> str:
    """The first eight signs of a digest."""
    text = str(digest or "").removeprefix("sha256:")
    return text[:8] if text else "–"


def gd_num(value: Any) -> str:
    """A figure with separators; a dash where there is none."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(tk._("yes") if value else tk._("no"))
    if isinstance(value, int):
        return f"{value:,}"
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return (
        f"{int(number):,}"
        if number.is_integer() and abs(number) >= 1
        else f"{number:,.3g}"
        if abs(number) < 1
        else f"{number:,.1f}"
    )


def gd_text(value: Any) -> str:
    """One text of a bilingual value, in the language of this request; Chinese where there is no other."""
    if not isinstance(value, dict):
        return str(value or "")
    zh = value.get("zh") or value.get(ZH) or ""
    en = value.get("en") or ""
    return str((en or zh) if lang() == "en" else (zh or en))


def gd_code(name: str, code: Any) -> str:
    """The label of a code of one of our lists; the code itself where the list has none."""
    if code in (None, ""):
        return "–"
    from ckanext.govopen import codes

    try:
        return str(codes.load(name).label(str(code), lang())) or str(code)
    except (KeyError, LookupError, FileNotFoundError, ValueError):
        return str(code)


def gd_reason(code: Any) -> dict[str, str]:
    """Title and remedy of a reason code."""
    from ckanext.govopen import codes

    try:
        found = codes.reason(str(code), lang())
    except (KeyError, LookupError, ValueError):
        return {"code": str(code), "title": str(code), "remedy": "", "who": ""}
    return {"code": str(code), "title": found.title, "remedy": found.remedy, "who": found.who}


def gd_name(user: Any) -> str:
    """The name people know an account by."""
    from ckan import model

    found = model.User.get(str(user)) if user else None
    return str((found.fullname or found.name) if found else (user or "–"))


def gd_roles() -> list[str]:
    """Roles of who is reading, in the order of the work."""
    if not tk.current_user.is_authenticated:
        return []
    cached = tk.g.get("govopen_roles")
    if cached is None:
        held = frozenset().union(*roles.grants(tk.current_user.name).values())
        cached = [role for role in roles.ROLES if role in held]
        tk.g.govopen_roles = cached
    return list(cached)


def gd_organisations() -> list[str]:
    """Titles of the organisations that the reader acts for."""
    if not tk.current_user.is_authenticated:
        return []
    from ckan import model

    names = [name for name in roles.grants(tk.current_user.name) if name != roles.ALL]
    found = (model.Group.get(name) for name in sorted(names)[:3])
    return [str(group.title or group.name) for group in found if group]


@cache
def _stamp(path: str) -> str:
    file = files("ckanext.govopen").joinpath("assets", "desk", "public", path)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]


def gd_asset(path: str) -> str:
    """The address of one of our own files, changed whenever it changes."""
    return f"{str(tk.config.get('ckan.root_path') or '').replace('/{{LANG}}', '')}/{path}?v={_stamp(path)}"


def gd_page(**changes: Any) -> str:
    """This page's address with some of its parameters changed: paging and filters."""
    from urllib.parse import urlencode

    params = {key: value for key, value in tk.request.args.items() if value}
    params.update(changes)
    kept = {key: value for key, value in params.items() if value not in (None, "")}
    return str(tk.h.current_url().partition("?")[0]) + ("?" + urlencode(kept) if kept else "")


def gd_other_language() -> dict[str, str]:
    """Where this page is in the other language."""
    path = tk.request.full_path.rstrip("?")
    if lang() == ZH:
        return {"url": "/en" + path, "label": "English"}
    return {"url": path, "label": "中文"}


def gd_org(name: Any) -> str:
    """The title of an organisation."""
    from ckan import model

    titles = tk.g.setdefault("govopen_titles", {})
    if name and name not in titles:
        group = model.Group.get(str(name))
        titles[name] = str(group.title or group.name) if group else str(name)
    return str(titles.get(name, "–"))


def gd_my_organisations(*wanted: str) -> list[dict[str, str]]:
    """Organisations in which the reader holds one of these roles."""
    from ckan import model

    held = roles.organisations(tk.current_user.name, *wanted)
    found = model.Session.query(model.Group).filter_by(is_organization=True, state="active").order_by(model.Group.name)
    return [{"name": g.name, "title": g.title or g.name} for g in found.limit(1000) if held is None or g.name in held]


def gd_gate(gate: Any) -> str:
    """What a gate checks, in words."""
    check = dict(gate).get("text") or dict(gate).get("code")
    return str(tk._(f"gate {check}"))


def gd_against(gate: Any) -> str:
    """What a gate measured against its limit; a gate that had nothing to compare says so."""
    measured, limit = dict(gate).get("measured"), dict(gate).get("limit")
    if measured is None:
        return str(tk._("nothing to compare"))
    if measured in ([], {}) or isinstance(measured, bool):
        return "" if dict(gate).get("ok") else gd_measure(measured)
    shown = isinstance(limit, int | float) and not isinstance(limit, bool)
    return f"{gd_measure(measured)} / {gd_measure(limit)}" if shown else gd_measure(measured)


def gd_names(columns: Any) -> dict[str, str]:
    """What people call the columns, in the language of this request."""
    part = "name_en" if lang() == "en" else "name_zh"
    return {str(column.get("name")): str(column.get(part) or column.get("name")) for column in columns or []}


def gd_shapes(shapes: Any) -> str:
    """The commonest shapes of a column's values: signs stand for digits and letters, never a value."""
    return "  ".join(str(one.get("shape", ""))[:24] for one in list(shapes)[:2])


def gd_top(top: Any) -> str:
    """The commonest values, which the profile gives only where ten rows share each and no personal tag is near."""
    values = [one.get("value") if isinstance(one, dict) else one for one in list(top)[:3]]
    return "、".join(str(value)[:14] for value in values)


def gd_share(facts: Any, tag: str) -> str:
    """The share of rows in which a kind of matter was found, if the scan found it."""
    shares = [one.get("share") for one in (facts or {}).get("findings") or [] if one.get("tag") == tag]
    return f" {float(shares[0]):.0%}" if shares and shares[0] is not None else ""


def gd_measure(value: Any) -> str:
    """A measured value of any shape, shortly."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {gd_measure(item)}" for key, item in list(value.items())[:4])
    if isinstance(value, list | tuple):
        return "、".join(gd_measure(item) for item in value[:6]) + ("…" if len(value) > 6 else "") if value else "0"
    if isinstance(value, str):
        return value
    return gd_num(value)


def gd_kind(value: Any) -> str:
    """What kind of fault a refusal names, in the reader's words; what has none stays as it came."""
    said = tk._(f"kind {value}")
    return gd_measure(value) if said == f"kind {value}" else said


def gd_progress(facts: Any) -> list[tuple[str, str]]:
    """How far a job came, in words; times stand in a column of their own, digests are cut."""
    told = []
    for key, value in dict(facts or {}).items():
        if key == "at" or value is None:
            continue
        said = tk._(f"progress {key}")
        text = gd_short(value) if key == "digest" else gd_measure(value)
        if key == "stage":
            text = tk._(f"stage {value}").removeprefix("stage ")
        elif key == "code":
            text = f"{gd_reason(value).get('title') or ''} {value}".strip()
        told.append((said.removeprefix("progress "), text))
    return told


def gd_percent(value: Any) -> str:
    """A share as percent; changes keep their sign."""
    if value is None or value == "":
        return "–"
    return f"{float(value) * 100:.1f}".rstrip("0").rstrip(".") + " %"


def gd_route(route: Any) -> str:
    """The name of a route."""
    return str(tk._(f"route {route}"))


def gd_field(name: Any) -> str:
    """The label of a description, as the catalogue schema has it."""
    return _labels().get(str(name), {}).get("en" if lang() == "en" else ZH) or str(name)


@cache
def _labels() -> dict[str, dict[str, str]]:
    import yaml

    text = files("govopen_schemas").joinpath("catalogue", "dataset.yaml").read_text(encoding="utf-8")
    found = {field["field_name"]: dict(field["label"]) for field in yaml.safe_load(text)["dataset_fields"]}
    return {**found, "tags": {ZH: "标签", "en": "Tags"}}


def gd_codes(name: str) -> list[dict[str, str]]:
    """A code list for a choice."""
    from ckanext.govopen import codes

    return [{"code": code.code, "label": code.label(lang())} for code in codes.load(name)]


def gd_local(mapping: Any, key: str) -> str:
    """A description in the language of this request; Chinese where there is no English."""
    given = dict(mapping or {})
    return str((given.get(f"{key}_en") if lang() == "en" else None) or given.get(key) or "")


def gd_in_days(days: int) -> str:
    """The day that many days from today."""
    return (today() + dt.timedelta(days=days)).isoformat()


def gd_treatment(treatment: Any, route: str = "") -> str:
    """What becomes of a column, in words; a column that a cube carries without more is a dimension of it."""
    given = dict(treatment or {})
    plain = "dimension" if str(route).startswith("cube") else "keep"
    name = given.get("operator") or next((key for key in ("measure", "dimension") if given.get(key)), plain)
    return str(tk._(f"operator {name}"))


def gd_profile(profile: Any) -> dict[str, Any]:
    """The facts of a profile by column name; masked samples only."""
    body = (profile or {}).get("body") or profile or {}
    return {column.get("name"): column for column in body.get("columns") or [] if isinstance(column, dict)}


def gd_fired(plan: Any) -> list[dict[str, Any]]:
    """The rules that spoke for an entry or its columns, each once, with the columns it spoke about."""
    found: dict[str, dict[str, Any]] = {}
    for rule in (plan or {}).get("grounds") or []:
        found.setdefault(rule["rule"], {**rule, "columns": []})
    for field in (plan or {}).get("fields") or []:
        for rule in field.get("fired") or []:
            found.setdefault(rule["rule"], {**rule, "columns": []})["columns"].append(field["name"])
    for route in (plan or {}).get("routes") or []:
        for rule in route.get("fired") or []:
            found.setdefault(rule["rule"], {**rule, "columns": []})
    return sorted(found.values(), key=lambda rule: str(rule["rule"]))


def gd_obligation(plan: Any, route: str, name: str) -> Any:
    """What a route owes under this name."""
    for one in (plan or {}).get("routes") or []:
        if one.get("route") == route:
            return (one.get("obligations") or {}).get(name)
    return None


def gd_standing_possible(plan: Any, releases: Any) -> bool:
    """Whether refreshes of all these releases could be let through without a person."""
    opened = {release["route"] for release in releases}
    found = [one for one in (plan or {}).get("routes") or [] if one.get("route") in opened]
    return bool(found) and all(one.get("standing_allowed") for one in found)


def gd_revision_columns(body: Any) -> list[dict[str, Any]]:
    """The columns of a frozen revision."""
    from ckanext.govopen.desk.catalogue.working import columns

    return columns(body or {})


def gd_pretty(value: Any) -> str:
    """A JSON value over several lines."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


def gd_api_url() -> str:
    """The data service's address."""
    from ckanext.govopen import config

    return config.api_url()


def gd_login_action() -> str:
    """Where the sign-in form goes, with the page that the reader came for."""
    came_from = tk.request.args.get("came_from") or tk.request.args.get("next")
    return str(tk.url_for("user.login", came_from=came_from) if came_from else tk.url_for("user.login"))


def gd_waiting() -> int:
    """How many things wait for the reader."""
    from ckanext.govopen.desk.review import store

    if not tk.current_user.is_authenticated:
        return 0
    return int(store.waiting_count(tk.current_user.name))


def offered_helpers() -> dict[str, Any]:
    """All of them, by name."""
    return {name: value for name, value in globals().items() if name.startswith("gd_") and callable(value)}
