"""Map a table's column names to bar fields. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pyarrow as pa

from services.data.tables.cells import scale
from services.data.tables.ends import Cells, settle_moment
from services.data.tables.name_parts import split_names, strip_units
from services.data.tables.names import LAST_PRICES, PER_SYMBOL, PRICES, STARTS, Field, is_unnamed, normalise, rank
from services.data.tables.notes import NAME_COLUMN, Notes, list_names, quote_text
from shared.errors import UnreadableFile
from shared.schemas.bars import is_symbol, normalise_symbol
from shared.schemas.loads import ReadQuery, parse_columns

MAX_COLUMNS = 1_000
EXPECTED_COLUMNS = "date, open, high, low and close, and optionally volume, adj_close, symbol and company"
DATE = re.compile(r"\d{4}[-/.年]?\s?\d\d?|\d\d?([-/. ]\w{1,9}[-/. ]|[A-Za-z]{3})\d\d|\w{3,9}\.? \d\d?,? \d{4}|\d{9,}")

_NUMBER = re.compile(r"[\d.\-^=&]*")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Columns:
    """Where the fields of a table are.

    Attributes:
        groups: The position of each field, by symbol; None if the columns do not name symbols.
        powers: The power of ten of each volume whose name states a unit, by position.
    """

    groups: dict[str | None, dict[Field, int]]
    powers: Mapping[int, int]

    @property
    def positions(self) -> list[int]:
        """Return the positions of all columns that are read, ascending."""
        return sorted({index for fields in self.groups.values() for index in fields.values()})

    @property
    def numbers(self) -> set[int]:
        """Return the positions of the columns that hold numbers."""
        return {index for fields in self.groups.values() for name, index in fields.items() if name in PER_SYMBOL}

    def split(self, batch: pa.RecordBatch) -> Iterator[tuple[str | None, pa.RecordBatch]]:
        """Yield each symbol's columns, named by field, of a batch that has the columns of `positions`."""
        places = {index: place for place, index in enumerate(self.positions)}
        for symbol, fields in self.groups.items():
            arrays = [scale(batch.column(places[index]), self.powers.get(index, 0)) for index in fields.values()]
            yield symbol, pa.RecordBatch.from_arrays(arrays, names=list(fields))


def find_columns(
    names: Sequence[str],
    options: ReadQuery | None = None,
    notes: Notes | None = None,
    *,
    symbols: Sequence[str] = (),
    sample: Sequence[Sequence[str]] = (),
) -> Columns:
    """Return the position of each bar field, by symbol if the columns name several.

    If there is a symbol column, a `name` column holds the company's name. Otherwise it stays `name`, and its cells show
    later whether they are symbols.

    Args:
        names: The names of the columns.
        options: Its `columns` decide before any name does.
        notes: Receive what was assumed and which columns are not read.
        symbols: The symbol of each column, "" for none, if a line of the header names them.
        sample: The first rows, to find the dates without a name, and as examples.

    Raises:
        UnreadableFile: A column is missing or duplicate, or there are too many.
    """
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(f"The file has more than {MAX_COLUMNS:,} columns. Expected {EXPECTED_COLUMNS}.")
    finder = _Finder(names, _parse_options(options), sample)
    if not any(symbols):
        symbols = [""] * len(names)
        if not finder.has_prices(symbols):
            finder.names, symbols = split_names(names)
    return finder.find(symbols, notes or Notes())


def count_fields(names: Sequence[str], options: ReadQuery | None = None) -> int:
    """Return how many of date and prices a row of names has, also with a symbol's prefix."""
    names = names[:MAX_COLUMNS]
    with_prefix, _ = split_names([name for name in names if _LETTER.search(name)])  # a row of numbers names nothing
    named = {field for field, name in _parse_options(options).items() if name in names}
    fields: tuple[Field, ...] = ("session", "end", *PRICES)
    found = {field for field in fields if any(rank(field, name) is not None for name in with_prefix)} | named
    return len(found) - ({"session", "end"} <= found)


