"""Show harvest runs on ckanext-harvest's pages: the only module here that imports ckan.

Its queue, runner and change detection are not used: `run.py` does the work, this writes down what happened. A run
without changes writes one finished job row with zero counts and nothing else. Sources get no configuration and
objects no content, for both are shown to readers of those pages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.model import Group

from ckanext.harvest.interfaces import IHarvester
from ckanext.harvest.model import (
    HarvestGatherError,
    HarvestJob,
    HarvestObject,
    HarvestObjectError,
    HarvestObjectExtra,
    HarvestSource,
)

from govopen_harvesters.run import Counts, Event

__all__ = ["SOURCE_TYPE", "HubHarvester", "record_run"]

SOURCE_TYPE = "govopen_hub"
_RECORDED = frozenset({"item.landed", "item.refused", "item.recorded", "item.failed", "item.gone"})
_HINT = "GovOpen runs this source itself; ckanext-harvest's queue must not."


class HubHarvester(p.SingletonPlugin):  # type: ignore[misc]
    """Names the source type to ckanext-harvest; never run by its queue."""

    p.implements(IHarvester)
    TYPE: ClassVar[str] = SOURCE_TYPE

    def info(self) -> dict[str, str]:
        """Describe the type on the source form."""
        return {
            "name": SOURCE_TYPE,
            "title": "GovOpen 数据交换平台 / exchange hub",
            "description": "Items approved for opening on a data-exchange hub; run by GovOpen's own workers.",
            "form_config_interface": "Text",
        }

    def validate_config(self, config: str) -> str:
        """Refuse any configuration: the page shows it to readers, so it could only leak."""
        if config and config.strip():
            raise ValueError("A GovOpen hub takes no configuration here.")
        return config

    def get_original_url(self, harvest_object_id: str) -> None:
        """Give none: an item of the hub has no public page."""

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        """Refuse to be run by ckanext-harvest's queue, with a word on its page."""
        HarvestGatherError.create(_HINT, harvest_job)
        return []

    def fetch_stage(self, harvest_object: HarvestObject) -> bool:
        """Do nothing."""
        del harvest_object
        return False

    def import_stage(self, harvest_object: HarvestObject) -> bool:
        """Do nothing."""
        del harvest_object
        return False


def record_run(
    session: Any,
    *,
    source_name: str,
    url: str,
    events: Iterable[Event],
    counts: Counts,
    started: dt.datetime | None = None,
    packages: dict[str, str] | None = None,
    owner_org: str | None = None,
) -> str:
    """Write the run as a finished job with one object for each new, changed, refused or lost item; gives the job's id.

    `packages` maps remote ids to ids of CKAN packages where there are some; `owner_org` is the organisation that a new
    source belongs to (by default the oldest one, for CKAN wants one). The caller commits; but a source that is
    missing is made by ckanext-harvest's action, which commits its package.
    """
    source = _source(session, source_name, url, owner_org)
    now = _naive(dt.datetime.now(dt.UTC))
    begun = _naive(started) if started else now
    job = HarvestJob(
        source_id=source.id, status="Finished", created=begun, gather_started=begun, gather_finished=now, finished=now
    )
    session.add(job)
    session.flush()
    if counts.stopped:
        session.add(HarvestGatherError(harvest_job_id=job.id, message=counts.stopped))
    for event in events:
        if event.kind in _RECORDED and event.remote_id:
            _add_object(session, source, job, event, now, (packages or {}).get(event.remote_id))
    session.flush()
    return str(job.id)


def _source(session: Any, name: str, url: str, owner_org: str | None) -> HarvestSource:
    found = session.query(HarvestSource).filter(HarvestSource.url == url, HarvestSource.type == SOURCE_TYPE).first()
    if found is not None:
        return found
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    described = {"name": _slug(name), "title": name, "url": url, "source_type": SOURCE_TYPE, "frequency": "MANUAL"}
    owner = owner_org or _oldest_organisation(session)
    made = tk.get_action("harvest_source_create")(
        {"ignore_auth": True, "user": user, "session": session},
        {**described, **({"owner_org": owner} if owner else {})},
    )
    return session.get(HarvestSource, made["id"])


def _oldest_organisation(session: Any) -> str | None:
    row = (
        session.query(Group.id)
        .filter(Group.is_organization.is_(True), Group.state == "active")
        .order_by(Group.created, Group.id)
        .first()
    )
    return str(row[0]) if row else None


def _slug(name: str) -> str:
    plain = "".join(
        char if char.isascii() and (char.isalnum() or char in "-_") else "-" for char in name.lower()
    ).strip("-")
    return plain if len(plain) > 1 else "hub-" + hashlib.sha256(name.encode()).hexdigest()[:12]


def _add_object(
    session: Any, source: HarvestSource, job: HarvestJob, event: Event, now: dt.datetime, package_id: str | None
) -> None:
    refused = event.kind in {"item.refused", "item.failed"}
    status = "errored" if refused else "deleted" if event.kind == "item.gone" else "added" if event.new else "updated"
    session.query(HarvestObject).filter(
        HarvestObject.harvest_source_id == source.id,
        HarvestObject.guid == event.remote_id,
        HarvestObject.current.is_(True),
    ).update({"current": False}, synchronize_session=False)
    made = HarvestObject(
        guid=event.remote_id,
        job=job,
        source=source,
        current=not refused and status != "deleted",
        state="ERROR" if refused else "COMPLETE",
        report_status=status,
        package_id=package_id,
        content=None,
        gathered=now,
        fetch_started=now,
        fetch_finished=now,
        import_started=now,
        import_finished=now,
    )
    session.add(made)
    session.flush()
    if event.package_id:
        session.add(HarvestObjectExtra(harvest_object_id=made.id, key="package", value=event.package_id))
    if event.code:
        session.add(HarvestObjectError(harvest_object_id=made.id, stage="Import", message=event.code))


def _naive(moment: dt.datetime) -> dt.datetime:
    """Give UTC without a zone, as ckanext-harvest's columns have it."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None)
