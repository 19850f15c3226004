"""Work fanned out over one `concurrent.futures.Executor`: processes of this machine, or a Dask cluster.

The work must be a pure function of what it is handed, so that it can be done again wherever a worker was lost.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import active_children, connection, get_context, parent_process
from typing import Any, Generic, TypeVar

from serentak.base.errors import InputError
from serentak.base.messages import _

T = TypeVar("T")
R = TypeVar("R")

ANSWER_SECONDS = 10
"""How long a scheduler has to answer."""


@dataclass(frozen=True, slots=True)
class Lost(Generic[T]):
    """A piece of work whose worker died again and again; `words` say how."""

    order: T
    words: str


class Processes:
    """Processes of this machine, fresh interpreters each: forking one that has loaded solver threads is not safe."""

    fatal: tuple[type[Exception], ...] = ()

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def width(self) -> int:
        """Give the number of processes."""
        return self._jobs

    @contextmanager
    def open(self) -> Iterator[Executor]:
        """Give a pool; left by an interrupt, its processes end at once, else when their work is done."""
        before = set(active_children())
        context = get_context("forkserver")
        context.set_forkserver_preload(["serentak.operations.nation_district"])
        pool = ProcessPoolExecutor(self._jobs, context, initializer=_serve)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(active_children()) - before:
                child.terminate()
            raise
        pool.shutdown()


def _serve() -> None:
    """Prepare a worker: an interrupt is its parent's to handle, and it does not outlive its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


class Dask:
    """A Dask cluster; a worker that dies is replaced by the cluster, and its work done elsewhere.

    Parameters
    ----------
    address
        The scheduler's, ``tcp://host:8786``.

    Raises
    ------
    InputError
        When Dask is not installed, or nobody answers there.
    """

    fatal: tuple[type[Exception], ...]

    def __init__(self, address: str) -> None:
        try:
            distributed: Any = import_module("distributed")  # an extra, slow to load, and without types
        except ImportError:
            raise InputError.of(
                "--dask", _("Dask is not installed"), _("install it: pip install 'serentak[cluster]'"), value=address
            ) from None
        try:
            self._client = distributed.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
            self.fatal = (distributed.KilledWorker,)
        except (OSError, ValueError) as error:
            raise InputError.of(
                "--dask",
                _("no scheduler answers: {reason}").format(reason=error),
                _("start one with 'dask scheduler', and name its address, as tcp://host:8786"),
                value=address,
            ) from None

    def width(self) -> int:
        """Give twice the threads of all workers, so that none of them waits for its next piece of work."""
        return max(2, 2 * int(sum(self._client.nthreads().values())))

    @contextmanager
    def open(self) -> Iterator[Executor]:
        """Give the cluster's executor; left by an error, work that has not ended is withdrawn."""
        executor: Executor = self._client.get_executor(pure=False)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False)
            raise
        finally:
            self._client.close()


def each(work: Callable[[T], R], orders: Iterable[T], staff: Processes | Dask) -> Generator[tuple[T, R | Lost[T]]]:
    """Do the work on every order, in the order given; yield results as they come.

    When a worker process dies, whatever was being done is suspected, and done again one by one, each alone; what
    loses its worker twice then has lost it by itself. The rest goes on. On a cluster the scheduler sees to it.

    Raises
    ------
    Exception
        What the work itself raises.
    """
    waiting = deque(orders)
    suspects: deque[T] = deque()
    deaths = 0  # of the first suspect's worker, while it was alone
    while waiting or suspects:
        alone = bool(suspects)
        queue = suspects if alone else waiting
        running: dict[Future[R], T] = {}
        try:
            with staff.open() as executor:
                while queue or running:
                    while queue and len(running) < (1 if alone else staff.width()):
                        future = executor.submit(work, queue[0])  # raises where the pool is broken already
                        running[future] = queue.popleft()
                    for ended in wait(running, return_when=FIRST_COMPLETED).done:
                        yield running[ended], _outcome(ended, running[ended], staff)
                        del running[ended]
                        deaths = 0
        except BrokenExecutor as error:
            if alone and deaths:
                yield from ((order, Lost(order, str(error))) for order in running.values())
                deaths = 0
            else:
                suspects.extendleft(running.values())
                deaths += alone


def _outcome(future: Future[Any], order: T, staff: Processes | Dask) -> Any:
    try:
        return future.result()
    except staff.fatal as error:
        return Lost(order, str(error))
