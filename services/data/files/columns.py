"""Find in the names of a file's columns those that bars are made of. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from shared.errors import UnreadableFile

Meaning = Literal["session", "open", "high", "low", "close", "volume", "adj_close", "symbol", "name", "company"]
MAX_COLUMNS = 1_000
REQUIRED: tuple[Meaning, ...] = ("session", "open", "high", "low", "close")
WANTED = "date, open, high, low and close; volume, adj_close, symbol and company may be there too"
ALIASES: dict[Meaning, tuple[str, ...]] = {
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
MEANINGS: dict[str, Meaning] = {alias: meaning for meaning, aliases in ALIASES.items() for alias in aliases}


def columns_of(names: Sequence[str]) -> dict[Meaning, int]:
    """Return where the columns are that bars are made of.

    `name` is there only without a column for the symbol: it may then be the symbol, as its cells will tell; beside a
    symbol it is the company's name.

    Raises:
        UnreadableFile: A column is missing or there twice, or there are too many.
    """
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(f"It has more than {MAX_COLUMNS:,} columns. Bars are made of {WANTED}.")
    meanings = [MEANINGS.get(_plain(name)) for name in names]
    if "symbol" in meanings:
        meanings = ["company" if meaning == "name" else meaning for meaning in meanings]
    found: dict[Meaning, int] = {}
    for index, meaning in enumerate(meanings):
        if meaning is None:
            continue
        if meaning in found:
            first, second = shown(names[found[meaning]]), shown(names[index])
            raise UnreadableFile(f"Two columns mean the same, {first} and {second}. Remove or rename one.")
        found[meaning] = index
    missing = ["date" if meaning == "session" else meaning for meaning in REQUIRED if meaning not in found]
    if missing:
        raise UnreadableFile(
            f"There is no column {' and no column '.join(missing)}. Wanted are {WANTED}. Found: {_listed(names)}."
        )
    return found


def shown(text: str, limit: int = 20) -> str:
    """Return what a file says so that it can be repeated: in quotes, printable, and not at length."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[:limit])
    return f"'{printable}{'…' if len(text) > limit else ''}'"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name[:100].lower()).strip("_")


def _listed(names: Iterable[str]) -> str:
    listed = [shown(name) for name in names]
    more = f" and {len(listed) - 20} more" if len(listed) > 20 else ""
    return ", ".join(listed[:20]) + more if listed else "none"
