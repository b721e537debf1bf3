"""Requests a run, shows its progress, and fetches its leaderboard. The run does not need this process."""

import asyncio

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.prediction.ports import BarsReader
from services.prediction.provenance import answer_digest
from services.prediction.resources import open_data, open_runs
from services.prediction.runs.new_run import build_new_run
from services.prediction.settings import PredictionSettings
from shared.clients.runs import RunsClient
from shared.errors import Busy, ServiceError, Unavailable
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import Run, RunRequest, RunState, RunSymbol

POLL_SECONDS = 0.5
_LEFT: dict[RunState, str] = {
    "queued": "Waiting for the prediction service",
    "running": "Evaluating",
    "interrupted": "Interrupted; it continues by itself",
    "cancelling": "Cancelling",
}


class NoResult(Exception):
    """The run ended without a result; the message says why."""


async def evaluate(settings: PredictionSettings, request: RunRequest, console: Console) -> Leaderboard:
    """Request a run, or join it if it exists, show its progress, and return its leaderboard.

    Raises:
        NoResult: It failed or was cancelled.
        ServiceError: It cannot be requested.
    """
    async with open_data(settings) as data, open_runs(settings) as runs:
        new = build_new_run(request, await _read_revisions(data, console), answer_digest())
        run, _ = await runs.put(new=new)
        console.print(
            f"Run {run.id}: it continues after Ctrl-C; the same command shows it again, and `make cancel RUN={run.id}` "
            "cancels it.",
            style="dim",
        )
        run = await _watch(runs, run, console)
        if run.state != "succeeded":
            raise NoResult(
                f"The run {'failed' if run.state == 'failed' else 'was cancelled'}. {run.error or ''}".strip()
            )
        return await runs.leaderboard(run_id=run.id, horizon=request.horizons[0])


async def cancel(settings: PredictionSettings, run_id: str) -> Run:
    """Cancel a run; one that has ended does not change.

    Raises:
        ServiceError: There is none with this id, or it cannot be reached.
    """
    async with open_runs(settings) as runs:
        return await runs.cancel(run_id=run_id)


async def _read_revisions(data: BarsReader, console: Console) -> list[RunSymbol]:
    """Return the revisions of all bars, once the data service has read those that another tool has written."""
    with console.status("Reading the revisions of all bars"):
        while True:
            try:
                return await data.revisions()
            except Busy:
                await asyncio.sleep(POLL_SECONDS)


async def _watch(runs: RunsClient, run: Run, console: Console) -> Run:
    """Show the progress of the run until it has ended."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=run.n_symbols)
        while run.state in _LEFT:
            progress.update(bar, description=_LEFT[run.state], completed=run.n_done)
            await asyncio.sleep(POLL_SECONDS)
            run = await _read(runs, run)
        progress.update(bar, description="Ended", completed=run.n_done)
    return run


async def _read(runs: RunsClient, known: Run) -> Run:
    """Return the current state of the run, or the last known one while the store is away."""
    try:
        return await runs.run(run_id=known.id)
    except Unavailable:
        return known
    except ServiceError as error:
        raise NoResult(f"The run is no longer stored. {error.detail}") from error
