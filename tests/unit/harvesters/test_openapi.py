"""The wire protocol's file is valid OpenAPI 3.1 and names every route that the hub has."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from govopen_harvesters.reference_hub.app import create_app

SPEC = json.loads((files("govopen_schemas") / "hub" / "openapi.json").read_text(encoding="utf-8"))


@pytest.mark.filterwarnings("ignore")
def test_the_file_is_valid_openapi() -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    OpenAPIV31SpecValidator(SPEC).validate()


def test_every_route_is_described_and_every_description_is_a_route(tmp_path: Path) -> None:
    rules = create_app(tmp_path).url_map.iter_rules()
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/hub/", "/sysapi/"))
    }
    described = {(path, method) for path, operations in SPEC["paths"].items() for method in operations}
    assert served == described
