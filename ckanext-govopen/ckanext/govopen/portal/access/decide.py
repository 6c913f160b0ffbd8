"""准入: allow = no closure, then the pointer, then audience or grant.

Pure: every door (page, file, preview, rows, index, feed, DataStore) asks this one function, so that none can be more
generous than another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Closed", "Closure", "Decision", "Grant", "Product", "decide", "shut", "today"]

CHINA = dt.timezone(dt.timedelta(hours=8))
WITHDRAWN = {"zh": "该数据已撤回。", "en": "These data were withdrawn."}


def today(now: dt.datetime) -> dt.date:
    """The calendar day by which terms end: China Standard Time."""
    return now.astimezone(CHINA).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """关停: an entry, a product or a release that no door may serve."""

    id: str
    scope: str
    target: str
    code: str = "release.closed"
    notice: Mapping[str, Any] = field(default_factory=dict)
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """All closures in force."""

    by_target: Mapping[tuple[str, str], Closure] = field(default_factory=dict)

    @classmethod
    def of(cls, closures: Iterable[Closure]) -> Closed:
        """Closures by what they shut; of several on one target the last one speaks."""
        return cls({(closure.scope, closure.target): closure for closure in closures})

    def find(self, entry_id: str, product_id: str = "", digest: str = "") -> Closure | None:
        """The widest closure that shuts this release, product or entry."""
        for key in (("entry", entry_id), ("product", product_id), ("release", digest)):
            if key[1] and (closure := self.by_target.get(key)) is not None:
                return closure
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """产品: as far as access is concerned."""

    product_id: str
    entry_id: str
    audience: str
    entry_state: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """授权: what one agreement allows of one product."""

    id: str
    product_id: str
    licensee: str
    quota_rows: int
    expires_on: dt.date
    revoked_at: dt.datetime | None = None
    columns: tuple[str, ...] | None = None
    purpose: str = ""
    agreement_id: str = ""

    def valid(self, product_id: str, now: dt.datetime) -> bool:
        """Whether it is for this product, unexpired (its last day counts) and not revoked."""
        revoked = self.revoked_at is not None and self.revoked_at <= now
        return self.product_id == product_id and not revoked and today(now) <= self.expires_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """May this be served, which release, and if not, under which code and notice."""

    allow: bool
    digest: str = ""
    code: str = ""
    grant_id: str = ""
    notice: Mapping[str, Any] = field(default_factory=dict)


def shut(closures: Closed, entry_id: str, entry_state: str, product_id: str = "", digest: str = "") -> Closure | None:
    """What shuts an entry, one of its products or releases: a closure, or that the entry was withdrawn."""
    closure = closures.find(entry_id, product_id, digest)
    if closure is None and entry_state == "withdrawn":
        return Closure(id="", scope="entry", target=entry_id, notice=WITHDRAWN)
    return closure


def decide(
    product: Product | None, closures: Closed, pointer: str | None, grant: Grant | None, now: dt.datetime
) -> Decision:
    """Decide about one product; `pointer` is the digest asked for: the current one, or a pinned one of its releases.

    For a product of audience "licensee" `pointer` must be the one of the grant's own delivery.
    """
    if product is None:
        return Decision(allow=False, code="missing")
    closure = shut(closures, product.entry_id, product.entry_state, product.product_id, pointer or "")
    if closure is not None:
        return Decision(allow=False, code="release.closed", notice=closure.notice)
    grant_id = ""
    if product.audience != "public":
        if grant is None or not grant.valid(product.product_id, now):
            return Decision(allow=False, code="access.no_grant")
        grant_id = grant.id
    if not pointer:
        return Decision(allow=False, code="release.none")
    return Decision(allow=True, digest=pointer, grant_id=grant_id)
