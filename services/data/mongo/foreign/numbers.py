"""Parses numbers that other tools wrote as text, with separators that the collection's own numbers explain. Pure."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from services.data.mongo.bar_documents import parse_number
from shared.errors import NoBars

Floats = npt.NDArray[np.float64]
Mark = Literal[".", ","]
_SIGNS = re.compile(r"[\s$€£¥₹'’]")
_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9}
_COMMA_GROUPS = re.compile(r"-?\d{1,3}(,\d{3})+")
_DOT_GROUPS = re.compile(r"-?\d{1,3}(\.\d{3})+")


def parse_columns(symbol: str, values: Mapping[str, Sequence[object]]) -> dict[str, Floats]:
    """Parse each column, NaN where a value is no number.

    Args:
        symbol: The symbol, for the sentence.
        values: By field, one value for each document.

    Raises:
        NoBars: A comma may be a decimal mark or separate thousands, and no number settles which.
    """
    prices = [value for name, column in values.items() if name != "volume" for value in column]
    mark = find_decimal_mark(symbol, (_SIGNS.sub("", value) for value in prices if isinstance(value, str)))
    return {name: np.array([_parse(value, mark) for value in column], np.float64) for name, column in values.items()}


def find_decimal_mark(symbol: str, texts: Iterable[str]) -> Mark:
    """Find the decimal mark of prices that are text.

    Raises:
        NoBars: It may be either.
    """
    marks: set[Mark] = set()
    unsettled = ""
    for text in texts:
        comma, dot = text.rfind(","), text.rfind(".")
        if comma >= 0 and dot >= 0:
            marks.add("," if comma > dot else ".")
        elif comma >= 0 and not _COMMA_GROUPS.fullmatch(text):
            marks.add(",")
        elif text.count(",") > 1 or (dot >= 0 and not _DOT_GROUPS.fullmatch(text)):
            marks.add(".")
        elif comma >= 0:
            unsettled = unsettled or text
    if len(marks) == 1:
        return marks.pop()
    if not marks and not unsettled:
        return "."
    raise NoBars(
        f"{symbol} is stored, but its prices are text in which a comma may be a decimal mark or separate thousands, "
        f"for example {unsettled[:20]!r}. Write them as numbers."
    )


def _parse(value: object, mark: Mark) -> float:
    if not isinstance(value, str):
        return parse_number(value)
    text = _SIGNS.sub("", value)
    factor = _FACTORS.get(text[-1:].upper(), 1.0)
    if factor > 1:
        text = text[:-1]
    text = text.replace(".", "").replace(",", ".") if mark == "," else text.replace(",", "")
    number = parse_number(text)
    return number * factor if factor > 1 and not math.isnan(number) else number
