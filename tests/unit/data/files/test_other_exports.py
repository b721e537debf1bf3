"""Exports of more tools and languages as text: they are read as the bars that were written, or refused."""

from datetime import datetime

import pandas as pd
import pytest

from tests.support.data.exports import DAYS, ENGLISH, DateForm, check, export
from tests.support.data.files import problem, read


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
        ("Datum", "Öppen", "Högsta", "Lägsta", "Senaste", "Volym"),
        ("Dato", "Åben", "Høj", "Lav", "Seneste", "Vol."),
        ("Datum", "Otevřít", "Nejvyšší", "Nejnižší", "Poslední", "Objem"),
        ("Dátum", "Nyitó", "Maximum", "Minimum", "Utolsó", "Forgalom (db)"),
        ("Dată", "Deschidere", "Maxim", "Minim", "Ultimul", "Vol."),
        ("Datum", "Prva", "Najviša", "Najniža", "Zadnja", "Količina"),
        ("Fecha", "Abrir", "Máx.", "Mín.", "Cerrar", "Volumen"),
        ("Datum", "Eröffnung", "Tageshoch", "Tagestief", "Schluss", "Umsatz (Stücke)"),
        ("Datum", "Eröffnungspreis", "Hoch", "Tief", "Letzter Preis", "Stück"),
        ("日期", "開市", "最高", "最低", "收市價*", "成交量"),
        ("时间", "开盘", "最高", "最低", "收盘", "总手"),
        ("Date", "Open", "High", "Low", "Close Close price adjusted for splits.", "Volume"),
        ("DlyCalDt", "DlyOpen", "DlyHigh", "DlyLow", "DlyClose", "DlyVol"),
        ("RptDt", "FrstPric", "MaxPric", "MinPric", "LastPric", "FinInstrmQty"),
        (
            *("CH_TIMESTAMP", "CH_OPENING_PRICE", "CH_TRADE_HIGH_PRICE", "CH_TRADE_LOW_PRICE"),
            *("CH_CLOSING_PRICE", "CH_TOT_TRADED_QTY"),
        ),
        ("Ngày", "Giá mở cửa", "Giá cao nhất", "Giá thấp nhất", "Giá đóng cửa", "Khối lượng"),
        ("Дата", "Відкр.", "Макс.", "Мін.", "Ціна", "Обсяг"),
        ("תאריך", "שער פתיחה", "שער גבוה", "שער נמוך", "שער נעילה", "נפח"),
        ("Data", "Apertura", "Max", "Min", "Ultimo Valore", "Volume"),
        ("Fecha", "Apertura", "Máxima", "Mínima", "Cierre", "Cantidad Negociada"),
        ("交易时间", "开盘价", "最高价", "最低价", "收盘价", "成交量"),
        ("Date", "Open", "High", "Low", "Close", "Turnover (Shares)"),
        ("Time (UTC)", *ENGLISH[1:]),
        ("Time (EET)", *ENGLISH[1:]),
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
        ("gbk", ("时间", "开盘", "最高", "最低", "收盘", "成交量")),  # its first two bytes are a letter in UTF-8
    ],
)
def test_names_are_read_in_more_encodings(encoding: str, names: tuple[str, ...]) -> None:
    check(export(names).encode(encoding))


def test_a_name_whose_first_bytes_are_letters_in_utf8_is_read_as_it_was_written() -> None:
    names = "证券代码,日期,开盘价,最高价,最低价,收盘价"
    frames = read(f"{names}\n600000,2024-01-02,1,3,0.5,2\n000001,2024-01-03,1,3,0.5,2\n".encode("gbk"), "BANKS.csv")
    assert [raw.symbol for raw in frames] == ["600000", "000001"]


