"""Find in the names of a file's columns those that bars are made of. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from shared.errors import UnreadableFile

Field = Literal["session", "open", "high", "low", "close", "volume", "adj_close", "symbol", "name", "company"]
MAX_COLUMNS = 1_000
REQUIRED: tuple[Field, ...] = ("session", "open", "high", "low", "close")
EXPECTED_COLUMNS = "date, open, high, low and close; volume, adj_close, symbol and company may be there too"
ALIASES: dict[Field, tuple[str, ...]] = {
    "session": ("date", "session", "timestamp", "time", "datetime", "day"),
    "open": ("open",),
    "high": ("high",),
    "low": ("low",),
    "close": ("close", "close_last", "last"),
    "volume": ("volume", "vol"),
    "adj_close": ("adj_close", "adjclose", "adjusted_close"),
    "symbol": ("symbol", "ticker"),
    "name": ("name",),
    "company": ("company", "company_name", "security"),
}
FIELDS_BY_ALIAS: dict[str, Field] = {alias: field for field, aliases in ALIASES.items() for alias in aliases}


def find_columns(names: Sequence[str]) -> dict[Field, int]:
    """Return where the columns are that bars are made of.

    `name` is there only without a column for the symbol: it may then be the symbol, as its cells will tell; beside a
    symbol it is the company's name.

    Raises:
        UnreadableFile: A column is missing or there twice, or there are too many.
    """
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(f"It has more than {MAX_COLUMNS:,} columns. Bars are made of {EXPECTED_COLUMNS}.")
    fields = [FIELDS_BY_ALIAS.get(_normalise(name)) for name in names]
    if "symbol" in fields:
        fields = ["company" if field == "name" else field for field in fields]
    columns: dict[Field, int] = {}
    for index, field in enumerate(fields):
        if field is None:
            continue
        if field in columns:
            first, second = quote_text(names[columns[field]]), quote_text(names[index])
            raise UnreadableFile(f"Two columns mean the same, {first} and {second}. Remove or rename one.")
        columns[field] = index
    missing = ["date" if field == "session" else field for field in REQUIRED if field not in columns]
    if missing:
        raise UnreadableFile(
            f"There is no column {' and no column '.join(missing)}. "
            f"Wanted are {EXPECTED_COLUMNS}. Found: {_list_names(names)}."
        )
    return columns


def quote_text(text: str, limit: int = 20) -> str:
    """Return what a file says so that it can be repeated: in quotes, printable, and not at length."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[:limit])
    return f"'{printable}{'…' if len(text) > limit else ''}'"


def _normalise(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name[:100].lower()).strip("_")


def _list_names(names: Iterable[str]) -> str:
    quoted = [quote_text(name) for name in names]
    more = f" and {len(quoted) - 20} more" if len(quoted) > 20 else ""
    return ", ".join(quoted[:20]) + more if quoted else "none"
