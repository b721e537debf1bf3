"""Exports of vendors, exchanges and web sites: each is read as the bars that were written, to the bit."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tests.support.data.exports import DAYS, ENGLISH, NUMBERS, check, export
from tests.support.data.files import as_arrow, as_parquet, problem, read

MONTHS = ("janvier", "février", "mars")


def _ms(day: datetime) -> int:
    return int(day.timestamp() * 1000)


def _fields(day: datetime, numbers: tuple[float, float, float, float, int]) -> dict[str, object]:
    """Return what a row of `EXPORTS` may contain: `o2` is half of the open, and `O` the open as Germans write it."""
    *prices, volume = numbers
    next_day = day + timedelta(days=1)
    fields: dict[str, object] = {
        "day": day,
        "next": next_day,
        "month": MONTHS[day.month - 1],
        "taiwan": f"{day.year - 1911}/{day:%m/%d}",
        "ms": _ms(day),
        "ms_new_york": _ms(day) + 5 * 3_600_000,
        "ms_last": _ms(next_day) - 1,
        "v2": volume * 2,
    }
    for name, number in (("v", volume), ("v9", volume * 9)):
        fields |= {name: number, name.upper(): f"{number:,}".replace(",", ".")}
    for name, price in zip("ohlc", prices, strict=True):
        fields |= {name: price, f"{name}2": price / 2, name.upper(): f"{price:.2f}".replace(".", ",")}
    return fields


EXPORTS = {  # the names of the columns, and a row as `_fields` fills it
    "Nasdaq": "Date,Close/Last,Volume,Open,High,Low\n{day:%m/%d/%Y},${c},{v},${o},${h},${l}",
    "Yahoo, copied": "Date\tOpen\tHigh\tLow\tClose\tAdj Close\tVolume\n{day:%b %d, %Y}\t{o}\t{h}\t{l}\t{c}\t{c}\t{v:,}",
    "Yahoo, German": "Datum\tOffen\tHoch\tTief\tSchlusskurs\tAdj. Schlusskurs\tVolumen\n"
    "{day:%d.%m.%Y}\t{O}\t{H}\t{L}\t{C}\t{C}\t{V}",
    "Yahoo, French": "Date\tOuverture\tÉlevé\tBas\tClôture\tClôture ajustée\tVolume\n"
    "{day.day} {month} {day.year}\t{o}\t{h}\t{l}\t{c}\t{c}\t{v}",
    "Yahoo, Italian": "Data\tAperto\tAlto\tBasso\tChiusura\tChiusura aggiustata\tVolume\n"
    "{day:%d/%m/%Y}\t{O}\t{H}\t{L}\t{C}\t{C}\t{V}",
    "Yahoo, Japanese": "日付,始値,高値,安値,終値,出来高,調整後終値*\n"
    '{day.year}年{day.month}月{day.day}日,{o},{h},{l},{c},"{v:,}",{c}',
    "Google Sheets": "Date,Open,High,Low,Close,Volume\n{day.month}/{day.day}/{day.year} 16:00:00,{o},{h},{l},{c},{v}",
    "thinkorswim": "Strategy report\nDate;Open;High;Low;Close;Volume\n"
    "{day.month}/{day.day}/{day:%y};${o};${h};${l};${c};{v}",
    "Barchart": "Time,Open,High,Low,Last,Change,%Chg,Volume\n{day:%m/%d/%Y},{o},{h},{l},{c},1.2,+0.5%,{v}",
    "Quandl": "Date,Open,High,Low,Close,Volume,Ex-Dividend,Split Ratio,"
    "Adj. Open,Adj. High,Adj. Low,Adj. Close,Adj. Volume\n"
    "{day:%Y-%m-%d},{o},{h},{l},{c},{v}.0,0.0,1.0,{o2},{h2},{l2},{c2},{v2}.0",
    "Polygon, flat file": "ticker,volume,open,close,high,low,window_start,transactions\n"
    "A,{v},{o},{c},{h},{l},{ms_new_york}000000,99",
    "Bloomberg": "Security,A US Equity\nStart Date,1/2/2024\n\nDate,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME\n"
    "{day.month}/{day.day}/{day.year},{o},{h},{l},{c},{v}",
    "Refinitiv": "A Inc,,,,,,\nInterday,,,,,,\nExchange Date,Close,Net,%Chg,Open,Low,High,Volume\n"
    "{day:%d-%b-%Y},{c},0.5,+0.3%,{o},{l},{h},{v}",
    "Capital IQ": "Pricing Date,Open Price,High Price,Low Price,Close Price,Share Volume\n"
    "{day:%b-%d-%Y},{o},{h},{l},{c},{v}",
    "AmiBroker": "<TICKER>,<DTYYYYMMDD>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nA,{day:%Y%m%d},{o},{h},{l},{c},{v}",
    "MetaStock": "<TICKER>,<PER>,<DTYYYYMMDD>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
    "A,D,{day:%Y%m%d},000000,{o},{h},{l},{c},{v},0",
    "a time that would be a date, too": "dt,time,open,high,low,close,volume\n{day:%Y%m%d},160101,{o},{h},{l},{c},{v}",
    "BSE, with a comma after each row": "Date,Open Price,High Price,Low Price,Close Price,"
    "WAP,No.of Shares,No. of Trades,Spread\n"
    "{day.day}-{day:%B-%Y},{o},{h},{l},{c},{c},{v},9,1,",
    "Boursorama, with a tab after each row": "date\touv\thaut\tbas\tclot\tvol\tdevise\n"
    "{day:%d/%m/%Y} 00:00\t{o}\t{h}\t{l}\t{c}\t{v}\tEUR\t",
    "a comma after the names only": "date,open,high,low,close,volume,\n{day:%Y-%m-%d},{o},{h},{l},{c},{v}",
    "Taiwan, years since 1911": '"113年02月 2330 各日成交資訊"\n'
    '"日期","成交股數","成交金額","開盤價","最高價","最低價","收盤價","漲跌價差",\n'
    '"{taiwan}","{v:,}","9","{o}","{h}","{l}","{c}","+1",',
    "Kabutan": '日付,始値,高値,安値,終値,前日比,売買高(株)\n{day:%Y/%m/%d},{o},{h},{l},{c},+1.2,"{v:,}"',
    "Börse Stuttgart": "Datum;Zeit;Open;High;Low;Close;Umsatz in Stk.\n{day:%d.%m.%Y};17:30:00;{O};{H};{L};{C};{V}",
    "Ariva": "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen\n{day:%Y-%m-%d};{O};{H};{L};{C};{V};{V9}",
    "Deutsche Börse": "Datum;Anfangskurs;Höchstkurs;Tiefstkurs;Schlusskurs;Umsatz (Stück)\n"
    "{day:%d.%m.%y};{O};{H};{L};{C};{v}",
    "Warsaw": "Data,Nazwa,ISIN,Waluta,Kurs otwarcia,Kurs max,Kurs min,Kurs zamknięcia,Zmiana,Wolumen\n"
    "{day:%Y-%m-%d},PKOBP,PLPKO0000016,PLN,{o},{h},{l},{c},0.5,{v}",
    "Moscow, candles": "candles\n\nopen;close;high;low;value;volume;begin;end\n"
    "{o};{c};{h};{l};{v9};{v};{day:%Y-%m-%d} 00:00:00;{day:%Y-%m-%d} 23:59:59",
    "Binance": "open_time,open,high,low,close,volume,close_time,quote_volume,count\n"
    "{ms},{o},{h},{l},{c},{v},{ms_last},1,9",
    "Bitfinex": "MTS,OPEN,CLOSE,HIGH,LOW,VOLUME\n{ms},{o},{c},{h},{l},{v}",
    "OKX": "ts,o,h,l,c,vol,volCcy\n{ms},{o},{h},{l},{c},{v},{v9}",
    "CoinMarketCap": "timeOpen;timeClose;name;open;high;low;close;volume;marketCap;timestamp\n"
    "{day:%Y-%m-%d}T00:00:00.000Z;{day:%Y-%m-%d}T23:59:59.999Z;2781;{o};{h};{l};{c};{v};1;{day:%Y-%m-%d}T23:59:59.999Z",
    "Kaggle, start and end": "Start,End,Open,High,Low,Close,Volume,Market Cap\n"
    "{day:%Y-%m-%d},{next:%Y-%m-%d},{o},{h},{l},{c},{v},1",
}


@pytest.mark.parametrize("vendor", EXPORTS)
def test_an_export_is_read(vendor: str) -> None:
    header, _, row = EXPORTS[vendor].rpartition("\n")
    rows = [row.format(**_fields(*bar)) for bar in zip(DAYS.tz_localize("UTC"), NUMBERS, strict=True)]
    check("\n".join([header, *rows]))


@pytest.mark.parametrize(
    "names",
    [
        ("time_bucket", *ENGLISH[1:]),
        ("FromDate", *ENGLISH[1:]),
        ("DATE", "OPENP*", "HIGH", "LOW", "CLOSEP*", "VOLUME"),
        ("Date", "OpeningPrice", "HighestPrice", "LowestPrice", "ClosingPrice", "TradeVolume"),
        ("timestamp", "opening_price", "high_price", "low_price", "trade_price", "candle_acc_trade_volume"),
        ("Fecha cotización", "Apertura", "Máxima", "Mínima", "Cierre", "Cantidad Negociada"),
        ("Tanggal Perdagangan Terakhir", "Open Price", "Tertinggi", "Terendah", "Penutupan", "Volume"),
        ("Fecha", "Apertura", "Máximo", "Mínimo", "Cierre", "Volumen Nominal"),
        ("Date", "O", "H", "L", "C", "Vo"),
        ("date", "open", "high", "low", "close", "turnoverPieces"),
    ],
)
def test_names_of_more_apis_and_exchanges_are_read(names: tuple[str, ...]) -> None:
    check(export(names))


@pytest.mark.parametrize("name", ["sym", "Symbols", "SecuritiesCode", "Trading Code", "Ativo", "종목코드"])
def test_symbols_of_more_tools_are_those_of_their_rows(name: str) -> None:
    rows = [f"{day:%Y-%m-%d},{symbol},1,3,0.5,2" for day in DAYS for symbol in ("7203", "PETR4")]
    frames = read("\n".join([f"date,{name},open,high,low,close", *rows]))
    assert [(raw.symbol, len(raw.rows)) for raw in frames] == [("7203", len(DAYS)), ("PETR4", len(DAYS))]


def test_the_session_of_robinhood_is_not_its_date() -> None:
    rows = [f"{day:%Y-%m-%d}T00:00:00Z,{','.join(map(str, row))},reg" for day, row in zip(DAYS, NUMBERS, strict=True)]
    check("\n".join(["begins_at,open_price,high_price,low_price,close_price,volume,session", *rows]))


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


@pytest.mark.parametrize("form", ["{1}{0}", "{1}({0})", "{0}/{1}", "{1} {0}"])
def test_names_in_two_languages_are_read(form: str) -> None:
    chinese = ("日期", "开盘", "最高", "最低", "收盘", "成交量")
    check(export(tuple(map(form.format, ENGLISH, chinese))))


@pytest.mark.parametrize("nothing", [{"code": 404, "message": "not found"}, [], None])
def test_a_symbol_of_several_that_has_no_bars_is_said(nothing: object) -> None:
    rows = [dict(zip(ENGLISH, [f"{day:%Y-%m-%d}", *row], strict=True)) for day, row in zip(DAYS, NUMBERS, strict=True)]
    assert "There are no bars of 'B'." in check(json.dumps({"A": {"values": rows}, "B": nothing}))


def test_columns_in_upper_case_are_no_symbols() -> None:
    cells = zip(*NUMBERS, strict=True)
    columns = {
        name.upper(): dict(zip(map(str, DAYS), column, strict=True))
        for name, column in zip(ENGLISH[1:], cells, strict=True)
    }
    assert not any("no bars" in note for note in check(json.dumps(columns | {"NOTE": None})))


@pytest.mark.parametrize(
    ("name", "power"),
    [
        *(("Volume (000)", 3), ("Volume (000s)", 3), ("Volume ('000)", 3), ("Volume in 1000", 3), ("Volume [K]", 3)),
        *(("Volume (in thousands)", 3), ("Vol. (Mio.)", 6), ("Volume in millions", 6), ("Volume (mn shares)", 6)),
        *(("Volume (Lakhs)", 5), ("Volume (Cr)", 7), ("成交量(万股)", 4), ("成交量（亿）", 8), ("Volume (shares)", 0)),
    ],
)
@pytest.mark.parametrize("numbers", [["1000", "1,000", "2.5"], ["-", "1000", "3M"]])
def test_the_unit_in_the_name_of_a_volume_counts(name: str, power: int, numbers: list[str]) -> None:
    rows = [f'2024-01-0{day},1,3,0.5,2,"{number}"' for day, number in enumerate(numbers, 2)]
    (raw,) = read("\n".join([f"Date,Open,High,Low,Close,{name}", *rows]))
    unit = 10**power
    expected = [1000 * unit, 1000 * unit, 2.5 * unit] if numbers[0] != "-" else [np.nan, 1000 * unit, 3_000_000]
    assert raw.rows["volume"].to_list() == pytest.approx(expected, rel=1e-15, nan_ok=True)
    assert [note for note in raw.notes if "multiplied" in note] == (
        [f"'{name[:20]}{'…' * (len(name) > 20)}' was multiplied by {unit:,}, the unit in its name."] if power else []
    )


@pytest.mark.parametrize("write", [as_parquet, as_arrow])
@pytest.mark.parametrize(
    "volume", [pa.array([number, None]) for number in (1000, 1000.0, "1000", Decimal(1000), Decimal("1000.00"))]
)
def test_the_unit_of_a_chosen_volume_counts_in_a_table_of_numbers(
    write: Callable[[pa.Table], bytes], volume: pa.Array
) -> None:
    prices = {name: [1.0, 2.0] for name in ("open", "high", "low", "close")}
    table = pa.table({"date": ["2024-01-02", "2024-01-03"], **prices, "Shares (mn)": volume})
    (raw,) = read(write(table), "A.bin", columns="volume=Shares (mn)")
    assert raw.rows["volume"].to_list() == pytest.approx([1e9, np.nan], nan_ok=True)
    assert "'Shares (mn)' was multiplied by 1,000,000, the unit in its name." in raw.notes


@pytest.mark.parametrize("name", ["Volume (USD)", "Turnover (Lacs)", "Volume (T)", "Volume (lots)", "Close (K)"])
def test_another_unit_or_another_column_is_not_read_as_the_volume(name: str) -> None:
    (raw,) = read(f"Date,Open,High,Low,Close,{name}\n2024-01-02,1,3,0.5,2,1000")
    assert raw.rows["volume"].isna().all()
    assert raw.rows["close"].to_list() == [2]


def test_beside_a_volume_without_a_unit_one_that_has_a_unit_is_not_read() -> None:
    (raw,) = read("Date,Open,High,Low,Close,Volume (000),Volume\n2024-01-02,1,3,0.5,2,1,1234")
    assert raw.rows["volume"].to_list() == [1234]


@pytest.mark.parametrize(("name", "cell"), [("Vol. in Mio.", "1,234"), ("Vol.", "1,234M"), ("Vol.", "1,234 Mio.")])
def test_a_unit_settles_no_decimal_mark(name: str, cell: str) -> None:
    text = f"Date,Open,High,Low,Close,{name}\n" + "".join(f'2024-01-0{day},1,3,1,2,"{cell}"\n' for day in (2, 3))
    assert problem(text).startswith(f"Numbers such as '{cell}' may have a decimal mark or one between thousands.")
    assert [raw.rows["volume"][0] for raw in (*read(text, decimal=","), *read(text, decimal="."))] == [1.234e6, 1.234e9]


def test_a_count_of_shares_has_no_decimals() -> None:
    (raw,) = read('Date,Open,High,Low,Close,Vol.\n2024-01-02,1,3,1,2,"1,234 shares"\n')
    assert raw.rows["volume"].to_list() == [1234]
