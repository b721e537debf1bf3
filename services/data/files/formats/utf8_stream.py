"""Converts text of common encodings to UTF-8, block by block."""

import codecs
import io
import itertools
import re
from collections.abc import Sequence
from typing import Any, BinaryIO

from services.data.tables.names import RANKS, normalise

BLOCK = 1 << 20
HEAD = 4_096  # bytes in which the names of the columns stand
LEGACY = (
    "cp1252",
    "gb18030",
    "shift_jis",
    "euc_kr",
    "big5",
    "cp1250",
    "cp1251",
    "cp1254",
    "cp1253",
    "cp1255",
    "koi8_r",
    "cp1256",
    "cp874",
)  # the first of equals is taken
_NAMES = frozenset(itertools.chain.from_iterable(RANKS.values()))


class Utf8Stream(io.RawIOBase):
    """Converts UTF-8, UTF-16, and otherwise one of `LEGACY` to UTF-8 without a mark.

    From the first invalid UTF-8 byte on, the text is read in the encoding under which it names the most columns, as a
    rule that of Western Europe: numbers, dates and symbols are the same in all of them. So are the bytes before it, if
    they name more columns then: they may be valid by chance.

    Args:
        stream: Positioned at its start. It stays open.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder: codecs.IncrementalDecoder | None = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; return 0 at the end."""
        while not self._ready:
            data = self._stream.read(BLOCK)
            self._ready = memoryview(self._decoded(data))
            if not data:
                break
        n_bytes = min(len(buffer), len(self._ready))
        buffer[:n_bytes] = self._ready[:n_bytes]
        self._ready = self._ready[n_bytes:]
        return n_bytes

    def unread(self, data: bytes) -> None:
        """Put bytes back, so that they are read next."""
        self._ready = memoryview(data + bytes(self._ready))

    def _decoded(self, data: bytes) -> bytes:
        is_first = self._decoder is None
        if self._decoder is None:
            utf16 = _find_utf16(data)
            self._decoder = (
                codecs.getincrementaldecoder(utf16)("replace") if utf16 else codecs.getincrementaldecoder("utf-8-sig")()
            )
        try:
            return self._decoder.decode(data, final=not data).encode()
        except UnicodeDecodeError as error:
            encoding, start = _choose_legacy(error.object, [error.start, 0] if is_first else [error.start])
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
            return error.object[:start] + self._decoder.decode(error.object[start:], final=not data).encode()


def _find_utf16(data: bytes) -> str:
    """Return the variant of UTF-16, by its mark or by the zeros of plain letters; "" for another encoding."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    low, high = data[0:HEAD:2].count(0), data[1:HEAD:2].count(0)
    if max(low, high) < min(HEAD, len(data)) // 8:
        return ""
    return "utf-16-le" if high > 8 * low else "utf-16-be" if low > 8 * high else ""


def _choose_legacy(text: bytes, starts: Sequence[int]) -> tuple[str, int]:
    """Return the encoding under which the first lines name the most columns, and where it starts; UTF-8 is before."""

    def count(choice: tuple[int, str]) -> int:
        start, encoding = choice
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        head = text[: min(start, HEAD)].decode(errors="replace") + decoder.decode(text[start : max(start, HEAD)])
        cells = re.split(r"[,;\t|\r\n]", head)
        names = {normalise(cell).replace("_", "") for cell in cells}  # each once: garbage in every row may be one
        return len(_NAMES & names)

    start, encoding = max(itertools.product(starts, LEGACY), key=count)
    return encoding, start
