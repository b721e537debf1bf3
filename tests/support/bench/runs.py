"""Measures runs over many symbols, and forecasts meanwhile: `make bench-runs`, `make bench-runs SYMBOLS=10000 FILE=…`.

With FILE, the symbols are those of the file, again and again with other noise, until there are enough; without, random
walks. Nothing else should run on the machine.
"""

import argparse
import os
import tempfile
import time
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from statistics import quantiles

import httpx
import numpy as np
import psutil

from services.data.files.source import FileBarSource
from tests.support.bench.bars_file import N_BARS
from tests.support.polling import repeating, until
from tests.support.prediction.run_system import RunSystem, run_system, write_walks
from tests.support.servers.processes import PRODUCTION_LIMITS

NOISE = 0.002  # standard deviation of the log return that each session gets besides its own
PRICES = ["open", "high", "low", "close"]
N_AT_REST = 100
ENOUGH_BARS = 500  # for a forecast with its 250 windows
PAUSE_SECONDS = 0.1  # between two forecasts: a person, not a load


def main() -> None:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("symbols", nargs="?", type=int, default=505)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--windows", type=int, default=250)
    given = parser.parse_args()
    write = partial(write_walks, n_bars=N_BARS) if given.file is None else partial(write_noisy, source=given.file)
    print(f"{given.symbols} symbols, {given.windows} windows, six models, one horizon, {os.cpu_count()} cores")
    with (
        tempfile.TemporaryDirectory() as folder,
        run_system(Path(folder), given.symbols, PRODUCTION_LIMITS, write) as system,
    ):
        until(lambda: system.prediction.get("/readyz").is_success)
        symbols = _long_symbols(system)
        at_rest = [_forecast(system.prediction, symbols, number) for number in range(N_AT_REST)]
        print(f"forecasts at rest       p95 {_p95(at_rest):.0f} ms")
        rates: list[float] = []
        for workers in (1, 2):
            _restart(system, workers)
            rates.append(_measure(system, given.windows - workers))  # one window fewer makes it another run
        print(f"two workers for one     {rates[1] / rates[0]:.2f} times the rate; target: at least 1.6")
        milliseconds, numbers = list[float](), count()
        with repeating(
            lambda: milliseconds.append(_forecast(system.prediction, symbols, next(numbers))),
            pause_seconds=PAUSE_SECONDS,
        ):
            _measure(system, given.windows)
        print(f"forecasts meanwhile     p95 {_p95(milliseconds):.0f} ms of {len(milliseconds)}")


def write_noisy(path: Path, n_symbols: int, source: Path) -> None:
    """Write the symbols of `source`, and copies of them with noise, until there are `n_symbols`."""
    known = [(raw.symbol, raw.rows) for raw in FileBarSource(source).frames()]
    for number in range(n_symbols):
        symbol, rows = known[number % len(known)]
        copy = number // len(known)
        noise = np.random.default_rng(number).normal(0, NOISE * (copy > 0), len(rows))
        factors = np.exp(np.cumsum(noise))[:, None]
        prices = dict(zip(PRICES, (rows[PRICES].to_numpy() * factors).T, strict=True))
        bars = rows[["session", "volume"]].assign(**prices)
        name = symbol if copy == 0 else f"{symbol[:10]}.{copy}"
        bars.rename(columns={"session": "date"}).assign(Name=name).to_csv(
            path, mode="a", header=number == 0, index=False
        )


def _long_symbols(system: RunSystem) -> list[str]:
    """Return the symbols with so many bars that a forecast is not refused."""
    symbols = system.data.get("/symbols").json()
    return [each for each in symbols if system.data.get(f"/symbols/{each}").json()["bars"] >= ENOUGH_BARS]


def _restart(system: RunSystem, workers: int) -> None:
    prediction = system.stack.prediction
    prediction.stop()
    prediction.environment["PREDICTION_WORKERS"] = str(workers)
    prediction.start()
    prediction.wait_until(lambda: system.prediction.get("/readyz").is_success)
    print(f"workers: {workers}")


def _measure(system: RunSystem, windows: int) -> float:
    """Compute a run, print the figures, and return the symbols per second without the start."""
    peaks: list[int] = []
    with repeating(partial(_add_memory, system, peaks), pause_seconds=0.5):
        began_at = time.perf_counter()
        run_id = system.start(horizons=[1], windows=windows).json()["id"]
        system.wait(run_id, lambda run: run.n_done > 0)
        first_at = time.perf_counter()
        run = system.wait(run_id, lambda run: run.n_done == run.n_symbols)
        done_at = time.perf_counter()
        run = system.end(run_id)
        ended_at = time.perf_counter()
    rate = (run.n_symbols - 1) / (done_at - first_at)
    print(
        f"{windows} windows: {run.state}, {run.n_failed} failed, {ended_at - began_at:.1f} s in all, "
        f"{first_at - began_at:.1f} s until the first symbol, {rate:.1f} symbols/s, {ended_at - done_at:.1f} s for "
        f"conclusions; coordinator at most {max(peaks, default=0) / 2**20:.0f} MB"
    )
    until(lambda: system.coordinator() is None)
    return rate


def _add_memory(system: RunSystem, peaks: list[int]) -> None:
    """Add the memory of the process that computes the run, in bytes, if there is one."""
    process = system.coordinator()
    if process is not None:
        with suppress(psutil.NoSuchProcess):
            peaks.append(process.memory_info().rss)


def _forecast(http: httpx.Client, symbols: list[str], number: int) -> float:
    """Return how long an uncached forecast takes, in milliseconds."""
    began_at = time.perf_counter()
    response = http.get(f"/symbols/{symbols[number % len(symbols)]}/forecast", params={"horizon": 1})
    response.raise_for_status()
    return 1000 * (time.perf_counter() - began_at)


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


if __name__ == "__main__":
    main()
