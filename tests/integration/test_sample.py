"""`load-sample --if-empty`, which every start runs: it completes the sample and leaves everything else alone."""

from typer.testing import CliRunner, Result

from services.data.__main__ import cli
from tests.support.servers.processes import mongo_client


def _run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(cli, list(words), env=environment | {"COLUMNS": "200"})


def test_a_store_with_a_symbol_is_left_unchanged_when_asked_to(environment: dict[str, str]) -> None:
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        database = client[environment["DATA_MONGO_DATABASE"]]
        database["MINE"].insert_one({"Date": "2024-01-02"})
        done = _run(environment, "load-sample", "--if-empty")
        assert (done.exit_code, done.output) == (0, "")
        assert database.list_collection_names() == ["MINE"]


def test_a_sample_that_was_loaded_in_part_is_completed_and_what_is_stored_stays(environment: dict[str, str]) -> None:
    assert _run(environment, "load-sample", "--if-empty").exit_code == 0
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        database = client[environment["DATA_MONGO_DATABASE"]]
        assert _run(environment, "delete", "AAPL", "IBM", "--yes").exit_code == 0
        database.create_collection("IBM")  # as a load leaves it that fails before its transaction
        again = _run(environment, "load-sample", "--if-empty")
        assert "2 symbols, 6,540 bars: 6,540 new, 0 changed, 0 unchanged" in again.output
        database["IBM"].insert_one({"Date": "2024-01-02", "Open": 1.0, "High": 1.0, "Low": 1.0, "Close": 1.0})
        assert _run(environment, "delete", "AAPL", "--yes").exit_code == 0
        assert _run(environment, "load-sample", "--if-empty").exit_code == 0
        assert database["IBM"].count_documents({}) == 3271


def test_a_store_with_other_bars_of_a_sample_symbol_is_left_unchanged(environment: dict[str, str]) -> None:
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        database = client[environment["DATA_MONGO_DATABASE"]]
        database["IBM"].insert_one({"Date": "2024-01-02", "Open": 1.0, "High": 1.0, "Low": 1.0, "Close": 1.0})
        assert _run(environment, "load-sample", "--if-empty").exit_code == 0
        assert database.list_collection_names() == ["IBM"]
        assert database["IBM"].count_documents({}) == 1
