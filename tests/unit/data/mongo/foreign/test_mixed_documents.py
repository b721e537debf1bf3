"""Collections whose documents differ from one another, are several a day, or have their date in the key."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from services.data.mongo.collection_reader import build_any
from services.data.mongo.foreign.layouts import describe_unreadable
from shared.errors import NoBars

DAYS = np.busday_offset("2017-01-03", np.arange(60), roll="forward").astype("datetime64[D]")
CLOSES = 100 + 3.25 * np.arange(60)
FACTORS = np.exp(np.random.default_rng(7).normal(0, 0.01, (60, 7)))
LOWER = ("date", "open", "high", "low", "close")
OWN = ("Date", "Open", "High", "Low", "Close")
PRICES = ("open", "high", "low", "close")
Document = dict[str, Any]


def _documents(names: tuple[str, ...] = LOWER, **others: Any) -> list[Document]:
    prices = np.stack([CLOSES - 1, CLOSES + 2, CLOSES - 2, CLOSES], axis=1).tolist()
    return [
        dict(zip(names, (str(day), *bar), strict=True)) | {"_id": n} | others
        for n, (day, bar) in enumerate(zip(DAYS, prices, strict=True))
    ]


def _scaled(document: Document, factor: float) -> Document:
    return {name: value * factor if isinstance(value, float) else value for name, value in document.items()}


def _check(documents: list[Document]) -> None:
    bars, _ = build_any("AAPL", documents)
    assert bars.sessions.tolist() == DAYS.tolist()
    assert [bars.numbers[name].tolist() for name in PRICES] == [(CLOSES + offset).tolist() for offset in (-1, 2, -2, 0)]


@pytest.mark.parametrize("names", [OWN, ("t", "o", "h", "l", "c"), ("date", "open", "high", "low", "price")])
@pytest.mark.parametrize("at", [3, 30, 57])
def test_documents_with_other_names_than_the_first_ones_are_read(names: tuple[str, ...], at: int) -> None:
    _check([*_documents()[:at], *_documents(names)[at:]])
    _check([*_documents(names)[:at], *_documents()[at:]])


def test_a_field_that_only_later_documents_have_is_read() -> None:
    bars, _ = build_any("AAPL", [*_documents()[:40], *_documents(adj_close=50.0, volume=7)[40:]])
    assert [int(np.isfinite(bars.numbers[name]).sum()) for name in ("adj_close", "volume")] == [20, 20]


def test_dates_in_two_forms_are_an_error_that_names_both() -> None:
    slashes = [document | {"date": "{2}/{1}/{0}".format(*document["date"].split("-"))} for document in _documents()]
    with pytest.raises(NoBars, match=r"Some dates are written as '[^']*' and others as '[^']*'\."):
        build_any("AAPL", [*slashes[:30], *_documents()[30:]])
    bars, _ = build_any("AAPL", [*slashes[:4], *_documents()[4:]])
    assert bars.skipped == 4


def test_a_document_that_is_no_bar_changes_nothing() -> None:
    about = {"_id": "about", "Date": "2001-01-01", "Price": 5.0, "symbol": "AAPL"}
    _check([about, *_documents()])
    _check([*_documents(), about])


@pytest.mark.parametrize("names", [LOWER, OWN])
@pytest.mark.parametrize("arrange", [list, lambda documents: sorted(documents, key=lambda each: each["_id"] % 7)])
@pytest.mark.parametrize("n_a_day", [2, 7])
def test_several_documents_of_one_day_with_other_prices_are_no_bars(
    names: tuple[str, ...], arrange: Callable[[list[Document]], list[Document]], n_a_day: int
) -> None:
    documents = [
        _scaled(document, factor) | {"_id": 7 * document["_id"] + n, "time": f"{9 + n:02}:30"}
        for document, factors in zip(_documents(names), FACTORS.tolist(), strict=True)
        for n, factor in enumerate(factors[:n_a_day])
    ]
    with pytest.raises(NoBars, match=r"several documents of one day and other prices, for example of 2017-01-"):
        build_any("STOCKS", arrange(documents))


@pytest.mark.parametrize("names", [LOWER, OWN])
def test_the_last_of_several_versions_of_a_history_counts(names: tuple[str, ...]) -> None:
    later = _documents(names)
    for factor in (1, 0.97, 4):  # the same, before dividends, before a split
        _check([*(_scaled(document, factor) for document in _documents(names)), *later])
    corrected = [
        _scaled(document, factor) for document, factor in zip(later[-5:], FACTORS[:5, 0].tolist(), strict=True)
    ]
    _check([*later[:-5], *corrected, *later[-5:]])


def test_the_ticker_beside_the_time_is_no_date() -> None:
    _check(_documents(("t", "o", "h", "l", "c"), T="AAPL"))


@pytest.mark.parametrize("write", [str, datetime.fromisoformat])
def test_the_key_is_the_date_if_no_other_field_is(write: Callable[[str], Any]) -> None:
    _check([document | {"_id": write(document.pop("date"))} for document in _documents()])


@pytest.mark.parametrize(
    "document", [{"date": "2017-01-03", "ohlc": {"close": 1.0}}, {"symbol": "AAPL", "bars": _documents()}]
)
def test_nested_bars_are_said_to_need_a_view(document: Document) -> None:
    assert "'ohlc' is nested" in describe_unreadable("AAPL", [document]).replace("bars", "ohlc")
