"""Rate limits of two real gateways that count in one Valkey, and what is left of them while it hangs or is gone."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from redis import Redis

from gateway.rate_limits.counters import PREFIX
from local.servers import redis_url
from shared.breaker import N_IN_A_ROW
from tests.support.polling import PATIENCE_SECONDS
from tests.support.resources import metric
from tests.support.servers.processes import Server, running, service, valkey
from tests.support.servers.readiness import is_listening

READ = "/api/nothing"  # counts like every path of the API, and needs no other service
LIMIT = 20


@dataclass
class Served:
    """Two gateways and their Valkey."""

    gateways: list[Server]
    valkey: Server

    def statuses(self, n: int, gateway: int = 0) -> list[int]:
        """Send `n` requests, one after the other."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.gateways[gateway].port}", timeout=PATIENCE_SECONDS) as http:
            return [http.get(READ).status_code for _ in range(n)]

    def decisions(self, place: str) -> float:
        """Return how many requests the first gateway has counted there."""
        return metric(self.gateways[0], "rate_limit_decisions_total", place=place)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    store = valkey(tmp_path)
    environment = {"GATEWAY_READS_PER_MINUTE": str(LIMIT), "GATEWAY_LIMITS_REDIS_URL": redis_url(store.port)}
    gateways = [service(tmp_path / name, "gateway.app", environment) for name in ("one", "two")]
    for gateway in gateways:
        gateway.log.parent.mkdir()
    with running(store), running(gateways[0]), running(gateways[1]):
        store.wait_until(lambda: is_listening(store.port))
        for gateway in gateways:
            gateway.wait_until(lambda port=gateway.port: is_listening(port))  # type: ignore[misc]
        yield Served(gateways, store)


def test_gateways_count_together_and_forget_after_a_while(served: Served) -> None:
    statuses = served.statuses(15) + served.statuses(15, gateway=1)
    assert statuses == [404] * LIMIT + [429] * 10
    with Redis.from_url(redis_url(served.valkey.port)) as store:
        keys = store.keys()
        assert all(key.decode().startswith(PREFIX) and 0 < store.ttl(key) <= 120 for key in keys)
    assert len(keys) <= 2


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_without_valkey_each_gateway_still_limits(served: Served, how: signal.Signals) -> None:
    served.statuses(1)
    assert served.decisions("shared") == 1
    served.valkey.send(how)
    statuses = served.statuses(LIMIT + 10)
    assert statuses == [404] * LIMIT + [429] * 10
    assert served.decisions("local") == LIMIT + 10
    if how is signal.SIGSTOP:
        served.valkey.send(signal.SIGCONT)
        served.gateways[0].wait_until(lambda: bool(served.statuses(1)) and served.decisions("shared") > N_IN_A_ROW)
