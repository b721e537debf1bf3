"""`kill -9` at random points of loads: stored bars are complete, and acknowledged loads are present."""

import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern

from local.servers import mongo_url as mongo_address
from services.data.files.export import to_csv
from services.data.mongo.bar_documents import build_frame
from services.data.mongo.catalogue_documents import CATALOGUE, from_document
from shared.market.exchange_sessions import EVERY_DAY
from tests.support.data.crash_loader import Loader, build_version, loading
from tests.support.data.mongods import mongod_that_forgets
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import Database, Server, mongo_client, running, service
from tests.support.servers.readiness import ensure_primary

SEED = 20261124
LATER = 400  # a version that no loader reaches before it is killed
DATABASE = "bars"


@dataclass
class Figures:
    """Results of the checks after each kill."""

    n_acknowledged: int = 0
    n_in_flight: int = 0
    n_new: int = 0

    def check(self, database: Database, loader: "Loader | Uploads") -> None:
        """Assert that each symbol is complete, has the entry of its bars, and is no older than acknowledged."""
        loader.listen()
        acknowledged = dict(loader.acknowledged)
        stored = {symbol: _stored_version(database, symbol) for symbol in loader.begun}
        loader.listen()
        for symbol, version in stored.items():
            assert acknowledged.get(symbol, 0) <= version <= loader.begun[symbol]
            self.n_in_flight += loader.begun[symbol] > acknowledged.get(symbol, 0)
            self.n_new += version > acknowledged.get(symbol, 0)


def _stored_version(database: Database, symbol: str) -> int:
    """Return the stored version, 0 for none; fail unless it is one complete version with its own entry."""

    def read(session: ClientSession) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        entry = database[CATALOGUE].find_one({"_id": symbol}, session=session)
        return entry, list(database[symbol].find({}, session=session))

    with database.client.start_session() as session:  # and again while the collection is being created
        entry, documents = session.with_transaction(read, ReadConcern("snapshot"))
    assert bool(entry) == bool(documents)
    if entry is None:
        return 0
    known = from_document(entry)
    assert known is not None
    version = len(documents) - 200
    stored = replace(build_frame(symbol, documents), calendar=EVERY_DAY)
    assert known.revision == stored.revision == build_version(symbol, version).revision
    return version


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with mongod_that_forgets(tmp_path) as server:
        yield server


@pytest.mark.scenario("D1")
def test_a_killed_loader_leaves_each_symbol_wholly_old_or_wholly_new(
    server: Server, n_kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    dice, figures, url = random.Random(SEED), Figures(), mongo_address(server.port)
    with mongo_client(url) as client:
        for kill in range(n_kills):
            with loading(url, DATABASE, [f"K{kill:02}{letter}" for letter in "ABC"]) as loader:
                loader.wait_until_acknowledged(1)
                time.sleep(dice.uniform(0, 0.2))
                loader.kill()
                figures.check(client[DATABASE], loader)
                figures.n_acknowledged += loader.n_acknowledged
        symbols = client[DATABASE].list_collection_names(filter={"name": {"$regex": "^K"}})
        _load_again(url, symbols)
        assert min(_stored_version(client[DATABASE], symbol) for symbol in symbols) >= LATER
    _say(capsys, f"loader killed {n_kills} times (seed {SEED}), {len(symbols)} symbols, all loaded again: {figures}")


@pytest.mark.scenario("D2")
def test_a_killed_mongod_leaves_each_symbol_wholly_old_or_wholly_new(
    server: Server, n_kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    dice, figures, url = random.Random(SEED), Figures(), mongo_address(server.port)
    with loading(url, DATABASE, [f"M{number}" for number in range(6)]) as loader:
        for _ in range(n_kills):
            loader.wait_until_acknowledged(loader.n_acknowledged + 1)
            time.sleep(dice.uniform(0, 0.2))
            server.stop(signal.SIGKILL)
            server.start()
            ensure_primary(server.port)
            with mongo_client(url) as client:
                figures.check(client[DATABASE], loader)
        figures.n_acknowledged = loader.n_acknowledged
    _say(capsys, f"mongod killed {n_kills} times (seed {SEED}): {figures}")


@dataclass
class Uploads:
    """Loads versions of a symbol over HTTP, one after another, and records the outcomes, like a `Loader`."""

    url: str
    symbol: str
    begun: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    n_acknowledged: int = 0

    def listen(self) -> None:
        """Do nothing: outcomes are recorded as they happen."""

    def send_until_it_breaks(self) -> None:
        """Upload until the service has stopped."""
        with httpx.Client(timeout=PATIENCE_SECONDS) as client, suppress(httpx.TransportError):
            for version in count(1):
                self.begun[self.symbol] = version
                body = to_csv(build_version(self.symbol, version))
                url = f"{self.url}/symbols/{self.symbol}/bars?mode=force"
                response = client.put(url, content=body, headers={"content-type": "text/csv"})
                assert response.status_code == 200, response.text
                self.acknowledged[self.symbol] = version
                self.n_acknowledged += 1


@pytest.mark.scenario("D1")
def test_a_killed_data_service_leaves_each_symbol_wholly_old_or_wholly_new(
    server: Server, redis_url: str, tmp_path: Path, n_kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    dice, figures, url = random.Random(SEED), Figures(), mongo_address(server.port)
    environment = {"DATA_MONGO_URL": url, "DATA_MONGO_DATABASE": DATABASE, "DATA_REDIS_URL": redis_url}
    data = service(tmp_path, "services.data.app", environment)
    address = f"http://127.0.0.1:{data.port}"
    with running(data), mongo_client(url) as client:
        for kill in range(n_kills):
            data.wait_until(lambda: httpx.get(f"{address}/readyz").is_success)
            uploads = Uploads(address, f"S{kill:02}")
            with ThreadPoolExecutor(1) as pool:
                sending = pool.submit(uploads.send_until_it_breaks)
                time.sleep(dice.uniform(0.1, 0.6))
                data.stop(signal.SIGKILL)
                sending.result()
            figures.check(client[DATABASE], uploads)
            figures.n_acknowledged += uploads.n_acknowledged
            data.start()
        symbols = client[DATABASE].list_collection_names(filter={"name": {"$regex": "^S"}})
        _load_again(url, symbols)
    _say(
        capsys,
        f"data service killed {n_kills} times (seed {SEED}), {len(symbols)} symbols, all loaded again: {figures}",
    )


def _load_again(url: str, symbols: list[str]) -> None:
    with loading(url, DATABASE, symbols, first_version=LATER) as loader:
        loader.wait_until_acknowledged(len(symbols))


def _say(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201
