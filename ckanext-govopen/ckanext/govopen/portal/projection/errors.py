"""What can stop the projection of a bundle."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.govopen.errors import GovOpenError

__all__ = ["BundleOutOfOrder", "ProjectionError"]


@dataclass(eq=False)
class ProjectionError(GovOpenError):
    """The projection of a bundle that cannot go on."""

    number: int
    code = "projection.failed"
    status = 500
    template = "Bundle {number} cannot be applied."


@dataclass(eq=False)
class BundleOutOfOrder(ProjectionError):
    """A bundle that is not the next one: the one between is waited for."""

    expected: int
    code = "projection.order"
    status = 409
    template = "Bundle {number} arrived, but {expected} comes next: put it into the spool folder."
