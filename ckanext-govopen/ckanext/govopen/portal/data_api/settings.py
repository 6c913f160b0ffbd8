"""The data service's settings: one JSON file named by GOVOPEN_API_CONFIG."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path

__all__ = ["Settings", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the service has to know; everything past the first two has a default."""

    database_url: str
    store_path: str
    portal_url: str = ""
    bundle_public_key: str = ""
    site_title: str = "GovOpen"
    per_minute: int = 1200
    threads: int = 1
    memory: str = "512MB"
    cache_bytes: int = 64 << 20
    query_seconds: float = 10.0


def load(path: str | None = None) -> Settings:
    """Read the settings; unknown keys are for others and are left alone."""
    given = json.loads(Path(path or os.environ["GOVOPEN_API_CONFIG"]).read_text(encoding="utf-8"))
    known = {field.name for field in fields(Settings)}
    return Settings(**{key: value for key, value in given.items() if key in known})
