"""Loading files by the command line: what settles them, and what is reported when a part of them fails."""

import shlex
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer
from prometheus_client import CollectorRegistry
from rich.console import Console

from services.data.__main__ import cli
from services.data.bars.load import LoadOptions
from services.data.cli import commands
from services.data.cli.commands import CommandContext
from services.data.files.source import FileBarSource
from services.data.metrics import DataMetrics
from services.data.records import RawBars
from services.data.settings import DataSettings
from shared.errors import InvalidRequest, StoreUnavailable
from shared.schemas.loads import LoadReport, ReadQuery
from tests.support.data.fakes import FakeBarStore, fakes
from tests.support.data.uploads import PickyStore, PromptFollowers

ROOT = Path(__file__).parents[4]
FILES = ROOT / "tests" / "data" / "files"
EXAMPLES = [
    line.removeprefix("$ python -m services.data load ")
    for line in (ROOT / "docs" / "files.md").read_text().splitlines()
    if line.startswith("$ python -m services.data load ")
]
OPTIONS = LoadOptions(source="test", now=datetime(2026, 11, 29, tzinfo=UTC), calendar=None)


def _parse(arguments: str) -> dict[str, Any]:
    command: Any = typer.main.get_command(cli)
    context = command.commands["load"].make_context("load", shlex.split(arguments))
    parameters: dict[str, Any] = context.params
    return parameters


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_of_the_docs_is_read(example: str) -> None:
    words = _parse(example)
    [path] = words["files"]
    reading = ReadQuery.model_validate({name: words[name] for name in ReadQuery.model_fields})
    [raw] = FileBarSource(ROOT / path, symbol=words["symbol"], options=reading).frames()
    assert raw.rows["close"].notna().all()
    assert raw.rows["session"].notna().all()


def test_there_is_an_example_for_each_option() -> None:
    for name in ReadQuery.model_fields:
        assert any(f"--{name.replace('_', '-')} " in example for example in EXAMPLES), name


@pytest.mark.parametrize("words", ["--columns close", "--columns price=Last", "--decimal ;", "--resample weekly"])
def test_an_option_that_makes_no_sense_is_refused(words: str) -> None:
    with pytest.raises(typer._click.exceptions.UsageError):  # the click that typer has
        _parse(f"{FILES / 'symbols' / 'mm.csv'} {words}")


async def _load(source: Any, store: FakeBarStore) -> tuple[str, list[LoadReport]]:
    """Load a source, and return what is printed and reported, also after a failure."""
    console = Console(file=StringIO(), width=200)
    reports: list[LoadReport] = []
    async with fakes(store)(DataSettings()) as resources:
        context = CommandContext(resources, DataSettings(), console, DataMetrics(CollectorRegistry()))
        try:
            await commands.load(context, source, OPTIONS, reports)
        except StoreUnavailable as error:
            console.print(error.detail)
    return console.file.getvalue(), reports  # type: ignore[attr-defined]


async def test_what_of_an_archive_was_not_read_is_printed_beside_what_was_loaded() -> None:
    store = FakeBarStore()
    printed, reports = await _load(FileBarSource(FILES / "kaggle-archive" / "Stocks.zip"), store)
    assert sorted(store.frames) == [report.symbol for report in reports] == ["AAA.US", "BBB.US", "CCC-D.US"]
    for line in ("'asns.us.txt': The file has no rows.", "'README.md': Missing columns", "'ccc_d.us.txt' is CCC-D.US."):
        assert line in printed


async def test_what_was_assumed_is_printed_once_for_all_symbols() -> None:
    printed, _ = await _load(FileBarSource(FILES / "kaggle-archive" / "with_readme.zip"), FakeBarStore())
    assert printed.count("Columns that were not read: 'OpenInt' (for example '0').") == 1


async def test_a_refused_symbol_keeps_no_service_at_the_old_bars_of_the_others() -> None:
    store, followers = (
        PickyStore(errors={"BBB.US": InvalidRequest("BBB.US is only read.")}),
        PromptFollowers({"one": 0}),
    )
    async with fakes(store, followers=followers)(DataSettings()) as resources:
        context = CommandContext(resources, DataSettings(), Console(file=StringIO()), DataMetrics(CollectorRegistry()))
        with pytest.raises(InvalidRequest, match="only read"):
            await commands.load(context, FileBarSource(FILES / "kaggle-archive" / "Stocks.zip"), OPTIONS)
    assert sorted(store.frames) == ["AAA.US", "CCC-D.US"]
    assert followers.fence == 1


class FailingStore(FakeBarStore):
    """A store that goes away after its second symbol."""

    async def rewrite(self, symbol: str, decide: Any) -> Any:
        if len(self.frames) == 2:
            raise StoreUnavailable("MongoDB went away.")
        return await super().rewrite(symbol, decide)


async def test_what_was_stored_before_the_store_failed_is_reported() -> None:
    store = FailingStore()
    printed, reports = await _load(FileBarSource(FILES / "symbols" / "odd.csv"), store)
    assert {report.symbol for report in reports} == set(store.frames)
    assert len(reports) == 2
    assert "2 symbols, 6 bars" in printed
    assert "MongoDB went away." in printed


def test_a_part_that_is_about_something_else_is_not_a_failure() -> None:
    source = FileBarSource(FILES / "kaggle-archive" / "Stocks.zip")
    frames: list[RawBars] = list(source.frames())
    assert len(frames) == 3
    assert not any(part.may_hold_bars for part in source.skipped)
