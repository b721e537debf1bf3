"""What the reading of a file assumed and left out, as sentences for the report. Pure."""

import re
from collections.abc import Iterable
from unicodedata import category

MAX_NOTES = 20
MAX_EXAMPLES = 100  # columns whose unreadable cells are counted
_OPTION = re.compile(r" [^.]*\(--[^)]*\)\.")


def name_option(name: str, value: str = "") -> str:
    """Return how an option is given, to end a sentence that has the words of the page's form.

    >>> name_option("date_format")
    '(--date-format, or date_format= over HTTP).'
    """
    return f"(--{name.replace('_', '-')}{value and ' '}{value}, or {name}={value} over HTTP)."


NAME_COLUMN = name_option("columns")
HOW_TO_WRITE = f"Write the dates as 2024-01-31, or name their column, date=… {NAME_COLUMN}"

SUNDAYS = (
    "There are bars of Sundays and none of Fridays, as in the Middle East. If the exchange trades on Fridays, each "
    "date is a day early, as of midnights in UTC without their time: write the dates of the exchange."
)


def without_options(text: str) -> str:
    """Return what is wrong, without the sentences on the options that settle it: a database has none."""
    return _OPTION.sub("", text)


def quote_text(text: str, limit: int = 20) -> str:
    """Quote text from a file for a message: printable and shortened."""
    printable = "".join(
        letter if letter.isprintable() else " " if category(letter) == "Zs" else "?" for letter in text[:limit]
    )
    return f"'{printable}{'…' if len(text) > limit else ''}'"


def list_names(names: Iterable[str]) -> str:
    """Quote the first twenty names."""
    quoted = [quote_text(name) for name in names]
    more = f" and {len(quoted) - 20} more" if len(quoted) > 20 else ""
    return ", ".join(quoted[:20]) + more if quoted else "none"


class Notes:
    """The notes on one file, each once, in order; and the cells of each column that were not read."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}
        self._unread: dict[str, tuple[int, str]] = {}

    def add(self, sentence: str) -> None:
        """Add a sentence."""
        self._sentences.setdefault(sentence)

    def add_unread(self, column: str, count: int, example: str) -> None:
        """Count cells of a column that could not be read; the first example is kept."""
        if count and (column in self._unread or len(self._unread) < MAX_EXAMPLES):
            earlier, first = self._unread.get(column, (0, example))
            self._unread[column] = (earlier + count, first)

    def sentences(self) -> list[str]:
        """Return the notes so far, at most MAX_NOTES; what could not be read is never left out for another."""
        unread = [
            f"{count:,} {'cell' if count == 1 else 'cells'} of {column} could not be read, for example "
            f"{quote_text(cell)}."
            for column, (count, cell) in self._unread.items()
        ]
        return [*[*self._sentences][: max(0, MAX_NOTES - len(unread))], *unread][:MAX_NOTES]
