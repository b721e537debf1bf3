"""A connection opened while its MongoDB member was starting is replaced within the request that needs it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from local.servers import mongo_url as mongo_address
from services.data.metrics import DataMetrics
from services.data.ports import Resources
from services.data.resources import open_resources
from services.data.settings import DataSettings
from shared.errors import StoreUnavailable
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import put
from tests.support.data.ledgers import AT, make_ledger_entry
from tests.support.data.mongods import running_standalone
from tests.support.servers.member_proxy import MemberProxy, running_member_proxy
from tests.support.servers.processes import Database, mongo_client, mongod, running
from tests.support.servers.readiness import ensure_primary

ADDRESSES = {"direct": "directConnection=true", "replica set": "replicaSet=rs0"}
Seconds = tuple[float, float, float]  # time limits of a read, of a request that reads, and of a write
USUAL: Seconds = (2, 2.5, 20)
BRIEF: Seconds = (1, 2.5, 1)
LONG: Seconds = (10, 15, 20)


@dataclass
class Service:
    """The data service's resources, the bare driver's view of the same database, and a counter."""

    resources: Resources
    database: Database
    registry: CollectorRegistry

    @property
    def n_replaced(self) -> float | None:
        return self.registry.get_sample_value("mongo_connections_replaced_total")

    async def read(self) -> None:
        assert len((await self.resources.store.bars("OLD")).bars) == 3

    async def load(self) -> None:
        await put(self.resources.store, make_frame("NEW"))
        assert len((await self.resources.store.bars("NEW")).bars) == 3

    async def delete(self) -> None:
        await self.resources.store.delete("OLD")

    async def list(self) -> None:
        assert await self.resources.store.symbols() == ["OLD"]
        assert await self.resources.store.entries() == []

    async def ping(self) -> None:
        await self.resources.store.ping()

    async def keep(self) -> None:
        ledger = self.resources.ledger
        assert (await ledger.add([make_ledger_entry()], AT)).kept == 1
        assert len(await ledger.entries("AAPL")) == 1

    async def follow(self) -> None:
        changes = self.resources.feed.changes()
        async with asyncio.timeout(20):
            assert await anext(changes) is None
            self.database["TOLD"].insert_one({"Date": "2024-01-02"})
            assert await anext(changes) == {"TOLD"}  # not None, which would mean a gap
        await self.resources.feed.ping()


Use = Callable[[Service], Awaitable[None]]
ALL: tuple[Use, ...] = (
    Service.read,
    Service.load,
    Service.delete,
    Service.list,
    Service.ping,
    Service.keep,
    Service.follow,
)
RETRIED: tuple[Use, ...] = (Service.list, Service.keep, Service.follow)  # by the driver, from the first command on


@pytest.fixture(scope="module")
def mongod_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running(mongod(tmp_path_factory.mktemp("member"))) as server:
        ensure_primary(server.port)
        yield server.port


@pytest.fixture
async def proxy(mongod_port: int) -> AsyncIterator[MemberProxy]:
    async with running_member_proxy(mongod_port) as proxy:
        yield proxy


@asynccontextmanager
async def _opened(proxy: MemberProxy, option: str, seconds: Seconds = USUAL) -> AsyncIterator[Service]:
    """Open the data service's resources on a database that contains the symbol OLD."""
    name, registry = f"test_{uuid4().hex}", CollectorRegistry()
    settings = DataSettings(
        mongo_url=SecretStr(proxy.url(option)),
        mongo_database=name,
        store_timeout_seconds=seconds[0],
        budget_seconds=seconds[1],
        write_timeout_seconds=seconds[2],
    )
    with mongo_client(mongo_address(proxy.mongod_port)) as client:
        client[name]["OLD"].insert_many([{"Date": f"2024-01-0{day}", "Close": 1.0} for day in (2, 3, 4)])
        async with open_resources(settings, DataMetrics(registry)) as resources:
            yield Service(resources, client[name], registry)
        client.drop_database(name)


async def _until_served(service: Service) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(StoreUnavailable):
                return await service.read()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("use", ALL, ids=lambda use: use.__name__)
@pytest.mark.parametrize("option", ADDRESSES.values(), ids=ADDRESSES)
async def test_a_connection_to_a_starting_member_is_replaced_within_the_request(
    proxy: MemberProxy, option: str, use: Use
) -> None:
    proxy.is_starting = lambda number: number == 2  # the first one that is not the monitor's
    async with _opened(proxy, option) as service:
        await use(service)
        assert service.n_replaced == 1


@pytest.mark.parametrize("use", RETRIED, ids=lambda use: use.__name__)
@pytest.mark.parametrize("option", ADDRESSES.values(), ids=ADDRESSES)
async def test_a_member_that_is_ready_a_little_later_is_waited_for(proxy: MemberProxy, option: str, use: Use) -> None:
    proxy.is_starting = lambda number: number in {2, 3}  # both handshakes of one attempt
    async with _opened(proxy, option, LONG) as service:
        await use(service)
        assert service.n_replaced == 2


@pytest.mark.parametrize("option", ADDRESSES.values(), ids=ADDRESSES)
async def test_a_member_that_is_not_ready_in_time_is_unavailable_and_served_later(
    proxy: MemberProxy, option: str
) -> None:
    proxy.is_starting = lambda number: number > 1
    async with _opened(proxy, option, BRIEF) as service:
        for call in (service.resources.store.symbols, service.resources.store.entries):
            with pytest.raises(StoreUnavailable, match=r"Try again in a moment\."):
                await call()
        assert service.n_replaced is not None
        # In each second of a call, the driver tries at once and after each check of the member, which are half a second
        # apart: three times at most, with two handshakes each.
        assert 0 < service.n_replaced <= 2 * 3 * 2
        proxy.is_starting = lambda number: False
        await _until_served(service)


async def test_a_member_that_the_monitor_sees_starting_is_served_once_it_is_ready(proxy: MemberProxy) -> None:
    proxy.is_starting = lambda number: True
    async with _opened(proxy, ADDRESSES["direct"], LONG) as service:
        with pytest.raises(StoreUnavailable, match="is neither primary nor secondary yet"):
            await service.ping()
        proxy.is_starting = lambda number: False
        await service.read()
        await service.load()


async def test_a_mongodb_that_is_not_a_replica_set_keeps_its_connections(tmp_path: Path) -> None:
    with running_standalone(tmp_path) as server:
        async with running_member_proxy(server.port) as proxy:
            proxy.is_starting = lambda number: True  # the member reports no support for sessions
            async with _opened(proxy, ADDRESSES["direct"]) as service:
                for _ in range(3):
                    await service.load()
                assert (service.n_replaced, proxy.n_connections) == (0, 2)
