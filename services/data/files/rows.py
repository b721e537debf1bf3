"""Collect a file's rows in compact arrays and group them by symbol."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from services.data.files.moments import MomentCollector
from services.data.files.number_columns import NumberColumn
from services.data.files.texts import TextCollector, fill_gaps, group_rows, without_guard
from services.data.records import ROW_PROBLEMS, RawBars
from services.data.tables.cells import is_text
from services.data.tables.days import conclude_sessions
from services.data.tables.header import require_one_header
from services.data.tables.names import PRICES
from services.data.tables.notes import NAME_COLUMN, Notes, quote_text
from services.data.tables.numbers import NumberReader
from services.data.tables.resample import to_daily
from services.data.tables.stamps import Stamps
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS
from shared.schemas.bars import is_symbol, normalise_symbol
from shared.schemas.loads import ReadQuery
from shared.schemas.text import clean_text

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Skip = Callable[[str, str], None]  # what is left out, and why
NO_SYMBOL = (
    "Give the symbol, name the file after it, for example AAPL.csv, or add a column symbol: the file does not name one."
)
ORDINARY_SERIES = "EQ"  # of the National Stock Exchange of India; others are bonds, or trade apart


@dataclass
class Reading:
    """How one file is read: the options, the decimal mark that its numbers show, and the notes for the report."""

    options: ReadQuery = field(default_factory=ReadQuery)
    notes: Notes = field(default_factory=Notes)

    def __post_init__(self) -> None:
        """Start without a decimal mark, unless one is given."""
        self.numbers = NumberReader(self.options.decimal)
        self.symbol: str | None = None  # that the file states after its rows


class RowCollector:
    """The rows of one table in order: 8 bytes per number, 4 per text or date, none for a column that it lacks."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._n_rows = 0
        self._is_end = False
        self._numbers: dict[str, NumberColumn] = {}
        self._problems: array[int] = array("b")  # empty until a row has one
        self._moments = MomentCollector(reading.options.date_format, reading.notes)
        self._texts = {name: TextCollector() for name in ("symbol", "name", "company", "series")}
        self._symbols = self._texts["symbol"]

    def add(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch, its columns named by field (`names.Field`), with `problem` of `ROW_PROBLEMS`."""
        n_rows = batch.num_rows
        if not n_rows:
            return
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        problems = np.zeros(n_rows, np.int8)
        if "problem" in columns:
            problems = pc.fill_null(columns["problem"], 0).to_numpy(zero_copy_only=False).astype(np.int8)
        self._is_end = "session" not in columns
        self._moments.add(columns["end" if self._is_end else "session"], columns.get("time"))
        self._add_numbers(columns, problems)
        for name, texts in self._texts.items():
            texts.add(columns.get(name), self._n_rows, n_rows)
        if problems.any() or self._problems:
            if not self._problems:
                self._problems = array("b", bytes(self._n_rows))
            self._problems.frombytes(problems.tobytes())
        self._n_rows += n_rows

    def _add_numbers(self, columns: dict[str, pa.Array], problems: npt.NDArray[np.int8]) -> None:
        numbers = self._reading.numbers
        numbers.settle({name: column for name, column in columns.items() if name in NUMBERS and is_text(column.type)})
        for name in (each for each in NUMBERS if each in columns or each in self._numbers):
            if name not in self._numbers:
                self._numbers[name] = NumberColumn(self._n_rows)
            is_given = name in columns
            missing = np.broadcast_to(np.nan, len(problems))
            self._numbers[name].extend(self._read_numbers(name, columns[name], problems) if is_given else missing)

    def _read_numbers(self, name: str, column: pa.Array, problems: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
        if pa.types.is_decimal(column.type):
            column = pc.cast(column, pa.string())  # a cast to float64 is not always to the nearest
        if not is_text(column.type):
            return np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False))
        read = self._reading.numbers.read(column, is_volume=name == "volume")
        if read.is_unreadable is not None:
            wrong = np.flatnonzero(read.is_unreadable)
            self._reading.notes.add_unread(name, len(wrong), str(column[int(wrong[0])].as_py()))
            if name in PRICES:
                require_one_header(name, column.take(pa.array(wrong[:1000])).unique().to_pylist())
                problems[read.is_unreadable & (problems == 0)] = ROW_PROBLEMS.index("unreadable_price")
        return read.values

    def frames(
        self, symbol: str | None, default: str | None, skip: Skip, *, is_wide: bool = False
    ) -> Iterator[RawBars]:
        """Yield the rows of one symbol after another, by first appearance; callable once.

        Args:
            symbol: The only allowed symbol; None for any.
            default: The symbol if no column names it.
            skip: Takes a symbol whose rows cannot be read, and why.
            is_wide: Whether other symbols share the rows, so that one without numbers or problem is not of this symbol.

        Raises:
            UnreadableFile: There are no rows, or their symbols or dates cannot be read.
        """
        if not self._n_rows:
            raise UnreadableFile("The file has no rows.")
        self._moments.parse()
        symbols, codes = self._find_symbols(symbol, default, skip)
        companies, company_codes = self._texts["company"].encode(self._n_rows)
        for code, rows in group_rows(codes, len(symbols)):
            if symbols[code] is None:
                continue
            name = _first_text(companies, company_codes[rows])
            try:
                raw = self._build(str(symbols[code]), rows, name, is_wide)
            except UnreadableFile as error:
                skip(str(symbols[code]), error.detail)
            else:
                yield raw

    def _build(self, symbol: str, rows: slice | npt.NDArray[np.intp], company: str | None, is_wide: bool) -> RawBars:
        notes, options = Notes(), self._reading.options
        written = self._symbols.written.get(symbol, [symbol])
        if len(written) > 1 or written[0].upper() != symbol:
            verb = "is" if len(written) == 1 else "are"
            notes.add(f"{' and '.join(map(quote_text, written[:3]))} {verb} stored as {symbol}.")
        stamps = self._moments.take(rows)
        stamps = stamps.before_end() if self._is_end else stamps
        is_wanted = options.resample is not None
        sessions = conclude_sessions(stamps, options.timezone, is_wanted, notes, is_end=self._is_end)
        if not (is_wide or sessions.is_intraday):
            stamps = Stamps.none(0)  # no longer needed, and as large as a column of numbers
        frame = pd.DataFrame({"session": sessions.days} | self._take(rows), copy=False)
        series = self._texts["series"].slice(rows)
        if series is not None:
            frame = _mark_other_series(frame, np.array(series))
        if is_wide:
            is_own = frame[list(NUMBERS)].notna().any(axis=1).to_numpy() | (np.asarray(frame.get("problem", 0)) != 0)
            frame, stamps = frame[is_own], Stamps(stamps.local[is_own])
        if sessions.is_intraday:
            n_parts = len(frame)
            frame = to_daily(frame, stamps.local)
            notes.add(f"Combined {n_parts:,} shorter bars into daily ones; the first and last day may be incomplete.")
        file_notes = [*self._reading.notes.sentences(), *self._reading.numbers.notes()]
        return RawBars(symbol, frame, company, (*file_notes, *notes.sentences()))

    def _take(self, rows: slice | npt.NDArray[np.intp]) -> dict[str, npt.NDArray[Any]]:
        """Return the columns of some rows but for the session."""
        row = (
            np.arange(*rows.indices(self._n_rows), dtype=np.int32) if isinstance(rows, slice) else rows.astype(np.int32)
        )
        row += 1
        missing = np.broadcast_to(np.nan, len(row))  # takes no memory
        numbers = {name: self._numbers[name].take(rows) if name in self._numbers else missing for name in NUMBERS}
        problems = {"problem": np.frombuffer(self._problems, np.int8)[rows]} if self._problems else {}
        return {**numbers, "row": row, **problems}

    def _find_symbols(self, symbol: str | None, default: str | None, skip: Skip) -> tuple[list[str | None], Codes]:
        """Return the symbols, None for those that are skipped, and the position of each row's symbol."""
        symbols, codes = self._symbols.encode(self._n_rows, _clean_symbol)
        if not symbols:
            symbols, codes = self._find_symbols_in_names(default)
        if not symbols:
            if default is None:
                raise UnreadableFile(NO_SYMBOL)
            return [default], np.broadcast_to(np.int32(0), self._n_rows)
        if symbol is not None and len(symbols) == 1 and not is_symbol(symbols[0]):
            self._symbols.written[symbol] = self._symbols.written[symbols[0]]
            symbols = [symbol]
        others = [each for each in symbols if symbol is not None and each != symbol]
        for each in others:
            row = f"{int(np.argmax(codes == symbols.index(each))) + 1:,}"
            raise UnreadableFile(f"Row {row} belongs to {quote_text(each)[1:-1]}, but this load is for {symbol} only.")
        kept = [each if is_symbol(each) else None for each in symbols]
        if not any(kept):
            at = int(np.argmax(codes >= 0))
            how = "Give the symbol of these bars." if len(symbols) == 1 else "Write each symbol as AAPL or BRK-B."
            raise UnreadableFile(f"Row {at + 1:,} has an invalid symbol: {quote_text(symbols[codes[at]])}. {how}")
        for position, each in enumerate(symbols):
            if kept[position] is None:
                n_rows = int((codes == position).sum())
                skip(quote_text(each), f"not a valid symbol, in {n_rows:,} {'row' if n_rows == 1 else 'rows'}")
        self._mark_unassigned(codes < 0)
        return list(kept), fill_gaps(codes)

    def _find_symbols_in_names(self, default: str | None) -> tuple[list[str], Codes]:
        """Return the names, or those of several companies, if they are symbols: upper case, not all numbers."""
        for column, least in (("name", 1), ("company", 2)):
            names, _ = self._texts[column].encode(self._n_rows)
            is_written = all(is_symbol(_clean_symbol(name)) and name == name.upper() for name in names)
            if len(names) >= least and is_written and not all(map(str.isdecimal, names)):
                self._symbols = self._texts[column]
                if column == "company":
                    self._reading.notes.add("The column for the company was read as the symbol.")
                elif len(names) == 1 and default not in (None, _clean_symbol(names[0])):
                    note = f"{quote_text(names[0])} was read as the symbol, not {default}. For a company: company=…"
                    self._reading.notes.add(f"{note} {NAME_COLUMN}")
                return self._symbols.encode(self._n_rows, _clean_symbol)
        if not self._texts["company"].encode(self._n_rows)[0]:
            self._texts["company"] = self._texts["name"]
        return [], np.empty(0, np.int32)

    def _mark_unassigned(self, is_unassigned: Mask) -> None:
        if is_unassigned.any():
            if not self._problems:
                self._problems = array("b", bytes(self._n_rows))
            problems = np.frombuffer(self._problems, np.int8).copy()
            problems[is_unassigned & (problems == 0)] = ROW_PROBLEMS.index("no_symbol")
            self._problems = array("b", problems.tobytes())


def _mark_other_series(frame: pd.DataFrame, series: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Mark the rows of other series on days that have one of `ORDINARY_SERIES`."""
    is_ordinary = series == ORDINARY_SERIES
    ordinary = frame["session"][is_ordinary]
    is_other = ~is_ordinary & frame["session"].isin(ordinary).to_numpy()
    if not is_other.any():
        return frame
    problems = frame["problem"].to_numpy().copy() if "problem" in frame else np.zeros(len(frame), np.int8)
    problems[is_other & (problems == 0)] = ROW_PROBLEMS.index("other_series")
    return frame.assign(problem=problems)


def _clean_symbol(text: str) -> str:
    return normalise_symbol(clean_text(text))


def _first_text(texts: list[str], codes: Codes) -> str | None:
    named = codes[codes >= 0]
    return (without_guard(texts[int(named[0])]).strip() or None) if len(named) else None
