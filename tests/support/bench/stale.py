"""Counts answers that are older than they may be: `make bench-stale`, a minute of writers, readers and faults.

Two gateways, two data services behind one balancer, one prediction service. Twenty writers, each with a symbol of its
own, write ever larger closes: through either gateway, with the command line, and with a bare driver, whose
writes wait for no one and have two seconds of grace. Forty readers ask either gateway for the bars or for the result,
half of the time with the ETag that they know. An answer is stale if a larger close was acknowledged before its
request began, and early if its write has not begun. Meanwhile the feed of revisions is cut, a data service is
killed, and MongoDB steps down. Answers that are marked as stale (`Warning: 110`, while MongoDB is away) are counted
separately.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
from pymongo.errors import PyMongoError

from gateway.api_keys import compute_digest
from services.data.settings import DataSettings
from shared import staleness
from shared.clients.pool import PooledTransport
from tests.support.bench.pairs import KEY, Pairs, running_pairs
from tests.support.servers.processes import mongo_client

SECONDS = 60.0
N_READERS = 40
GRACE_SECONDS = 2.0  # of a write by a bare driver
PAUSES_SECONDS = ((0.05, 0.5), (0.05, 0.5), (6.0, 10.0))  # between two writes; the long ones let answers be kept
N_BARS = 12  # enough for a result; all bars of a symbol have the same close
Way = Literal["gateway 1", "gateway 2", "command line", "bare driver"]
WRITERS: dict[Way, int] = {"gateway 1": 8, "gateway 2": 8, "command line": 2, "bare driver": 2}


@dataclass
class Symbol:
    """A symbol with one writer, so that its closes have an order.

    Attributes:
        name: Its name.
        way: How it is written.
        begun: The last close whose write has begun.
        settled: Each acknowledged close, with the time from which no older one may be read; ascending.
    """

    name: str
    way: Way
    begun: int = 0
    settled: list[tuple[float, int]] = field(default_factory=list)

    def least(self, began_at: float) -> int:
        """Return the lowest close that the answer to a request that began then may have."""
        return next((close for at, close in reversed(self.settled) if at < began_at), 0)

    def settle(self, close: int) -> None:
        """Record an acknowledged write."""
        self.settled.append((time.monotonic() + GRACE_SECONDS * (self.way == "bare driver"), close))


@dataclass
class Run:
    """The requests, and the counts of their outcomes."""

    pairs: Pairs
    symbols: list[Symbol]
    folder: Path
    clients: list[httpx.AsyncClient]
    reads: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)

    async def write(self, symbol: Symbol) -> None:
        """Write one larger close after the other until stopped."""
        while True:
            symbol.begun += 1
            await self.write_until_acknowledged(symbol)
            await asyncio.sleep(random.uniform(*random.choice(PAUSES_SECONDS)))

    async def write_until_acknowledged(self, symbol: Symbol) -> None:
        """Write the close that has begun, repeatedly, until it is acknowledged."""
        while (failure := await self._write_once(symbol)) is not None:
            self.writes[f"{symbol.way}, {failure}"] += 1
            await asyncio.sleep(0.2)
        symbol.settle(symbol.begun)
        self.writes[symbol.way] += 1

    async def _write_once(self, symbol: Symbol) -> str | None:
        """Return None if it was acknowledged, otherwise how it failed."""
        if symbol.way == "command line":
            return await self._load(symbol, symbol.begun)
        if symbol.way == "bare driver" and symbol.settled:  # the first write makes the bars
            return await asyncio.to_thread(self._update, symbol, symbol.begun)
        return await self._put(symbol, symbol.begun, gateway=int(symbol.way == "gateway 2"))

    async def read(self, known: dict[tuple[int, str], tuple[str, int]]) -> None:
        """Ask for one symbol after the other until stopped; `known` has ETags of earlier answers with their closes."""
        while True:
            symbol, gateway = random.choice(self.symbols), random.randrange(2)
            path = f"/api/stocks/{symbol.name}/{random.choice(['bars', 'bars', 'result'])}"
            etag, close_of_etag = known.get((gateway, path), ("", 0))
            headers = {"If-None-Match": etag} if etag and random.random() < 0.5 else {}
            began_at = time.monotonic()
            try:
                response = await self.clients[gateway].get(path, headers=headers)
            except httpx.TransportError:
                self.reads["broken"] += 1
                continue
            if response.status_code not in {200, 304}:
                self.reads[_refusal(response)] += 1
                await asyncio.sleep(0.05)
                continue
            close = close_of_etag if response.status_code == 304 else _close(response)
            known[gateway, path] = response.headers.get("ETag", ""), close
            self._judge(symbol, close, began_at, response)

    def _judge(self, symbol: Symbol, close: int, began_at: float, response: httpx.Response) -> None:
        is_marked = staleness.is_stale(response.headers.get(staleness.HEADER))
        self.reads["marked as stale" if is_marked else f"answered with {response.status_code}"] += 1
        if close > symbol.begun:
            self.reads["EARLY"] += 1
        if close < symbol.least(began_at) and not is_marked:
            self.reads["STALE"] += 1
            seconds = time.monotonic() - next(at for at, settled in symbol.settled if settled > close)
            print(f"  stale: {response.url}, {response.status_code}, {symbol.way}, by {seconds:.2f} s", flush=True)

    async def _put(self, symbol: Symbol, close: int, gateway: int) -> str | None:
        url, headers = f"/api/stocks/{symbol.name}/bars?mode=replace", {"X-API-Key": KEY, "Content-Type": "text/csv"}
        try:
            response = await self.clients[gateway].put(url, content=_csv(close), headers=headers)
        except httpx.TransportError:
            return "broken"
        return None if response.is_success else _refusal(response)

    async def _load(self, symbol: Symbol, close: int) -> str | None:
        file = self.folder / f"{symbol.name}.csv"
        file.write_text(_csv(close))
        arguments = ["-m", "services.data", "load", str(file), "--symbol", symbol.name, "--mode", "force"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            env=os.environ | self.pairs.environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            return None if await process.wait() == 0 else "failed"
        except asyncio.CancelledError:
            process.kill()
            raise

    def _update(self, symbol: Symbol, close: int) -> str | None:
        try:
            with mongo_client(self.pairs.mongo_url) as client:
                prices = dict.fromkeys(("Open", "High", "Low", "Close"), float(close))
                client[DataSettings().mongo_database][symbol.name].update_many({}, {"$set": prices})
        except PyMongoError:
            return "failed"
        return None


def _csv(close: int) -> str:
    rows = (f"2024-01-{day:02},{close},{close},{close},{close},100" for day in range(2, 2 + N_BARS))
    return "\n".join(["Date,Open,High,Low,Close,Volume", *rows, ""])


def _refusal(response: httpx.Response) -> str:
    problem: dict[str, Any] = json.loads(response.content)
    return f"refused with {response.status_code}, {problem['type'].removeprefix('/problems/')}"


def _close(response: httpx.Response) -> int:
    answer: dict[str, Any] = json.loads(response.content)
    return int(answer["bars"][-1]["close"] if "bars" in answer else answer["predictions"]["actual"][-1])


async def _cause(fault: str, seconds: float, cause: Callable[[], Awaitable[None]]) -> None:
    """Cause a fault after this many seconds."""
    await asyncio.sleep(seconds)
    print(f"  {fault}", flush=True)
    await cause()


async def _measure(folder: Path, seconds: float) -> Run:
    async with AsyncExitStack() as stack:
        pairs = await stack.enter_async_context(running_pairs(folder, compute_digest(KEY)))
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, transport=PooledTransport(), timeout=60))
            for url in pairs.urls
        ]
        ways: list[Way] = [way for way, n in WRITERS.items() for _ in range(n)]
        symbols = [Symbol(f"STALE{n:02}", way) for n, way in enumerate(ways)]
        run = Run(pairs, symbols, folder, clients)
        for symbol in symbols:
            symbol.begun = 1
        await asyncio.gather(*map(run.write_until_acknowledged, symbols))
        print("  every symbol has bars", flush=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as tasks:
                for n, (fault, cause) in enumerate(pairs.faults().items(), 1):
                    tasks.create_task(_cause(fault, n * seconds / 4, cause))
                for symbol in symbols:
                    tasks.create_task(run.write(symbol))
                for _ in range(N_READERS):
                    tasks.create_task(run.read({}))
        run.reads["answered by a gateway from memory, unasked"] = pairs.count_hits()
        return run


def main() -> None:
    """Run it, print the counts, and exit with 1 if an answer was stale or early."""
    print(f"never stale   {sum(WRITERS.values())} writers, {N_READERS} readers, two gateways, two data services")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, suppress(KeyboardInterrupt):
        run = asyncio.run(_measure(Path(name), float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
        for title, counts in (("writes", run.writes), ("reads", run.reads)):
            print(title)
            for what, n in sorted(counts.items()):
                print(f"  {what:<50} {n:8,}")
        n_wrong = run.reads["STALE"] + run.reads["EARLY"]
        print(f"stale: {run.reads['STALE']}, early: {run.reads['EARLY']}; target: none")
        sys.exit(bool(n_wrong))


if __name__ == "__main__":
    main()
