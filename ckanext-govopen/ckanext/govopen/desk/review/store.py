"""Requests as values."""

from __future__ import annotations

__all__ = ["waiting_count"]


def waiting_count(_user: str) -> int:
    """To come."""
    return 0
