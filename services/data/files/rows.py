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

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
TEXTS = ("symbol", "name", "company")
MAX_SYMBOLS = 100_000  # about 60,000 companies are listed worldwide
FORMULA_STARTS = tuple("=+-@\t\r")
NO_SYMBOL = (
    "Name the file after its symbol, for example AAPL.csv, or add a column symbol: the file does not name a symbol."
)


class RowCollector:
    """The rows of one file in order: 8 bytes per number, 4 per text or date."""

    def __init__(self) -> None:
        self._n_rows = 0
        # One growing array per column, not one per batch: the peak is a third lower.
        self._numbers = {name: array("d") for name in NUMBERS}
        self._dates: list[pa.Array] = []
        self._texts: dict[str, list[pa.DictionaryArray]] = {name: [] for name in TEXTS}

    def add(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch, its columns named by field (`columns.Field`)."""
        n_rows = batch.num_rows
        if not n_rows:
            return
        self._n_rows += n_rows
        names = batch.schema.names
        for name in NUMBERS:
            numbers = to_numbers(batch.column(name)) if name in names else np.full(n_rows, np.nan)
            self._numbers[name].frombytes(numbers.data.cast("B"))
        self._dates.append(to_dates(batch.column("session")))
        for name in TEXTS:
            self._texts[name].append(to_texts(batch.column(name)) if name in names else pa.nulls(n_rows, TEXT))

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
        numbers = {name: np.frombuffer(values, np.float64) for name, values in self._numbers.items()}
        companies = pa.concat_arrays(self._texts.pop("company"))
        has_company = _codes(companies) >= 0
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(symbols)))
        for group_symbol, start, end in zip(symbols, (0, *ends), ends, strict=False):
            rows = order[start:end]
            if not len(rows):
                continue
            columns = {"session": sessions[rows], **{name: values[rows] for name, values in numbers.items()}}
            name = _clean_text(companies[int(rows[np.argmax(has_company[rows])])].as_py() or "") or None
            yield RawBars(group_symbol, pd.DataFrame({**columns, "row": rows + 1}), name)

    def _parse_sessions(self, date_format: DateFormat | None) -> npt.NDArray[np.datetime64]:
        dates = pa.concat_arrays(self._dates)
        self._dates.clear()
        if pa.types.is_date(dates.type):
            return np.asarray(dates.to_numpy(zero_copy_only=False)).astype("datetime64[s]")
        codes = _codes(dates)
        counts = np.bincount(codes[codes >= 0], minlength=len(dates.dictionary))
        days = read_sessions(dates.dictionary, counts, date_format)
        return np.append(days, np.datetime64("NaT", "D"))[codes].astype("datetime64[s]")

    def _find_symbols(self, symbol: str | None, default: str | None, is_dateless: Mask) -> tuple[list[str], Codes]:
        symbols, codes = _encode_distinct(pa.concat_arrays(self._texts.pop("symbol")), _upper)
        if not symbols:
            symbols, codes = _encode_distinct(pa.concat_arrays(self._texts.pop("name")))
            if not all(map(is_symbol, symbols)):
                symbols = []
        if not symbols:
            if default is None:
                raise UnreadableFile(NO_SYMBOL)
            return [default], np.zeros(self._n_rows, np.int32)
        for code, candidate in enumerate(symbols):
            row = _first_row_number(codes == code)
            if not is_symbol(candidate):
                raise UnreadableFile(f"Row {row} has an invalid symbol: {quote_text(candidate)}.")
            if symbol is not None and candidate != symbol:
                raise UnreadableFile(f"Row {row} belongs to {candidate}, but this load is for {symbol} only.")
        is_unassigned = (codes < 0) & ~is_dateless
        if is_unassigned.any():
            raise UnreadableFile(f"Row {_first_row_number(is_unassigned)} has no symbol. Add one or remove the row.")
        return symbols, _fill_gaps(codes)


def _encode_distinct(texts: pa.DictionaryArray, clean: Callable[[str], str] = str) -> tuple[list[str], Codes]:
    """Return the distinct clean texts in order, and the index of each row's text; -1 for none."""
    if len(texts.dictionary) > MAX_SYMBOLS:
        raise UnreadableFile(f"The file has more than {MAX_SYMBOLS:,} symbols. Split it.")
    positions_by_text: dict[str, int] = {}
    positions = []
    for raw in texts.dictionary.to_pylist():
        text = clean(_clean_text(raw or ""))
        positions.append(positions_by_text.setdefault(text, len(positions_by_text)) if text else -1)
    return list(positions_by_text), np.array([*positions, -1], np.int32)[_codes(texts)]


def _clean_text(text: str) -> str:
    """Put the text on one line, without the apostrophe that protects a spreadsheet from a formula."""
    if text.startswith("'") and text[1:2] in FORMULA_STARTS:
        text = text[1:]
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


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
