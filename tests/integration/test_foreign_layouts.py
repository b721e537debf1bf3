"""Databases as people have them: each layout is served to a read-only user, and nothing is written."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import pytest

from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import Stack, mongo_client, running_stack

DATABASE = "SP500_Stocks"
_SESSIONS = np.busday_offset("2017-01-03", np.arange(40), roll="forward")
DAYS: list[datetime] = _SESSIONS.astype("datetime64[us]").tolist()
ISO = [f"{day:%Y-%m-%d}" for day in DAYS]


def _rows(date: str, dates: list[Any], **values: Any) -> list[dict[str, Any]]:
    return [
        {date: when, "open": 10.0 + n, "high": 12.0 + n, "low": 9.0 + n, "close": 11.0 + n, "volume": 100} | values
        for n, when in enumerate(dates)
    ]


LAYOUTS: dict[str, list[dict[str, Any]]] = {
    "LOWER": _rows("date", ISO),
    "ADJ": _rows("date", [day.replace(tzinfo=UTC) for day in DAYS], AdjClose=7.0),
    "EPOCH": _rows("timestamp", [int(day.replace(tzinfo=UTC).timestamp() * 1000) for day in DAYS]),
    "SLASHES": _rows("date", [f"{day:%d/%m/%Y}" for day in DAYS]),
    "TEXT": [row | {"close": f"1,{11 + n:03}.50"} for n, row in enumerate(_rows("date", ISO))],
}
VIEWS = ("VIEW.A", "VIEW.B")  # of one collection with a field for the symbol
UNREADABLE = {"AMBIGUOUS": _rows("date", ["02/03/2017"]), "OTHER": [{"when": "2017-01-03", "value": 1}]}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("layouts")
    with running_stack(folder) as stack:
        with mongo_client(stack.mongo_url) as client:
            database = client[DATABASE]
            for symbol, documents in (LAYOUTS | UNREADABLE).items():
                database[symbol].insert_many([dict(document) for document in documents])
            database.create_collection("CAPPED", capped=True, size=1 << 20)
            database["CAPPED"].insert_many([dict(document) for document in LAYOUTS["LOWER"]])
            database.create_collection("SERIES", timeseries={"timeField": "date"})
            database["SERIES"].insert_many([dict(document) for document in LAYOUTS["ADJ"]])
            database["prices"].insert_many([row | {"symbol": each} for each in VIEWS for row in LAYOUTS["LOWER"]])
            for symbol in VIEWS:  # as docs/mongodb-layouts.md says
                database.create_collection(symbol, viewOn="prices", pipeline=[{"$match": {"symbol": symbol}}])
            database["aapl_daily"].insert_one({"text": "no symbol"})
            database["notes"].insert_one({"text": "no symbol"})
            client.admin.command("createUser", "reader", pwd="only-reads", roles=[{"role": "read", "db": DATABASE}])
        stack.data.stop()
        stack.mongod.stop()
        key = folder / "key"
        key.write_text("bellwether" * 5)
        key.chmod(0o600)
        stack.mongod.command.extend(["--auth", "--keyFile", str(key)])
        stack.mongod.start()
        address = f"mongodb://reader:only-reads@127.0.0.1:{stack.mongod.port}/?directConnection=true&authSource=admin"
        stack.data.environment["DATA_MONGO_URL"] = address
        stack.data.start()
        stack.gateway.wait_until(stack.is_healthy)
        yield stack


def _get(stack: Stack, path: str) -> httpx.Response:
    return httpx.get(f"{stack.url}{path}", timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("symbol", [*LAYOUTS, "CAPPED", "SERIES", *VIEWS])
def test_each_layout_is_served(stack: Stack, symbol: str) -> None:
    bars = _get(stack, f"/api/stocks/{symbol}/bars").json()["bars"]
    assert [bar["session"] for bar in bars] == ISO
    first, last = (1011.5, 1050.5) if symbol == "TEXT" else (11, 50)
    assert (bars[0]["close"], bars[-1]["close"]) == (first, last)
    assert bars[0]["adj_close"] == (7 if symbol in {"ADJ", "SERIES"} else None)
    assert _get(stack, f"/api/stocks/{symbol}").json()["bars"] == len(DAYS)


def test_a_capped_collection_is_predicted_like_any_other(stack: Stack) -> None:
    response = httpx.post(f"{stack.url}/api/result", json={"stock_symbol": "CAPPED"}, timeout=PATIENCE_SECONDS)
    assert response.json()["data"]["bars"] == len(DAYS)


def test_what_cannot_be_read_says_which_fields_were_looked_for_and_found(stack: Stack) -> None:
    ambiguous, other = (_get(stack, f"/api/stocks/{symbol}").json() for symbol in UNREADABLE)
    assert (ambiguous["type"], other["type"]) == ("/problems/no-bars", "/problems/no-bars")
    assert "may be day first or month first, for example '02/03/2017'" in ambiguous["detail"]
    assert "Looked for the date: Date, date" in other["detail"]
    assert "'when', 'value'" in other["detail"]


def test_collections_that_are_not_served_are_named(stack: Stack) -> None:
    health = _get(stack, "/api/health").json()
    assert health["status"] != "down"
    detail = health["checks"]["data.store"]["detail"]
    assert detail.startswith("3 collections are not served")
    assert "a collection of many symbols by a view for each" in detail
    assert detail.endswith("'aapl_daily', 'notes', 'prices'.")


def test_nothing_was_written_and_nothing_was_tried(stack: Stack) -> None:
    log = stack.data.log.read_text()
    assert "not authorized" not in log
    assert "store-unavailable" not in log
