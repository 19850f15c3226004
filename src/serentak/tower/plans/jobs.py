"""Work in the background: asked for once, done in a process of its own, taken up again when its worker is gone.

A job is a row: queued, running, done or failed. A task of the queue claims it, starts `serentak.tower.plans.work`,
passes on what it says, and hands its result to whoever registered for its kind, see `handles`. The worker stays alive
whatever happens in that process.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from serentak.base.errors import Broken, Refused, SerentakError
from serentak.base.messages import _, language, set_language
from serentak.tower.plans.models import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from serentak.tower.access.models import User

    Begin = Callable[[Job], dict[str, Any]]
    Finish = Callable[[Job, dict[str, Any]], None]

log = structlog.get_logger(__name__)
BEAT: Final = 5.0
"""Seconds between two signs of life of a job that says nothing."""
_begin: dict[str, Begin] = {}
_here: dict[str, Callable[[Job], dict[str, Any]]] = {}
_finish: dict[str, Finish] = {}


def handles(kind: str, begin: Begin, finish: Finish) -> None:
    """Say what a kind of job needs to know before it starts, asked at the last moment, and who takes its result."""
    _begin[kind], _finish[kind] = begin, finish


def does(kind: str, act: Callable[[Job], dict[str, Any]]) -> None:
    """Say who does a kind of job that writes to the database itself, and so is done by the worker."""
    _here[kind] = act


def start(kind: str, key: str, owner: User, **more: Any) -> Job:
    """Ask for a piece of work; where the same waits or runs already, that one is given.

    Parameters
    ----------
    key
        What makes two jobs the same.
    more
        Fields of `Job`.
    """
    resume_lost()
    key = f"{kind}:{key}"
    known = Job.objects.filter(key=key, state__in=Job.LIVE).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, key=key, owner=owner, language=language(), **more)
    except IntegrityError:
        return Job.objects.get(key=key, state__in=Job.LIVE)
    _enqueue(job)
    return job


def _enqueue(job: Job) -> None:
    transaction.on_commit(lambda: run_job.enqueue(job.pk))


@task()
def run_job(pk: int) -> str:
    """Do a job that waits; nothing when another worker has it."""
    return run(pk)


def run(pk: int) -> str:
    """Claim a job and do it; gives the state it ends in."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=pk, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, worker=_me(), beat=now, trouble="", problems=[], done=0, total=0, phase=""
    )
    job = Job.objects.get(pk=pk)
    if not claimed:
        return job.state
    before = language()
    set_language(job.language)
    try:
        _do(job)
    except SerentakError as error:
        _fail(job, str(error))
    except Exception as error:
        _fail(job, _("An error of this software: {error}").format(error=f"{type(error).__name__}: {error}"))
        log.exception("job failed", job=job.pk, kind=job.kind)
    finally:
        set_language(before)
    return job.state


def _do(job: Job) -> None:
    if job.kind in _here:
        with transaction.atomic():
            job.result, job.state, job.ended_at = _here[job.kind](job), Job.State.DONE, timezone.now()
            job.save()
        return
    spec = _begin[job.kind](job)
    for line in _work({"kind": job.kind, "language": job.language} | spec):
        if line is None:
            _beat(job)
        elif "step" in line:
            phase, done, total, rupiah = line["step"]
            _beat(job, phase=phase, done=done, total=total, rupiah=rupiah)
        elif "done" in line:
            with transaction.atomic():
                _finish[job.kind](job, line["done"])
                job.result, job.state, job.ended_at = line["done"], Job.State.DONE, timezone.now()
                job.save()
            return
        elif "problems" in line:
            job.problems = line["problems"]
            raise Refused(_("What was handed over cannot be used."))
        else:
            raise (Refused if "refused" in line else Broken)(next(iter(line.values())))


def _work(spec: dict[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Start the work in a process group of its own and give what it says; None where it said nothing for a while."""
    # Drivers of map formats that lead to other files or hosts are not needed, so they are not there.
    environment = os.environ | {"GDAL_SKIP": "VRT OGR_VRT WFS OAPIF CSW HTTP WMS WMTS WCS", "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "serentak.tower.plans.work"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True,
    )  # fmt: skip
    if process.stdin is None or process.stdout is None:
        raise Broken("the process has no pipes")
    try:
        process.stdin.write(json.dumps(spec).encode() + b"\n")
        process.stdin.flush()
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(BEAT):
                    yield None
                    continue
                piece = os.read(process.stdout.fileno(), 65_536)
                if not piece:
                    break
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    yield json.loads(line)
        code = process.wait()
        message = _("The work was ended from outside ({code}); nothing was kept. Start it again.")
        raise Refused(message.format(code=signal.Signals(-code).name if code < 0 else code))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdin.close()
        process.stdout.close()
        process.wait()


def _beat(job: Job, **more: Any) -> None:
    for name, value in more.items():
        setattr(job, name, value)
    job.beat = timezone.now()
    job.save(update_fields=["beat", *more])


def _fail(job: Job, why: str) -> None:
    job.state, job.trouble, job.ended_at = Job.State.FAILED, why, timezone.now()
    job.save()


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_gone(job: Job) -> bool:
    """Tell whether the worker of a job is gone for certain, or has not been heard of for a minute."""
    host, _colon, pid = job.worker.rpartition(":")
    if job.state == Job.State.RUNNING and host == socket.gethostname() and pid.isdigit():
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
    return job.is_silent


def resume_lost() -> int:
    """Queue again what a worker that is gone has left behind; gives how many. ``worker`` calls it when it starts."""
    found = 0
    for job in Job.objects.filter(state__in=Job.LIVE):
        if _is_gone(job):
            found += Job.objects.filter(pk=job.pk, state=job.state, beat=job.beat).update(
                state=Job.State.QUEUED, beat=timezone.now(), worker=""
            )
            _enqueue(job)
    return found


def again(job: Job) -> Job:
    """Queue a job once more that failed or fell silent.

    Raises
    ------
    Refused
        When it is done, or at work.
    """
    if job.state == Job.State.DONE or (job.is_live and not _is_gone(job)):
        raise Refused(_("There is nothing to start again: it is done, or at work."))
    try:
        with transaction.atomic():
            changed = Job.objects.filter(pk=job.pk, state=job.state, beat=job.beat).update(
                state=Job.State.QUEUED, beat=timezone.now(), worker="", ended_at=None
            )
    except IntegrityError:
        return Job.objects.get(key=job.key, state__in=Job.LIVE)
    if changed:
        _enqueue(job)
    job.refresh_from_db()
    return job


def processes() -> int:
    """Give how many processes a plan may use."""
    return max(1, int(getattr(settings, "PLAN_JOBS", 0)) or os.cpu_count() or 1)
