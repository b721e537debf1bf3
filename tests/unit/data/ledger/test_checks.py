import math
from datetime import date, timedelta
from typing import Any

import pytest

from services.data.ledger.checks import check_entries, check_is_forecast
from shared.errors import InvalidRequest
from shared.schemas.arrow import BarFrame
from tests.support.data.bars import make_bars, make_frame
from tests.support.data.ledgers import DAY, make_ledger_entry


def test_consistent_entries_are_accepted_until_a_day_ahead_of_the_clock() -> None:
    for today in (DAY - timedelta(days=1), DAY, date(2030, 1, 1)):
        check_entries("AAPL", [make_ledger_entry(), make_ledger_entry(lower=12.5, upper=12.5)], today)


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"symbol": "MSFT"}, "symbol", "must be AAPL, the symbol of this ledger"),
        ({"session": DAY}, "session", "must be after as_of"),
        ({"point": 10.9}, "point", "must be between lower and upper"),
        ({"point": 14.1}, "point", "must be between lower and upper"),
        ({"lower": 14.0, "upper": 11.0}, "point", "must be between lower and upper"),
        ({"as_of": DAY + timedelta(days=2)}, "as_of", "must not be in the future"),
    ],
)
def test_an_inconsistent_entry_is_pointed_at(change: dict[str, Any], field: str, detail: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_entries("AAPL", [make_ledger_entry(), make_ledger_entry(**change)], DAY)
    assert caught.value.errors == [(f"/body/1/{field}", detail)]
    assert caught.value.detail == f"/body/1/{field}: {detail}"


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_entries("IBM", [make_ledger_entry(session=DAY), make_ledger_entry(point=0.0)], DAY)
    assert [pointer for pointer, _ in caught.value.errors] == [
        "/body/0/symbol",
        "/body/0/session",
        "/body/1/symbol",
        "/body/1/point",
    ]


def test_a_forecast_from_the_latest_close_is_taken() -> None:
    check_is_forecast([make_ledger_entry()], make_frame())
    check_is_forecast([make_ledger_entry()], BarFrame("AAPL", make_bars([])))


@pytest.mark.parametrize("close", [math.nan, 0.0, math.inf])
def test_a_later_bar_without_a_close_tells_no_outcome(close: float) -> None:
    check_is_forecast([make_ledger_entry()], make_frame(closes=[10, 11, 12, close]))


def test_a_forecast_whose_outcome_is_known_is_not_taken() -> None:
    entries = [make_ledger_entry(as_of=DAY + timedelta(days=1)), make_ledger_entry(sessions_ahead=5)]
    with pytest.raises(InvalidRequest) as caught:
        check_is_forecast(entries, make_frame(closes=[10, 11, 12, 15]))
    assert caught.value.detail == (
        "Make a new forecast: AAPL already has a close of 2024-01-04, and this forecast ends at 2024-01-03. "
        "The ledger accepts only forecasts made before the outcome is known."
    )
