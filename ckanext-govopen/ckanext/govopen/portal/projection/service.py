"""The projector: bundles in order, then what is made beside releases, then the index. One process, one loop.

It stops at a bundle that is not signed by the desk or not whole, says so in the log and in `bundle_refused`, and goes on
when another file lies in its place. Search, renditions and CKAN never hold it up.
"""

from __future__ import annotations

import argparse
import logging
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

from ckanext.govopen.errors import GovOpenError

__all__ = ["Projector", "main", "rebuild", "reindex", "run"]

# By its full name: run with -m this module is called __main__, and CKAN's logging set-up silences loggers it knows not.
log = logging.getLogger("ckanext.govopen.portal.projection.service")
PAUSE = 0.3
_NUMBERED = re.compile(r"^(\d{8,})\.bundle$")


class Projector:
    """The state of the loop: where bundles come from, where parts go, what was refused and how it looked."""

    def __init__(self, spool: str | Path, store_path: str | Path, public_key: str) -> None:
        from ckanext.govopen.releases.store import ReleaseStore

        self.spool = Path(spool)
        self.store = ReleaseStore(store_path)
        self.key = public_key
        self._refused: tuple[str, int, int] | None = None

    def numbers(self) -> dict[int, Path]:
        """The bundles that lie in the spool, by number."""
        found = {}
        for path in self.spool.iterdir() if self.spool.is_dir() else ():
            if match := _NUMBERED.match(path.name):
                found[int(match[1])] = path
        return found

    def step(self) -> bool:
        """Apply the next bundle if it is there; whether one was applied."""
        from ckan import model

        from ckanext.govopen.portal.projection import apply, rows
        from ckanext.govopen.releases.bundle import read_bundle

        done = rows.applied_number(model.Session)
        model.Session.rollback()
        there = self.numbers()
        number = done + 1 if done else min(there, default=0)
        path = there.get(number)
        if path is None:
            return False
        state = path.stat()
        looks = (path.name, state.st_size, state.st_mtime_ns)
        if looks == self._refused:
            return False
        try:
            bundle = read_bundle(path, self.key)
            apply.apply(bundle, self.store)
        except GovOpenError as err:
            model.Session.rollback()
            log.error("BUNDLE REFUSED: %s (%s): %s The projection stands still here.", path.name, err.code, err)  # noqa: TRY400
            rows.note_refused(model.Session, number, "", str(err.code))
            model.Session.commit()
            self._refused = looks
            return False
        return True

    def work(self) -> bool:
        """One round: all bundles that wait, one thing to make, one batch to index; whether anything was done."""
        from ckanext.govopen.portal.projection import index_queue, making

        busy = False
        while self.step():
            busy = True
        busy = bool(index_queue.drain()) or busy
        return making.make_next(self.store) or busy


def _projector() -> Projector:
    from ckanext.govopen.portal import settings

    return Projector(settings.spool(), settings.store_path(), settings.public_key())


def run(*, once: bool = False) -> None:
    """Work until told to stop; with `once` until nothing is left to do."""
    stopping: list[int] = []
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda got, _frame: stopping.append(got))
    projector = _projector()
    log.info("projector: bundles from %s", projector.spool)
    while not stopping:
        try:
            busy = projector.work()
        except Exception as err:  # a database that is away comes back: say so once a round and go on.
            if once:
                raise
            log.warning("the projector waits: %s", type(err).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
            _forget_session()
            busy = False
            time.sleep(2)
        if once and not busy:
            return
        if not busy:
            time.sleep(PAUSE)


def _forget_session() -> None:
    from ckan import model

    try:
        model.Session.rollback()
    except Exception:  # noqa: BLE001 - the connection is what is broken.
        log.debug("a dead session was dropped")
    model.Session.remove()


def rebuild(folder: str | Path) -> str:
    """Empty what bundles can bring back and apply a folder of them, from the first on."""
    from ckan import model

    from ckanext.govopen.portal.projection import index_queue, rows

    rows.wipe(model.Session)
    model.Session.commit()
    projector = _projector()
    projector.spool = Path(folder)
    while projector.work():
        pass
    index_queue.forget_strangers()
    return f"{rows.applied_number(model.Session)} bundles applied"


def reindex() -> str:
    """Queue every entry and drain the queue as far as Solr lets us."""
    from ckanext.govopen.portal.projection import index_queue

    queued, done = index_queue.queue_all(), 0
    while step := index_queue.drain():
        done += step
    return f"{done} of {queued} entries indexed"


def application(ini: str) -> Any:
    """The portal's CKAN application in this process: actions want one, and a request around them."""
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    return make_app(CKANConfigLoader(ini).get_config())


def main() -> None:
    """The process that `govopen up` starts."""
    parser = argparse.ArgumentParser(prog="ckanext.govopen.portal.projection.service", description=__doc__)
    parser.add_argument("--ini", required=True, help="the portal's CKAN settings")
    parser.add_argument("--once", action="store_true", help="end when nothing is left to do")
    parser.add_argument("--rebuild", metavar="FOLDER", help="empty the projection and apply this folder's bundles")
    arguments = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)-5.5s [%(process)d] [%(name)s] %(message)s",
        stream=sys.stderr,
    )
    app = application(arguments.ini)
    with app._wsgi_app.test_request_context("/"):  # noqa: SLF001 - CKAN gives no other door to its application.
        if arguments.rebuild:
            print(rebuild(arguments.rebuild))  # noqa: T201 - the answer to a command.
        else:
            run(once=arguments.once)


if __name__ == "__main__":
    main()
