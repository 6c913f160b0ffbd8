# SPDX-License-Identifier: Apache-2.0
"""GovOpen de-identification: find personal data, apply a recipe, measure what is left. Stands alone.

from govopen_anonymize import Recipe, measure, run, scan
"""

from __future__ import annotations

from . import errors
from .detect.checks import check_digits, validate_id
from .detect.finding import Finding
from .detect.scan import scan
from .measure import Risk, measure
from .recipe import Recipe
from .report import Report
from .run import Result, run
from .suggest import suggest

__all__ = [
    "Finding",
    "Recipe",
    "Report",
    "Result",
    "Risk",
    "check_digits",
    "errors",
    "measure",
    "run",
    "scan",
    "suggest",
    "validate_id",
]
