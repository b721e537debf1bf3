"""Opens the engine: processes on this machine that end with it, or an independent cluster at an address."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from typing import Any

import dask
import structlog
from distributed import Client, LocalCluster

from services.prediction.cluster.engine import DaskEngine, WorkerCount
from services.prediction.cluster.security import security_of_files, temporary_security
from services.prediction.ports import EngineLost
from services.prediction.settings import PredictionSettings

CHECK_SECONDS = 3.0  # a nanny that has not replaced a process within that time never will
NICENESS = 10  # people's requests come first
CONFIG = {
    "distributed.scheduler.allowed-failures": 0,  # the items of a process that died are tried again here, alone
    # A worker that dies while it registers leaves no closed connection, so its items wait this long.
    "distributed.scheduler.worker-ttl": "30s",
    "distributed.scheduler.http.routes": [],  # nothing uses the HTTP servers of the scheduler and the workers
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,  # nothing shows samples of stacks
    "distributed.admin.tick.interval": "1s",  # nor how late an event loop is, 50 times a second
}
LOCAL_CONFIG = {"distributed.worker.multiprocessing-method": "forkserver"}  # the workers share imports and memory
log = structlog.get_logger()


@contextmanager
def open_engine(settings: PredictionSettings) -> Iterator[DaskEngine]:
    """Open the engine that the settings name.

    Raises:
        EngineLost: The cluster does not answer.
    """
    if settings.cluster_url is None:
        with open_local_engine(settings.workers, settings.worker_memory_mb * 1_000_000) as engine:
            yield engine
    else:
        with open_remote_engine(settings) as engine:
            yield engine


@contextmanager
def open_local_engine(n_workers: int, max_bytes: int) -> Iterator[DaskEngine]:
    """Start a scheduler and worker processes on this machine, one thread each, and close them at the end.

    The workers are forked from the fork server of this process, which Dask starts unless it runs.

    Args:
        n_workers: Worker processes.
        max_bytes: Memory of each; one that takes more is replaced.
    """
    security = temporary_security()
    cluster = partial(
        LocalCluster,
        n_workers=0,  # `adapt` starts them: a process that dies while it starts is replaced, and fails nothing
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tls://",
        security=security,  # loopback alone would let every user of this machine run code
        memory_limit=max_bytes,
        silence_logs=logging.CRITICAL,  # a process that dies is replaced, and the outcome reports it
        dashboard_address="127.0.0.1:0",  # with None, Dask takes port 8787 nevertheless
        scheduler_kwargs={"dashboard": False},
    )
    with dask.config.set(CONFIG | LOCAL_CONFIG), cluster() as local, Client(local, set_as_default=False) as client:
        local.adapt(minimum=n_workers, maximum=n_workers)
        client.register_worker_callbacks(_be_nice)
        with replace_dead_workers(local):
            yield DaskEngine(client, lambda: n_workers)


@contextmanager
def open_remote_engine(settings: PredictionSettings) -> Iterator[DaskEngine]:
    """Connect to the scheduler at `settings.cluster_url`; its workers may come and go.

    Raises:
        EngineLost: It does not answer, or refuses the certificate.
    """
    connect = partial(
        Client,
        address=settings.cluster_url,
        security=security_of_files(settings),
        timeout=settings.cluster_timeout_seconds,
        set_as_default=False,
    )
    try:
        client = connect()
    except OSError as error:  # includes timeouts
        raise EngineLost(
            f"The cluster at {settings.cluster_url} does not answer, or does not accept the certificate "
            "(PREDICTION_CLUSTER_URL, _CA, _CERT and _KEY). Start it, or correct them, and start the run again."
        ) from error
    with client:
        yield DaskEngine(client, WorkerCount(client))


@contextmanager
def replace_dead_workers(local: LocalCluster, check_seconds: float = CHECK_SECONDS) -> Iterator[None]:
    """Remove each worker whose process will not come back, so that the cluster starts another one.

    A nanny replaces a process that dies, but not one that dies while it starts.
    """
    is_over, dead = Event(), set[Any]()

    def check() -> None:
        nonlocal dead
        while not is_over.wait(check_seconds):
            known, dead = dead, {name for name, nanny in list(local.workers.items()) if not nanny.is_alive()}
            if dead & known:
                try:
                    local.sync(local.scale_down, dead & known)
                except Exception as error:  # Dask passes on the error of a process that dies while it starts
                    log.warning("worker_failed_to_start", error=str(error))  # the next check finds it

    checks = Thread(target=check, name="replace-dead-workers", daemon=True)
    checks.start()
    try:
        yield
    finally:
        is_over.set()
        checks.join()


def _be_nice() -> None:
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
