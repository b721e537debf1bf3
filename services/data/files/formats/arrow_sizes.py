"""Computes the unpacked size of an Arrow IPC stream or file without unpacking it."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

# Numbers of fields in Apache Arrow's format/Message.fbs.
_HEADER_TYPE, _HEADER = 1, 2  # of Message
_DATA = 1  # of DictionaryBatch
_BLOCKS = (2, 3)  # of Footer: those of dictionaries and of batches
_BUFFERS, _COMPRESSION = 2, 3  # of RecordBatch
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3  # of the union MessageHeader
_BLOCK = struct.Struct("<qi4xq")  # offset, length of the metadata, length of the body
ARROW_END = struct.Struct("<I6s")  # of a file: the length of the footer, and the signature


def read_unpacked_sizes(stream: BinaryIO) -> Iterator[int]:
    """Yield the declared unpacked size in bytes of each compressed message.

    pyarrow unpacks a message as a whole and has no limit of its own.

    Raises:
        pyarrow.ArrowInvalid: This is not an Arrow stream, or it is truncated.
        struct.error: A message is inconsistent.
    """
    for message in pa.ipc.MessageReader.open_stream(stream):
        yield sum(_read_sizes(message.metadata.to_pybytes(), message.body))


def read_unpacked_sizes_of_file(file: BinaryIO) -> Iterator[int]:
    """Yield the same of a file, whose messages stand where its footer says.

    Raises:
        pyarrow.ArrowInvalid: A message is damaged or truncated.
        struct.error: The footer is inconsistent.
        OSError: The footer is longer than the file.
    """
    file.seek(-ARROW_END.size, 2)
    length, _ = ARROW_END.unpack(file.read(ARROW_END.size))
    file.seek(-ARROW_END.size - length, 2)
    footer = file.read(length)
    for number in _BLOCKS:
        field = _find_field(footer, _follow(footer, 0), number)
        blocks = _follow(footer, field) if field else 0
        n_blocks = _read_uint32(footer, blocks) if blocks else 0
        for offset, _, _ in _BLOCK.iter_unpack(footer[blocks + 4 :][: _BLOCK.size * n_blocks]):
            file.seek(offset)
            message = pa.ipc.MessageReader.open_stream(file).read_next_message()
            yield sum(_read_sizes(message.metadata.to_pybytes(), message.body))


def _read_sizes(metadata: bytes, body: pa.Buffer | None) -> Iterator[int]:
    root = _follow(metadata, 0)
    header_type = _find_field(metadata, root, _HEADER_TYPE)
    header = _find_field(metadata, root, _HEADER)
    if not header or not header_type or metadata[header_type] not in (_DICTIONARY_BATCH, _RECORD_BATCH):
        return
    batch = _follow(metadata, header)
    if metadata[header_type] == _DICTIONARY_BATCH:
        batch = _follow(metadata, _find_field(metadata, batch, _DATA))
    buffers = _find_field(metadata, batch, _BUFFERS)
    if not buffers or not _find_field(metadata, batch, _COMPRESSION) or body is None:
        return
    vector = _follow(metadata, buffers)
    for offset, length in struct.iter_unpack("<qq", metadata[vector + 4 :][: 16 * _read_uint32(metadata, vector)]):
        if length >= 8:
            yield max(0, struct.unpack_from("<q", body, offset)[0])  # -1: this buffer is not compressed


def _find_field(metadata: bytes, table: int, number: int) -> int:
    """Return the position of a field of a FlatBuffers table, 0 if it is absent."""
    vtable = table - struct.unpack_from("<i", metadata, table)[0]
    slot = 4 + 2 * number
    if slot >= struct.unpack_from("<H", metadata, vtable)[0]:
        return 0
    offset = struct.unpack_from("<H", metadata, vtable + slot)[0]
    return table + offset if offset else 0


def _follow(metadata: bytes, position: int) -> int:
    return position + _read_uint32(metadata, position)


def _read_uint32(metadata: bytes, position: int) -> int:
    return int(struct.unpack_from("<I", metadata, position)[0])
