"""What an operator may set for a home: servers that run elsewhere, workers, names. Kept in HOME/config/external.json."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from .errors import SettingsWrong
from .files import read_json, write_json
from .layout import Layout

__all__ = ["Settings", "load_settings"]

SCHEMES = {
    "database_url": ("postgresql", "postgres"),
    "solr_url": ("http", "https"),
    "redis_url": ("redis", "rediss"),
    "hub_url": ("http", "https"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One home's settings; an empty address means that the embedded server is used."""

    database_url: str = ""
    database_prefix: str = ""
    solr_url: str = ""
    redis_url: str = ""
    hub_url: str = ""
    hub_name: str = "reference"
    hub_client_id: str = "govopen"
    hub_public_key: str = ""
    hub_rows: int = 100_000
    hub_seed: int = 20261124
    portal_public_url: str = ""
    desk_public_url: str = ""
    api_public_url: str = ""
    web_workers: int = 2
    services: tuple[str, ...] = ()
    site_title_portal: str = "公共数据开放平台"
    site_title_desk: str = "公共数据开放工作台"

    def external(self, service: str) -> bool:
        """Whether a service of that name runs elsewhere and must not be started here."""
        address = {"postgres": self.database_url, "solr": self.solr_url, "redis": self.redis_url, "hub": self.hub_url}
        return bool(address.get(service))


def _checked(values: dict[str, Any], where: str) -> Settings:
    known = {field.name for field in fields(Settings)}
    if unknown := sorted(set(values) - known):
        raise SettingsWrong(
            f"{where} holds unknown settings: {', '.join(unknown)}.", f"Known: {', '.join(sorted(known))}."
        )
    for name, schemes in SCHEMES.items():
        value = values.get(name, "")
        if value and (urlsplit(value).scheme not in schemes or not urlsplit(value).hostname):
            raise SettingsWrong(
                f"{name} is not an address of the kind {schemes[0]}://host:port/…", f"Mend it in {where}."
            )
    values["services"] = tuple(values.get("services", ()))
    return Settings(**values)


def load_settings(layout: Layout, **changes: Any) -> Settings:
    """The settings of a home; `changes` that are not None are kept for later starts."""
    path = layout.external_file
    values = dict(read_json(path, {}))
    given = {name: value for name, value in changes.items() if value is not None}
    settings = _checked({**values, **given}, str(path))
    if given:
        write_json(path, {**values, **{k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}})
    return settings
