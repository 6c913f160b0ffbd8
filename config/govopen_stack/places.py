"""Addresses of a home's services, embedded or elsewhere, in one place: everything else asks here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from .layout import Layout
from .settings import Settings

__all__ = ["Places"]

REDIS_DATABASE = {"desk": 1, "portal": 2}
ADMIN = "govopen_admin"


@dataclass(frozen=True, slots=True)
class Places:
    """Where each service listens and how each role reaches its database."""

    layout: Layout
    settings: Settings
    ports: Mapping[str, int]
    keys: Mapping[str, str]

    def own(self, service: str) -> str:
        """The address on this machine of a web service that we start."""
        return f"http://127.0.0.1:{self.ports[service]}"

    @property
    def portal(self) -> str:
        """Where visitors find the portal."""
        return self.settings.portal_public_url or self.own("portal")

    @property
    def desk(self) -> str:
        """Where officers find the desk."""
        return self.settings.desk_public_url or self.own("desk")

    @property
    def api(self) -> str:
        """Where callers find the data service; ends in /api/v1."""
        return self.settings.api_public_url or self.own("api") + "/api/v1"

    @property
    def hub(self) -> str:
        """The exchange hub that the desk pulls from."""
        return self.settings.hub_url or self.own("hub")

    @property
    def solr(self) -> str:
        """Solr without a core."""
        return self.settings.solr_url.rstrip("/") or self.own("solr") + "/solr"

    def redis(self, database: int = 0) -> str:
        """Redis, with the number of a database."""
        if not self.settings.redis_url:
            return f"redis://:{self.keys['redis']}@127.0.0.1:{self.ports['redis']}/{database}"
        parts = urlsplit(self.settings.redis_url)
        return urlunsplit(parts._replace(path=f"/{database}"))

    @property
    def admin_database(self) -> str:
        """The address with the right to make roles and databases; only set-up uses it."""
        if self.settings.database_url:
            return self.settings.database_url
        return f"postgresql://{ADMIN}:{self.keys['postgres_admin']}@127.0.0.1:{self.ports['postgres']}/postgres"

    def database_name(self, side: str) -> str:
        """The name of a side's database on its server."""
        return self.settings.database_prefix + side

    def role(self, name: str) -> str:
        """The name of a role: `desk`, `portal` or `api`."""
        return f"{self.settings.database_prefix}govopen_{name}"

    def database(self, side: str, role: str = "") -> str:
        """A side's database as the role that owns it, or as the role of that name."""
        role = role or side
        server = urlsplit(self.admin_database)
        place = f"{server.hostname}:{server.port or 5432}"
        password = quote(self.keys[f"postgres_{role}"], safe="")
        return f"postgresql://{self.role(role)}:{password}@{place}/{self.database_name(side)}"
