"""Databases as people have them: each layout is served to a read-only user, and nothing is written."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import pytest
from bokeh_sampledata.stocks import data as sample

from tests.support.data.mongods import require_users
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
    "MIXED": [
        *_rows("date", ISO)[:25],
        *({name.title(): row[name] for name in row} for row in _rows("date", ISO)[25:]),
    ],
    "KEYED": _rows("_id", DAYS),
    "TEXT": [row | {"close": f"1,{11 + n:03}.50"} for n, row in enumerate(_rows("date", ISO))],
}
VIEWS = ("VIEW.A", "VIEW.B")  # of one collection with a field for the symbol
LAYOUT_SYMBOLS = [*LAYOUTS, "CAPPED", "SERIES", *VIEWS]
UNREADABLE = {"AMBIGUOUS": _rows("date", ["02/03/2017"]), "OTHER": [{"when": "2017-01-03", "value": 1}]}


def _real_documents(symbol: str, *, as_date: bool) -> list[dict[str, Any]]:
    """Write a symbol of the sample as the first tool did, in any order."""
    documents = [
        {
            "_id": f"{symbol}-{number}",
            "Date": row["date"].to_pydatetime().replace(tzinfo=UTC) if as_date else row["date"].strftime("%Y-%m-%d"),
            "Name": symbol,
        }
        | {name: row[name.lower()] for name in ("Open", "High", "Low", "Close", "Volume")}
        for number, row in enumerate(sample[sample["ticker"] == symbol].to_dict("records"))
    ]
    random.Random(7).shuffle(documents)
    return documents


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("layouts")
    with running_stack(folder) as stack:
        with mongo_client(stack.mongo_url) as client:
            database = client[DATABASE]
            for symbol, documents in (LAYOUTS | UNREADABLE).items():
                database[symbol].insert_many([dict(document) for document in documents])
            database["BRK.B"].insert_many(_real_documents("AAPL", as_date=False))
            database["MSFT"].insert_many(_real_documents("MSFT", as_date=True))
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
        require_users(stack.mongod, folder)
        address = f"mongodb://reader:only-reads@127.0.0.1:{stack.mongod.port}/?directConnection=true&authSource=admin"
        stack.data.environment["DATA_MONGO_URL"] = address
        stack.data.start()
        stack.gateway.wait_until(stack.is_healthy)
        yield stack


def _get(stack: Stack, path: str) -> httpx.Response:
    return httpx.get(f"{stack.url}{path}", timeout=PATIENCE_SECONDS)


def test_its_collections_are_listed(stack: Stack) -> None:
    assert _get(stack, "/api/stocks/all").json() == sorted([*LAYOUT_SYMBOLS, *UNREADABLE, "BRK.B", "MSFT"])


@pytest.mark.parametrize("symbol", LAYOUT_SYMBOLS)
def test_each_layout_is_served(stack: Stack, symbol: str) -> None:
    bars = _get(stack, f"/api/stocks/{symbol}/bars").json()["bars"]
    assert [bar["session"] for bar in bars] == ISO
    first, last = (1011.5, 1050.5) if symbol == "TEXT" else (11, 50)
    assert (bars[0]["close"], bars[-1]["close"]) == (first, last)
    assert bars[0]["adj_close"] == (7 if symbol in {"ADJ", "SERIES"} else None)
    assert _get(stack, f"/api/stocks/{symbol}").json()["bars"] == len(DAYS)


@pytest.mark.parametrize(("symbol", "mae"), [("BRK.B", 2.0745), ("msft", 0.1053)])
def test_bars_are_predicted_whatever_their_order(stack: Stack, symbol: str, mae: float) -> None:
    result = httpx.post(f"{stack.url}/api/result", json={"stock_symbol": symbol}, timeout=PATIENCE_SECONDS).json()
    assert (round(result["metrics"]["mae"], 4), result["split"]["test"]["first_session"]) == (mae, "2010-07-27")


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
    assert "only-reads" not in log
