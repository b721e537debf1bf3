"""Files as people have them, through the API and the command line of one running system: stored right, or refused."""

import csv
import io
import re
from collections.abc import Iterator

import httpx
import pytest
from typer.testing import CliRunner, Result

from gateway.api_keys import compute_digest
from services.data.__main__ import cli
from shared.schemas.arrow import NUMBERS
from tests.support.data.real_files import EXPECTED, FOLDER, NAMELESS, REFUSED, SYMBOLS
from tests.support.data.uploads import join_lines
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import GENEROUS_LIMITS, Stack, running_stack

API_KEY = "the-key-of-the-file-cases"
MANY = {name: symbols for name, symbols in SYMBOLS.items() if len(symbols) > 1}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("cases"), {"GATEWAY_API_KEYS": compute_digest(API_KEY)}) as stack:
        yield stack


def _put(stack: Stack, name: str, symbol: str, **options: str) -> httpx.Response:
    return httpx.put(
        f"{stack.url}/api/stocks/{symbol}/bars",
        params={"mode": "replace"} | options,
        content=(FOLDER / name).read_bytes(),
        headers={"X-API-Key": API_KEY},
        timeout=PATIENCE_SECONDS,
    )


def _served(stack: Stack, symbol: str) -> tuple[int, str, list[float | None]]:
    bars = httpx.get(f"{stack.url}/api/stocks/{symbol}/bars", timeout=PATIENCE_SECONDS).json()["bars"]
    return len(bars), bars[-1]["session"], [bars[-1][number] for number in NUMBERS]


def _run(stack: Stack, *words: str) -> Result:
    stores = {"DATA_MONGO_URL": stack.mongo_url, "DATA_REDIS_URL": stack.redis_url, "DATA_MONGO_DATABASE": "loaded"}
    return CliRunner().invoke(cli, words, env=GENEROUS_LIMITS | stores | {"COLUMNS": "1000"})


def _load(stack: Stack, name: str, **options: str) -> Result:
    given = {"symbol": "X"} | options if name in NAMELESS else options
    words = [word for key, value in given.items() for word in (f"--{key.replace('_', '-')}", value)]
    return _run(stack, "load", str(FOLDER / name), "--mode", "replace", *words)


def _exported(stack: Stack, symbol: str) -> tuple[int, str, list[float | None]]:
    done = _run(stack, "export", symbol)
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    return len(rows), rows[-1]["date"], [float(rows[-1][number]) if rows[-1][number] else None for number in NUMBERS]


def _right(name: str) -> tuple[int, str, list[float | None]]:
    row = EXPECTED[name]
    return int(row["rows"]), row["newest"], [float(row[number]) if row[number] else None for number in NUMBERS]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_stored_right_by_the_api_and_the_command_line(stack: Stack, name: str) -> None:
    symbol = EXPECTED[name]["symbol"]
    sent, loaded = _put(stack, name, symbol), _load(stack, name)
    assert (sent.status_code, loaded.exit_code) == (200, 0), (sent.text, loaded.output)
    assert _served(stack, symbol) == _exported(stack, symbol) == _right(name)  # to the bit


@pytest.mark.parametrize("name", MANY)
def test_each_symbol_of_a_file_is_loaded_by_both_and_a_load_of_one_symbol_is_for_one(stack: Stack, name: str) -> None:
    _load(stack, name)
    answer = httpx.put(
        f"{stack.url}/api/bars?mode=replace",
        content=(FOLDER / name).read_bytes(),
        headers={"X-API-Key": API_KEY},
        timeout=PATIENCE_SECONDS,
    )
    assert [report["symbol"] for report in join_lines(answer)["reports"]] == sorted(MANY[name])
    assert all(_exported(stack, symbol) == _served(stack, symbol) for symbol in MANY[name])
    assert all(_exported(stack, symbol)[0] for symbol in MANY[name])
    refused = _put(stack, name, MANY[name][0])
    assert refused.status_code == 422
    assert re.search("but this load is for|both have bars that would be stored as", refused.json()["detail"])


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_file_leaves_open_is_refused_by_both_and_the_sentence_works_in_both(stack: Stack, name: str) -> None:
    sentence, options, prices = REFUSED[name]
    symbol = "X" if name in NAMELESS else FOLDER.joinpath(name).stem.replace("_", "-").upper()
    sent, loaded = _put(stack, name, symbol), _load(stack, name)
    assert (sent.status_code, loaded.exit_code) == (422, 1)
    assert re.search(sentence, sent.json()["detail"])
    assert re.search(sentence, loaded.output)
    if options is not None:
        sent, loaded = _put(stack, name, symbol, **options), _load(stack, name, **options)
        assert (sent.status_code, loaded.exit_code) == (200, 0), (sent.text, loaded.output)
        assert _served(stack, symbol) == _exported(stack, symbol)
        assert tuple(_served(stack, symbol)[2][:4]) == prices
