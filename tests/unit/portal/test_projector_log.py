"""What the projector has to say is heard."""

from __future__ import annotations

import runpy


def test_its_logger_is_one_that_ckan_leaves_alone() -> None:
    """Run with -m a module is not called by its name; CKAN's set-up switches off every logger outside of `ckanext`."""
    started = runpy.run_module("ckanext.govopen.portal.projection.service", run_name="started_with_m")
    assert started["log"].name == "ckanext.govopen.portal.projection.service"
