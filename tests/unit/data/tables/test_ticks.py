"""Prices in 32nds are refused; thousands with an apostrophe are read."""

import pytest

from services.data.mongo.collection_reader import build_any
from shared.errors import NoBars
from tests.support.data.files import problem, read

HEADER = "Date,Open,High,Low,Close,Volume"
NOTE = (
    "Prices such as '110'120' look like 32nds, as of treasury futures. Write them as decimals. If ' separates "
    "thousands, choose a point as the decimal mark (--decimal ., or decimal=. over HTTP)."
)
FUTURES = [
    f"{HEADER}\n2024-01-02,110'255,111'040,110'120,110'317,1'204",
    "2024-01-03,110'300,111'050,110'125,111'000,7",
]


def _read_rows(rows: list[str]) -> list[list[float]]:
    [raw] = read("\n".join([HEADER, *rows]))
    return raw.rows[["open", "high", "low", "close"]].to_numpy().tolist()


@pytest.mark.parametrize("more", ["", "2024-01-04,111,112,110,111,7", "2024-01-04,110.5,112.25,110,111,7"])
def test_prices_in_32nds_are_an_error_that_a_given_decimal_mark_settles(more: str) -> None:
    assert problem("\n".join([*FUTURES, more])) == NOTE
    [raw] = read("\n".join([*FUTURES, more]), decimal=".")
    assert raw.rows["open"].tolist()[:2] == [110_255, 110_300]


@pytest.mark.parametrize(
    "rows",
    [
        ["2024-01-02,1'205,1'210,1'200,1'207,1"],  # no bond costs a point
        ["2024-01-02,1'205,12'345,1'200,1'207,1"],
        ["2024-01-02,110'205,110'210,110'200,110'340,1"],
        ["2024-01-02,110'200,110'200,110'200,110'200,1"],  # one price shows nothing
        ["2024-01-02,110'255.5,111'040,110'120,110'317,1"],
        ["2024-01-02,110'255,111'040,110'120,110'317,1", "2024-01-03,110'255,111'040,110'120,110'600,1"],
        ["2024-01-02,1'110'255,1'111'040,1'110'120,1'110'317,1"],
        ["2024-01-02,110’255,111’040,110’120,110’317,1"],
    ],
)
def test_thousands_with_an_apostrophe_are_read(rows: list[str]) -> None:
    plain = [[float(cell.replace("'", "").replace("’", "")) for cell in row.split(",")[1:5]] for row in rows]
    assert _read_rows(rows) == plain


def test_prices_in_32nds_in_a_database_are_no_bars() -> None:
    names = ("date", "open", "high", "low", "close")
    documents = [dict(zip(names, row.split(",")[:5], strict=True)) for row in (FUTURES[0].splitlines()[1], FUTURES[1])]
    with pytest.raises(NoBars, match=r"look like 32nds, as of treasury futures\. Write them as decimals\. Write"):
        build_any("ZN", documents)
