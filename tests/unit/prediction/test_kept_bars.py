"""Bars are used without asking only while no acknowledged write can have changed them."""

import pytest

from services.prediction.kept_bars import OVERHEAD_BYTES
from shared.revisions.freshness import SETTLING_SECONDS
from shared.schemas.bars import EncodedBars
from shared.schemas.changes import ChangeEvent
from tests.support.prediction.kept_bars import System, finish


@pytest.fixture
def system() -> System:
    system = System()
    system.beat()
    system.beat(seconds=SETTLING_SECONDS + 1)
    return system


def test_bars_are_read_once_until_they_change(system: System) -> None:
    assert [system.read(revision).revision for revision in "1234"] == ["1"] * 4
    system.beat(["AAPL"])
    assert system.read("5").revision == "5"
    assert [one and one.revision for one in system.data.known] == [None, "1"]
    assert system.seen.outcomes == ["read", "kept", "kept", "kept", "read"]


def test_while_a_change_settles_bars_are_confirmed_and_then_used_unasked(system: System) -> None:
    system.beat(["AAPL"])
    first = system.read("1")
    assert system.read("1") is first
    system.beat(seconds=SETTLING_SECONDS + 1)
    assert system.read("1") is first
    assert system.read("2") is first
    assert system.seen.outcomes == ["read", "confirmed", "confirmed", "kept"]


def test_a_change_of_another_symbol_leaves_them(system: System) -> None:
    system.read("1")
    system.beat(["MSFT"])
    assert system.read("2").revision == "1"


def test_bars_that_were_in_progress_when_they_changed_are_not_kept(system: System) -> None:
    reading, _ = system.begin()
    system.beat(["AAPL"])
    assert finish(reading, EncodedBars("old", b"")).revision == "old"
    assert system.read("new").revision == "new"
    assert system.data.known == [None, None]


@pytest.mark.parametrize("failure", ["lost", "silence", "lease", "gap", "store away"])
def test_without_a_feed_bars_are_used_only_after_asking(system: System, failure: str) -> None:
    system.read("1")
    match failure:
        case "lost":
            system.freshness.lost()
        case "silence":
            system.now += 2.0
        case "lease":
            system.freshness.leased(system.now, is_continuous=False)
        case "gap":
            system.beat(None)
        case "store away":
            system.freshness.heard(ChangeEvent(symbols=[], is_alive=False))
    assert system.read("2").revision == "2"
    assert system.read("3").revision == "3"


def test_stale_bars_are_not_kept(system: System) -> None:
    reading, _ = system.begin()
    assert finish(reading, EncodedBars("1", b"", is_stale=True)).is_stale
    assert system.read("2").revision == "2"


async def test_both_forms_are_kept_and_either_tells_the_revision(system: System) -> None:
    assert await system.kept.current_revision(symbol="AAPL") == "asked"
    system.read("1", adjusted=True)
    assert await system.kept.current_revision(symbol="AAPL") == "1"
    raw = system.read("1")
    assert (raw is system.read("2"), system.data.known) == (True, [None, None])
    system.beat(["AAPL"])
    assert await system.kept.current_revision(symbol="AAPL") == "asked"
    assert system.data.n_revisions_asked == 2


def test_the_least_recently_used_bars_leave_first() -> None:
    system = System(max_bytes=2 * (OVERHEAD_BYTES + 10))
    system.beat()
    system.beat(seconds=SETTLING_SECONDS + 1)
    for symbol in ("A", "B", "A", "C"):
        system.read("1", symbol)
    assert system.seen.n_bytes == 2 * (OVERHEAD_BYTES + 10)
    assert [system.read("2", symbol).revision for symbol in ("A", "C", "B")] == ["1", "1", "2"]


def test_bars_larger_than_the_limit_are_not_kept_and_evict_nothing() -> None:
    system = System(max_bytes=OVERHEAD_BYTES + 10)
    system.beat()
    system.beat(seconds=SETTLING_SECONDS + 1)
    system.read("1", "A")
    system.read("1", "B", n_bytes=11)
    assert (system.read("2", "A").revision, system.read("2", "B").revision) == ("1", "2")
