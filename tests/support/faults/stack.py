"""The whole system with proxies between its services, loaded with bars, for tests that spoil parts of it."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import numpy as np
import redis
from pymongo import MongoClient

from gateway.api_keys import compute_digest
from tests.support.data.bars import make_bars
from tests.support.faults.client import Answer, Request, ask
from tests.support.faults.proxy import FaultProxy, running_proxies
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import NOTHING_KEPT, PRODUCTION_LIMITS, Server, Stack, build_stack, started

KEY = "the-key-of-the-fault-tests"
TOKEN = "the-token-of-the-services-in-the-fault-tests"
WITH_KEY = {"X-API-Key": KEY, "Content-Type": "text/csv"}
SYMBOLS = [f"CH{number:02}" for number in range(20)]
N_BARS = 2000
FIRST_SESSION = date(2010, 1, 1)
STOP_SECONDS = 0.2  # until SIGSTOP has taken hold of all threads


@dataclass
class FaultStack:
    """A running system and the proxies from the gateway to the two services."""

    servers: Stack
    to_data: FaultProxy
    to_prediction: FaultProxy

    @property
    def port(self) -> int:
        """Return the gateway's port."""
        return self.servers.gateway.port

    async def ask(self, request: Request | str, seconds: float = 60) -> Answer:
        """Send a request to the gateway."""
        return await ask(self.port, request, seconds)

    async def put(self, symbol: str, content: bytes, query: str = "") -> Answer:
        """Load bars through the gateway."""
        return await self.ask(Request(f"/api/stocks/{symbol}/bars{query}", "PUT", WITH_KEY, content, "load"))

    def forget_cached(self, *symbols: str) -> None:
        """Remove bars from the cache: of these symbols, or of all."""
        with redis.Redis.from_url(self.servers.redis_url) as cache:
            keys = [key for symbol in symbols or ("",) for key in cache.keys(f"*{symbol}*")]
            if keys:
                cache.delete(*keys)

    @contextmanager
    def slow_finds(self, seconds: float) -> Iterator[None]:
        """Delay every read of the data service in MongoDB."""
        delay = {"blockConnection": True, "blockTimeMS": int(seconds * 1000), "appName": "bellwether-data"}
        client: MongoClient[dict[str, object]]
        with MongoClient(self.servers.mongo_url) as client:
            data = delay | {"failCommands": ["find", "aggregate"]}
            client.admin.command("configureFailPoint", "failCommand", mode="alwaysOn", data=data)
            try:
                yield
            finally:
                client.admin.command("configureFailPoint", "failCommand", mode="off")

    @contextmanager
    def keeping_answers(self) -> Iterator[None]:
        """Run the gateway as it is shipped: it keeps answers, and follows the feed of revisions."""
        gateway = self.servers.gateway
        environment = gateway.environment
        gateway.stop()
        gateway.environment = {key: text for key, text in environment.items() if key not in NOTHING_KEPT}
        gateway.start()
        gateway.wait_until(self._serves_what_it_keeps)
        try:
            yield
        finally:
            gateway.stop()
            gateway.environment = environment
            gateway.start()

    def _serves_what_it_keeps(self) -> bool:
        url, n_before = f"{self.servers.url}/api/stocks/{SYMBOLS[0]}/bars", self.to_data.n_requests
        return httpx.get(url, timeout=PATIENCE_SECONDS).is_success and self.to_data.n_requests == n_before

    def wait_until_healthy(self) -> float:
        """Wait until the system answers every request, and return the seconds that it took."""
        began_at = time.monotonic()
        self.servers.gateway.wait_until(self.servers.is_healthy)
        return time.monotonic() - began_at


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Stop the process in the block: it accepts connections and answers nothing."""
    server.send(signal.SIGSTOP)
    time.sleep(STOP_SECONDS)
    try:
        yield
    finally:
        server.send(signal.SIGCONT)


async def readiness(server: Server) -> tuple[int, int]:
    """Return the statuses of /healthz and /readyz."""
    return (await ask(server.port, "/healthz")).status, (await ask(server.port, "/readyz")).status


def random_bars(seed: int, n_bars: int = N_BARS) -> bytes:
    """Build a CSV file of a random walk."""
    steps = np.random.default_rng(seed).normal(0, 0.01, n_bars)
    bars = make_bars(np.round(100 * np.exp(np.cumsum(steps)), 4), first_session=FIRST_SESSION)
    return bars.rename(columns={"session": "date"}).to_csv(index=False).encode()


@contextmanager
def running_fault_stack(folder: Path, *, measures: bool, is_proxied: bool, keeps_answers: bool) -> Iterator[FaultStack]:
    """Start everything, load the symbols, and yield it; with the limits of production if times are measured.

    The proxies run in this process: where a thousand callers do, too, the gateway must reach the services directly.
    """
    keys = {"GATEWAY_API_KEYS": compute_digest(KEY)}
    keys |= {f"{service}_SERVICE_TOKEN": TOKEN for service in ("GATEWAY", "DATA", "PREDICTION")}
    keys |= {} if keeps_answers else NOTHING_KEPT
    servers = build_stack(folder, keys | (PRODUCTION_LIMITS if measures else {}))
    servers.mongod.command += ["--setParameter", "enableTestCommands=1"]
    stack = FaultStack(servers, FaultProxy(servers.data.port), FaultProxy(servers.prediction.port))
    if is_proxied:
        servers.gateway.environment["GATEWAY_DATA_URL"] = stack.to_data.url
        servers.gateway.environment["GATEWAY_PREDICTION_URL"] = stack.to_prediction.url
    with running_proxies(stack.to_data, stack.to_prediction), started(servers):
        _load(stack)
        yield stack


def _load(stack: FaultStack) -> None:
    with httpx.Client(base_url=stack.servers.url, headers=WITH_KEY, timeout=PATIENCE_SECONDS) as client:
        for seed, symbol in enumerate(SYMBOLS):
            client.put(f"/api/stocks/{symbol}/bars", content=random_bars(seed)).raise_for_status()
