"""Reads JSON values from a stream one by one, and arrays in parts."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from services.data.files.formats.utf8_stream import Utf8Stream
from services.data.tables.notes import quote_text
from shared.errors import UnreadableFile

BLOCK = 1 << 20  # characters read at once; also the maximum length of a row
PART = 1 << 18  # characters of a column decoded at once: the decoder does not let other threads run meanwhile
PART_CUTS = 8  # commas tried as the end of a part: they may be inside of texts
EXPECTED_SHAPES = (
    'Expected rows, [{"date": "2024-01-31", "open": 1, …}, …], one object per line, '
    'or columns, {"date": ["2024-01-31", …], "open": [1, …], …}.'
)
_SPACE = re.compile(r"[ \t\n\r]*")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        [(key, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise UnreadableFile(f"An object has the key {quote_text(key)} twice.")
    return members


# Numbers stay text: no overflow, and one number parser for all text formats.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=str, parse_int=str, parse_constant=str)


class JsonScanner:
    """Reads JSON values from a stream one by one; `position` is the number of characters read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(io.BufferedReader(Utf8Stream(stream)), "utf-8", newline="")
        self._buffer = ""
        self._at = 0
        self._dropped = 0

    @property
    def position(self) -> int:
        """Return the number of characters read."""
        return self._dropped + self._at

    def peek(self) -> str:
        """Return the next non-space character, "" at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read_more():
                return ""

    def starts_with(self, first: str, second: str) -> bool:
        """Return whether the next two non-space characters are these."""
        while self.peek() == first:
            space = _SPACE.match(self._buffer, self._at + 1)
            after = space.end() if space else self._at + 1
            if after < len(self._buffer) or not self._read_more():
                return self._buffer[after : after + 1] == second
        return False

    def take(self, marks: str) -> str:
        """Return the next character, one of `marks`, and advance."""
        character = self.peek()
        if not character or character not in marks:
            raise UnreadableFile(
                f"This is not JSON: expected {' or '.join(marks)} before {self.preview()}. {EXPECTED_SHAPES}"
            )
        self._at += 1
        return character

    def value(self, limit: int) -> Any:
        """Return the next value, of at most about `limit` characters, and advance."""
        self.peek()
        while True:
            try:
                value, end = _decode(self._buffer, self._at)
            except ValueError as error:
                if len(self._buffer) - self._at > limit or not self._read_more():
                    raise UnreadableFile(
                        f"This is not JSON, or a value is longer than {limit:,} characters, at {self.preview()}. "
                        f"{EXPECTED_SHAPES}"
                    ) from error
                continue
            if end < len(self._buffer) or not self._read_more():  # a number may continue in the next block
                self._at = end
                return value

    def parts(self) -> Iterator[list[Any]]:
        """Yield the values of an array, many at a time, and advance past it."""
        self.take("[")
        while self.peek() != "]":
            yield self._part()
            if self.take(",]") == "]":
                return
            if self.peek() == "]":
                raise UnreadableFile(f"This is not JSON: a value is missing before ]. {EXPECTED_SHAPES}")
        self.take("]")

    def _part(self) -> list[Any]:
        text = "[" + self._buffer[self._at : self._at + PART]
        try:
            values, end = _decode(text, 0)
        except ValueError:  # the array goes on after this text
            pass
        else:
            self._at += end - 2  # at the closing bracket
            return list(values)
        cut = len(text)
        for _ in range(PART_CUTS):
            cut = text.rfind(",", 0, cut)
            if cut < 2:
                break
            with suppress(ValueError):
                values, _ = _decode(f"{text[:cut]}]", 0)
                self._at += cut - 1  # at the comma
                return list(values)
        return [self.value(BLOCK)]

    def preview(self) -> str:
        """Return the next characters, quoted for a message."""
        return quote_text(self._buffer[self._at : self._at + 40]) if self.peek() else "the end of the file"

    def _read_more(self) -> bool:
        more = self._text.read(BLOCK)
        if more:
            self._dropped += self._at
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(more)


def _decode(text: str, start: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise UnreadableFile(f"The JSON is nested too deeply. {EXPECTED_SHAPES}") from error
