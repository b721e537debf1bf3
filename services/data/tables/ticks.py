"""Tells prices in 32nds, such as 110'255 of treasury futures, from thousands. Pure."""

import pyarrow as pa
import pyarrow.compute as pc

from services.data.tables.notes import name_option, quote_text
from shared.errors import UnreadableFile

MIN_DISTINCT = 4  # prices; by chance, one in eight of those in thousands has such digits
# Points, 32nds and quarters of them: 2, 5 and 7 are 0.25, 0.5 and 0.75. Bonds cost from 50 to 299 points.
_TICKS = r"^(?:[5-9]\d|[12]\d\d)'(?:[0-2]\d|3[01])[0257]$"


class Ticks:
    """The prices of a file with an apostrophe, as far as they may be in 32nds."""

    def __init__(self) -> None:
        self._found: set[str] = set()
        self._are_thousands = False

    def add(self, prices: pa.Array) -> None:
        """Add a column of prices as text."""
        marked = pc.unique(prices.filter(pc.match_substring_regex(prices, "['’]")))
        if self._are_thousands or not len(marked):
            return
        self._are_thousands = not pc.all(pc.match_substring_regex(marked, _TICKS)).as_py()
        self._found.update(marked[:MIN_DISTINCT].to_pylist())

    def check(self) -> None:
        """Check that the prices are not in 32nds.

        Raises:
            UnreadableFile: All with an apostrophe look so.
        """
        if len(self._found) >= MIN_DISTINCT and not self._are_thousands:
            raise UnreadableFile(
                f"Prices such as {quote_text(min(self._found))} look like 32nds, as of treasury futures. Write them as "
                f"decimals. If ' separates thousands, choose a point as the decimal mark {name_option('decimal', '.')}"
            )
