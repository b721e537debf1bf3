"""`python -m services.data`, on a real mongod and valkey."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.data.__main__ import cli
from tests.support.data.files import zipped
from tests.support.servers.processes import mongo_client

HEADER = "date,open,high,low,close,volume,Name\n"
ROWS = {
    "AAL": "2013-02-08,15.07,15.12,14.63,14.75,8407500,AAL\n2013-02-11,14.89,15.01,14.26,14.46,8882000,AAL\n",
    "MMM": "2013-02-08,101.5,102.1,101.1,102.0,2000000,MMM\n2013-02-11,,102.6,101.9,102.2,2100000,MMM\n",
}


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "".join(ROWS.values())).encode()))
    return path


def _run(environment: dict[str, str], *words: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(map(str, words)), env=environment | {"COLUMNS": "200"}, input=answer)


def test_the_sample_is_loaded_and_listed(environment: dict[str, str]) -> None:
    done = _run(environment, "load-sample")
    assert done.exit_code == 0, done.output
    assert "sample: 5 symbols, 12,154 bars: 12,154 new" in done.output
    listed = json.loads(_run(environment, "list", "--json").stdout)
    assert [(stock["symbol"], stock["bars"]) for stock in listed] == [
        ("AAPL", 3270),
        ("FB", 196),
        ("GOOG", 2148),
        ("IBM", 3270),
        ("MSFT", 3270),
    ]
    assert _run(environment, "list", "google").stdout.split()[5:7] == ["GOOG", "Google"]
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


def test_a_file_of_many_symbols_is_loaded_and_the_report_names_each_bad_row(
    environment: dict[str, str], prices: Path
) -> None:
    done = _run(environment, "load", prices)
    assert done.exit_code == 0, done.output
    assert "prices.csv.gz: 2 symbols, 3 bars: 3 new, 0 changed, 0 unchanged. 1 row rejected." in done.output
    assert "MMM     4    2013-02-11  missing_price  Open, high, low or close is missing" in done.output
    again = _run(environment, "load", prices, "--json")
    assert [report["unchanged"] for report in json.loads(again.stdout)] == [2, 1]


def test_a_dry_run_and_a_strict_load_of_a_bad_file_store_nothing(environment: dict[str, str], prices: Path) -> None:
    dry = _run(environment, "load", "--dry-run", prices)
    strict = _run(environment, "load", "--strict", prices)
    assert (dry.exit_code, strict.exit_code) == (0, 1)
    assert "Dry run: nothing was written." in dry.output
    assert "/MMM/rows/4: Open, high, low or close is missing" in strict.output
    assert json.loads(_run(environment, "list", "--json").stdout) == []


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_loaded(
    environment: dict[str, str], prices: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("a,b\n1,2\n")
    done = _run(environment, "load", broken, prices)
    assert done.exit_code == 1
    assert "broken.csv: " in done.output
    assert "Traceback" not in done.output
    assert len(json.loads(_run(environment, "list", "--json").stdout)) == 2


def test_stored_bars_are_checked_whichever_tool_stored_them(environment: dict[str, str], prices: Path) -> None:
    _run(environment, "load", prices)
    fine = _run(environment, "check", "aal")
    assert fine.exit_code == 0
    assert "short_history: Only 2 bars" in fine.stdout
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        bad = {"Date": "2013-02-12", "Open": 5, "High": 4, "Low": 3, "Close": 3.5}
        client[environment["DATA_MONGO_DATABASE"]]["AAL"].insert_one(bad)
    done = _run(environment, "check")
    assert done.exit_code == 1
    assert "2013-02-12  high_too_low" in done.stdout


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_an_export_loads_back_as_it_was(environment: dict[str, str], prices: Path, tmp_path: Path, form: str) -> None:
    _run(environment, "load", prices)
    path = tmp_path / f"all.{form}"
    assert "2 symbols, 3 bars" in _run(environment, "export", "--format", form, "-o", path).output
    reports = json.loads(_run(environment, "load", "--mode", "replace", path, "--json").stdout)
    assert [(report["symbol"], report["unchanged"], report["removed"]) for report in reports] == [
        ("AAL", 2, 0),
        ("MMM", 1, 0),
    ]


def test_an_archive_of_several_files_is_not_one_symbol_and_the_sentence_says_how_to_load_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    files = {
        f"{symbol}.csv": (HEADER.replace(",Name", "") + rows.replace(f",{symbol}", "")) for symbol, rows in ROWS.items()
    }
    archive = tmp_path / "X.zip"
    archive.write_bytes(zipped({name: text.encode() for name, text in files.items()}))
    refused = _run(environment, "load", archive, "--symbol", "AAL")
    assert refused.exit_code == 1
    assert "'AAL.csv' and 'MMM.csv' both have bars that would be stored as AAL." in refused.output
    assert "On the command line without --symbol" in refused.output
    assert json.loads(_run(environment, "list", "--json").stdout) == []
    assert _run(environment, "load", archive).exit_code == 0
    listed = json.loads(_run(environment, "list", "--json").stdout)
    assert [(stock["symbol"], stock["bars"]) for stock in listed] == [("AAL", 2), ("MMM", 1)]


def test_an_export_goes_to_standard_output_and_can_be_a_part(environment: dict[str, str], prices: Path) -> None:
    _run(environment, "load", prices)
    out = _run(environment, "export", "AAL", "--start", "2013-02-11").stdout.splitlines()
    assert out[0].startswith("symbol,date,open")
    assert [line.split(",")[:3] for line in out[1:]] == [["AAL", "2013-02-11", "14.89"]]
    assert _run(environment, "export", "AAL", "--adjusted").exit_code == 1


def test_a_symbol_is_removed_when_the_person_says_so(environment: dict[str, str], prices: Path) -> None:
    _run(environment, "load", prices)
    kept = _run(environment, "delete", "AAL", answer="n\n")
    assert kept.exit_code == 1
    gone = _run(environment, "delete", "AAL", "--yes")
    assert (gone.exit_code, "Removed AAL." in gone.output) == (0, True)
    assert [stock["symbol"] for stock in json.loads(_run(environment, "list", "--json").stdout)] == ["MMM"]
    again = _run(environment, "delete", "AAL", "--yes")
    assert (again.exit_code, "The store has no symbol AAL." in again.output) == (1, True)


def test_a_refresh_without_a_vendor_says_what_to_set(environment: dict[str, str]) -> None:
    done = _run(environment, "refresh")
    assert done.exit_code == 1
    assert "Set DATA_VENDOR to tiingo, alpha_vantage or yfinance" in done.output


@contextmanager
def _vendor(answers: dict[str, object]) -> Iterator[str]:
    """Serve JSON by symbol as Tiingo does, with 404 for other symbols, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the library calls
            answer = answers.get(self.path.split("/")[3])
            body = json.dumps(answer).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _bar(day: str, close: float) -> dict[str, object]:
    prices = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": 1000}
    return {"date": f"{day}T00:00:00.000Z", "adjClose": close} | prices


