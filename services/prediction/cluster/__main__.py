"""Runs one process of a cluster: `python -m services.prediction.cluster scheduler`, or `… worker`.

Both read PREDICTION_CLUSTER_CA, _CERT and _KEY; a worker also PREDICTION_CLUSTER_URL and PREDICTION_WORKER_MEMORY_MB.
Further options are passed on to `dask scheduler` or `dask worker`, such as `--port 8786` or `--worker-port 8788`.
"""

import sys
from collections.abc import Sequence

import dask
from distributed.cli import dask_scheduler, dask_worker

from services.prediction.cluster.opening import CONFIG
from services.prediction.cluster.security import certificates
from services.prediction.settings import PredictionSettings
from services.prediction.tasks import PRELOADED_FOR_RUNS
from shared.settings import load_settings

USAGE = "Usage: python -m services.prediction.cluster scheduler|worker [options of dask scheduler or dask worker]"
# Plain text for probes and Prometheus only, no dashboard and no API.
_HTTP = {
    "distributed.scheduler.http.routes": ["distributed.http.health", "distributed.http.scheduler.prometheus"],
    "distributed.worker.http.routes": ["distributed.http.health", "distributed.http.worker.prometheus"],
    "distributed.comm.require-encryption": True,
}


def main(words: Sequence[str]) -> None:
    """Run the process that the first argument names.

    Raises:
        SystemExit: It is not one, or certificates or the address are missing.
    """
    role, options = (words[0], list(words[1:])) if words else ("", [])
    if role not in {"scheduler", "worker"}:
        raise SystemExit(USAGE)
    settings = load_settings(PredictionSettings)
    ca, certificate, key = certificates(settings)
    tls = {
        "distributed.comm.tls.ca-file": ca,
        f"distributed.comm.tls.{role}.cert": certificate,
        f"distributed.comm.tls.{role}.key": key,
    }
    with dask.config.set(CONFIG | _HTTP | tls):
        if role == "scheduler":
            dask_scheduler.main(["--protocol", "tls", *options])
        else:
            dask_worker.main(["--protocol", "tls", *_worker_options(settings), *options])


def _worker_options(settings: PredictionSettings) -> list[str]:
    if settings.cluster_url is None:
        raise SystemExit(
            "Bellwether cannot start: set PREDICTION_CLUSTER_URL to the scheduler's address: tls://host:8786"
        )
    memory = str(settings.worker_memory_mb * 1_000_000)
    return [
        settings.cluster_url,
        "--nworkers",
        "1",
        "--nthreads",
        "1",
        "--memory-limit",
        memory,
        "--preload",
        PRELOADED_FOR_RUNS,
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
