"""Finds the lines of a table that name its columns: after a preamble, of one line or several. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.data.tables.columns import DATE, count_fields
from services.data.tables.name_parts import may_be_symbol, weigh_names
from services.data.tables.names import PER_SYMBOL, PRICES, normalise, rank
from services.data.tables.notes import Notes, quote_text
from shared.errors import UnreadableFile
from shared.schemas.bars import is_symbol, normalise_symbol
from shared.schemas.loads import ReadQuery

MAX_PREAMBLE = 60  # lines before the header
MAX_DEPTH = 4  # lines of a header
MIN_FIELDS = 3
MIN_EPOCH = 13  # digits of milliseconds
KLINES = (
    *("open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count"),
    *("taker_buy_volume", "taker_buy_quote_volume", "ignore"),
)
NAMELESS = "The columns are not named. They were read as those of Binance, by their number and times."
LEAN = "Its prices look like ten-thousandths, as LEAN of QuantConnect has them: divide them by 10,000. "
_NUMBER = re.compile(r"[\s$€£₹'+-]*\d[\d.,'\s]*%?[A-Za-z]?")


@dataclass(frozen=True)
class Header:
    """The names of a table's columns.

    Attributes:
        names: One for each column.
        symbols: The symbol of each column, "" for none; empty if no line names symbols.
        end: The number of rows up to the first row of cells.
    """

    names: list[str]
    symbols: list[str] = field(default_factory=list)
    end: int = 1


def find_header(rows: Sequence[Sequence[str]], options: ReadQuery, notes: Notes) -> Header:
    """Return the header of these first rows of a table; blank ones count.

    The header is the first row that names at least three of date, open, high, low and close. A neighbouring line may
    name the symbol of each column, and one after it the index.

    Raises:
        UnreadableFile: There is none: the first row holds numbers.
    """
    scores = [count_fields(row, options) if len(row) > MIN_FIELDS else 0 for row in rows[:MAX_PREAMBLE]]
    if not scores or max(scores) < MIN_FIELDS:
        return _first_row(rows, options, notes)
    at = _choose_names(rows, scores)
    width, end = len(rows[at]), at + 1
    rows = [*rows[:end], *([*row, *[""] * (width - len(row))] for row in rows[end:])]  # a sheet has no empty cells
    while end < min(len(rows), at + MAX_DEPTH) and _is_header_line(rows[end], rows[at]):
        end += 1
    above = [rows[at - 1]] if at and len(rows[at - 1]) == len(rows[at]) else []
    symbols = next((found for line in (*above, *rows[at + 1 : end]) if (found := _read_symbols(line, rows[at]))), [])
    n_preamble = sum(1 for row in rows[: at - (1 if symbols and above else 0)] if any(row))
    if n_preamble:
        lines = "1 line" if n_preamble == 1 else f"{n_preamble} lines"
        notes.add(f"Not read: {lines} before the names of the columns.")
    names = [_name(index, rows[at:end], symbols) for index in range(len(rows[at]))]
    return Header(names, symbols, end)


def _choose_names(rows: Sequence[Sequence[str]], scores: Sequence[int]) -> int:
    """Return the row that names the most fields; of two neighbours, the one of which more cells are names.

    The other may hold symbols that are names, too, such as C, LOW, T and V; then the names are the longer ones.
    """
    best = scores.index(max(scores))
    others = [at for at in (best - 1, best + 1) if 0 <= at < len(scores) and scores[at] >= MIN_FIELDS]
    rivals = [at for at in others if len(rows[at]) == len(rows[best])]
    return max([best, *rivals], key=lambda at: weigh_names(rows[at]))


def require_one_header(name: str, cells: Iterable[str]) -> None:
    """Check that no cell of a column of prices is the name of another: the columns would be named anew there.

    Raises:
        UnreadableFile: One is.
    """
    for cell in cells:
        fields = [field for field in PRICES if len(cell) > 1 and rank(field, normalise(cell)) is not None]
        if fields and name not in fields:
            raise UnreadableFile(
                f"The columns are named twice, in another order: {quote_text(cell)} stands under the {name}. Split the "
                "file there."
            )


def _words(line: str) -> list[str]:
    return re.split(r"[\s^~:]+", line.replace('"', "").strip())


def is_klines(row: Sequence[str]) -> bool:
    """Return whether a row is one of Binance: twelve numbers, the first and the seventh its beginning and its end."""
    if len(row) != len(KLINES) or not all(_NUMBER.fullmatch(cell) for cell in row):
        return False
    start, end = row[0], row[6]
    return (
        len(start) == len(end) >= MIN_EPOCH and start.isdecimal() and end.isdecimal() and start < end and row[11] == "0"
    )


def _first_row(rows: Sequence[Sequence[str]], options: ReadQuery, notes: Notes) -> Header:
    at = next((index for index, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)
    first = rows[at] if rows else []
    if len(first) == 1 and len(_words(first[0])) > MIN_FIELDS and count_fields(_words(first[0]), options) >= MIN_FIELDS:
        raise UnreadableFile(
            "The cells are not separated by commas, semicolons, tabs or |. Save the file with one of them."
        )
    if is_klines(first):
        notes.add(NAMELESS)
        return Header(list(KLINES), [], at)
    n_numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in first)
    if len(first) > MIN_FIELDS and n_numbers >= MIN_FIELDS:
        is_lean = re.match(r"\d{8} \d{2}:\d{2}$", first[0]) and all(re.fullmatch(r"\d+00", cell) for cell in first[1:5])
        raise UnreadableFile(
            f"The file does not name its columns. {LEAN if is_lean else ''}Add a first line with their names, "
            "separated as the rows are, for example date,open,high,low,close,volume."
        )
    return Header(list(first), [], at + 1)


def _is_header_line(row: Sequence[str], names: Sequence[str]) -> bool:
    """Return whether a row after the names belongs to the header: it has neither a date nor a number."""
    if len(row) != len(names) or not any(cell.strip() for cell in row):
        return False
    if all(not cell.strip() or (rank("session", normalise(cell)) is not None and not DATE.match(cell)) for cell in row):
        return True
    return not any(_NUMBER.fullmatch(cell) or DATE.match(cell.strip()) for cell in row) and bool(
        _read_symbols(row, names)
    )


def _read_symbols(row: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the symbol of each column that a line names, "" for columns without; empty if it names none."""
    if len(row) != len(names):
        return []
    is_field = [any(rank(each, normalise(name)) is not None for each in PER_SYMBOL) for name in names]
    symbols = [
        cell.strip() if found and index else "" for index, (cell, found) in enumerate(zip(row, is_field, strict=True))
    ]
    cells = [symbol for symbol, found in zip(symbols[1:], is_field[1:], strict=True) if found]
    if not cells or not all(is_symbol(normalise_symbol(cell)) and re.search(r"\w", cell) for cell in cells):
        return []
    are_words = not any(map(may_be_symbol, cells)) or all(map(_is_name, cells))
    are_currencies = all(normalise(f"price {cell}") == "price" for cell in cells)
    if (are_words or are_currencies) and rank("symbol", normalise(row[0])) is None:
        return []
    for symbol in dict.fromkeys(cells):
        own = {normalise(name) for name, each in zip(names, symbols, strict=True) if each == symbol}
        if not all(any(rank(price, name) is not None for name in own) for price in PRICES):
            return []
    return symbols


def _is_name(cell: str) -> bool:
    return any(rank(each, normalise(cell)) is not None for each in PER_SYMBOL)


def _name(index: int, lines: Sequence[Sequence[str]], symbols: Sequence[str]) -> str:
    """Return the name of a column; under a line of symbols, the name of the index rather than that of a level."""
    stack = [line[index].strip() for line in lines]
    if not symbols or symbols[index]:
        return stack[0]
    dates = [name for name in reversed(stack) if rank("session", normalise(name)) is not None]
    return dates[0] if dates else "" if index == 0 else stack[0]
