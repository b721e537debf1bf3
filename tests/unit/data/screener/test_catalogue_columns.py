"""What the screener shows of the catalogue, and when its digest changes."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.data.records import CatalogueEntry, Listing
from services.data.screener.catalogue_columns import CatalogueColumns
from services.data.symbols.catalogue import Snapshot
from services.data.symbols.search import SymbolIndex
from tests.support.data.bars import make_entry, make_frame

NOW = datetime(2024, 1, 8, 12, tzinfo=UTC)  # a Monday; the bars end on Wednesday, 3 January
APPLE = replace(
    make_entry(make_frame("AAPL"), name="Apple Inc."), listing=Listing(sector="Technology", calendar="XNYS")
)
BITCOIN = replace(make_entry(make_frame("BTC-USD")), listing=Listing(calendar="24/7"))


def _known(
    *entries: CatalogueEntry, symbols: tuple[str, ...] = ("AAPL", "BTC-USD", "XYZ"), **n_findings: int
) -> CatalogueColumns:
    snapshot = Snapshot(SymbolIndex([]), list(symbols), {entry.symbol: entry for entry in entries}, n_findings, 0.0)
    return CatalogueColumns(snapshot, "XNYS")


def test_columns_are_those_of_the_entries_and_null_without_one() -> None:
    known = _known(APPLE, BITCOIN, AAPL=2)
    described = known.describe(["AAPL", "BTC-USD", "XYZ"], [APPLE.revision, "old", "any"], known.count_behind(NOW))
    assert described == {
        "name": ["Apple Inc.", None, None],
        "sector": ["Technology", None, None],
        "n_findings": [2, 0, 0],
        "sessions_behind": [2, 4, None],
        "is_current": [True, False, None],
    }


def test_a_symbol_that_was_deleted_is_not_current() -> None:
    known = _known(APPLE, symbols=(), AAPL=2)
    described = known.describe(["AAPL"], [APPLE.revision], known.count_behind(NOW))
    assert (described["name"], described["sessions_behind"], described["is_current"]) == ([None], [None], [False])


@pytest.mark.parametrize(
    "changed",
    [
        replace(APPLE, name="Apple"),
        replace(APPLE, revision="other"),
        replace(APPLE, last_session=date(2024, 1, 2)),
        replace(APPLE, listing=Listing(sector="Phones", calendar="XNYS")),
        replace(APPLE, listing=Listing(sector="Technology", calendar="XLON")),
    ],
)
def test_the_digest_changes_with_what_is_shown(changed: CatalogueEntry) -> None:
    assert _known(APPLE).digest == _known(replace(APPLE, source="another")).digest
    assert _known(APPLE).digest != _known(changed).digest
    assert _known(APPLE).digest != _known(APPLE, AAPL=1).digest
    assert _known(APPLE).digest != _known(APPLE, symbols=("BTC-USD",)).digest
