"""What can be wrong with a release, a part, a bundle or a signature."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.govopen.errors import GovOpenError

__all__ = [
    "BadSignature",
    "BundleDigest",
    "BundleMalformed",
    "ManifestMalformed",
    "PartDigest",
    "PartMalformed",
    "PartMissing",
    "ReleaseError",
]


@dataclass(eq=False)
class ReleaseError(GovOpenError):
    """Something about a release that cannot be used; `subject` names the file, the part or the field."""

    subject: str
    code = "release"
    template = "{subject} cannot be used."


@dataclass(eq=False)
class ManifestMalformed(ReleaseError):
    """A release manifest lacks a key or has one of the wrong kind."""

    problem: str = ""
    code = "release.manifest"
    template = "Release manifest, {subject}: {problem}. Build the release again."


@dataclass(eq=False)
class PartDigest(ReleaseError):
    """The bytes of a part are not those its digest names."""

    found: str = ""
    code = "store.digest"
    template = "Part {subject} came with other bytes ({found}): copy it again from its source."


@dataclass(eq=False)
class PartMissing(ReleaseError):
    """A part that a manifest names is not in the release store."""

    code = "store.missing"
    status = 404
    template = "Part {subject} is not in the release store: apply the bundle that carries it again."


@dataclass(eq=False)
class PartMalformed(ReleaseError):
    """A table cannot become a part: a column has a type outside the release types."""

    kind: str = ""
    code = "release.type"
    template = "Column {subject} has the type {kind}: use text, integers, numbers, dates, times or booleans."


@dataclass(eq=False)
class BadSignature(ReleaseError):
    """A signature does not belong to these bytes and this key."""

    code = "bundle.signature"
    template = "{subject}: the signature does not fit. Do not use it; ask the publisher for the file and the key."


@dataclass(eq=False)
class BundleMalformed(ReleaseError):
    """A bundle is no bundle: wrong names, sizes, compression, or an unreadable manifest."""

    problem: str = ""
    code = "bundle.malformed"
    template = "{subject}: {problem}. Fetch the bundle again."


@dataclass(eq=False)
class BundleDigest(ReleaseError):
    """A part or a release inside a bundle is not what the signed manifest says."""

    part: str = ""
    code = "bundle.digest"
    template = "{subject}: {part} differs from the signed manifest. Fetch the bundle again."