def test_a_refresh_brings_the_new_sessions_and_one_bad_symbol_stops_no_other(environment: dict[str, str]) -> None:
    with mongo_client(environment["DATA_MONGO_URL"]) as client:
        database = client[environment["DATA_MONGO_DATABASE"]]
        for symbol in ("GONE", "GOOD", "SPLIT"):
            database[symbol].insert_one({"Date": "2024-01-02", "Open": 8, "High": 9, "Low": 7, "Close": 8})
    answers: dict[str, object] = {
        "GOOD": [_bar("2024-01-02", 8), _bar("2024-01-03", 8.5)],
        "SPLIT": [_bar("2024-01-02", 4), _bar("2024-01-03", 4.5)],
    }
    with _vendor(answers) as url:
        vendor = {"DATA_VENDOR": "tiingo", "DATA_TIINGO_KEY": "canary123", "DATA_TIINGO_URL": url}
        done = _run(environment | vendor | {"DATA_VENDOR_INTERVAL_SECONDS": "0.001"}, "refresh", "--json")
    outcomes = {report["symbol"]: report["outcome"] for report in json.loads(done.stdout)}
    assert outcomes == {"GONE": "failed", "GOOD": "refreshed", "SPLIT": "history_changed"}
    assert done.exit_code == 1
    assert "SPLIT    history changed: tiingo's prices differ in 1 of 1 stored sessions" in done.output
    assert "canary123" not in done.output
    stored = json.loads(_run(environment, "list", "--json").stdout)
    assert {stock["symbol"]: stock["bars"] for stock in stored} == {"GONE": None, "GOOD": 2, "SPLIT": None}


@pytest.mark.parametrize("words", [["export", "../x"], ["delete", "system.users"], ["load", "no-such-file.csv"]])
def test_words_that_make_no_sense_are_refused_before_anything_is_done(
    environment: dict[str, str], words: list[str]
) -> None:
    done = _run(environment, *words)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_store_that_is_down_is_reported_in_a_sentence(environment: dict[str, str]) -> None:
    environment["DATA_MONGO_URL"] = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200"
    done = _run(environment, "load-sample")
    assert done.exit_code == 1
    assert "store (MongoDB) does not answer" in done.output
    assert "Traceback" not in done.output


def test_it_runs_as_a_program_and_prints_no_bar_into_a_pipe(environment: dict[str, str], prices: Path) -> None:
    command = [sys.executable, "-m", "services.data", "load", str(prices)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "prices.csv.gz: 2 symbols" in done.stderr
    assert "\x1b" not in done.stderr


def test_what_is_logged_is_not_among_the_results(environment: dict[str, str], prices: Path) -> None:
    environment["DATA_REDIS_URL"] = "redis://127.0.0.1:9"
    command = [sys.executable, "-m", "services.data", "load", "--json", str(prices)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    assert [report["n_bars"] for report in json.loads(done.stdout)] == [2, 1]
    assert "cache_failed" in done.stderr
