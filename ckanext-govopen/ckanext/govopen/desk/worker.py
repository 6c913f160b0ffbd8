"""The worker process: jobs under leases, inside CKAN's application, with keys that no web process has.

`python -m ckanext.govopen.desk.worker --ini desk.ini --role worker|publisher`; the keys come as one JSON line on the
descriptor that GOVOPEN_SECRETS_FD names. What talks with the hub has a thread of its own: in the worker the
harvest, in the publisher orders and receipts, so that neither a heavy build nor a hub that hangs keeps a closure
waiting. The publisher's main loop drains the outbox, signs and chains.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from ckanext.govopen.desk.secrets import Secrets, read_secrets

__all__ = ["main"]

log = logging.getLogger("ckanext.govopen.desk.worker")
HEARTBEAT, IDLE, CHAIN, RETRY = 15.0, 1.0, 2.0, 5.0
# What has a thread of its own beside the main loop, by role.
ASIDE = {"worker": ("intake",), "publisher": ("withdrawals",)}


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ini", required=True, help="the desk's CKAN configuration")
    parser.add_argument("--role", choices=("worker", "publisher"), default="worker")
    options = parser.parse_args(arguments)
    secrets = read_secrets()
    _logging()
    process = Process(options.ini, options.role, secrets)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stop.set())
    process.run()
    return 0


def _logging() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    for name in ("ckan", "sqlalchemy", "alembic", "urllib3", "pyarrow", "ckanext.harvest", "ckanext.scheming"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Process:
    """One worker or publisher."""

    def __init__(self, ini: str, role: str, secrets: Secrets) -> None:
        self.ini, self.role, self.secrets = ini, role, secrets
        self.stop = threading.Event()
        self.current: set[int] = set()
        self._receipts_due = 0.0

    def run(self) -> None:
        """Start CKAN, then work until told to stop."""
        from ckan.cli import CKANConfigLoader
        from ckan.config.middleware import make_app

        from ckanext.govopen import config
        from ckanext.govopen.desk.jobs import handlers, queue
        from ckanext.govopen.desk.vault import scrub
        from ckanext.govopen.desk.vault.sealed import Vault

        settings = CKANConfigLoader(self.ini).get_config()
        self.app = make_app(settings)._wsgi_app  # noqa: SLF001 - CKAN wraps Flask's application; jobs need it itself.
        _logging()
        scrub.install()
        self._hide_parameters()
        self.url = str(settings["sqlalchemy.url"])
        self.owner = queue.this_owner(self.role)
        self.room = handlers.Room(
            secrets=self.secrets,
            vault=Vault(self.secrets.vault_path, self.secrets.vault_key),
            rules=config.rules_name(),
            intake_seconds=config.intake_seconds(),
            stopping=self.stop.is_set,
        )
        self._until_up(lambda: (queue.sweep(), handlers.ensure_recurring(self.room)))
        threading.Thread(target=self._heartbeat, name="heartbeat", daemon=True).start()
        if self.secrets.hub is not None:
            threading.Thread(target=self._watch_hub, name="hub", daemon=True).start()
        log.info("%s ready", self.role)
        self._loop()
        log.info("%s stopped", self.role)

    @staticmethod
    def _hide_parameters() -> None:
        """An error of the database must not print what was bound."""
        from ckan import model

        if model.meta.engine is not None:
            model.meta.engine.hide_parameters = True

    def _inside(self, act: Callable[[], Any]) -> Any:
        """Do something inside CKAN's application; the session is given back afterwards."""
        from ckan import model

        with self.app.test_request_context():
            try:
                return act()
            finally:
                model.Session.remove()

    def _until_up(self, act: Callable[[], Any]) -> None:
        while not self.stop.is_set():
            try:
                self._inside(act)
            except Exception as err:  # noqa: BLE001 - the database may start after us.
                log.warning("not up yet: %s", type(err).__name__)
                self.stop.wait(2)
            else:
                return

    def _loop(self) -> None:
        listener: psycopg.Connection[Any] | None = None
        chained = 0.0
        while not self.stop.is_set():
            try:
                busy = self._inside(self._one)
                if self.role == "publisher":
                    self._inside(self._outbox)
                    if time.monotonic() - chained > CHAIN:
                        self._inside(self._chain)
                        chained = time.monotonic()
                if busy:
                    continue
                if listener is None or listener.closed:
                    listener = psycopg.connect(self.url, autocommit=True, connect_timeout=5)
                    listener.execute("listen govopen")
                for _ in listener.notifies(timeout=IDLE, stop_after=1):
                    break
            except Exception as err:  # noqa: BLE001 - the database went away; it will be back.
                log.warning("waiting: %s", type(err).__name__)
                with suppress(Exception):
                    if listener is not None:
                        listener.close()
                listener = None
                self.stop.wait(2)

    def _one(self) -> bool:
        """Run one due job of the main loop, if there is one."""
        from ckanext.govopen.desk.jobs import queue

        return self._run(queue.claim(self.role, self.owner, without=ASIDE[self.role]))

    def _run(self, job: Any) -> bool:
        """Run a claimed job under a lease that is prolonged meanwhile."""
        from ckanext.govopen.desk.jobs import handlers

        if job is None:
            return False
        self.current.add(job.id)
        try:
            begun = time.monotonic()
            well = handlers.run_job(self.room, job)
            if well and job.kind not in handlers.RECURRING:
                log.info("job %s %s done in %.1f s", job.kind, job.key, time.monotonic() - begun)
        finally:
            self.current.discard(job.id)
        return True

    def _outbox(self) -> None:
        """Write what waits to cross; what fails is noted and tried again."""
        from ckanext.govopen.desk.jobs import sql
        from ckanext.govopen.desk.publishing import outbox
        from ckanext.govopen.desk.vault.scrub import harmless

        if time.monotonic() < self._receipts_due:
            return
        try:
            number = outbox.drain_bundles(
                self.secrets.spool_path, self.secrets.signing_key, lambda name: self.room.vault.open(f"parts/{name}")
            )
            if number:
                log.info("%d bundles written", number)
        except Exception as err:  # noqa: BLE001
            sql.rollback()
            code, detail = harmless(err)
            log.warning("outbox: %s %s", code, detail)
            outbox.failed(code)
            self._receipts_due = time.monotonic() + RETRY

    def _chain(self) -> None:
        from ckanext.govopen.desk.audit import sequencer

        sequencer.sign_steps(self.secrets.signing_key)
        while sequencer.chain_leaves():
            pass
        sequencer.checkpoint(self.secrets.signing_key)

    def _watch_hub(self) -> None:
        """The hub, beside everything else: the worker harvests, the publisher follows orders and sends receipts."""
        while not self.stop.wait(IDLE):
            try:
                self._inside(self._hub_turn)
            except Exception as err:  # noqa: BLE001 - a hub or database that is away is asked again.
                log.warning("hub watch: %s", type(err).__name__)
                self.stop.wait(RETRY)

    def _hub_turn(self) -> None:
        from ckanext.govopen.desk.intake.hub import client
        from ckanext.govopen.desk.intake.receipts import receipt_of
        from ckanext.govopen.desk.jobs import queue
        from ckanext.govopen.desk.publishing import outbox

        self._run(queue.claim(self.role, self.owner, ASIDE[self.role]))
        hub = self.secrets.hub
        if hub is not None and self.role == "publisher":
            source = client(hub, patient=False)
            outbox.drain_receipts(lambda payload: source.send(receipt_of(payload)))

    def _heartbeat(self) -> None:
        """Prolong the leases of the jobs at hand, by a connection of its own."""
        while not self.stop.wait(HEARTBEAT):
            jobs = list(self.current)
            if not jobs:
                continue
            with suppress(psycopg.Error), psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
                connection.execute(
                    "update job set lease_until = now() + interval '60 seconds'"
                    " where id = any(%s) and lease_owner = %s and state = 'running'",
                    (jobs, self.owner),
                )


if __name__ == "__main__":
    sys.exit(main())
