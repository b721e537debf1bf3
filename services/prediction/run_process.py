"""The process that computes one run. Its claim comes on standard input, the settings from the environment."""

import asyncio
import os
import signal
import sys
from functools import partial

from services.prediction.ports import EndState
from services.prediction.resources import open_data, open_runs
from services.prediction.runs.coordinator import Coordinator
from services.prediction.settings import PredictionSettings
from services.prediction.tasks import PRELOADED_FOR_RUNS
from services.prediction.workers import fork_server
from services.prediction.workers.tie import die_with_parent
from shared.schemas.runs import Claim
from shared.settings import load_settings
from shared.telemetry.logs import configure_logging

NICENESS = 5  # below the processes that answer requests, above those that compute
# No caller waits for a single response, and bars are read once.
BATCH_SETTINGS = {"budget_seconds": 60.0, "data_timeout_seconds": 20.0, "bar_bytes": 0}


def main(parent: int) -> None:
    """Compute the run, and end with the parent process.

    Args:
        parent: Its pid; if the parent is another by now, it died before this process could be tied to it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    if os.getppid() != parent:
        sys.exit(1)
    os.nice(NICENESS)
    text = sys.stdin.buffer.read()
    settings = load_settings(PredictionSettings)
    configure_logging("prediction", settings)
    if settings.cluster_url is None:
        fork_server.start([PRELOADED_FOR_RUNS])  # here, since it dies with the thread that starts it
    asyncio.run(compute_run(Claim.model_validate_json(text), settings.model_copy(update=BATCH_SETTINGS)))


async def compute_run(claim: Claim, settings: PredictionSettings) -> EndState | None:
    """Compute a claimed run, and return how it ended; None if another process has it."""
    # Half a second, in which the fork server imports, too.
    from services.prediction.cluster.opening import open_engine  # noqa: PLC0415
    from services.prediction.universe.outcome import build_outcome  # noqa: PLC0415

    async with open_runs(settings) as runs, open_data(settings) as data:
        coordinator = Coordinator(claim, runs, data, partial(open_engine, settings), build_outcome)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, coordinator.stop)
        return await coordinator.run()
