"""Converts the cells of a column to dates and texts, null if invalid; tells prices in 32nds from thousands. Pure."""

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from services.data.tables.notes import name_option, quote_text
from services.data.tables.stamps import NAT, Stamps, limit_years
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS

TEXT = pa.dictionary(pa.int32(), pa.string())
MAX_TEXT = 200  # characters; longer than any symbol or date, and a company's name is cut there

MIN_DISTINCT = 4  # prices; by chance, one in eight of those in thousands has such digits
# Points, 32nds and quarters of them: 2, 5 and 7 are 0.25, 0.5 and 0.75. Bonds cost from 50 to 299 points.
_TICKS = r"^(?:[5-9]\d|[12]\d\d)'(?:[0-2]\d|3[01])[0257]$"

# What a volume may end with, and its power of ten.
MULTIPLIERS: Mapping[str, int] = {
    **{"k": 3, "thousand": 3, "tsd": 3, "tys": 3, "тыс": 3, "m": 6, "mm": 6, "mn": 6, "mln": 6, "mio": 6, "million": 6},
    **{"млн": 6, "b": 9, "bn": 9, "billion": 9, "mrd": 9, "mlrd": 9, "mld": 9, "млрд": 9, "t": 12},
    **dict.fromkeys(("stk", "stck", "shs", "shares", "szt", "股", "株", "주"), 0),  # a count of shares
    **{"lakh": 5, "lac": 5, "crore": 7, "cr": 7},
    **{"千": 3, "천": 3, "万": 4, "萬": 4, "만": 4, "億": 8, "亿": 8, "억": 8},
}
_MULTIPLIER = rf"^(.*\d[.,]?)\s*(?i:({'|'.join(sorted(MULTIPLIERS, key=len, reverse=True))}))\.?$"


def check_types(schema: pa.Schema) -> None:
    """Check that the columns, named by field, have types that the functions below can read.

    Raises:
        UnreadableFile: A column has an unsupported type.
    """
    for field in schema:
        kind = storage_type(field.type)
        is_plain = is_text(kind) or pa.types.is_null(kind)
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
        if field.name in NUMBERS:
            fits = is_plain or is_number or pa.types.is_decimal(kind)
        elif field.name in ("session", "end"):
            fits = is_plain or is_number or pa.types.is_date(kind) or pa.types.is_timestamp(kind)
            fits = fits and _is_daily_period(field)
        elif field.name == "time":
            fits = is_plain or is_number or pa.types.is_time(kind)
        else:
            fits = is_plain or pa.types.is_integer(kind)
        if not fits:
            raise UnreadableFile(
                f"The column for {field.name} has the unsupported type {quote_text(str(field.type), 40)}. "
                "Write numbers as float64, dates as date32 and text as string."
            )


def storage_type(kind: pa.DataType) -> pa.DataType:
    """Return the type in which an extension type, such as a period of pandas, is stored."""
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _is_daily_period(field: pa.Field) -> bool:
    """Return whether a column is not one of periods, or of days."""
    metadata = field.metadata or {}
    name, about = metadata.get(b"ARROW:extension:name", b""), metadata.get(b"ARROW:extension:metadata", b"{}")
    if isinstance(field.type, pa.BaseExtensionType):
        name, about = field.type.extension_name.encode(), field.type.__arrow_ext_serialize__()
    if name != b"pandas.period":
        return True
    try:
        return bool(json.loads(about).get("freq") == "D")
    except (ValueError, AttributeError):
        return False


def to_texts(column: pa.Array) -> pa.DictionaryArray:
    """Convert a column to dictionary-encoded text (`TEXT`), cut to MAX_TEXT characters."""
    if pa.types.is_dictionary(column.type):
        encoded = pa.DictionaryArray.from_arrays(
            pc.cast(column.indices, pa.int32()), pc.cast(column.dictionary, pa.string())
        )
    else:
        encoded = pc.cast(column, pa.string()).dictionary_encode()
    longest = pc.max(pc.binary_length(encoded.dictionary)).as_py() or 0
    if longest <= MAX_TEXT:
        return encoded
    return pa.DictionaryArray.from_arrays(encoded.indices, pc.utf8_slice_codeunits(encoded.dictionary, 0, MAX_TEXT))


def to_dates(column: pa.Array) -> Stamps | pa.DictionaryArray:
    """Convert a column of a time type to moments, any other column to texts."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        utc = _to_seconds(column.cast(pa.timestamp(kind.unit))) if pa.types.is_timestamp(kind) and kind.tz else None
        local = _to_seconds(pc.local_timestamp(column) if utc is not None else column)
        return Stamps(local, None if utc is None else np.where(np.isnat(local), NAT, utc))
    if pa.types.is_floating(kind):
        numbers = np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False))
        is_whole = np.isfinite(numbers) & (np.abs(numbers) < 2.0**63) & (numbers == np.floor(numbers))
        if (is_whole | np.isnan(numbers)).all():
            column = pa.array(np.where(is_whole, numbers, 0).astype(np.int64), mask=~is_whole)
    if pa.types.is_time(kind):
        column = pc.cast(column, pa.string())
    return to_texts(column)


def _to_seconds(column: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    moments = np.asarray(column.to_numpy(zero_copy_only=False))
    return limit_years(moments.astype("datetime64[s]")).astype("datetime64[s]")


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column type is text, plain or dictionary-encoded."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view())


def scale(column: pa.Array, power: int) -> pa.Array:
    """Multiply numbers by a power of ten, also those in text, except for texts with a unit of their own, as in "5M"."""
    if power and (is_text(column.type) or pa.types.is_decimal(column.type)):
        text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
        is_bare = pc.match_substring_regex(text, r"\d[.,]?$")
        return pc.if_else(is_bare, pc.binary_join_element_wise(text, f"e{power}", ""), text)
    if power and (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return pc.multiply(pc.cast(column, pa.float64(), safe=False), float(10**power))
    return column


def expand_multipliers(text: pa.Array) -> pa.Array:
    """Write "489.00K" as "489.00e3", which is read exactly."""
    parts = pc.extract_regex(text, _MULTIPLIER.replace("^(.*", "^(?P<number>.*").replace("(?i:(", "(?i:(?P<unit>"))
    if parts.null_count == len(parts):
        return text
    for unit, power in MULTIPLIERS.items():
        is_unit = pc.fill_null(pc.equal(pc.utf8_lower(parts.field("unit")), unit), False)
        is_unit = pc.and_(is_unit, parts.is_valid())
        text = pc.if_else(is_unit, pc.binary_join_element_wise(parts.field("number"), f"e{power}", ""), text)
    return text


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
