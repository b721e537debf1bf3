"""`python -m services.data`, on a real mongod and valkey."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from services.data.__main__ import cli
from tests.support.servers import mongo_client


@pytest.fixture
def environment(mongo_url: str, redis_url: str) -> Iterator[dict[str, str]]:
    database = f"test_{uuid4().hex}"
    yield {"DATA_MONGO_URL": mongo_url, "DATA_REDIS_URL": redis_url, "DATA_MONGO_DATABASE": database}
    with mongo_client(mongo_url) as client:
        client.drop_database(database)


def _run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(cli, ["load-sample", *words], env=environment)


def test_the_sample_is_loaded_and_each_symbol_said(environment: dict[str, str]) -> None:
    done = _run(environment)
    assert done.exit_code == 0
    assert [line.strip() for line in done.output.splitlines() if "bars" in line][1:] == [
        "AAPL: 3,270 bars",
        "FB: 196 bars",
        "GOOG: 2,148 bars",
        "IBM: 3,270 bars",
        "MSFT: 3,270 bars",
    ]
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        collection = client[environment["DATA_MONGO_DATABASE"]]["AAPL"]
        assert collection.count_documents({}) == 3270
        assert collection.find_one({}, {"_id": False}, sort=["Date"]) == {
            "Date": "2000-03-01",
            "Open": 118.56,
            "High": 132.06,
            "Low": 118.5,
            "Close": 130.31,
            "Volume": 9616100.0,
            "Adj Close": pytest.approx(4.186663, abs=1e-6),
        }


def test_a_store_with_a_symbol_is_left_as_it_is_when_asked_to(environment: dict[str, str]) -> None:
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        database = client[environment["DATA_MONGO_DATABASE"]]
        database["MINE"].insert_one({"Date": "2024-01-02"})
        done = _run(environment, "--if-empty")
        assert (done.exit_code, done.output) == (0, "")
        assert database.list_collection_names() == ["MINE"]


def test_a_store_that_is_down_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    environment["DATA_MONGO_URL"] = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200"
    done = _run(environment)
    assert done.exit_code == 1
    assert "store (MongoDB) does not answer" in done.output
    assert "Traceback" not in done.output
