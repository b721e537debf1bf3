"""Collect a file's rows in compact arrays and group them by symbol."""

from array import array
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from services.data.files.cells import TEXT, to_dates, to_numbers, to_texts
from services.data.files.columns import quote_text
from services.data.files.dates import read_sessions
from services.data.records import RawBars
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS
from shared.schemas.bars import is_symbol
from shared.schemas.loads import DateFormat
from shared.schemas.text import clean_text

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
PART_ROWS = 1 << 18
TEXTS = ("symbol", "name", "company")
MAX_SYMBOLS = 100_000  # about 60,000 companies are listed worldwide
FORMULA_STARTS = tuple("=+-@\t\r")
NO_SYMBOL = (
    "Name the file after its symbol, for example AAPL.csv, or add a column symbol: the file does not name a symbol."
)


class RowCollector:
    """The rows of one file in order: 8 bytes per number, 4 per text or date, none for a column that the file lacks."""

    def __init__(self) -> None:
        self._n_rows = 0
        # One growing array per column, not one per batch: the peak is a third lower.
        self._numbers: dict[str, array[float]] = {}
        self._dates: list[pa.Array] = []
        self._texts: dict[str, list[pa.DictionaryArray]] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch, its columns named by field (`columns.Field`)."""
        n_rows = batch.num_rows
        if not n_rows:
            return
        self._dates.append(to_dates(batch.column("session")))
        names = set(batch.schema.names)
        for name in names.intersection(NUMBERS) | self._numbers.keys():
            numbers = to_numbers(batch.column(name)) if name in names else np.full(n_rows, np.nan)
            earlier = array("d", [np.nan]) * (0 if name in self._numbers else self._n_rows)
            self._numbers.setdefault(name, earlier).frombytes(numbers.data.cast("B"))
        for name in names.intersection(TEXTS) | self._texts.keys():
            texts = to_texts(batch.column(name)) if name in names else pa.nulls(n_rows, TEXT)
            self._texts.setdefault(name, [pa.nulls(self._n_rows, TEXT)]).append(texts)
        self._n_rows += n_rows

    def frames(self, symbol: str | None, default: str | None, date_format: DateFormat | None) -> Iterator[RawBars]:
        """Yield the rows of one symbol after another, by first appearance; callable once.

        Args:
            symbol: The only allowed symbol; None for any.
            default: The symbol if no column names it.
            date_format: The date format; None to detect it.

        Raises:
            UnreadableFile: There are no rows, or their symbols or dates cannot be read.
        """
        if not self._n_rows:
            raise UnreadableFile("The file has no rows.")
        sessions = self._parse_sessions(date_format)
        symbols, codes = self._find_symbols(symbol, default, np.isnat(sessions))
        missing = np.broadcast_to(np.nan, self._n_rows)  # takes no memory
        columns = {"session": sessions} | dict.fromkeys(NUMBERS, missing)
        columns |= {name: np.frombuffer(values, np.float64) for name, values in self._numbers.items()}
        columns["row"] = np.arange(1, self._n_rows + 1, dtype=np.int32)
        companies = pa.concat_arrays(self._texts.pop("company", [pa.nulls(0, TEXT)]))
        company_codes = _codes(companies) if len(companies) else np.broadcast_to(np.int32(-1), self._n_rows)
        for code, rows in _group_rows(codes, len(symbols)):
            group = {name: values[rows] for name, values in columns.items()}
            named = company_codes[rows][company_codes[rows] >= 0]
            company = _without_guard(companies.dictionary[int(named[0])].as_py()).strip() if len(named) else ""
            yield RawBars(symbols[code], pd.DataFrame(group, copy=False), company or None)

    def _parse_sessions(self, date_format: DateFormat | None) -> npt.NDArray[np.datetime64]:
        dates = pa.concat_arrays(self._dates)
        self._dates.clear()
        if pa.types.is_date(dates.type):
            return np.asarray(dates.to_numpy(zero_copy_only=False)).astype("datetime64[s]")
        codes = _codes(dates)
        counts = np.zeros(len(dates.dictionary), np.int64)
        for start in range(0, self._n_rows, PART_ROWS):  # bincount converts to 8 bytes per row
            part = codes[start : start + PART_ROWS]
            counts += np.bincount(part[part >= 0], minlength=len(counts))
        days = read_sessions(dates.dictionary, counts, date_format)
        return np.append(days, np.datetime64("NaT", "D")).astype("datetime64[s]")[codes]

    def _find_symbols(self, symbol: str | None, default: str | None, is_dateless: Mask) -> tuple[list[str], Codes]:
        symbols, codes = self._take_texts("symbol", _upper)
        if not symbols:
            symbols, codes = self._take_texts("name")
            if not all(map(is_symbol, symbols)):
                symbols = []
        if not symbols:
            if default is None:
                raise UnreadableFile(NO_SYMBOL)
            return [default], np.broadcast_to(np.int32(0), self._n_rows)
        for code, candidate in enumerate(symbols):
            if not is_symbol(candidate):
                row = _first_row_number(codes == code)
                raise UnreadableFile(f"Row {row} has an invalid symbol: {quote_text(candidate)}.")
            if symbol is not None and candidate != symbol:
                row = _first_row_number(codes == code)
                raise UnreadableFile(f"Row {row} belongs to {candidate}, but this load is for {symbol} only.")
        is_unassigned = (codes < 0) & ~is_dateless
        if is_unassigned.any():
            raise UnreadableFile(f"Row {_first_row_number(is_unassigned)} has no symbol. Add one or remove the row.")
        return symbols, _fill_gaps(codes)

    def _take_texts(self, name: str, clean: Callable[[str], str] = str) -> tuple[list[str], Codes]:
        """Return the distinct clean texts of a column in order, and the index of each row's text; -1 for none."""
        if name not in self._texts:
            return [], np.broadcast_to(np.int32(-1), self._n_rows)
        return _encode_distinct(pa.concat_arrays(self._texts.pop(name)), clean)


