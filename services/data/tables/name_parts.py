"""Reads the symbol in a name: of a column, as in "AAPL.Open" or "('Open', 'AAPL')", of a file or a sheet. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from services.data.tables.cells import MULTIPLIERS
from services.data.tables.names import PER_SYMBOL, PRICES, normalise, rank
from shared.schemas.bars import is_symbol, normalise_symbol

NO_SYMBOLS = {  # in the names of columns: which price it is, the type of the cells, or that they are no prices
    *("ADJ", "ADJUSTED", "ASK", "AVG", "BID", "DAILY", "DAY", "INDEX", "MARKET", "MID", "OFFER", "PREV", "PREVIOUS"),
    *("PRICE", "RAW", "REGULAR", "SESSION", "STOCK", "TODAY", "TRADE", "UNADJUSTED"),
    *("DBL", "DOUBLE", "F64", "FLOAT", "FLOAT64", "NUM", "NUMBER", "NUMERIC"),
    *("DIFF", "LAG", "LN", "LOG", "NORM", "NORMALISED", "NORMALIZED", "RET", "RETURN", "RETURNS", "SCALED"),
}
_TUPLE = re.compile(r"""\(\s*(['"])(?P<upper>[^'\"]*)\1,\s*(['"])(?P<lower>[^'\"]*)\3\s*\)""")
_SEPARATOR = re.compile(r"[\W_]+")
# What files, sheets and keys with bars are called that are not named after their symbol.
_WORD = (
    "(adj(usted)?|bars|candles|chart|daily|data|dataframe|dataset|download|export|file|histor(y|ical)|input|intraday|"
    "items|market|monthly|ohlcv?|output|part|prices?|quotes|raw|results|rows|sample|stocks?|unadjusted|upload|weekly|"
    "sheet|tabelle|feuil|hoja|foglio|planilha|blad|arkusz)"
)
_WORDS = re.compile(rf"{_WORD}([-_ .]?{_WORD})*[-_ .]?\d{{0,4}}", re.IGNORECASE)
_YEAR = r"(19|20)\d\d"
_DATE = re.compile(rf"{_YEAR}([-_. ]({_YEAR}|(0?[1-9]|1[0-2])([-_. ]\d\d?)?)|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))")
_BEFORE = re.compile(rf"^((?i:{_WORD})[-_ ])+(?=[^a-z]+$)")  # upper case: "data_clean" is not of CLEAN
_AFTER = re.compile(rf"([-_ ]({_WORD}|1d|d1))+$", re.IGNORECASE)
_COPY = re.compile(r" ?\(\d+\)$")
_THOUSANDS = ("000", "1000", "1,000", "1.000")
# "T" alone is a thousand or a trillion.
_UNIT = re.compile(
    rf"(?P<name>.+?)[\s_]*(?:[(\[（]\s*(?:in\s+)?|\bin\s+)['’]?"
    rf"(?P<unit>{'|'.join(map(re.escape, (*_THOUSANDS, *sorted(MULTIPLIERS.keys() - {'t'}))))})['’]?s?\.?"
    r"(?:\s*(?:of\s+)?(?:shares|股|株|주))?\s*[)\]）]?",
    re.IGNORECASE,
)


def parse_symbol(name: str) -> str | None:
    """Return the symbol after which a file or a sheet is named, "daily_AAPL" after AAPL; None if it is not.

    >>> parse_symbol("brk_b"), parse_symbol("daily_AAPL"), parse_symbol("Sheet1"), parse_symbol("2024-01-31")
    ('BRK-B', 'AAPL', None, None)
    """
    written = _COPY.sub("", name)
    if _WORDS.fullmatch(written):
        return None
    symbol = normalise_symbol(_BEFORE.sub("", _AFTER.sub("", written)))
    return symbol if is_symbol(symbol) and not _DATE.fullmatch(symbol) else None


def may_be_symbol(text: str) -> bool:
    """Return whether a text in or above the name of a price may be a symbol, rather than say which price it is.

    A small letter, as in "open_x", marks a column that pandas has merged.
    """
    is_mark = len(text) == 1 and text.islower()
    return is_symbol(normalise_symbol(text)) and text.upper() not in NO_SYMBOLS and not is_mark


def weigh_names(names: Sequence[str]) -> tuple[int, int]:
    """Return how many are names of fields, and their letters: symbols that are such names, too, are shorter."""
    return sum(_is_field(normalise(name)) for name in names), len("".join(names))


def split_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the normalised names of fields and their symbols, "" for a name without one.

    Read are "('Close', 'AAPL')", in either order, and "AAPL.Open" or "Open_AAPL" if a symbol has all four prices.
    """
    tuples = [_TUPLE.fullmatch(name) for name in names]
    return _read_tuples(names, tuples) if any(tuples) else _read_prefixes(names)


def strip_units(names: Sequence[str], written: Sequence[str]) -> tuple[list[str], dict[int, int]]:
    """Return the normalised names, a volume's without its unit, and the power of ten of each unit, by position.

    Beside a volume without a unit, one that has a unit keeps its name, so that it is not read.
    """
    parts = [_split_unit(name) for name in written]
    powers = {index: power for index, (_, power) in enumerate(parts) if power}
    if any(rank("volume", name) is not None for name in names):
        return [*names], powers
    bare = [normalise(name) for name, _ in parts]
    return [
        without if rank("volume", without) is not None else name for name, without in zip(names, bare, strict=True)
    ], powers


def _split_unit(name: str) -> tuple[str, int]:
    """Return a column's name without the unit that it states, and the unit's power of ten.

    >>> _split_unit("Volume (000)"), _split_unit("Vol. in Mio."), _split_unit("Volume")
    (('Volume', 3), ('Vol.', 6), ('Volume', 0))
    """
    match = _UNIT.fullmatch(name[:100])
    if match is None:
        return name, 0
    unit = match["unit"].lower()
    return match["name"], 3 if unit in _THOUSANDS else MULTIPLIERS[unit]


def _read_tuples(names: Sequence[str], tuples: Sequence[re.Match[str] | None]) -> tuple[list[str], list[str]]:
    """Read names such as "('Close', 'AAPL')", in either order, as names and symbols."""
    pairs = [
        (match["upper"], match["lower"]) if match else (name, "") for name, match in zip(names, tuples, strict=True)
    ]
    upper, lower = (weigh_names([pair[side] for pair in pairs]) for side in (0, 1))
    if lower > upper:
        pairs = [
            (second, first) if match and second else (first, "")
            for (first, second), match in zip(pairs, tuples, strict=True)
        ]
    return [normalise(name) for name, _ in pairs], [symbol for _, symbol in pairs]


def _read_prefixes(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Read names such as "AAPL.Open" or "Open_AAPL" as names and symbols, where a symbol has all four prices."""
    splits = [list(_split_prefix(name)) for name in names]
    fields: defaultdict[str, set[str]] = defaultdict(set)
    for symbol, name in (split for each in splits for split in each):
        fields[symbol] |= {field for field in PRICES if rank(field, name) is not None}
    whole = {symbol for symbol, found in fields.items() if found >= {*PRICES} and may_be_symbol(symbol)}
    kept = [
        next((split for split in each if split[0] in whole), ("", normalise(name)))
        for name, each in zip(names, splits, strict=True)
    ]
    return [name for _, name in kept], [symbol for symbol, _ in kept]


def _split_prefix(name: str) -> Iterator[tuple[str, str]]:
    """Yield the symbol and the normalised name of a field, the longest that there is: "AAPL.Adj Close".

    Of two names of fields, as in "Open_LOW", either may be the symbol.
    """
    if _is_field(normalise(name)):
        return
    cuts = [match.span() for match in _SEPARATOR.finditer(name[:100])]
    for start, end in cuts:
        if len(right := normalise(name[end:])) > 2 and _is_field(right) and is_symbol(normalise_symbol(name[:start])):
            yield name[:start], right
            break
    for start, end in reversed(cuts):
        if len(left := normalise(name[:start])) > 2 and _is_field(left) and is_symbol(normalise_symbol(name[end:])):
            yield name[end:], left
            break


def _is_field(name: str) -> bool:
    return any(rank(field, name) is not None for field in PER_SYMBOL)
