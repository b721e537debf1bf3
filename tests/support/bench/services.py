"""Measures loads and reads of bars against the bare driver: `make bench`, or `make bench FILE=…` for a file of bars.

Each figure is a ratio of two ways to do the same, measured in turn in one run, because machines differ and are noisy.
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import numpy as np
import redis
from motor.motor_asyncio import AsyncIOMotorClient

from services.data.files.source import FileBarSource
from services.data.settings import DataSettings
from tests.support.bench import bars_file
from tests.support.data.bars import make_bars
from tests.support.servers.processes import mongo_client, mongo_server, redis_server, running, service

N_ROUNDS = 3
N_READS = 300
Documents = dict[str, list[dict[str, Any]]]
FIELDS = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}


def main() -> None:
    """Run the benchmarks and print the figures."""
    with tempfile.TemporaryDirectory() as folder, mongo_server() as (_, mongo), redis_server() as (_, cache):
        file = bars_file.choose(sys.argv[1:], Path(folder))
        environment = {"DATA_MONGO_URL": mongo, "DATA_REDIS_URL": cache}
        print(f"{file.name}, {os.cpu_count()} cores, {N_ROUNDS} rounds")
        _loads(file, environment)
        _reads(Path(folder), environment)


def _loads(file: Path, environment: dict[str, str]) -> None:
    documents = _read_documents(file)
    n_rows = sum(map(len, documents.values()))
    bare, ours, peak = [], [], 0
    for n in range(N_ROUNDS):
        bare.append(n_rows / _insert_many(documents, environment["DATA_MONGO_URL"], f"bare{n}"))
        speed, rss = _load(file, environment | {"DATA_MONGO_DATABASE": f"ours{n}"})
        ours.append(speed)
        peak = max(peak, rss)
    ratios = [speed / reference for speed, reference in zip(ours, bare, strict=True)]
    print(f"load          {n_rows:,} rows, {len(documents)} symbols")
    print(f"  insert_many {median(bare):,.0f} rows/s")
    print(f"  ours        {median(ours):,.0f} rows/s, checked, atomic, with a catalogue, reading of the file included")
    print(f"  ratio       {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}); target: at least 0.60")
    print(f"  memory      {peak / 2**20:,.0f} MB at the peak; target: under 400")


def _read_documents(file: Path) -> Documents:
    documents: Documents = {}
    for raw in FileBarSource(file).frames():
        rows = raw.rows.assign(Date=raw.rows["session"].dt.strftime("%Y-%m-%d")).rename(columns=FIELDS)
        records = rows[["Date", *FIELDS.values()]].to_dict("records")
        documents[raw.symbol] = [{str(name): value for name, value in record.items()} for record in records]
    return documents


def _insert_many(documents: Documents, url: str, database: str) -> float:
    """Insert the same rows into the same collections with the driver alone, and return the seconds it takes."""
    with mongo_client(url) as client:
        fresh = {symbol: [dict(document) for document in rows] for symbol, rows in documents.items()}
        started_at = time.perf_counter()
        for symbol, rows in fresh.items():
            client[database][symbol].insert_many(rows)
        return time.perf_counter() - started_at


def _load(file: Path, environment: dict[str, str]) -> tuple[float, int]:
    """Load with the command line, and return rows per second and the peak of memory."""
    command = [sys.executable, "-m", "services.data", "load", str(file)]
    peak = 0
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=os.environ | environment, stderr=log)
        while process.poll() is None:
            match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
            peak = int(match[1]) if match else peak
            time.sleep(0.05)
        log.seek(0)
        output = log.read()
    assert process.returncode == 0, output
    speed = re.search(r"([\d,]+) rows/s", output.replace("\n", " "))
    assert speed is not None, output
    return float(speed[1].replace(",", "")), peak * 1024


def _reads(folder: Path, environment: dict[str, str]) -> None:
    database = DataSettings().mongo_database
    frame = make_bars(np.linspace(50, 150, 1259))
    documents = frame.assign(session=frame["session"].dt.strftime("%Y-%m-%d"))
    documents = documents.rename(columns=FIELDS | {"session": "Date", "adj_close": "Adj Close"})
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        client[database]["READ"].insert_many(
            [{str(name): value for name, value in record.items()} for record in documents.to_dict("records")]
        )
        data = service(folder, "services.data.app", environment)
        bare = service(folder, "tests.support.bench.bare_endpoint", {"BENCH_REDIS_URL": environment["DATA_REDIS_URL"]})
        with running(data), running(bare), redis.Redis.from_url(environment["DATA_REDIS_URL"]) as cache:
            http = httpx.Client()

            def ours() -> bytes:
                url = f"http://127.0.0.1:{data.port}/symbols/READ/bars"
                return http.get(url, params={"format": "arrow"}).raise_for_status().content

            def least() -> bytes:
                return http.get(f"http://127.0.0.1:{bare.port}/bench").raise_for_status().content

            data.wait_until(lambda: bool(ours() and cache.keys("*READ*")))
            (key,) = cache.keys("*READ*")
            cache.set("bench", ours())
            bare.wait_until(lambda: bool(least()))
            loop = asyncio.new_event_loop()
            motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(environment["DATA_MONGO_URL"], io_loop=loop)

            def driver() -> object:
                return loop.run_until_complete(motor[database]["READ"].find({}, {"_id": False}).to_list(None))

            _compare(
                "cold read",
                ("ours over HTTP", ours, lambda: cache.delete(key)),
                ("driver alone", driver, lambda: None),
            )
            _compare("warm read", ("ours over HTTP", ours, lambda: None), ("bare endpoint", least, lambda: None))


Variant = tuple[str, Callable[[], object], Callable[[], object]]


def _compare(what: str, *variants: Variant) -> None:
    times: list[list[float]] = [[], []]
    for _ in range(N_READS):
        for (_, read, prepare), samples in zip(variants, times, strict=True):
            prepare()
            started_at = time.perf_counter()
            read()
            samples.append(time.perf_counter() - started_at)
    medians = [median(samples) for samples in times]
    print(f"{what:<13} 1,259 bars, median of {N_READS}")
    for (name, _, _), seconds in zip(variants, medians, strict=True):
        print(f"  {name:<14} {seconds * 1000:.2f} ms")
    print(f"  ratio          {medians[0] / medians[1]:.2f}; target: at most 1.50")


if __name__ == "__main__":
    main()
