"""What the worker does until it is told to end: follow the logs, run tasks, keep house."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connections

from serentak.base.errors import SerentakError
from serentak.tower.api.services import forget_old
from serentak.tower.boxes.follow import follow_forever
from serentak.tower.boxes.logs import register
from serentak.tower.boxes.models import Log
from serentak.tower.plans.jobs import resume_lost

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE: Final = 2.0
_HOUSEKEEPING: Final = 600.0
_logger = structlog.get_logger("serentak.worker")


def work() -> None:
    """Work until the process is told to end (SIGTERM, SIGINT)."""
    resume_lost()
    stop = threading.Event()
    threads = [
        threading.Thread(target=_again, args=(stop, job), name=job.__name__)
        for job in (_follow, _keep_house)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    try:
        # The worker of the tasks ends by SystemExit, also when it has nothing to do.
        call_command("db_worker", queue_name="*", verbosity=0, interval=0.5, reload=False, startup_delay=False)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _again(stop: threading.Event, job: Callable[[threading.Event], None]) -> None:
    """Do a job again when it fails: one bad moment of the database must not end it."""
    while not stop.is_set():
        try:
            job(stop)
        except Exception:
            _logger.exception("a job of the worker failed and begins anew", job=job.__name__)
            stop.wait(_PAUSE)
    connections.close_all()


def _follow(stop: threading.Event) -> None:
    address = settings.CONFIG.log
    if address and not Log.objects.filter(address=address.rstrip("/")).exists():
        try:
            register(address)
        except SerentakError as error:
            _logger.warning("the log cannot be followed yet", reason=str(error))
            stop.wait(_PAUSE)
            return
    follow_forever(stop)


def _keep_house(stop: threading.Event) -> None:
    while not stop.is_set():
        close_old_connections()
        forget_old()
        resume_lost()
        call_command("clearsessions", verbosity=0)
        call_command("prune_db_task_results", verbosity=0)
        stop.wait(_HOUSEKEEPING)
