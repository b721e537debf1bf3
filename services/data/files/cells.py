"""Converts the cells of a column to numbers, dates and texts; an invalid cell becomes NaN or null. Pure."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.data.files.columns import quote_text
from services.data.files.dates import limit_years
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS

Floats = npt.NDArray[np.float64]
TEXT = pa.dictionary(pa.int32(), pa.string())
MAX_TEXT = 200  # characters; longer than any symbol or date, and a company's name is cut there
# A number, perhaps in dollars, perhaps infinite; and one with commas between thousands, as in "1,234.5".
_NUMBER = r"^(?i:[+-]?\$?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?)$"
_THOUSANDS = r"^[+-]?\$?\d{1,3}(,\d{3})+(\.\d*)?$"
_WITH_COMMA = r"^[+-]?\$?[\d.]*,[\d.,]*$"


def check_types(schema: pa.Schema) -> None:
    """Check that the columns, named by field, have types that the functions below can read.

    Raises:
        UnreadableFile: A column has an unsupported type.
    """
    for field in schema:
        is_plain = is_text(field.type) or pa.types.is_null(field.type)
        is_number = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        if field.name in NUMBERS:
            fits = is_plain or is_number or pa.types.is_decimal(field.type)
        elif field.name == "session":
            fits = is_plain or is_number or pa.types.is_date(field.type) or pa.types.is_timestamp(field.type)
        else:
            fits = is_plain
        if not fits:
            raise UnreadableFile(
                f"The column for {field.name} has the unsupported type {quote_text(str(field.type))}. "
                "Write numbers as float64, dates as date32 and text as string."
            )


def to_numbers(column: pa.Array) -> Floats:
    """Convert a column to float64, NaN where a number is missing or invalid.

    Commas between thousands are removed; if any comma in the column is a decimal one, as in "12,5", none is.
    """
    if pa.types.is_dictionary(column.type):
        return _read_by_index(column, to_numbers)
    if is_text(column.type):
        column = _text_to_number(column)
    return np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False))


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


def to_dates(column: pa.Array) -> pa.Array:
    """Convert a column of a time type to date32, the date in its own time zone; any other column to texts."""
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = pc.local_timestamp(column)
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        days = np.asarray(column.to_numpy(zero_copy_only=False)).astype("datetime64[D]")
        return pa.array(limit_years(days), pa.date32())
    if pa.types.is_floating(column.type):
        numbers = to_numbers(column)
        is_whole = np.isfinite(numbers) & (np.abs(numbers) < 2.0**63)
        column = pa.array(np.where(is_whole, numbers, 0).astype(np.int64), mask=~is_whole)
    return to_texts(column)


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column type is text, plain or dictionary-encoded."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _read_by_index(column: pa.DictionaryArray, read: Callable[[pa.Array], Floats]) -> Floats:
    indices = pc.fill_null(pc.cast(column.indices, pa.int64()), -1).to_numpy(zero_copy_only=False)
    return np.asarray(np.append(read(column.dictionary), np.nan)[indices])


def _text_to_number(column: pa.Array) -> pa.Array:
    try:
        return pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        text = pc.utf8_trim_whitespace(column)
    is_number = pc.match_substring_regex(text, _NUMBER)
    has_thousands = pc.match_substring_regex(text, _THOUSANDS)
    has_comma = pc.match_substring_regex(text, _WITH_COMMA)
    if not pc.any(pc.and_not(has_comma, has_thousands)).as_py():
        is_number = pc.or_(is_number, has_thousands)
    bare = pc.replace_substring_regex(text, r"[$,]", "")
    return pc.cast(pc.if_else(is_number, bare, pa.scalar(None, bare.type)), pa.float64())
