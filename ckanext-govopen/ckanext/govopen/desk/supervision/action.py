"""Supervision: figures with the records behind them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.act import accepts
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.desk.supervision import indicators, schema
from ckanext.govopen.face import caller

__all__ = ["supervision_show"]


@tk.side_effect_free
@accepts(schema.supervision_show)
def supervision_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Opening rate, timeliness, quality and refusals by department."""
    tk.check_access("supervision_show", context, data_dict)
    held = roles.organisations(caller(context))
    seen = None if held is None else sorted(held)
    departments = indicators.by_organisation(seen)
    summed = {
        name: sum(int(row[name] or 0) for row in departments)
        for name in ("entries", "opened", "catalogued", "refused", "in_review", "late")
    }
    rate = round(summed["opened"] / summed["entries"], 3) if summed["entries"] else None
    return {
        "totals": {**indicators.totals(seen), **summed, "rate": rate},
        "departments": departments,
        "reasons": indicators.reasons(seen),
    }
