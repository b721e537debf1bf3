"""Checking stored bars by the command line."""

from io import StringIO

from prometheus_client import CollectorRegistry
from rich.console import Console

from services.data.cli import commands
from services.data.cli.commands import CommandContext
from services.data.metrics import DataMetrics
from services.data.settings import DataSettings
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore, fakes


async def test_bars_of_every_day_are_checked_against_the_calendar_of_their_symbol() -> None:
    frame = make_frame("BTC-USD", closes=range(10, 40))
    async with fakes(FakeBarStore({"BTC-USD": frame}))(DataSettings()) as resources:
        context = CommandContext(resources, DataSettings(), Console(file=StringIO()), DataMetrics(CollectorRegistry()))
        [check] = [each async for each in commands.check_stored(context, [])]
    assert [finding.code for finding in check.findings] == ["short_history"]