def test_one_wrong_byte_after_names_in_utf8_leaves_them_as_they_are() -> None:
    names = ("Datum", "Eröffnung", "Hoch", "Tief", "Schlusskurs", "Stücke")
    [raw] = read(export(names).encode() + b"\nB\xf6rse\n")
    assert raw.rows[["open", "close", "volume"]].notna().all(axis=1).sum() == len(DAYS)


@pytest.mark.parametrize(("form", "comma"), [("{} €", ""), ("€{}", ""), ("{}", "’")])
def test_signs_of_windows_are_read(form: str, comma: str) -> None:
    prices = export(price=lambda number: form.format(f"{number:,.2f}".replace(",", comma)), delimiter=";")
    check(prices.replace("Volume", "Umsatz (Stück)").encode("cp1252"))


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
        lambda day: f"'{day:%d/%m/%Y}",
        lambda day: f"'{day:%Y-%m-%d}'",
        lambda day: f"{day:%d%b%Y}",
        lambda day: f"{day:%d%b%Y}:00:00:00".upper(),
        lambda day: f"{day:%d%b%y}",
        lambda day: f"{day:%d.%b.%Y}",
        lambda day: f"{day.day} {('янв', 'февраля', 'марта')[day.month - 1]} {day.year} г.",
        lambda day: f"{day.day} {('sty', 'lut', 'marca')[day.month - 1]} {day.year}",
        lambda day: f"{day.day} {('Oca', 'Şub', 'Mart')[day.month - 1]} {day.year}",
        lambda day: f"{day.day} {('Ιαν', 'Φεβ', 'Μαρ')[day.month - 1]} {day.year}",
        lambda day: f"{day.year - 1911}{day:%m%d}",
        lambda day: f"民國{day.year - 1911}年{day.month}月{day.day}日",
    ],
)
def test_dates_of_more_forms_are_read(date: DateForm) -> None:
    check(export(date=date))


def test_days_since_1960_are_an_error_and_not_days_of_ten_years_later() -> None:
    sentence = problem(export(date=lambda day: str((day - datetime(1960, 1, 1)).days)))
    assert sentence.startswith("Dates such as 23425 may be days since 1970, with Sundays and without Fridays, or since")
    notes = check(export(date=lambda day: str((day - datetime(1970, 1, 1)).days)))
    assert any("days since 1970" in note for note in notes)


def test_days_of_a_spreadsheet_since_1904_are_seen_by_bars_on_saturdays() -> None:
    notes = check(export(date=lambda day: str((day - datetime(1904, 1, 1)).days)))
    assert any("a spreadsheet since 1904" in note for note in notes)


@pytest.mark.parametrize("date", [lambda day: f"{day:%Y-%j}", lambda day: f"{day:%G-W%V-%u}"])
def test_a_date_of_no_known_form_is_an_error_that_says_how_to_write_it(date: DateForm) -> None:
    assert "Write the dates as 2024-01-31" in problem(export(date=date))


@pytest.mark.parametrize(
    "form",
    ["HK${}", "CA$ {}", "{} kr", "Rp {}", "CAD {}", "{} TL", "{}元", "{}원", "{} руб.", "Fr. {}", "Rs. {}", '="{}"'],
)
def test_a_price_may_have_any_currency(form: str) -> None:
    check(export(price=form.format))


@pytest.mark.parametrize(
    "name",
    [
        "Adj Close Adjusted close price adjusted for splits and dividend and/or capital gain distributions.",
        "經調整收市價**",
        "終値調整値",
    ],
)
def test_an_adjusted_close_is_found_by_long_names(name: str) -> None:
    [raw] = read(export((*ENGLISH[:5], name)))
    assert raw.rows["adj_close"].notna().all()


@pytest.mark.parametrize("name", ["SC_CODE", "Company Symbol", "Kode Saham"])
def test_symbols_of_more_exchanges_are_not_those_of_the_file(name: str) -> None:
    [raw] = read(f"date,{name},open,high,low,close\n2024-01-02,500325,1,3,0.5,2\n", "A.csv")
    assert raw.symbol == "500325"


