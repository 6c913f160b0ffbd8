"""Where everything of a home lies. A home is one folder: delete it and nothing of the stack is left but the jar cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

__all__ = ["Layout", "cache_folder", "default_home"]

PRIVATE = 0o700


def default_home() -> Path:
    """The folder that is used when neither `--home` nor GOVOPEN_HOME names one."""
    named = os.environ.get("GOVOPEN_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("govopen", appauthor=False))


def cache_folder() -> Path:
    """The folder for downloads, shared by all homes of this user and outside of them."""
    return Path(platformdirs.user_cache_dir("govopen", appauthor=False))


class Layout:
    """The folders and files of one home, as paths."""

    def __init__(self, home: Path | str) -> None:
        self.home = Path(home).expanduser().resolve()
        self.config = self.home / "config"
        self.secrets = self.home / "secrets"
        self.log = self.home / "log"
        self.run = self.home / "run"
        self.tmp = self.home / "tmp"
        self.vault = self.home / "vault"
        self.store = self.home / "store"
        self.spool = self.home / "spool"
        self.hub = self.home / "hub"
        self.postgres = self.home / "postgres"
        self.redis = self.home / "redis"
        self.solr = self.home / "solr"
        self.ckan = self.home / "ckan"
        self.state_file = self.run / "state.json"
        self.control = self.run / "control"
        self.lock_file = self.run / "lock"
        self.demo_file = self.home / "demo.json"
        self.ports_file = self.config / "ports.json"
        self.external_file = self.config / "external.json"
        self.bundle_key = self.config / "bundle.pub"

    @property
    def tag(self) -> str:
        """Eight characters that tell this home from others, for names of cookies."""
        return hashlib.sha256(os.fsencode(self.home)).hexdigest()[:8]

    def ini(self, side: str) -> Path:
        """The CKAN settings of a side: `desk` or `portal`."""
        return self.config / f"{side}.ini"

    def log_of(self, service: str) -> Path:
        """The log file of a service."""
        return self.log / f"{service}.log"

    def make(self) -> None:
        """Make the folders, closed to everybody else; folders that exist keep what they hold."""
        self.home.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        folders = (self.config, self.secrets, self.log, self.run, self.control, self.tmp, self.vault, self.store)
        more = (self.spool, self.hub, self.postgres, self.redis, self.solr, self.ckan)
        for folder in folders + more:
            folder.mkdir(mode=PRIVATE, exist_ok=True)
        for folder in (self.home, self.secrets, self.vault):
            folder.chmod(PRIVATE)
