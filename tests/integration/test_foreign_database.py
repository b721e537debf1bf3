"""A database filled by another tool is listed and predicted unchanged, with a read-only user."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from bokeh_sampledata.stocks import data as sample

from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import Stack, mongo_client, running_stack

DATABASE = "SP500_Stocks"


def _documents(symbol: str, as_date: bool) -> list[dict[str, Any]]:
    rows = sample[sample["ticker"] == symbol].to_dict("records")
    documents = [
        {
            "Date": row["date"].to_pydatetime().replace(tzinfo=UTC) if as_date else row["date"].strftime("%Y-%m-%d"),
            "Open": row["open"],
            "High": row["high"],
            "Low": row["low"],
            "Close": row["close"],
            "Volume": row["volume"],
            "Name": symbol,
            "_id": f"{symbol}-{number}",
        }
        for number, row in enumerate(rows)
    ]
    random.Random(7).shuffle(documents)
    return documents


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("foreign")
    with running_stack(folder) as stack:
        with mongo_client(stack.mongo_url) as client:
            database = client[DATABASE]
            database["BRK.B"].insert_many(_documents("AAPL", as_date=False))
            database["MSFT"].insert_many(_documents("MSFT", as_date=True))
            database["notes"].insert_one({"text": "no symbol", "at": datetime.now(UTC)})
            client.admin.command("createUser", "reader", pwd="only-reads", roles=[{"role": "read", "db": DATABASE}])
        stack.data.stop()
        address = f"mongodb://reader:only-reads@127.0.0.1:{stack.mongod.port}/?directConnection=true&authSource=admin"
        stack.mongod.stop()
        stack.mongod.command.extend(["--auth", "--keyFile", str(_key(folder))])
        stack.mongod.start()
        stack.data.environment["DATA_MONGO_URL"] = address
        stack.data.start()
        stack.gateway.wait_until(stack.is_healthy)
        yield stack


def _key(folder: Path) -> Path:
    """Write the key file that a replica set with passwords needs, and return its path."""
    key = folder / "key"
    key.write_text("bellwether" * 5)
    key.chmod(0o600)
    return key


def test_its_collections_are_listed(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/api/stocks/all").json() == ["BRK.B", "MSFT"]


@pytest.mark.parametrize(("symbol", "mae", "first"), [("BRK.B", 2.0745, "2010-07-27"), ("msft", 0.1053, "2010-07-27")])
def test_its_bars_are_predicted_whatever_their_order(stack: Stack, symbol: str, mae: float, first: str) -> None:
    result = httpx.post(f"{stack.url}/api/result", json={"stock_symbol": symbol}, timeout=PATIENCE_SECONDS).json()
    assert round(result["metrics"]["mae"], 4) == mae
    assert result["split"]["test"]["first_session"] == first


def test_nothing_was_written_to_it_and_nothing_was_tried(stack: Stack) -> None:
    log = stack.data.log.read_text()
    assert "store-unavailable" not in log
    assert "not authorized" not in log
    assert "only-reads" not in log
