"""Files as people have them: each is read as what it says, or refused with what to do."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from services.data.bars.checks import find_rejections
from services.data.files.source import FileBarSource
from services.data.records import RawBars
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS
from shared.schemas.loads import ReadQuery
from tests.support.data.real_files import EXPECTED, FOLDER, NAMELESS, REFUSED, SYMBOLS

TODAY = date(2026, 11, 29)
TESTED_ELSEWHERE = {"euronext/LU_extra_cell.csv", "nse/two_series_one_symbol.csv"}


def _open(name: str, **options: str) -> FileBarSource:
    reading = ReadQuery.model_validate(options)
    return FileBarSource(FOLDER / name, symbol="X" if name in NAMELESS else None, options=reading)


def _newest(raw: RawBars) -> tuple[str, list[float]]:
    rows = raw.rows.sort_values("session")
    return str(rows["session"].iloc[-1].date()), rows[list(NUMBERS)].iloc[-1].tolist()


def test_every_file_is_tested() -> None:
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*")}
    assert files == EXPECTED.keys() | SYMBOLS.keys() | REFUSED.keys() | TESTED_ELSEWHERE


@pytest.mark.parametrize("name", EXPECTED)
def test_the_bars_of_a_file_are_read(name: str) -> None:
    [raw] = _open(name).frames()
    row = EXPECTED[name]
    expected = [float(row[number] or "nan") for number in NUMBERS]
    assert (raw.symbol, str(len(raw.rows)), _newest(raw)[0]) == (row["symbol"], row["rows"], row["newest"])
    np.testing.assert_array_equal(_newest(raw)[1], expected)  # to the bit
    assert find_rejections(raw.rows, TODAY).n_rows == 0


@pytest.mark.parametrize("name", SYMBOLS)
def test_the_symbols_of_a_file_are_read(name: str) -> None:
    frames = list(_open(name).frames())
    assert [raw.symbol for raw in frames] == SYMBOLS[name]
    assert all(find_rejections(raw.rows, TODAY).n_rows == 0 for raw in frames)


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_file_leaves_open_is_an_error_and_its_sentence_works(name: str) -> None:
    sentence, options, prices = REFUSED[name]
    with pytest.raises(UnreadableFile, match=sentence):
        list(_open(name).frames())
    if options is not None:
        [raw] = _open(name, **options).frames()
        assert _newest(raw)[1][:4] == list(prices or ())


def test_hours_made_days_have_the_volume_of_the_day_and_say_so() -> None:
    [raw] = _open("intraday/AMZN_60min.csv", resample="daily").frames()
    assert _newest(raw)[0] == "2020-12-30"
    assert _newest(raw)[1][4] == 2_915_981
    assert any("shorter bars into daily ones" in note for note in raw.notes)


def test_a_file_without_names_is_read_once_they_are_added(tmp_path: Path) -> None:
    path = tmp_path / "XAUUSD.csv"
    rows = (FOLDER / "metatrader" / "XAUUSD_headless.csv").read_text()
    path.write_text("date\topen\thigh\tlow\tclose\tvolume\n" + rows)
    [raw] = FileBarSource(path).frames()
    assert _newest(raw)[1][:5] == [1296.352, 1299.551, 1291.439, 1291.739, 1413]


def test_a_row_with_more_cells_than_names_is_rejected_for_that() -> None:
    [raw] = _open("euronext/LU_extra_cell.csv").frames()
    assert find_rejections(raw.rows, TODAY).n_by_code == {"too_many_cells": 10}


def test_a_row_with_more_cells_is_read_once_every_column_has_a_name(tmp_path: Path) -> None:
    header, *rows = (FOLDER / "euronext/LU_extra_cell.csv").read_text().splitlines()
    named = tmp_path / "LU.csv"
    named.write_text("\n".join([f"{header};vwap", *rows]))
    [raw] = FileBarSource(named).frames()
    assert not find_rejections(raw.rows, TODAY).mask.any()
    assert raw.rows["close"].iloc[0] == 99.27


def test_of_two_series_of_a_symbol_the_ordinary_shares_are_kept_and_the_other_is_named() -> None:
    [raw] = _open("nse/two_series_one_symbol.csv").frames()
    rejections = find_rejections(raw.rows, TODAY)
    assert raw.rows["close"][~rejections.mask].tolist() == [9.33]
    assert rejections.n_by_code == {"other_series": 1}


def test_instants_become_the_days_of_their_exchange_and_the_report_says_so() -> None:
    paris, utc = (next(_open(f"utc-midnight/AIR_{name}.csv").frames()) for name in ("paris", "utc"))
    assert utc.rows["session"].tolist() == paris.rows["session"].tolist()
    assert any("midnight in Europe/Paris" in note for note in utc.notes)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Stocks", ["'asns.us.txt': The file has no rows.", "'README.md': Missing columns: date, open"]),
        ("with_readme", ["'README.md': Missing columns: date, open"]),
        ("with_underscore", []),
    ],
)
def test_each_file_of_an_archive_that_is_not_read_is_a_line(name: str, lines: list[str]) -> None:
    source = _open(f"kaggle-archive/{name}.zip")
    frames = list(source.frames())
    assert [str(part)[: len(line)] for part, line in zip(source.skipped, lines, strict=True)] == lines
    notes = [note for raw in frames for note in raw.notes if "ccc_d" in note]
    assert notes == ([] if name == "with_readme" else ["'ccc_d.us.txt' is CCC-D.US."])
