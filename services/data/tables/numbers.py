"""Reads the numbers of a file's text columns under its one decimal mark. Pure.

The mark is settled by the first numbers that show it: "12,5" can only have a decimal comma, "1.234,5" too, "12.5" and
"1,234.5" only a point. "1,234" shows nothing. A cell that contradicts the settled mark is not a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.data.tables.cells import MULTIPLIERS, Ticks, expand_multipliers
from services.data.tables.notes import name_option, quote_text
from shared.errors import UnreadableFile
from shared.schemas.loads import Decimal

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_NONE = pa.array([], pa.string())
_CHOOSE = f"Choose the decimal mark, a point or a comma {name_option('decimal')}"
CLEAR_MAJORITY = 4  # times as many numbers show one mark as show the other
# Prices such as "1.234" are decimals where many have three digits after the point and none is whole, or where all lie
# close together when read so.
N_CLEAR, CLOSE_TOGETHER = 20, 10.0  # numbers; times the lowest
_CODES = (
    "USD|USDT|EUR|GBP|GBX|CHF|JPY|CNY|RMB|HKD|TWD|KRW|INR|AUD|NZD|CAD|SGD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|ILS|ZAR|BRL|"
    "MXN|IDR|THB|PHP|MYR|VND|SAR|AED"
)
_CURRENCIES = rf"(?:[A-Z]{{0,3}}\p{{Sc}}|{_CODES}|Rs\.?|Rp\.?|Fr\.|kr\.?|zł|Kč|Ft|lei|TL|руб\.?|元|円|원|p)"
_SPACES = r"['’\x{00a0}\x{202f}\x{2009} ]"
_SIGN = r"^[+-]?"
_NO_NUMBER = r"[^\d.,eE+-]"  # a sign that no plain number has
_END = r"(?:[eE][+-]?\d+)?$"
_UNITS = rf"(?i:{'|'.join(unit for unit, power in MULTIPLIERS.items() if power)})"  # a count of shares is whole anyway
_MISSING = r"^(?i:|-+|[—–−]|\.|#?n/?a\.?|nan|null|none|nil)$"


@dataclass(frozen=True)
class _Mark:
    """The patterns of numbers with one decimal mark, where the other is between thousands."""

    point: str
    comma: str

    @property
    def shown(self) -> str:
        """Match a number that can only have this mark."""
        thousands = rf"\d{{1,3}}(?:(?:{self.comma}\d{{3}})+|(?:{_SPACES}\d{{3}})+){self.point}\d+"
        several = rf"\d{{1,3}}(?:{self.comma}\d{{3}}){{2,}}|\d{{1,2}}(?:{self.comma}\d{{2}})+{self.comma}\d{{3}}"
        plain = rf"\d+{self.point}(?:\d{{0,2}}|\d{{4,}})|{self.point}\d+|(?:0\d*|\d{{4,}}){self.point}\d{{3}}"
        return rf"{_SIGN}(?:{thousands}|{several}|{plain})(?:[eE][+-]?\d+|\s*\pL+\.?)?$"

    @property
    def open(self) -> str:
        """Match a number, also with a unit, that has this mark or, as well, one sign between thousands."""
        return rf"{_SIGN}[1-9]\d{{0,2}}{self.point}\d{{3}}(?:e\d+|\s*{_UNITS}\.?)?$"

    @property
    def plain(self) -> str:
        return rf"{_SIGN}(?:\d+{self.point}?\d*|{self.point}\d+){_END}"

    @property
    def grouped(self) -> str:
        lakhs = rf"\d{{1,2}}(?:{self.comma}\d{{2}})+{self.comma}\d{{3}}"
        groups = "|".join(
            rf"\d{{1,3}}(?:{each}\d{{3}})+" for each in (self.comma, "['’]", r"[\x{00a0}\x{202f}\x{2009} ]")
        )
        return rf"{_SIGN}(?:{groups}|{lakhs})(?:{self.point}\d*)?{_END}"


MARKS: dict[Decimal, _Mark] = {".": _Mark(r"\.", ","), ",": _Mark(",", r"\.")}


@dataclass(frozen=True)
class ReadNumbers:
    """Numbers, NaN where a cell has none; and which cells hold something else."""

    values: Floats
    is_unreadable: Mask | None = None  # None if every cell is a number or empty


class NumberReader:
    """Reads the numbers of one file.

    Args:
        decimal: The decimal mark; None to settle it by the numbers.
    """

    def __init__(self, decimal: Decimal | None = None) -> None:
        self.decimal = decimal
        self.example = ""  # of the settled mark
        self._is_given = decimal is not None
        self.ticks = Ticks()
        self.by_semicolon = False  # whether semicolons separate the cells, as where commas are decimal
        self._is_mixed = False
        self._is_weak = False  # settled by "1.234" alone
        self._currencies: dict[str, None] = {}  # of prices, in order

    def notes(self) -> list[str]:
        """Return the conclusions as sentences, unless they are the usual ones."""
        notes = []
        if len(self._currencies) > 1:
            signs = ", ".join(map(quote_text, self._currencies))
            notes.append(f"Prices have several currencies ({signs}), which were left out: none was converted.")
        is_comma = self.decimal == "," and not self._is_given
        if is_comma or self._is_weak:
            mark = "comma" if is_comma else "point"
            notes.append(f"Numbers such as {quote_text(self.example)} were read with a decimal {mark}.")
        return notes

    def settle(self, columns: Mapping[str, pa.Array]) -> None:
        """Settle the decimal mark by these text columns, each by its name, if it is open and they show it.

        Raises:
            UnreadableFile: They leave it open, although a number has a comma or a point.
        """
        if self.decimal is not None and not self._is_weak:
            return
        stripped = {name: _strip(column) for name, column in columns.items()}
        text = pa.concat_arrays([_NONE, *stripped.values()])  # a pattern takes longer to compile than to match
        marked = text.filter(pc.match_substring_regex(text, "[.,]"))
        shown = {mark: _count(marked, MARKS[mark].shown) for mark in MARKS}
        (points, point), (commas, comma) = shown["."], shown[","]
        if points and commas and max(points, commas) < CLEAR_MAJORITY * min(points, commas):
            raise UnreadableFile(
                f"Some numbers have a decimal comma, for example {quote_text(comma)}, and others a decimal point, for "
                f"example {quote_text(point)}. {_CHOOSE}"
            )
        if commas and self._is_weak:
            raise UnreadableFile(f"Numbers such as {quote_text(comma)} have a decimal comma, others a point. {_CHOOSE}")
        if points or commas:
            self._is_weak = False
            self.decimal, self.example = (".", point) if points > commas else (",", comma)
            self._is_mixed = bool(points and commas)
        elif self.decimal is None:
            prices = [text for name, text in stripped.items() if name != "volume"]
            self._settle_open(marked, pa.concat_arrays([_NONE, *prices]))

    def _settle_open(self, marked: pa.Array, prices: pa.Array) -> None:
        (commas, comma), (points, point) = (_count(marked, MARKS[mark].open) for mark in (",", "."))
        n_whole, _ = _count(prices, r"^[1-9]\d{0,2}$")
        is_doubtful = (n_whole or points < N_CLEAR) and _spread(prices) > CLOSE_TOGETHER
        if commas or (points and (self.by_semicolon or is_doubtful)):
            raise UnreadableFile(
                f"Numbers such as {quote_text((comma or point).split('e')[0])} may have a decimal mark or one "
                f"between thousands. {_CHOOSE}"
            )
        if points:
            self.decimal, self.example, self._is_weak = ".", point, True

    def read(self, column: pa.Array, *, is_volume: bool = False) -> ReadNumbers:
        """Read a text column, plain or dictionary-encoded; `settle` must have seen it."""
        if pa.types.is_dictionary(column.type):
            indices = pc.fill_null(pc.cast(column.indices, pa.int64()), -1).to_numpy(zero_copy_only=False)
            distinct = self.read(column.dictionary, is_volume=is_volume)
            wrong = distinct.is_unreadable
            return ReadNumbers(
                np.append(distinct.values, np.nan)[indices], None if wrong is None else np.append(wrong, False)[indices]
            )
        if self.decimal != "," or not pc.any(pc.match_substring_regex(column, "[.,]")).as_py():
            try:
                return ReadNumbers(_to_numpy(pc.cast(column, pa.float64())))
            except pa.ArrowInvalid:
                pass
        return self._read_dirty(column, is_volume)

    def _read_dirty(self, column: pa.Array, is_volume: bool) -> ReadNumbers:
        text = _strip(column)
        if is_volume:
            text = expand_multipliers(text)
        else:
            self._currencies |= dict.fromkeys(_find_currencies(column))
            self.ticks.add(text)
        mark = MARKS[self.decimal or "."]
        is_number = _match(text, mark.plain) | _match(text, r"^[+-]?(?i:inf(inity)?)$")
        is_grouped = _match(text, mark.grouped)
        if self._is_mixed and not self._is_given:  # it may be the other mark
            is_grouped &= ~_match(text, MARKS["," if self.decimal == "." else "."].open)
        is_grouped &= ~is_number
        bare = pc.replace_substring_regex(text, rf"{mark.comma}|{_SPACES}", "")
        if self.decimal == ",":
            bare = pc.replace_substring(bare, ",", ".")
        is_read = is_number | is_grouped
        values = pc.cast(pc.if_else(pa.array(is_read), bare, pa.scalar(None, bare.type)), pa.float64())
        wrong = ~is_read & ~_match(text, _MISSING) & ~_to_numpy(pc.is_null(column)).astype(bool)
        return ReadNumbers(_to_numpy(values), wrong if wrong.any() else None)


def _strip(column: pa.Array) -> pa.Array:
    """Remove spaces around and a currency before or after."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary
    text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    if not pc.any(pc.match_substring_regex(text, _NO_NUMBER)).as_py():
        return text
    text = pc.replace_substring_regex(text, r'^="(.*)"$', r"\1")  # a text of a spreadsheet
    text = pc.replace_substring_regex(text, rf"^([+-]?){_CURRENCIES}\s*([+-]?[\d.,])", r"\1\2")
    return pc.replace_substring_regex(text, rf"([\d.,])\s*{_CURRENCIES}$", r"\1")