@pytest.mark.parametrize("unit", ["MM", " million", " mln.", " млн", "Mio."])
def test_a_volume_may_be_in_millions_of_any_language(unit: str) -> None:
    check(export(volume=lambda number: f"{number / 1e6:.6f}{unit}"))


@pytest.mark.parametrize("dash", ["—", "–", "−"])
def test_a_dash_of_any_length_is_not_a_number(dash: str) -> None:
    [raw] = read(export(volume=lambda _: dash))
    assert raw.rows["volume"].isna().all()
    assert raw.notes == ()


@pytest.mark.parametrize("written", ["'600000", '="600000"'])
def test_what_keeps_the_digits_of_a_symbol_in_a_spreadsheet_is_left_out(written: str) -> None:
    quoted = written.replace('"', '""')
    [raw] = read(f'date,code,open,high,low,close\n2024-01-02,"{quoted}",1,3,0.5,2\n')
    assert raw.symbol == "600000"


@pytest.mark.parametrize("name", ["2781", "Apple"])
def test_a_name_that_is_a_number_or_written_as_a_word_is_not_a_symbol(name: str) -> None:
    [raw] = read(f"date,name,open,high,low,close\n2024-01-02,{name},1,3,0.5,2\n", "AAPL.csv")
    assert (raw.symbol, raw.name) == ("AAPL", name)


@pytest.mark.parametrize("first", ["2024-02-19", "2024-06-03"])
def test_evenings_in_new_york_that_are_the_next_day_in_utc_are_the_day_there(first: str) -> None:
    days = pd.bdate_range(first, periods=30)
    stamps = (days + pd.Timedelta(hours=20)).tz_localize("America/New_York").tz_convert("UTC")
    [raw] = read("date,open,high,low,close\n" + "\n".join(f"{stamp},1,3,0.5,2" for stamp in stamps))
    assert raw.rows["session"].tolist() == days.tolist()
    assert any("sessions are up to a day earlier" in note for note in raw.notes)


@pytest.mark.parametrize("n_days", [12, 250])
@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%s"])
def test_midnights_of_new_zealand_in_utc_are_the_days_there_in_summer_and_winter(n_days: int, form: str) -> None:
    days = pd.bdate_range("2024-01-15", periods=n_days)
    stamps = days.tz_localize("Pacific/Auckland").tz_convert("UTC")
    rows = [f"{stamp.timestamp() if form == '%s' else stamp.strftime(form)},1,3,0.5,2" for stamp in stamps]
    [raw] = read("date,open,high,low,close\n" + "\n".join(rows))
    assert raw.rows["session"].tolist() == days.tolist()
    assert any("midnight in Pacific/Auckland" in note for note in raw.notes)


def test_evenings_that_are_midnight_in_utc_are_their_own_day_if_weekends_say_so() -> None:
    days = pd.bdate_range("2024-06-03", periods=30)
    stamps = (days + pd.Timedelta(hours=20)).tz_localize("America/New_York")
    [raw] = read("date,open,high,low,close\n" + "\n".join(f"{stamp},1,3,0.5,2" for stamp in stamps))
    assert raw.rows["session"].tolist() == days.tolist()


@pytest.mark.parametrize("zone", ["Asia/Dhaka", "Asia/Kathmandu", "Asia/Tehran"])
def test_midnights_of_every_zone_are_an_error_if_nothing_shows_the_day(zone: str) -> None:
    stamps = pd.bdate_range("2024-01-15", periods=4).tz_localize(zone).tz_convert("UTC")
    content = "date,open,high,low,close\n" + "\n".join(f"{stamp},1,3,0.5,2" for stamp in stamps)
    assert "may be midnight of the next day somewhere east" in problem(content)
    [raw] = read(content, timezone=zone)
    assert raw.rows["session"].dt.day.tolist() == [15, 16, 17, 18]


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
