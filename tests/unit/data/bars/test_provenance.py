"""Which source gave which sessions."""

from datetime import UTC, date, datetime

import numpy as np

from services.data.bars.provenance import MAX_RANGES, SEVERAL, merge_sources
from shared.schemas.stocks import SourceRange

DAYS = np.arange("2024-01-01", "2024-01-31", dtype="datetime64[D]")
FIRST, SECOND = (datetime(2024, 3, day, tzinfo=UTC) for day in (1, 2))


def _brief(ranges: list[SourceRange]) -> list[tuple[str | None, int, int, int]]:
    return [(each.source, each.first_session.day, each.last_session.day, each.bars) for each in ranges]


def test_a_load_gives_what_it_inserts_or_changes_and_the_rest_stays() -> None:
    loaded = merge_sources([], DAYS[:20], DAYS[:20], "a.csv", FIRST)
    assert _brief(loaded) == [("a.csv", 1, 20, 20)]
    added = merge_sources(loaded, DAYS, DAYS[20:], "tiingo", SECOND)
    assert _brief(added) == [("a.csv", 1, 20, 20), ("tiingo", 21, 30, 10)]
    assert [each.loaded_at for each in added] == [FIRST, SECOND]
    corrected = merge_sources(added, DAYS, DAYS[4:6], "b.csv", SECOND)
    assert _brief(corrected) == [("a.csv", 1, 4, 4), ("b.csv", 5, 6, 2), ("a.csv", 7, 20, 14), ("tiingo", 21, 30, 10)]


def test_loads_of_one_source_are_one_range_of_the_latest_time() -> None:
    loaded = merge_sources([], DAYS[:20], DAYS[:20], "tiingo", FIRST)
    (joined,) = merge_sources(loaded, DAYS, DAYS[20:], "tiingo", SECOND)
    assert (joined.bars, joined.loaded_at) == (30, SECOND)


def test_what_another_tool_wrote_has_no_source() -> None:
    assert _brief(merge_sources([], DAYS, DAYS[29:], "a.csv", FIRST)) == [(None, 1, 29, 29), ("a.csv", 30, 30, 1)]


def test_a_range_ends_where_bars_do() -> None:
    known = [
        SourceRange(source="a", first_session=date(2023, 1, 1), last_session=date(2025, 1, 1), bars=9, loaded_at=None)
    ]
    assert _brief(merge_sources(known, DAYS, DAYS[:0], "b", FIRST)) == [("a", 1, 30, 30)]


def test_many_ranges_are_joined_at_the_beginning() -> None:
    days = np.arange("2020-01-01", "2021-01-01", dtype="datetime64[D]")
    loaded = merge_sources([], days, days, "a", FIRST)
    mixed = merge_sources(loaded, days, days[::2], "b", SECOND)
    assert len(mixed) == MAX_RANGES
    assert (mixed[0].source, sum(each.bars for each in mixed)) == (SEVERAL, len(days))
