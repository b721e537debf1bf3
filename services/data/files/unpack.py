"""Unpacks compressed and archived files to streams of plain bytes, within a budget.

The first bytes decide the type, not the name. Data is unpacked as it is read, and never to a path in the archive.
"""

import bz2
import gzip
import io
import lzma
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, cast
from urllib.parse import unquote

from services.data.tables.names import normalise, rank
from shared.errors import PayloadTooLarge, UnreadableFile

MAX_ROWS = 20_000_000  # 60 years of 1,300 symbols; about 1.4 GB of memory
MIN_ROW_BYTES = 16  # a date and four prices take more in every format
MAX_LAYERS = 3  # .csv.gz in a .zip is two
MAX_READ = 4 << 20  # enough for a directory of 40,000 files, more than an honest archive of bars has
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second is of an empty one; `PK` alone may be the name of a column
UNPACKERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"BZh": bz2.open,
}
# What the standard library raises for damaged archives; RuntimeError is a password.
DAMAGED = (EOFError, MemoryError, OSError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


class Budget:
    """Limits how much one source may unpack to, so that a decompression bomb raises an error.

    Args:
        max_bytes: The limit for the file and for everything unpacked from it.
        max_rows: The limit for the rows in it.
    """

    def __init__(self, max_bytes: int, max_rows: int = MAX_ROWS) -> None:
        self.max_bytes = max_bytes
        self.max_rows = min(max_rows, max_bytes // MIN_ROW_BYTES)
        self._bytes_left = max_bytes
        self._rows_left = self.max_rows

    def take_bytes(self, n_bytes: int) -> None:
        """Count bytes.

        Raises:
            PayloadTooLarge: The budget is used up.
        """
        self._bytes_left -= n_bytes
        if self._bytes_left < 0:
            raise PayloadTooLarge(f"Unpacked, the file is larger than {self.max_bytes:,} bytes. Split it.")

    def take_rows(self, n_rows: int) -> None:
        """Count rows.

        Raises:
            PayloadTooLarge: The budget is used up.
        """
        self.require_rows(n_rows)
        self._rows_left -= n_rows

    def require_rows(self, n_rows: int) -> None:
        """Check that the file may have so many more rows, as it declares.

        Raises:
            PayloadTooLarge: The budget is too small.
        """
        if n_rows > self._rows_left:
            raise PayloadTooLarge(f"The file has more than {self.max_rows:,} rows. Split it.")


def iter_members(file: BinaryIO, name: str, budget: Budget) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the name and the stream of each plain file in `file`; a stream is valid until the next one.

    Raises:
        UnreadableFile: The file is damaged, encrypted or nested too deeply.
        PayloadTooLarge: It exceeds the budget.
    """
    if file.seekable():
        budget.take_bytes(file.seek(0, io.SEEK_END))
        file.seek(0)
        yield from _unpack(file, name, budget, layer=0)
    else:
        with _BudgetedStream(file, budget) as budgeted, make_seekable(budgeted) as copy:
            yield from _unpack(copy, name, budget, layer=0)


@contextmanager
def make_seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the stream, or the rest of it in a temporary file if it cannot seek."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def peek_first_bytes(stream: BinaryIO) -> bytes:
    """Return the first 8 bytes of a stream of `iter_members` without moving its position."""
    if isinstance(stream, io.BufferedReader) and not stream.seekable():
        return stream.peek(8)[:8]
    start = stream.read(8)
    stream.seek(0)
    return start


def _unpack(stream: BinaryIO, name: str, budget: Budget, layer: int) -> Iterator[tuple[str, BinaryIO]]:
    start = peek_first_bytes(stream)
    unpacker = next((candidate for magic, candidate in UNPACKERS.items() if start.startswith(magic)), None)
    if layer == MAX_LAYERS and (unpacker or start.startswith(ZIP)):
        raise UnreadableFile(f"The file is compressed more than {MAX_LAYERS} times over. Unpack it.")
    if unpacker is not None:
        with unpacker(stream) as raw, _BudgetedStream(raw, budget) as unpacked:
            yield from _unpack(unpacked, name, budget, layer + 1)
    elif start.startswith(ZIP):
        with make_seekable(stream) as file:
            if _is_workbook(file):
                yield name, file
            else:
                yield from _iter_archive(file, budget, layer)
    else:
        yield re.sub(r"(?i)(\.(gz|xz|bz2|zip))+$", "", name), stream


def _open_archive(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(cast(BinaryIO, _SmallReads(stream)))
    except DAMAGED as error:
        raise UnreadableFile("The zip archive is damaged or truncated.") from error


def _is_workbook(stream: BinaryIO) -> bool:
    with _open_archive(stream) as archive:
        names = archive.NameToInfo
        if "xl/workbook.bin" in names or "content.xml" in names:
            raise UnreadableFile("This spreadsheet is neither .xlsx nor .xls. Save it as one of them, or as CSV.")
        is_workbook = "xl/workbook.xml" in names
    stream.seek(0)
    return is_workbook


def _iter_archive(stream: BinaryIO, budget: Budget, layer: int) -> Iterator[tuple[str, BinaryIO]]:
    with _open_archive(stream) as archive:
        for member in archive.infolist():
            name = member.filename.replace("\\", "/").rpartition("/")[2]
            if not name or name.startswith(".") or member.filename.startswith("__MACOSX/"):
                continue
            name = _name_partition(member.filename, name)
            try:
                yield from _open_member(archive, member, name, budget, layer)
            except UnreadableFile as error:  # of this file only; the next may be whole
                yield name, cast(BinaryIO, _UnreadableStream(error))


def _name_partition(path: str, name: str) -> str:
    """Return the name of a file; that of the symbol for a part of a data set, as in symbol=AAPL/part-0.parquet."""
    folders = (folder.partition("=") for folder in re.split(r"[/\\]", path)[:-1])
    symbols = [value for key, _, value in folders if value and rank("symbol", normalise(key)) is not None]
    return unquote(symbols[0]).replace("/", "-") + PurePosixPath(name).suffix if symbols else name


def _open_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, budget: Budget, layer: int
) -> Iterator[tuple[str, BinaryIO]]:
    try:
        member_file = archive.open(member)
    except DAMAGED as error:
        reason = "encrypted" if member.flag_bits & 1 else "damaged or compressed with an unknown method"
        raise UnreadableFile(f"A file in the archive is {reason}. Unpack it first.") from error
    with member_file, _BudgetedStream(cast(BinaryIO, member_file), budget) as unpacked:
        yield from _unpack(unpacked, name, budget, layer + 1)


class _UnreadableStream(io.RawIOBase):
    """Stands for a file that cannot be unpacked: reading it raises the reason."""

    def __init__(self, error: UnreadableFile) -> None:
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise self._error


class _BudgetedStream(io.BufferedReader):
    """A stream that counts its bytes against a budget and translates errors."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        super().__init__(_BudgetedRaw(stream, budget), 1 << 16)


class _BudgetedRaw(io.RawIOBase):
    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except DAMAGED as error:
            raise UnreadableFile("The file is damaged or truncated and cannot be unpacked.") from error
        self._budget.take_bytes(len(data))
        buffer[: len(data)] = data
        return len(data)


class _SmallReads:
    """A file that refuses long reads, because `zipfile` reads a directory of any size at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if size > MAX_READ:
            raise UnreadableFile("The archive lists too many files. Split it.")
        return self._stream.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
