"""One look at the hub: run the harvest into the vault, write it down on ckanext-harvest's pages.

A run that found nothing new writes one finished job row there and nothing anywhere else.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.intake.hub import client
from ckanext.govopen.desk.intake.landing import MACHINE, DeskLanding
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.publishing import store as outbox
from ckanext.govopen.desk.secrets import HubAccess
from ckanext.govopen.desk.vault.sealed import Vault
from govopen_harvesters.base import Item
from govopen_harvesters.run import Event, run

__all__ = ["harvest"]

log = logging.getLogger(__name__)


class _Landing(DeskLanding):
    """Keeps the item at hand, so that one without a package can be recorded when the run says so."""

    last: Item | None = None

    def item(self, item: Item) -> None:
        """Remember what is looked at."""
        super().item(item)
        self.last = item


def harvest(
    access: HubAccess,
    vault: Vault,
    *,
    today: dt.date,
    last_stop: str | None = None,
    alive: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Run once; gives the counts. What stopped it early is in `stopped`: the next run goes on from there."""
    started = dt.datetime.now(dt.UTC)
    source = client(access)
    landing = _Landing(access.name, vault, today=today, alive=alive)
    events: list[Event] = []

    def on_event(event: Event) -> None:
        if event.kind == "item.recorded" and landing.last is not None and landing.last.remote_id == event.remote_id:
            landing.recorded(landing.last)
        if event.kind == "receipt.unsent" and event.receipt is not None:
            _send_later(event)
        events.append(event)
        log.info("%s %s %s", event.kind, event.remote_id or "", event.code or "")

    counts = run(source, landing, on_event, today=today)
    facts = asdict(counts)
    if counts.stopped and not events[:-1] and counts.stopped == last_stop:
        return facts  # The hub is still away: it was written down when it went.
    _write_down(access, events, counts, started)
    if landing.wrote:
        audit.record("intake:run", MACHINE, f"hub:{access.name}", facts)
    sql.commit()
    return facts


def _source(access: HubAccess) -> None:
    """The harvest source of this hub; a CKAN that allows no unowned dataset wants an owner, so a department lends its name."""
    if sql.scalar("select exists (select from harvest_source where url = :url)", url=access.url):
        return
    owner = sql.scalar(
        "select id from \"group\" where is_organization and state = 'active' order by created, name limit 1"
    )
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("harvest_source_create")(
        {"ignore_auth": True, "user": user},
        {
            "name": f"hub-{access.name}".lower(),
            "title": access.name,
            "url": access.url,
            "source_type": "govopen_hub",
            "frequency": "MANUAL",
            "owner_org": owner,
        },
    )


def _send_later(event: Event) -> None:
    receipt = event.receipt
    assert receipt is not None
    outbox.put_receipt(
        {
            "remote_id": receipt.remote_id,
            "package_id": receipt.package_id,
            "kind": receipt.kind,
            "code": receipt.code,
            "detail": dict(receipt.detail),
            "at": receipt.at.isoformat(),
        }
    )
    sql.commit()


def _write_down(access: HubAccess, events: list[Event], counts: Any, started: dt.datetime) -> None:
    """The run on ckanext-harvest's pages; that they cannot be written must not undo a harvest."""
    from govopen_harvesters.ckan_adapter import record_run

    packages = {
        row["remote_id"]: row["entry_id"]
        for row in sql.rows(
            "select remote_id, entry_id from source_item where hub = :hub and entry_id is not null", hub=access.name
        )
    }
    try:
        _source(access)
        record_run(
            model.Session,
            source_name=access.name,
            url=access.url,
            events=events,
            counts=counts,
            started=started,
            packages=packages,
        )
        sql.commit()
    except Exception as err:  # noqa: BLE001
        sql.rollback()
        fields = ", ".join(sorted(getattr(err, "error_dict", {}) or {}))
        log.warning("the run could not be written to the harvest pages (%s %s)", type(err).__name__, fields)
