"""Small files that are either whole or as they were before: temporary file, then rename."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["read_json", "write_json", "write_text"]

PRIVATE = 0o600


def write_text(path: Path, text: str, mode: int = PRIVATE) -> bool:
    """Write `text` to `path` with one rename; answer whether anything changed."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        made = Path(name)
        made.chmod(mode)
        made.replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def write_json(path: Path, value: Any, mode: int = PRIVATE) -> bool:
    """Write `value` as readable JSON with one rename; answer whether anything changed."""
    return write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n", mode)


def read_json(path: Path, default: Any = None) -> Any:
    """The JSON value in `path`, or `default` where there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