def _group_rows(codes: Codes, n_codes: int) -> Iterator[tuple[int, slice | npt.NDArray[np.intp]]]:
    """Yield each code with the positions of its rows, in order."""
    if n_codes == 1:
        yield 0, slice(None)  # no copy of the rows
        return
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=n_codes))
    for code, (start, end) in enumerate(zip((0, *ends), ends, strict=False)):
        if end > start:
            yield code, order[start:end]


def _encode_distinct(texts: pa.DictionaryArray, clean: Callable[[str], str] = str) -> tuple[list[str], Codes]:
    if len(texts.dictionary) > MAX_SYMBOLS:
        raise UnreadableFile(f"The file has more than {MAX_SYMBOLS:,} symbols. Split it.")
    positions_by_text: dict[str, int] = {}
    positions = []
    for raw in texts.dictionary.to_pylist():
        text = clean(clean_text(_without_guard(raw or "")))
        positions.append(positions_by_text.setdefault(text, len(positions_by_text)) if text else -1)
    return list(positions_by_text), np.array([*positions, -1], np.int32)[_codes(texts)]


def _without_guard(text: str) -> str:
    """Remove the apostrophe that protects a spreadsheet from a formula."""
    return text[1:] if text.startswith("'") and text[1:2] in FORMULA_STARTS else text


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else text  # "ß".upper() is "SS"


def _codes(texts: pa.DictionaryArray) -> Codes:
    return np.asarray(pc.fill_null(texts.indices, -1).to_numpy(zero_copy_only=False))


def _fill_gaps(codes: Codes) -> Codes:
    """Fill missing codes with that of the previous row, or with the first code at the start."""
    has_code = codes >= 0
    last = np.maximum.accumulate(np.where(has_code, np.arange(len(codes)), np.argmax(has_code)))
    return codes[last]


def _first_row_number(is_wrong: Mask) -> str:
    return f"{int(np.argmax(is_wrong)) + 1:,}"
