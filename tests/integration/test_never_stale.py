"""No answer is older than the last acknowledged write, with two gateways and two data services on one database.

The second gateway follows the second data service, as behind a balancer. Writes come through both gateways, by the
command line, and by a bare driver, which no service can wait for: its change must be seen within two seconds.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from gateway.api_keys import compute_digest
from tests.support.polling import PATIENCE_SECONDS, until
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
    opened: ExitStack
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
        before = self._n_hits(gateway)
        self.close_of(gateway)
        return self._n_hits(gateway) > before

    def _n_hits(self, gateway: int) -> float:
        text = self.clients[gateway].get("/api/metrics").text
        return float(text.split('answer_requests_total{outcome="hit"} ')[1].split()[0])

    def are_followed(self) -> bool:
        """Say whether both gateways serve kept answers unasked."""
        metrics = [client.get("/api/metrics").text for client in self.clients]
        return all("revision_feed_alive 1.0" in text for text in metrics)


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
        twins = Twins(gateways, datas, environment, tmp_path, client[database.name], stack)
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
    stop, seen = threading.Event(), [0, 0]

    def read(gateway: int) -> None:
        """Keep the gateway busy with reads, so that answers are under way whenever a write comes."""
        url = f"http://127.0.0.1:{twins.gateways[gateway].port}/api/stocks/{SYMBOL}/bars"
        with httpx.Client(timeout=PATIENCE_SECONDS) as client:
            while not stop.is_set():
                seen[gateway] += client.get(url).status_code == 200

    readers = [threading.Thread(target=read, args=(gateway,)) for gateway in (0, 1)]
    for reader in readers:
        reader.start()
    try:
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
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert min(seen) > N_WRITES


def test_with_a_data_service_killed_the_other_continues_and_nothing_is_outdated(twins: Twins) -> None:
    twins.put(0, 1.0)
    assert twins.close_of(1) == 1.0
    twins.datas[1].stop(9)  # type: ignore[arg-type]  # SIGKILL
    twins.put(0, 2.0)  # waits until the lease of what has gone has ended
    assert twins.close_of(0) == 2.0
    assert twins.clients[1].get(f"/api/stocks/{SYMBOL}/bars").status_code in {502, 503}
    twins.datas[1].start()
    until(twins.are_followed)
    assert twins.close_of(1) == 2.0
