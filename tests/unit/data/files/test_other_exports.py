"""Exports of more tools and languages, each written from the same bars: they are read as those bars, or refused."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import pandas as pd
import pyarrow as pa
import pytest

from tests.support.data.files import as_arrow, as_parquet, problem, read
from tests.support.data.workbooks import Cell, workbook

DAYS = pd.bdate_range("2024-02-19", periods=24)
NUMBERS = [(100.25 + day, 101.5 + day, 99.75 + day, 100.5 + day, 1_234_567 + day) for day in range(len(DAYS))]
ENGLISH = ("Date", "Open", "High", "Low", "Close", "Volume")
COLUMNS = ["open", "high", "low", "close", "volume"]
DateForm = Callable[[datetime], str]
NumberForm = Callable[[float], str]


def export(
    names: tuple[str, ...] = ENGLISH,
    date: DateForm = lambda day: f"{day:%Y-%m-%d}",
    price: NumberForm = str,
    volume: NumberForm = str,
    delimiter: str = ",",
) -> str:
    """Write the bars as text, the columns in the order of `ENGLISH`."""
    lines = [delimiter.join(names)]
    for day, (*prices, traded) in zip(DAYS, NUMBERS, strict=True):
        cells = [date(day), *map(price, prices), volume(traded)]
        lines.append(delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells))
    return "\n".join(lines)


def check(content: str | bytes, name: str = "A.csv", **options: object) -> tuple[str, ...]:
    """Check that the file holds the bars of `A` to the bit, and return its notes."""
    [raw] = read(content, name, **options)
    assert raw.symbol == "A"
    assert raw.rows["session"].dt.date.tolist() == [day.date() for day in DAYS]
    assert raw.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS]
    return raw.notes


@pytest.mark.parametrize(
    "names",
    [
        ("Data", "Otwarcie", "Max.", "Min.", "Ostatnio", "Wol."),
        ("Tarih", "Açılış", "Yüksek", "Düşük", "Şimdi", "Hac."),
        ("日期", "開市", "高", "低", "收市", "成交量"),
        ("日付け", "始値", "高値", "安値", "終値", "出来高"),
        ("날짜", "오픈", "고가", "저가", "현재가", "거래량"),
        ("Päivämäärä", "Avaus", "Korkein", "Alin", "Viimeisin", "Vol."),
        ("Dato", "Åpning", "Høyest", "Lav", "Siste", "Vol."),
        ("Ημερομηνία", "Άνοιγμα", "Υψηλό", "Χαμηλό", "Τελευταία", "Όγκος"),
        ("Ngày", "Mở", "Cao", "Thấp", "Lần cuối", "KL"),
        ("Tanggal", "Pembukaan", "Tertinggi", "Terendah", "Terakhir", "Vol."),
        ("תאריך", "פתיחה", "גבוה", "נמוך", "שער", "נפח"),
        ("Dates", "PX_OPEN", "PX_HIGH", "PX_LOW", "PX_LAST", "PX_VOLUME"),
        ("Date", "OPEN_PRC", "HIGH_1", "LOW_1", "TRDPRC_1", "ACVOL_UNS"),
        ("Exchange Date", *ENGLISH[1:]),
        ("Gmt time", *ENGLISH[1:]),
        ("datadate", "prcod", "prchd", "prcld", "prccd", "cshtrd"),
        ("date", "OPENPRC", "ASKHI", "BIDLO", "PRC", "VOL"),
        ("TRADEDATE", *ENGLISH[1:]),
        ("time", "open", "high", "low", "close", "volumefrom"),
        ("Date", "Open (GBX)", "High (GBX)", "Low (GBX)", "Close (GBX)", "Volume"),
        ("<DATE>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<TICKVOL>"),
    ],
)
def test_names_of_more_languages_and_tools_are_read(names: tuple[str, ...]) -> None:
    check(export(names))


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1254", ("Tarih", "Açılış", "Yüksek", "Düşük", "Kapanış", "Hacim")),
        ("cp1253", ("Ημερομηνία", "Άνοιγμα", "Υψηλό", "Χαμηλό", "Κλείσιμο", "Όγκος")),
        ("koi8-r", ("Дата", "Открытие", "Максимум", "Минимум", "Закрытие", "Объем")),
        ("big5", ("日期", "開盤價", "最高價", "最低價", "收盤價", "成交股數")),
    ],
)
def test_names_are_read_in_more_encodings(encoding: str, names: tuple[str, ...]) -> None:
    check(export(names).encode(encoding))


@pytest.mark.parametrize(
    "date",
    [
        *(lambda day, form=form: format(day, form) for form in ("%d%m%Y", "%m%d%Y", "%y%m%d", "%Y%m%d%H%M%S")),
        lambda day: str(int(f"{day:%d%m%Y}")),
        lambda day: f"{day.day}. {day.month}. {day.year}",
        lambda day: f"{day.year}. {day.month}. {day.day}.",
        lambda day: f"{day.year}- {day.month:02}- {day.day:02}",
        lambda day: f"{day:%a %b %d 00:00:00 %Y}",
        lambda day: f'="{day:%Y-%m-%d}"',
        lambda day: f"{day.day} {('янв', 'февраля', 'марта')[day.month - 1]} {day.year} г.",
        lambda day: f"{day.day} {('sty', 'lut', 'marca')[day.month - 1]} {day.year}",
        lambda day: f"{day.day} {('Oca', 'Şub', 'Mart')[day.month - 1]} {day.year}",
        lambda day: f"{day.day} {('Ιαν', 'Φεβ', 'Μαρ')[day.month - 1]} {day.year}",
    ],
)
def test_dates_of_more_forms_are_read(date: DateForm) -> None:
    check(export(date=date))


def test_days_of_a_spreadsheet_since_1904_are_seen_by_bars_on_saturdays() -> None:
    notes = check(export(date=lambda day: str((day - datetime(1904, 1, 1)).days)))
    assert any("a spreadsheet since 1904" in note for note in notes)


@pytest.mark.parametrize("date", [lambda day: f"{day:%Y-%j}", lambda day: f"{day:%G-W%V-%u}"])
def test_a_date_of_no_known_form_is_an_error_that_says_how_to_write_it(date: DateForm) -> None:
    assert "Write the dates as 2024-01-31" in problem(export(date=date))


@pytest.mark.parametrize(
    "form",
    ["HK${}", "CA$ {}", "{} kr", "{} SEK", "CAD {}", "{} TL", "{}元", "{}원", "{} руб.", "Fr. {}", "Rs. {}", '="{}"'],
)
def test_a_price_may_have_any_currency(form: str) -> None:
    check(export(price=form.format))


@pytest.mark.parametrize("unit", ["MM", " million", " mln.", " млн", "Mio."])
def test_a_volume_may_be_in_millions_of_any_language(unit: str) -> None:
    check(export(volume=lambda number: f"{number / 1e6:.6f}{unit}"))


@pytest.mark.parametrize("dash", ["—", "–", "−"])
def test_a_dash_of_any_length_is_no_number(dash: str) -> None:
    [raw] = read(export(volume=lambda _: dash))
    assert raw.rows["volume"].isna().all()
    assert raw.notes == ()


@pytest.mark.parametrize("written", ["'600000", '="600000"'])
def test_what_keeps_the_digits_of_a_symbol_in_a_spreadsheet_is_left_out(written: str) -> None:
    quoted = written.replace('"', '""')
    [raw] = read(f'date,code,open,high,low,close\n2024-01-02,"{quoted}",1,3,0.5,2\n')
    assert raw.symbol == "600000"


@pytest.mark.parametrize("name", ["2781", "Apple"])
def test_a_name_that_is_a_number_or_written_as_a_word_is_no_symbol(name: str) -> None:
    [raw] = read(f"date,name,open,high,low,close\n2024-01-02,{name},1,3,0.5,2\n", "AAPL.csv")
    assert (raw.symbol, raw.name) == ("AAPL", name)


@pytest.mark.parametrize("first", ["2024-02-19", "2024-06-03"])
def test_evenings_in_new_york_that_are_the_next_day_in_utc_are_the_day_there(first: str) -> None:
    days = pd.bdate_range(first, periods=30)
    stamps = (days + pd.Timedelta(hours=20)).tz_localize("America/New_York").tz_convert("UTC")
    [raw] = read("date,open,high,low,close\n" + "\n".join(f"{stamp},1,3,0.5,2" for stamp in stamps))
    assert raw.rows["session"].tolist() == days.tolist()
    assert any("sessions are up to a day earlier" in note for note in raw.notes)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (pd.date_range("2024-01-05", periods=3, freq="7D"), "These are weekly bars"),
        (pd.date_range("2024-01-05", periods=20, freq="14D"), "These are two-weekly bars"),
        (
            pd.date_range("2015-01-02", periods=60, freq="7D").append(pd.bdate_range("2016-03-01", periods=90)),
            "From 2015-01-02 to 2016-02-19 these are weekly bars",
        ),
    ],
)
def test_weeks_are_refused_also_few_or_before_days(days: pd.DatetimeIndex, sentence: str) -> None:
    assert sentence in problem("date,open,high,low,close\n" + "\n".join(f"{day.date()},1,3,0.5,2" for day in days))


ROWS = [[f"{day:%Y-%m-%d}", *row] for day, row in zip(DAYS, NUMBERS, strict=True)]


@pytest.mark.parametrize(
    "document",
    [
        {"datatable": {"data": ROWS, "columns": [{"name": name, "type": "text"} for name in ENGLISH]}, "meta": {}},
        {"dataset": {"id": 1, "name": "A", "column_names": ENGLISH, "frequency": "daily", "data": ROWS}},
        {"bars": [dict(zip("tohlcv", row, strict=True)) for row in ROWS], "next_page_token": None, "symbol": "A"},
        {"results": [{"T": "A"} | dict(zip("tohlcv", row, strict=True)) for row in ROWS], "status": "OK"},
        {
            "history": {"metadata": {}, "columns": ["TRADEDATE", *ENGLISH[1:]], "data": ROWS},
            "history.cursor": {"columns": ["INDEX", "TOTAL", "PAGESIZE"], "data": [[0, 24, 100]]},
        },
    ],
    ids=["datatable", "dataset", "symbol after", "T and t", "two tables"],
)
def test_json_is_read_in_more_layouts_of_vendors(document: dict[str, object]) -> None:
    check(json.dumps(document))


def test_a_symbol_after_the_rows_is_not_another_than_that_of_the_load() -> None:
    document = {"bars": [dict(zip("tohlcv", row, strict=True)) for row in ROWS], "symbol": "A"}
    assert "this load is for B only" in problem(json.dumps(document), "x.json", symbol="B")


@pytest.mark.parametrize("document", [ROWS, {"error": [], "result": {"XXBTZUSD": ROWS, "last": 1}}])
def test_arrays_without_names_are_an_error_that_says_how_to_name_them(document: object) -> None:
    assert "Put their names first" in problem(json.dumps(document))
    assert check(json.dumps([ENGLISH, *ROWS])) == ()


def _two_symbols(date_name: str | None, *, is_text: bool = False) -> pd.DataFrame:
    frame = pd.DataFrame(NUMBERS, columns=pd.Index(COLUMNS), index=DAYS)
    frame = frame.rename(index=lambda day: f"{day:%Y-%m-%d}") if is_text else frame
    return pd.concat({"A": frame.rename_axis(date_name), "B": frame.rename_axis(date_name)})


@pytest.mark.parametrize("date_name", [None, "Date"])
@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_symbols_in_an_index_without_a_name_are_symbols(date_name: str | None, is_text: bool, form: str) -> None:
    frame = _two_symbols(date_name, is_text=is_text)
    sink = BytesIO()
    if form == "csv":
        frame.to_csv(sink)
    elif form == "parquet":
        frame.to_parquet(sink)
    else:
        sink.write(as_arrow(pa.Table.from_pandas(frame)))
    frames = read(sink.getvalue(), "x.y")
    assert [raw.symbol for raw in frames] == ["A", "B"]
    assert all(raw.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS] for raw in frames)
    assert "The column without a name was read as the symbol." in frames[0].notes


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_header_of_r_that_does_not_name_the_names_of_rows_is_read(delimiter: str) -> None:
    names, *rows = export(delimiter=delimiter).splitlines()
    check("\n".join([names.partition(delimiter)[2], *rows]))


def test_decimals_of_parquet_are_the_nearest_numbers() -> None:
    texts = [f"{number / 100}" for number in range(9_000, 9_900)]
    prices = pa.array([Decimal(text) for text in texts], pa.decimal128(12, 2))
    dates = pd.date_range("2020-01-01", periods=len(texts)).date
    [raw] = read(as_parquet(pa.table({"date": dates} | dict.fromkeys(COLUMNS[:4], prices))))
    assert raw.rows["close"].tolist() == [float(text) for text in texts]


@pytest.mark.parametrize("is_merged", [False, True])
def test_a_sheet_of_pandas_with_symbols_over_its_columns_is_read(is_merged: bool) -> None:
    names = [name for name in ENGLISH[1:] for _ in range(2)]
    if is_merged:
        names = [name if at % 2 == 0 else "" for at, name in enumerate(names)]
    body: list[list[Cell]] = [
        [day.date(), *(number + shift for number in row for shift in (0, 1))]
        for day, row in zip(DAYS, NUMBERS, strict=True)
    ]
    rows: list[list[Cell]] = [
        ["Price", *(name or None for name in names)],
        ["Ticker", *["A", "B"] * 5],
        ["Date"],
        *body,
    ]
    merged = [f"{left}1:{right}1" for left, right in ("BC", "DE", "FG", "HI", "JK")] if is_merged else []
    first, second = read(workbook({"Sheet1": rows}, merged), "x.xlsx")
    assert (first.symbol, second.symbol) == ("A", "B")
    assert first.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS]
    assert second.rows[COLUMNS].to_numpy().tolist() == [[number + 1 for number in row] for row in NUMBERS]


@pytest.mark.parametrize("delimiter", [" ", "  ", "^"])
def test_cells_that_nothing_usual_separates_are_an_error_that_says_so(delimiter: str) -> None:
    content = export(delimiter=delimiter).replace('"', "")
    assert problem(content) == (
        "The cells are not separated by commas, semicolons, tabs or |. Save the file with one of them."
    )


def test_a_line_of_dashes_under_the_names_is_no_symbol() -> None:
    names, *rows = export(delimiter="|").splitlines()
    [raw] = read("\n".join([names, "|".join(["---"] * 6), *rows]))
    assert raw.symbol == "A"
    assert raw.rows["session"].notna().sum() == len(DAYS)
