import threading
from datetime import date
from typing import Any

import pandas as pd
import pytest

from services.data.ports import VendorFailed
from services.data.records import Listing
from services.data.vendors.yahoo import ABOUT, History, YFinanceVendor, build_history

COLUMNS = ["Open", "High", "Low", "Close", "Adj Close", "Volume"]
ROWS: list[list[float]] = [[10, 12, 9, 11, 5.5, 1000], [11, 13, 10, 12, 6, 2000]]
calls: list[dict[str, Any]] = []


class Ticker:
    """Replaces the package's class: the vendor imports this module as `yfinance`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def history(self, **arguments: object) -> pd.DataFrame:
        calls.append({"name": self._name} | arguments)
        self.history_metadata = {"longName": "Apple Inc.", "currency": "USD", "exchangeName": "NMS"}
        return _table()


class YFRateLimitError(Exception):
    """Has the name of the package's error."""


def _table(rows: list[list[float]] = ROWS, zone: str | None = "America/New_York") -> pd.DataFrame:
    index = pd.date_range("2024-01-02", periods=len(rows), tz=zone, name="Date")
    return pd.DataFrame(rows, index=index, columns=COLUMNS)


def _vendor_returning(table: object) -> YFinanceVendor:
    return YFinanceVendor(lambda symbol, start: table)  # type: ignore[arg-type,return-value]  # also objects that are not frames


def _history_raising(error: Exception) -> History:
    def history(symbol: str, start: date | None) -> pd.DataFrame:
        raise error

    return history


async def _failure(vendor: YFinanceVendor, symbol: str = "AAPL") -> VendorFailed:
    with pytest.raises(VendorFailed) as caught:
        await vendor.bars(symbol, None)
    return caught.value


async def test_rows_come_with_their_columns_named_as_ours() -> None:
    raw = await _vendor_returning(_table()).bars("AAPL", None)
    assert raw.symbol == "AAPL"
    assert raw.rows.to_dict("list") == {
        "session": [pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-03")],
        "open": [10, 11],
        "high": [12, 13],
        "low": [9, 10],
        "close": [11, 12],
        "volume": [1000, 2000],
        "adj_close": [5.5, 6],
        "row": [1, 2],
    }
    assert raw.rows.dtypes.astype(str).tolist() == ["datetime64[s]", *["float64"] * 6, "int64"]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Pacific/Auckland", None])
async def test_a_session_is_the_exchange_s_own_day(zone: str | None) -> None:
    raw = await _vendor_returning(_table(zone=zone)).bars("7203.T", None)
    assert [str(session.date()) for session in raw.rows["session"]] == ["2024-01-02", "2024-01-03"]


async def test_rows_before_the_start_are_left_out() -> None:
    raw = await _vendor_returning(_table()).bars("AAPL", date(2024, 1, 3))
    assert raw.rows["close"].tolist() == [12]


async def test_no_rows_are_not_a_failure() -> None:
    assert (await _vendor_returning(_table(rows=[])).bars("AAPL", date(2024, 1, 2))).rows.empty
    assert (await _vendor_returning(pd.DataFrame(columns=COLUMNS)).bars("AAPL", None)).rows.empty


async def test_what_is_not_a_number_is_missing() -> None:
    table = _table().astype(object)
    table.iloc[0, 3] = "n/a"
    raw = await _vendor_returning(table).bars("AAPL", None)
    assert raw.rows["close"].isna().tolist() == [True, False]


async def test_the_package_is_asked_for_prices_that_are_not_adjusted_for_dividends() -> None:
    calls.clear()
    vendor = YFinanceVendor(build_history(__name__))
    await vendor.bars("BRK.B", date(2024, 1, 2))
    await vendor.bars("VOD.L", None)
    assert calls == [
        {"name": "BRK-B", "start": "2024-01-02", "auto_adjust": False, "actions": False},
        {"name": "VOD.L", "period": "max", "auto_adjust": False, "actions": False},
    ]


async def test_a_package_that_is_not_installed_is_reported_for_all() -> None:
    failure = await _failure(YFinanceVendor(build_history("no_such_package")))
    assert failure.is_for_all
    assert "not installed" in failure.reason


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (_table().drop(columns=["Close", "Volume"]), "missing: Close, Volume"),
        (_table().reset_index(drop=True), "missing: Date"),
        (None, "not a table"),
    ],
)
@pytest.mark.scenario("D12")
async def test_an_answer_of_another_form_is_refused_and_named(table: object, reason: str) -> None:
    failure = await _failure(_vendor_returning(table))
    assert reason in failure.reason
    assert not failure.is_for_all


async def test_a_used_up_quota_is_for_all_and_another_error_is_not() -> None:
    limited = await _failure(YFinanceVendor(_history_raising(YFRateLimitError("Too Many Requests"))))
    assert (limited.is_for_all, limited.reason) == (True, "Yahoo accepts no more requests for now. Try again later.")
    broken = await _failure(YFinanceVendor(_history_raising(KeyError("chart"))))
    assert (broken.is_for_all, "KeyError" in broken.reason) == (False, True)


async def test_a_request_that_hangs_times_out() -> None:
    is_over = threading.Event()

    def history(symbol: str, start: date | None) -> pd.DataFrame:
        is_over.wait(10)
        return _table()

    try:
        failure = await _failure(YFinanceVendor(history, timeout_seconds=0.05))
    finally:
        is_over.set()
    assert failure.reason == "Yahoo did not answer within 0.05 s. Try again."


@pytest.mark.scenario("S4")
async def test_an_invalid_symbol_is_not_requested() -> None:
    assert "does not use symbols of this form" in (await _failure(YFinanceVendor(build_history("none")), "../X")).reason


@pytest.mark.parametrize(
    ("about", "name", "listing"),
    [
        (
            {
                "longName": "Ether USD",
                "currency": "USD",
                "exchangeName": "CCC",
                "exchangeTimezoneName": "UTC",
                "priceHint": 2,
            },
            "Ether USD",
            Listing(currency="USD", calendar="24/7", time_zone="UTC"),
        ),
        ({"currency": "GBp", "exchangeName": "LSE"}, None, Listing(currency="GBp", calendar="XLON")),
        ({"exchangeName": "NEW", "longName": 5}, None, Listing()),
        ("not a dictionary", None, Listing()),
    ],
)
async def test_what_yahoo_says_of_the_symbol_comes_with_its_rows(
    about: object, name: str | None, listing: Listing
) -> None:
    table = _table()
    table.attrs[ABOUT] = about
    raw = await _vendor_returning(table).bars("X", None)
    assert (raw.name, raw.listing) == (name, listing)


async def test_it_is_of_the_response_that_has_the_rows() -> None:
    raw = await YFinanceVendor(build_history(__name__)).bars("AAPL", None)
    assert (raw.name, raw.listing) == ("Apple Inc.", Listing(currency="USD", calendar="XNYS"))