def _find_currencies(column: pa.Array) -> list[str]:
    if not pc.any(pc.match_substring_regex(column, _NO_NUMBER)).as_py():
        return []
    signs = pc.unique(pc.replace_substring_regex(column, r"[^\pL\p{Sc}]", "")).drop_null()
    return list(signs.filter(pc.match_substring_regex(signs, rf"^{_CURRENCIES}$")).to_pylist())


def _count(text: pa.Array, pattern: str) -> tuple[int, str]:
    """Count the cells that match, and return the first."""
    matching = text.filter(pc.match_substring_regex(text, pattern))
    return len(matching), matching[0].as_py() if len(matching) else ""


def _spread(prices: pa.Array) -> float:
    """Return how many times the highest of the prices, read with a point, is the lowest."""
    values = _to_numpy(pc.cast(prices.filter(pa.array(_match(prices, MARKS["."].plain))), pa.float64()))
    positive = values[values > 0]
    return float(positive.max()) / float(positive.min()) if len(positive) else 1.0


def _match(text: pa.Array, pattern: str) -> Mask:
    return _to_numpy(pc.fill_null(pc.match_substring_regex(text, pattern), False)).astype(bool)


def _to_numpy(column: pa.Array) -> Floats:
    return np.asarray(column.to_numpy(zero_copy_only=False))
