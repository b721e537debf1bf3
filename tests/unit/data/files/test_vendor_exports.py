"""Exports of vendors, exchanges and web sites: each is read as the bars that were written, to the bit."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.support.data.exports import DAYS, NUMBERS, check
from tests.support.data.files import problem

Row = Callable[[datetime, float, float, float, float, int], str]
MONTHS = ("janvier", "février", "mars")


def _comma(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


def _dots(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _taiwan(day: datetime) -> str:
    return f"{day.year - 1911}/{day:%m/%d}"


def _next(day: datetime) -> datetime:
    return day + timedelta(days=1)


def _ms(day: datetime) -> int:
    return int(day.timestamp() * 1000)


EXPORTS: dict[str, tuple[str, Row]] = {
    "Nasdaq": (
        "Date,Close/Last,Volume,Open,High,Low",
        lambda d, o, h, b, c, v: f"{d:%m/%d/%Y},${c},{v},${o},${h},${b}",
    ),
    "Yahoo, copied": (
        "Date\tOpen\tHigh\tLow\tClose\tAdj Close\tVolume",
        lambda d, o, h, b, c, v: f"{d:%b %d, %Y}\t{o}\t{h}\t{b}\t{c}\t{c}\t{v:,}",
    ),
    "Yahoo, German": (
        "Datum\tOffen\tHoch\tTief\tSchlusskurs\tAdj. Schlusskurs\tVolumen",
        lambda d, o, h, b, c, v: (
            f"{d:%d.%m.%Y}\t{_comma(o)}\t{_comma(h)}\t{_comma(b)}\t{_comma(c)}\t{_comma(c)}\t{_dots(v)}"
        ),
    ),
    "Yahoo, French": (
        "Date\tOuverture\tÉlevé\tBas\tClôture\tClôture ajustée\tVolume",
        lambda d, o, h, b, c, v: f"{d.day} {MONTHS[d.month - 1]} {d.year}\t{o}\t{h}\t{b}\t{c}\t{c}\t{v}",
    ),
    "Yahoo, Italian": (
        "Data\tAperto\tAlto\tBasso\tChiusura\tChiusura aggiustata\tVolume",
        lambda d, o, h, b, c, v: (
            f"{d:%d/%m/%Y}\t{_comma(o)}\t{_comma(h)}\t{_comma(b)}\t{_comma(c)}\t{_comma(c)}\t{_dots(v)}"
        ),
    ),
    "Yahoo, Japanese": (
        "日付,始値,高値,安値,終値,出来高,調整後終値*",
        lambda d, o, h, b, c, v: f'{d.year}年{d.month}月{d.day}日,{o},{h},{b},{c},"{v:,}",{c}',
    ),
    "Google Sheets": (
        "Date,Open,High,Low,Close,Volume",
        lambda d, o, h, b, c, v: f"{d.month}/{d.day}/{d.year} 16:00:00,{o},{h},{b},{c},{v}",
    ),
    "thinkorswim": (
        "Strategy report\nDate;Open;High;Low;Close;Volume",
        lambda d, o, h, b, c, v: f"{d.month}/{d.day}/{d:%y};${o};${h};${b};${c};{v}",
    ),
    "Barchart": (
        "Time,Open,High,Low,Last,Change,%Chg,Volume",
        lambda d, o, h, b, c, v: f"{d:%m/%d/%Y},{o},{h},{b},{c},1.2,+0.5%,{v}",
    ),
    "Quandl": (
        "Date,Open,High,Low,Close,Volume,Ex-Dividend,Split Ratio,Adj. Open,Adj. High,Adj. Low,Adj. Close,Adj. Volume",
        lambda d, o, h, b, c, v: (
            f"{d:%Y-%m-%d},{o},{h},{b},{c},{v}.0,0.0,1.0,{o / 2},{h / 2},{b / 2},{c / 2},{v * 2}.0"
        ),
    ),
    "Polygon, flat file": (
        "ticker,volume,open,close,high,low,window_start,transactions",
        lambda d, o, h, b, c, v: f"A,{v},{o},{c},{h},{b},{_ms(d) + 5 * 3_600_000}000000,99",
    ),
    "Bloomberg": (
        "Security,A US Equity\nStart Date,1/2/2024\n\nDate,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME",
        lambda d, o, h, b, c, v: f"{d.month}/{d.day}/{d.year},{o},{h},{b},{c},{v}",
    ),
    "Refinitiv": (
        "A Inc,,,,,,\nInterday,,,,,,\nExchange Date,Close,Net,%Chg,Open,Low,High,Volume",
        lambda d, o, h, b, c, v: f"{d:%d-%b-%Y},{c},0.5,+0.3%,{o},{b},{h},{v}",
    ),
    "Capital IQ": (
        "Pricing Date,Open Price,High Price,Low Price,Close Price,Share Volume",
        lambda d, o, h, b, c, v: f"{d:%b-%d-%Y},{o},{h},{b},{c},{v}",
    ),
    "AmiBroker": (
        "<TICKER>,<DTYYYYMMDD>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
        lambda d, o, h, b, c, v: f"A,{d:%Y%m%d},{o},{h},{b},{c},{v}",
    ),
    "MetaStock": (
        "<TICKER>,<PER>,<DTYYYYMMDD>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
        lambda d, o, h, b, c, v: f"A,D,{d:%Y%m%d},000000,{o},{h},{b},{c},{v},0",
    ),
    "a time that would be a date, too": (
        "dt,time,open,high,low,close,volume",
        lambda d, o, h, b, c, v: f"{d:%Y%m%d},160101,{o},{h},{b},{c},{v}",
    ),
    "BSE, with a comma after each row": (
        "Date,Open Price,High Price,Low Price,Close Price,WAP,No.of Shares,No. of Trades,Spread",
        lambda d, o, h, b, c, v: f"{d.day}-{d:%B-%Y},{o},{h},{b},{c},{c},{v},9,1,",
    ),
    "Boursorama, with a tab after each row": (
        "date\touv\thaut\tbas\tclot\tvol\tdevise",
        lambda d, o, h, b, c, v: f"{d:%d/%m/%Y} 00:00\t{o}\t{h}\t{b}\t{c}\t{v}\tEUR\t",
    ),
    "a comma after the names only": (
        "date,open,high,low,close,volume,",
        lambda d, o, h, b, c, v: f"{d:%Y-%m-%d},{o},{h},{b},{c},{v}",
    ),
    "Taiwan, years since 1911": (
        '"113年02月 2330 各日成交資訊"\n"日期","成交股數","成交金額","開盤價","最高價","最低價","收盤價","漲跌價差",',
        lambda d, o, h, b, c, v: f'"{_taiwan(d)}","{v:,}","9","{o}","{h}","{b}","{c}","+1",',
    ),
    "Kabutan": (
        "日付,始値,高値,安値,終値,前日比,売買高(株)",
        lambda d, o, h, b, c, v: f'{d:%Y/%m/%d},{o},{h},{b},{c},+1.2,"{v:,}"',
    ),
    "Börse Stuttgart": (
        "Datum;Zeit;Open;High;Low;Close;Umsatz in Stk.",
        lambda d, o, h, b, c, v: f"{d:%d.%m.%Y};17:30:00;{_comma(o)};{_comma(h)};{_comma(b)};{_comma(c)};{_dots(v)}",
    ),
    "Ariva": (
        "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen",
        lambda d, o, h, b, c, v: (
            f"{d:%Y-%m-%d};{_comma(o)};{_comma(h)};{_comma(b)};{_comma(c)};{_dots(v)};{_dots(v * 9)}"
        ),
    ),
    "Deutsche Börse": (
        "Datum;Anfangskurs;Höchstkurs;Tiefstkurs;Schlusskurs;Umsatz (Stück)",
        lambda d, o, h, b, c, v: f"{d:%d.%m.%y};{_comma(o)};{_comma(h)};{_comma(b)};{_comma(c)};{v}",
    ),
    "Warsaw": (
        "Data,Nazwa,ISIN,Waluta,Kurs otwarcia,Kurs max,Kurs min,Kurs zamknięcia,Zmiana,Wolumen",
        lambda d, o, h, b, c, v: f"{d:%Y-%m-%d},PKOBP,PLPKO0000016,PLN,{o},{h},{b},{c},0.5,{v}",
    ),
    "Moscow, candles": (
        "candles\n\nopen;close;high;low;value;volume;begin;end",
        lambda d, o, h, b, c, v: f"{o};{c};{h};{b};{v * 9};{v};{d:%Y-%m-%d} 00:00:00;{d:%Y-%m-%d} 23:59:59",
    ),
    "Binance": (
        "open_time,open,high,low,close,volume,close_time,quote_volume,count",
        lambda d, o, h, b, c, v: f"{_ms(d)},{o},{h},{b},{c},{v},{_ms(_next(d)) - 1},1,9",
    ),
    "Bitfinex": (
        "MTS,OPEN,CLOSE,HIGH,LOW,VOLUME",
        lambda d, o, h, b, c, v: f"{_ms(d)},{o},{c},{h},{b},{v}",
    ),
    "OKX": ("ts,o,h,l,c,vol,volCcy", lambda d, o, h, b, c, v: f"{_ms(d)},{o},{h},{b},{c},{v},{v * 9}"),
    "CoinMarketCap": (
        "timeOpen;timeClose;name;open;high;low;close;volume;marketCap;timestamp",
        lambda d, o, h, b, c, v: (
            f"{d:%Y-%m-%d}T00:00:00.000Z;{d:%Y-%m-%d}T23:59:59.999Z;2781;{o};{h};{b};{c};{v};1;{d:%Y-%m-%d}T23:59:59.999Z"
        ),
    ),
    "Kaggle, start and end": (
        "Start,End,Open,High,Low,Close,Volume,Market Cap",
        lambda d, o, h, b, c, v: f"{d:%Y-%m-%d},{_next(d):%Y-%m-%d},{o},{h},{b},{c},{v},1",
    ),
}


@pytest.mark.parametrize("vendor", EXPORTS)
def test_an_export_is_read(vendor: str) -> None:
    header, row = EXPORTS[vendor]
    rows = [row(day, *numbers) for day, numbers in zip(DAYS.tz_localize("UTC"), NUMBERS, strict=True)]
    check("\n".join([header, *rows]))


def test_candles_of_coinbase_are_read() -> None:
    rows = [
        {"start": str(_ms(day) // 1000)}
        | dict(zip(("open", "high", "low", "close", "volume"), map(str, row), strict=True))
        for day, row in zip(DAYS.tz_localize("UTC"), NUMBERS, strict=True)
    ]
    check(json.dumps({"candles": rows}), "A.json")


def test_prices_of_lean_in_ten_thousandths_are_an_error_that_says_so() -> None:
    rows = [
        f"{day:%Y%m%d} 00:00,{','.join(str(int(price * 10_000)) for price in row[:4])},{row[4]}"
        for day, row in zip(DAYS, NUMBERS, strict=True)
    ]
    content = "\n".join(rows)
    assert "look like ten-thousandths, as LEAN of QuantConnect has them: divide them by 10,000. Add" in problem(content)
    assert "ten-thousandths" not in problem(content.replace("00,", "01,"))


def test_rows_that_are_texts_with_commas_are_an_error_that_says_how_to_name_them() -> None:
    rows = [f"{day:%Y-%m-%d},{','.join(map(str, row))}" for day, row in zip(DAYS, NUMBERS, strict=True)]
    assert "Put their names first" in problem(json.dumps({"rc": 0, "data": {"code": "600000", "klines": rows}}))
