"""Converts text of common encodings to UTF-8, block by block."""

import codecs
import io
from typing import Any, BinaryIO

BLOCK = 1 << 20


class Utf8Stream(io.RawIOBase):
    """Converts UTF-8, UTF-16 with a byte order mark, and otherwise Latin-1 to UTF-8 without a mark.

    From the first invalid UTF-8 byte on, the text is read as Latin-1: numbers, dates and symbols are the same in both.

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
        if self._decoder is None:
            is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            self._decoder = (
                codecs.getincrementaldecoder("utf-16")("replace")
                if is_utf16
                else codecs.getincrementaldecoder("utf-8-sig")()
            )
        try:
            return self._decoder.decode(data, final=not data).encode()
        except UnicodeDecodeError as error:
            self._decoder = codecs.getincrementaldecoder("latin-1")()
            return error.object[: error.start] + error.object[error.start :].decode("latin-1").encode()
