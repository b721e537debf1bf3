"""No answer is older than the last acknowledged write, with two gateways and two data services on one database.

The second gateway follows the second data service, as behind a balancer. Writes come through both gateways, by the
command line, and by a bare driver, which no service can wait for: its change must be seen within two seconds.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest

from gateway.api_keys import compute_digest
from tests.support.polling import PATIENCE_SECONDS, repeating, until
from tests.support.resources import metric
from tests.support.servers.processes import Database, Server, mongo_client, running, service

KEY = "a-key-that-may-write"
GRACE_SECONDS = 2.0
N_WRITES = 12
SYMBOL = "MOVE"
HEADERS = {"X-API-Key": KEY, "Content-Type": "text/csv"}


@dataclass
class Twins:
    """Two gateways, each in front of a data service of its own."""

    gateways: list[Server]
    datas: list[Server]
    environment: dict[str, str]
    folder: Path
    database: Database
    clients: list[httpx.Client] = field(default_factory=list)

    def close_of(self, gateway: int) -> float:
        """Read the last close through this gateway."""
        bars = self.clients[gateway].get(f"/api/stocks/{SYMBOL}/bars").raise_for_status().json()["bars"]
        return float(bars[-1]["close"])

    def put(self, gateway: int, close: float) -> None:
        """Write through this gateway."""
        url = f"/api/stocks/{SYMBOL}/bars?mode=replace"
        self.clients[gateway].put(url, content=_csv(close), headers=HEADERS).raise_for_status()

    def load(self, close: float) -> None:
        """Write with the command line."""
        file = self.folder / "bars.csv"
        file.write_text(_csv(close))
        command = [sys.executable, "-m", "services.data", "load", str(file), "--symbol", SYMBOL, "--mode", "force"]
        subprocess.run(command, env=os.environ | self.environment, check=True, capture_output=True)

    def write_bare(self, close: float) -> None:
        """Write with the driver alone."""
        update = {"$set": {"Open": close, "High": close, "Low": close, "Close": close}}
        self.database[SYMBOL].update_many({}, update)

    def keeps(self, gateway: int) -> bool:
        """Say whether this gateway serves the bars from memory now."""
        before = metric(self.gateways[gateway], "answer_requests_total", outcome="hit")
        self.close_of(gateway)
        return metric(self.gateways[gateway], "answer_requests_total", outcome="hit") > before

    def are_followed(self) -> bool:
        """Say whether both gateways serve kept answers unasked."""
        return all(metric(gateway, "revision_feed_alive") for gateway in self.gateways)


def _csv(close: float) -> str:
    return f"Date,Open,High,Low,Close,Volume\n2024-01-02,{close},{close},{close},{close},100\n"


@pytest.fixture
def twins(tmp_path: Path, mongo_url: str, redis_url: str, database: Database) -> Iterator[Twins]:
    environment = {"DATA_MONGO_URL": mongo_url, "DATA_REDIS_URL": redis_url, "DATA_MONGO_DATABASE": database.name}
    datas = [service(tmp_path, "services.data.app", environment) for _ in range(2)]
    gateways = [
        service(
            tmp_path,
            "gateway.app",
            {
                "GATEWAY_DATA_URL": f"http://127.0.0.1:{data.port}",
                "GATEWAY_PREDICTION_URL": "http://127.0.0.1:1",
                "GATEWAY_API_KEYS": compute_digest(KEY),
            },
        )
        for data in datas
    ]
    with ExitStack() as stack, mongo_client(mongo_url) as client:
        for server in (*datas, *gateways):
            stack.enter_context(running(server))
        twins = Twins(gateways, datas, environment, tmp_path, client[database.name])
        for gateway in gateways:
            url = f"http://127.0.0.1:{gateway.port}"
            twins.clients.append(stack.enter_context(httpx.Client(base_url=url, timeout=PATIENCE_SECONDS)))
        for gateway, one in zip(gateways, twins.clients, strict=True):
            gateway.wait_until(lambda one=one: one.get("/api/health").status_code < 600)  # type: ignore[misc]
        until(twins.are_followed)
        yield twins


def _require_new(twins: Twins, close: float) -> None:
    """Every gateway answers with what was written, several times, so also from what it keeps."""
    for _ in range(3):
        assert [twins.close_of(gateway) for gateway in range(2)] == [close, close]


def test_a_write_is_seen_through_every_gateway_once_it_is_acknowledged(twins: Twins) -> None:
    twins.put(0, 1.0)
    seen = [0, 0]

    def read(gateway: int) -> None:
        url = f"http://127.0.0.1:{twins.gateways[gateway].port}/api/stocks/{SYMBOL}/bars"
        seen[gateway] += reader.get(url).status_code == 200

    # The gateways are kept busy, so that answers are under way whenever a write comes.
    with httpx.Client(timeout=PATIENCE_SECONDS) as reader, repeating(partial(read, 0), partial(read, 1)):
        for n in range(2, 2 + N_WRITES):
            if n % 4 == 0:  # both serve from memory, unasked, when the write comes
                until(lambda: twins.keeps(0) and twins.keeps(1))
            twins.put(n % 2, float(n))
            _require_new(twins, float(n))
        until(lambda: twins.keeps(0) and twins.keeps(1))
        twins.load(100.0)
        _require_new(twins, 100.0)
        until(lambda: twins.keeps(0) and twins.keeps(1))
        twins.write_bare(101.0)
        time.sleep(GRACE_SECONDS)
        _require_new(twins, 101.0)
    assert min(seen) > N_WRITES


def test_with_a_data_service_killed_the_other_continues_and_nothing_is_outdated(twins: Twins) -> None:
    twins.put(0, 1.0)
    assert twins.close_of(1) == 1.0
    twins.datas[1].stop(signal.SIGKILL)
    twins.put(0, 2.0)  # waits until the lease of what has gone has ended
    assert twins.close_of(0) == 2.0
    assert twins.clients[1].get(f"/api/stocks/{SYMBOL}/bars").status_code in {502, 503}
    twins.datas[1].start()
    until(twins.are_followed)
    assert twins.close_of(1) == 2.0