def _parse_options(options: ReadQuery | None) -> dict[Field, str]:
    chosen = parse_columns(options.columns) if options and options.columns else {}
    fields = {"date": "session", "close_time": "end"}
    return {cast(Field, fields.get(name, name)): column for name, column in chosen.items()}


class _Finder:
    """The columns of one table: as written, and by the form of their names that `ALIASES` has."""

    def __init__(self, written: Sequence[str], chosen: Mapping[Field, str], sample: Sequence[Sequence[str]]) -> None:
        self.written = written
        self.names = [normalise(name) for name in written]
        self.cells = Cells(written, sample)
        if {"T", "t"} <= {*written}:  # ticker and time, as of Polygon; or end and beginning, beside the symbol "s"
            is_end = any(map(DATE.match, self.cells.column(written.index("T"))))
            named = {"T": "end", "s": "symbol"} if is_end else {"T": "ticker"}
            self.names = [named.get(name, normalise(name)) for name in written]
        self.names, self.powers = strip_units(self.names, written)
        self.chosen = {field: self._find_chosen(name) for field, name in chosen.items()}

    def _find_chosen(self, name: str) -> int:
        if name in self.written:
            return self.written.index(name)
        if normalise(name) in self.names:
            return self.names.index(normalise(name))
        raise UnreadableFile(f"There is no column {quote_text(name, 60)}. Found: {list_names(self.written)}.")

    def has_prices(self, symbols: Sequence[str]) -> bool:
        return all(self._candidates(field, symbols, "") for field in PRICES)

    def find(self, symbols: Sequence[str], notes: Notes) -> Columns:
        shared = self._find_shared(symbols, notes)
        groups: dict[str | None, dict[Field, int]] = {}
        keys = list(dict.fromkeys(filter(None, symbols))) or [""]
        positions = {key: self._pick(PER_SYMBOL, symbols, key, notes) for key in keys}
        whole = [key for key in keys if positions[key].keys() >= {*PRICES}]
        for key in whole or keys[:1]:
            groups[normalise_symbol(key) if key else None] = shared | positions[key]
        if lost := [key for key in keys if whole and key not in whole]:
            notes.add(f"Columns of {list_names(lost)} were not read: open, high, low or close is missing.")
        self._check(next(iter(groups.values())))
        self._note_unread(groups, notes)
        volumes = {fields["volume"] for fields in groups.values() if "volume" in fields}
        powers = {index: power for index, power in self.powers.items() if index in volumes}
        for index, power in powers.items():
            notes.add(f"{quote_text(self.written[index])} was multiplied by {10**power:,}, the unit in its name.")
        return Columns(groups, powers)

    def _candidates(self, field: Field, symbols: Sequence[str], key: str) -> list[tuple[int, int]]:
        """Return rank and position of the columns for a field, best first."""
        if field in self.chosen:
            return [(-1, self.chosen[field])]
        ranks = ((rank(field, name), index) for index, name in enumerate(self.names) if symbols[index] == key)
        taken = set(self.chosen.values())
        return sorted((position, index) for position, index in ranks if position is not None and index not in taken)

    def _pick(self, fields: Iterable[Field], symbols: Sequence[str], key: str, notes: Notes) -> dict[Field, int]:
        picked: dict[Field, int] = {}
        for field in fields:
            candidates = self._candidates(field, symbols, key)
            if len(candidates) > 1 and candidates[0][0] == candidates[1][0]:
                first, second = (quote_text(self.written[index]) for _, index in candidates[:2])
                raise UnreadableFile(
                    f"Remove or rename one of two columns with the same meaning: {first} and {second}."
                )
            if candidates:
                picked[field] = candidates[0][1]
        if "close" in picked and "close" not in self.chosen and self.names[picked["close"]] in LAST_PRICES:
            notes.add(f"{quote_text(self.written[picked['close']])} was read as the close.")
        return picked

    def _find_shared(self, symbols: Sequence[str], notes: Notes) -> dict[Field, int]:
        fields: tuple[Field, ...] = ("session", "end", "symbol", "name", "company", "series")
        shared = self._pick(fields, symbols, "", notes)
        moments = [index for _, index in self._candidates("session", symbols, "")]
        starts = [index for index in moments if self.names[index].replace("_", "") in STARTS]
        settle_moment(shared, self.chosen, starts, self.cells, notes)
        if not shared.keys() & {"session", "end"}:
            shared |= self._find_unnamed_dates(symbols, notes)
        time = [index for _, index in self._candidates("time", symbols, "")]
        if "session" in shared and time and time[0] != shared["session"]:
            shared["time"] = time[0]
        if "symbol" not in shared:
            shared |= self._find_unnamed_symbols(shared, symbols, notes)
        if "symbol" in shared and "name" in shared:
            index = shared.pop("name")
            shared.setdefault("company", index)
        return shared

    def _find_unnamed_dates(self, symbols: Sequence[str], notes: Notes) -> dict[Field, int]:
        """Find the one column without a name that holds dates."""
        unnamed = [index for index, name in enumerate(self.names) if is_unnamed(name) and not symbols[index]]
        dated = [index for index in unnamed if self._holds_dates(index)]
        dated = dated or [index for index in unnamed if not self.cells.column(index)]
        if len(dated) != 1:
            return {}
        notes.add("The column without a name was read as the date.")
        return {"session": dated[0]}

    def _find_unnamed_symbols(
        self, shared: Mapping[Field, int], symbols: Sequence[str], notes: Notes
    ) -> dict[Field, int]:
        """Find the one column without a name that holds symbols, as in an index of pandas after the dates."""
        unnamed = [index for index, name in enumerate(self.names) if is_unnamed(name) and not symbols[index]]
        candidates = [index for index in unnamed if index not in shared.values() and self._holds_symbols(index)]
        if len(candidates) != 1:
            return {}
        notes.add("The column without a name was read as the symbol.")
        return {"symbol": candidates[0]}

    def _holds_symbols(self, index: int) -> bool:
        cells = [normalise_symbol(cell) for cell in self.cells.column(index)]
        return bool(cells) and all(is_symbol(cell) and not _NUMBER.fullmatch(cell) for cell in cells)

    def _holds_dates(self, index: int) -> bool:
        cells = self.cells.column(index)
        return bool(cells) and all(DATE.match(cell) for cell in cells)

    def _check(self, fields: Mapping[Field, int]) -> None:
        missing = ["date"] * (not fields.keys() & {"session", "end"}) + [name for name in PRICES if name not in fields]
        if missing:
            raise UnreadableFile(
                f"Missing column{'s' * (len(missing) > 1)}: {', '.join(missing)}. Expected {EXPECTED_COLUMNS}. Found: "
                f"{list_names(self.written)}. Name the columns, for example date=When,close=Last {NAME_COLUMN}"
            )

    def _note_unread(self, groups: Mapping[str | None, Mapping[Field, int]], notes: Notes) -> None:
        used = {index for fields in groups.values() for index in fields.values()}
        unread = [
            index for index in range(len(self.names)) if index not in used and not self._is_index(index, min(used))
        ]
        if unread:
            shown = [self._quote(index) for index in unread[:10]]
            more = f" and {len(unread) - 10} more" if len(unread) > 10 else ""
            notes.add(f"Columns that were not read: {', '.join(shown)}{more}.")
        volumes = [index for index in unread if "volume" in self.names[index]]
        if volumes and not any("volume" in fields for fields in groups.values()):
            name = self.written[volumes[0]]
            named = f'volume="{name}"' if "," in name else f"volume={name}"
            notes.add(f"No column was read as the volume. Name one, {named} {NAME_COLUMN}")

    def _is_index(self, index: int, first: int) -> bool:
        """Return whether a column without a name is empty, or numbers rows before the first column that is read."""
        cells = self.cells.column(index)
        return is_unnamed(self.names[index]) and (not cells or (index < first and all(map(str.isdecimal, cells))))

    def _quote(self, index: int) -> str:
        """Quote a column's name, with an example of its cells."""
        name, cells = self.written[index], self.cells.column(index)
        example = f" (for example {quote_text(cells[0])})" if cells else ""
        return (quote_text(name, 40) if name.strip() else "one without a name") + example
