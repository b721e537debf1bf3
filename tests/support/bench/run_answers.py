"""Measures the answers of a run over 10,000 symbols: `make bench-run-answers`, or with another number as its argument.

The symbols are made from a few simulated ones by noise. Gateway and data service run in one process, with
stores in memory, so that the figures are those of the code.
"""

import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from statistics import median

import httpx
import numpy as np

from services.data.records import CatalogueEntry, Listing
from services.data.runs.ports import SymbolResult
from services.prediction.universe.outcome import build_outcome
from shared.clients.data import DataClient
from shared.schemas.arrow import BarFrame
from shared.schemas.runs import RunRequest
from tests.support.asgi import serve
from tests.support.bench.many_results import make_results
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.data.run_stores import FakeRunStore, make_new_run
from tests.support.gateway.service import gateway_resources, make_gateway
from tests.support.prediction.symbol_results import build_run

N_SYMBOLS = 10_000
N_REQUESTS = 20
CODINGS = ("gzip", "zstd")
SECTORS = ("Energy", "Financials", "Health Care", "Industrials", "Information Technology", "Materials", "Utilities")
RUN = "0123456789abcdef"


def main() -> None:
    """Run the benchmark and print the figures."""
    n_symbols = int(sys.argv[1]) if len(sys.argv) > 1 else N_SYMBOLS
    revisions, body = _build(n_symbols)
    asyncio.run(_ask(revisions, body))


def _build(n_symbols: int) -> tuple[dict[str, str], bytes]:
    request = RunRequest()
    revisions, n_bytes, making = {}, 0, 0.0

    def results() -> Iterator[tuple[str, str, bytes]]:
        nonlocal n_bytes, making
        source = make_results(n_symbols, request)
        began_at = time.perf_counter()
        for symbol, revision, payload in source:
            making += time.perf_counter() - began_at
            revisions[symbol] = revision
            n_bytes += len(payload)
            yield symbol, revision, payload
            began_at = time.perf_counter()

    began_at = time.perf_counter()
    outcome = build_outcome(results(), [], build_run(request))
    seconds = time.perf_counter() - began_at - making
    print(f"{n_symbols:,} symbols, horizons {request.horizons}, {request.windows} windows")
    print(f"  result of a symbol     {n_bytes / n_symbols / 1000:.1f} kB")
    print(f"  answers built in       {seconds:.1f} s, {_peak():,.0f} MB at the peak")
    print(f"  screener in the store  {len(outcome.screeners[1]) / 1e6:.2f} MB for each horizon")
    return revisions, outcome.screeners[1]


async def _ask(revisions: dict[str, str], body: bytes) -> None:
    runs = FakeRunStore()
    await runs.put(make_new_run(RUN, symbols=["AAA"]))
    claim = await runs.claim("a-coordinator")
    assert claim is not None
    await runs.add(RUN, claim.token, SymbolResult("AAA", claim.missing[0].revision, b"payload"))
    await runs.put_answer(RUN, claim.token, "screener", 1, body)
    await runs.finish(RUN, claim.token, "succeeded")
    async with _gateway(_catalogue(revisions), runs) as client:
        for coding in CODINGS:
            first, size = await _time(client, coding)
            others = [(await _time(client, coding))[0] for _ in range(N_REQUESTS)]
            print(
                f"  screener, {coding}         {size / 1000:.0f} kB; first {first:.2f} s of processor time, then "
                f"{median(others):.3f} s (at most {max(others):.3f} s)"
            )


async def _time(client: httpx.AsyncClient, coding: str) -> tuple[float, int]:
    """Return the processor time that the answer takes, in seconds, and its size in bytes."""
    began_at = time.process_time()
    while True:
        async with client.stream("GET", "/api/screener", headers={"Accept-Encoding": coding}) as response:
            size = sum([len(part) async for part in response.aiter_raw()])
            if response.status_code == httpx.codes.OK:
                assert response.headers["Content-Encoding"] == coding
                return time.process_time() - began_at, size
        assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE  # the answer is being built
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _gateway(store: FakeBarStore, runs: FakeRunStore) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_data(store, runs=runs) as http:
        resources = replace(gateway_resources(), data=DataClient(http, timeout_seconds=60))
        async with serve(make_gateway(resources)) as client:
            yield client


def _catalogue(revisions: dict[str, str]) -> FakeBarStore:
    """Return a store that knows a name of two words and a sector for each symbol."""
    random, frame = np.random.default_rng(2), make_frame()
    words = ["".join(random.choice(list("aeioulnrstcdmpbgfh"), random.integers(4, 9))).title() for _ in range(3000)]
    store = FakeBarStore()
    for symbol, revision in revisions.items():
        name = f"{' '.join(random.choice(words, 2))} {random.choice(['Inc.', 'Corp.', 'plc', 'Group', 'Co.'])}"
        store.frames[symbol] = BarFrame(symbol, frame.bars)
        store.catalogue[symbol] = CatalogueEntry(
            symbol=symbol,
            name=name,
            revision=revision,
            n_bars=1250,
            first_session=date(2013, 2, 8),
            last_session=date(2018, 2, 7),
            source="bench",
            loaded_at=None,
            has_adjusted_prices=False,
            listing=Listing(sector=str(random.choice(SECTORS))),
        )
    return store


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
