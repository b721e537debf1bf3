"""The data service and the prediction service as processes on real stores, and runs on them that a test may disturb."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from shared.schemas.runs import Run
from tests.support.data.bars import make_bars
from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.servers.processes import (
    GENEROUS_LIMITS,
    NOTHING_KEPT,
    Database,
    Server,
    Stack,
    build_stack,
    mongo_client,
    running,
)
from tests.support.servers.readiness import ensure_primary

WriteBars = Callable[..., None]
N_BARS = 400
RUNS, RESULTS = "bellwether_runs", "bellwether_run_results"


@dataclass
class RunSystem:
    """Both services with their stores."""

    stack: Stack
    prediction: httpx.Client
    data: httpx.Client
    database: Database  # through the bare driver

    def start(self, **request: Any) -> httpx.Response:
        """Request a run."""
        return self.prediction.post("/runs", json=request)

    def run(self, run_id: str) -> Run:
        """Return a run."""
        response = self.data.get(f"/runs/{run_id}")
        response.raise_for_status()
        return Run.model_validate_json(response.content)

    def wait(self, run_id: str, is_so: Callable[[Run], bool]) -> Run:
        """Return the run once `is_so`; the data service may be away meanwhile."""
        known: list[Run] = []

        def look() -> bool:
            try:
                known.append(self.run(run_id))
            except httpx.HTTPError:
                return False
            return is_so(known[-1])

        until(look, 5 * PATIENCE_SECONDS)
        return known[-1]

    def end(self, run_id: str) -> Run:
        """Return the run once it has ended."""
        return self.wait(run_id, lambda run: run.ended_at is not None)

    def coordinator(self) -> psutil.Process | None:
        """Return the process that computes a run, if there is one."""
        return next((process for process in self._children() if "compute-run" in _words(process)), None)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that compute symbols."""
        coordinator = self.coordinator()
        if coordinator is None:
            return []
        try:
            servers = [child for child in coordinator.children() if any("forkserver" in word for word in _words(child))]
            return [worker for server in servers for worker in server.children()]
        except psutil.NoSuchProcess:
            return []

    def count_reads(self) -> int:
        """Return how often bars were read, from the log of the data service."""
        return self.stack.data.log.read_text().count('"route": "/symbols/{symbol}/bars"')

    def _children(self) -> list[psutil.Process]:
        process = self.stack.prediction.process
        try:
            return [] if process is None else psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


@contextmanager
def run_system(
    folder: Path, n_symbols: int, environment: dict[str, str] | None = None, write: WriteBars | None = None
) -> Iterator[RunSystem]:
    """Start stores and services with `n_symbols` symbols, random walks S000, S001, … unless `write` writes others."""
    stack = build_stack(folder, {"PREDICTION_WORKERS": "2"} | NOTHING_KEPT | (environment or {}))
    with ExitStack() as opened:
        for server in (stack.mongod, stack.valkey):
            opened.enter_context(running(server))
        ensure_primary(stack.mongod.port)
        opened.enter_context(running(stack.data))
        wait_until_up(stack.data)
        _load(stack, folder, partial(write or write_walks, n_symbols=n_symbols))
        opened.enter_context(running(stack.prediction))
        wait_until_up(stack.prediction)
        prediction, data = (
            opened.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE_SECONDS))
            for server in (stack.prediction, stack.data)
        )
        client = opened.enter_context(mongo_client(stack.mongo_url))
        yield RunSystem(stack, prediction, data, client["SP500_Stocks"])


def write_walks(path: Path, n_symbols: int, n_bars: int = N_BARS, seed: int = 7) -> None:
    """Write a file of random walks, one symbol after another."""
    generator = np.random.default_rng(seed)
    for number in range(n_symbols):
        closes = np.round(100 * np.exp(np.cumsum(generator.normal(0, 0.01, n_bars))), 2)
        bars = make_bars(closes.tolist()).drop(columns="adj_close")
        bars.assign(Name=f"S{number:03}").to_csv(path, mode="a", header=number == 0, index=False)


def kill_a_worker(system: RunSystem, generator: random.Random) -> bool:
    """Kill a process that computes symbols; say whether there was one."""
    workers = system.workers()
    if not workers:
        return False
    try:
        generator.choice(workers).kill()
    except psutil.NoSuchProcess:
        return False
    return True


def _load(stack: Stack, folder: Path, write: Callable[[Path], None]) -> None:
    path = folder / "bars.csv"
    write(path)
    command = [sys.executable, "-m", "services.data", "load", str(path)]
    environment = os.environ | GENEROUS_LIMITS | stack.data.environment
    subprocess.run(command, env=environment, check=True, capture_output=True)


def wait_until_up(server: Server) -> None:
    """Wait until the process answers; runs begin before, as they need none of the workers that answer requests."""
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http:
        server.wait_until(lambda: http.get("/healthz").is_success)


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
