"""Two gateways and two data services behind one balancer, on one MongoDB, for `make bench-stale`."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pymongo.errors import PyMongoError

from local.servers import mongo_url, redis_url
from tests.support.deploy.balancer import Balancer, running_balancers
from tests.support.polling import until, wait_until
from tests.support.resources import metric
from tests.support.servers.processes import Server, mongo_client, mongod, running, service, valkey
from tests.support.servers.readiness import ensure_primary, is_listening

KEY = "a-key-that-may-write"


@dataclass
class Pairs:
    """The running system.

    Attributes:
        gateways: Both gateways.
        datas: Both data services.
        balancer: Between all others and the data services.
        environment: The settings of the data service's command line.
        mongo_url: The address of MongoDB.
    """

    gateways: list[Server]
    datas: list[Server]
    balancer: Balancer
    environment: dict[str, str]
    mongo_url: str

    @property
    def urls(self) -> list[str]:
        """Return the addresses of the gateways."""
        return [f"http://127.0.0.1:{gateway.port}" for gateway in self.gateways]

    def faults(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return the faults, each by a sentence that describes it."""
        return {
            "every connection to the data services is cut for 3 s": lambda: self.balancer.cut(3),
            "one data service is killed, and started again after 3 s": self._kill_one,
            "MongoDB steps down for 5 s": lambda: asyncio.to_thread(self._step_down),
        }

    async def _kill_one(self) -> None:
        await asyncio.to_thread(self.datas[0].stop, signal.SIGKILL)
        await asyncio.sleep(3)
        self.datas[0].start()

    def _step_down(self) -> None:
        with mongo_client(self.mongo_url) as client:
            try:
                client.admin.command("replSetStepDown", 5, force=True)
            except PyMongoError as error:  # it may close the connection instead of answering
                print(f"  MongoDB answered {type(error).__name__}", flush=True)

    def count_hits(self) -> int:
        """Return how many requests the gateways have answered from memory, unasked."""
        return int(sum(metric(gateway, "answer_requests_total", outcome="hit") for gateway in self.gateways))

    def are_following(self) -> bool:
        """Say whether every gateway serves kept answers unasked."""
        try:
            return all(metric(gateway, "revision_feed_alive") for gateway in self.gateways)
        except httpx.TransportError:
            return False


@asynccontextmanager
async def running_pairs(folder: Path, key_digest: str) -> AsyncIterator[Pairs]:
    """Start everything, and wait until both gateways follow the feed of revisions."""
    store, cache = mongod(folder), valkey(folder)
    stores = {"DATA_MONGO_URL": mongo_url(store.port), "DATA_REDIS_URL": redis_url(cache.port)}
    datas = [service(folder, "services.data.app", stores) for _ in range(2)]
    balancer = Balancer(*datas)
    prediction = service(folder, "services.prediction.app", {"PREDICTION_DATA_URL": balancer.url})
    addresses = {"GATEWAY_DATA_URL": balancer.url, "GATEWAY_PREDICTION_URL": f"http://127.0.0.1:{prediction.port}"}
    keys = {"GATEWAY_API_KEYS": key_digest}
    gateways = [service(folder, "gateway.app", addresses | keys) for _ in range(2)]
    with ExitStack() as servers:
        for server in (store, cache):
            servers.enter_context(running(server))
        await asyncio.to_thread(ensure_primary, store.port)
        await wait_until(lambda: is_listening(cache.port))
        for server in datas:
            servers.enter_context(running(server))
        async with running_balancers(balancer):
            for server in (prediction, *gateways):
                servers.enter_context(running(server))
            pairs = Pairs(gateways, datas, balancer, stores, mongo_url(store.port))
            await asyncio.to_thread(until, pairs.are_following)
            yield pairs
