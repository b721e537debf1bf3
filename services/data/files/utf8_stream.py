"""Turn text of any usual encoding into UTF-8, block by block."""

import codecs
import io
from typing import Any, BinaryIO

BLOCK = 1 << 20


class Utf8Stream(io.RawIOBase):
    """UTF-8 without a byte order mark, from UTF-8, from UTF-16 with a mark, and else from Latin-1.

    What is not UTF-8 is Latin-1 from there on: the two agree on all that the numbers, dates and symbols are made of.

    Args:
        stream: At its start. It stays open.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder: codecs.IncrementalDecoder | None = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 is the end."""
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
        """Put bytes back, to be read next."""
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
