"""Map a file's column names to bar fields. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from shared.errors import UnreadableFile

Field = Literal["session", "open", "high", "low", "close", "volume", "adj_close", "symbol", "name", "company"]
MAX_COLUMNS = 1_000
REQUIRED: tuple[Field, ...] = ("session", "open", "high", "low", "close")
EXPECTED_COLUMNS = "date, open, high, low and close, and optionally volume, adj_close, symbol and company"
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
    """Return the position of each bar field.

    A `name` column beside a symbol column holds the company's name. Without a symbol column it stays `name`, and its
    cells show later whether they are symbols.

    Raises:
        UnreadableFile: A column is missing or duplicate, or there are too many.
    """
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(f"The file has more than {MAX_COLUMNS:,} columns. Expected {EXPECTED_COLUMNS}.")
    fields = [FIELDS_BY_ALIAS.get(_normalise(name)) for name in names]
    if "symbol" in fields:
        fields = ["company" if field == "name" else field for field in fields]
    columns: dict[Field, int] = {}
    for index, field in enumerate(fields):
        if field is None:
            continue
        if field in columns:
            first, second = quote_text(names[columns[field]]), quote_text(names[index])
            raise UnreadableFile(f"Remove or rename one of two columns with the same meaning: {first} and {second}.")
        columns[field] = index
    missing = ["date" if field == "session" else field for field in REQUIRED if field not in columns]
    if missing:
        noun = "column" if len(missing) == 1 else "columns"
        raise UnreadableFile(
            f"Missing {noun}: {', '.join(missing)}. Expected {EXPECTED_COLUMNS}. Found: {_list_names(names)}."
        )
    return columns


def quote_text(text: str, limit: int = 20) -> str:
    """Quote text from a file for a message: printable and shortened."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[:limit])
    return f"'{printable}{'…' if len(text) > limit else ''}'"


def _normalise(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name[:100].lower()).strip("_")


def _list_names(names: Iterable[str]) -> str:
    quoted = [quote_text(name) for name in names]
    more = f" and {len(quoted) - 20} more" if len(quoted) > 20 else ""
    return ", ".join(quoted[:20]) + more if quoted else "none"
