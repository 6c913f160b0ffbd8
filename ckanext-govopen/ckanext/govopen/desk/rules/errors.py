"""Refusals of the rule engine itself; outcomes for data are values, not errors."""

from __future__ import annotations

from ...errors import RuleSetError

__all__ = ["RuleSetError"]
