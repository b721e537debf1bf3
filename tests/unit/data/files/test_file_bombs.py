"""Decompression bombs stop at a limit and use little memory until then."""

import bz2
import gzip
import json
import lzma
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pyarrow as pa
import pytest

from services.data.files.source import FileBarSource
from shared.errors import PayloadTooLarge, UnreadableFile
from tests.support.data.files import HEADER, ROW, as_arrow, as_parquet, problem, read, zipped

pytestmark = pytest.mark.scenario("D7")

MIB = 1 << 20
CSV = (HEADER + ROW * 40).encode()
POOLS: list[pa.MemoryPool] = []  # memory of an earlier test may be released during this one


@contextmanager
def at_most(n_bytes: int) -> Iterator[None]:
    """Check how much memory Python and Arrow use in the block."""
    pool, counted = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    POOLS.append(counted)
    tracemalloc.start()
    pa.set_memory_pool(counted)
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < n_bytes
        assert (counted.max_memory() or 0) < n_bytes
    finally:
        pa.set_memory_pool(pool)
        tracemalloc.stop()


@pytest.mark.parametrize("sample", ["csv", "json", "parquet", "arrow"])
def test_a_hundred_thousand_columns_are_an_error(sample: str) -> None:
    names = [f"c{index}" for index in range(100_000)]
    table = pa.table([pa.array([1])] * 3_000, names=names[:3_000])
    contents = {
        "csv": ",".join(names).encode(),
        "json": json.dumps([dict.fromkeys(names)]).encode(),
        "parquet": as_parquet(table),
        "arrow": as_arrow(table, compression="zstd"),
    }
    with at_most(32 * MIB):
        assert "columns" in problem(contents[sample])


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
    "bz2": bz2.compress,
    "zip": lambda data: zipped({"A.csv": data}),
    "gz in gz": lambda data: gzip.compress(gzip.compress(data)),
}


@pytest.mark.parametrize("packer", PACKERS)
def test_a_bomb_stops_at_the_limit_and_is_never_in_memory(packer: str) -> None:
    content = PACKERS[packer]((HEADER + ROW * 100_000).encode())
    with at_most(8 * MIB), pytest.raises(PayloadTooLarge, match="larger than 1,048,576 bytes"):
        read(content, max_bytes=MIB)


def test_many_small_files_in_an_archive_are_counted_together() -> None:
    csv = CSV.replace(b"symbol", b"other")
    content = zipped({f"A{index}.csv": csv for index in range(100)})
    assert len(read(content, max_bytes=100 * len(csv) + len(content))) == 100
    with pytest.raises(PayloadTooLarge):
        read(content, max_bytes=99 * len(csv) + len(content))


def test_a_file_larger_than_the_limit_is_not_read() -> None:
    with pytest.raises(PayloadTooLarge, match="larger than 100 bytes"):
        read(CSV, max_bytes=100)


BOMBS = {
    "rows": {"close": pa.array(np.zeros(3_000_000))},
    "text": {"symbol": pa.DictionaryArray.from_arrays(pa.array(np.zeros(60_000, np.int32)), pa.array(["A" * MIB]))},
}


@pytest.mark.parametrize(
    "write",
    [lambda table: as_parquet(table, store_schema=False), lambda table: as_arrow(table, compression="zstd")],
    ids=["parquet", "arrow"],
)
@pytest.mark.parametrize("kind", BOMBS)
def test_a_table_that_becomes_much_larger_than_its_file_is_refused(
    kind: str, write: Callable[[pa.Table], bytes]
) -> None:
    zeros = pa.array(np.zeros(len(next(iter(BOMBS[kind].values())))))
    content = write(pa.table(dict.fromkeys(("date", "open", "high", "low", "close"), zeros) | BOMBS[kind]))
    assert len(content) < 2 * MIB
    with at_most(24 * MIB), pytest.raises((PayloadTooLarge, UnreadableFile)):
        read(content, max_bytes=4 * MIB)


def test_an_archive_that_lists_endless_files_is_refused() -> None:
    content = zipped({f"{index:0200}": b"" for index in range(20_000)})
    with at_most(16 * MIB):
        assert problem(content) == "The archive lists too many files. Split it."


def test_a_large_file_is_read_in_little_more_memory_than_its_numbers() -> None:
    content = (HEADER + "".join(ROW.replace("AAPL", f"S{index % 50}") for index in range(150_000))).encode()
    assert len(content) > 4 * MIB
    with at_most(24 * MIB):
        n_rows = sum(len(frame.rows) for frame in FileBarSource(BytesIO(content), name="all.csv").frames())
    assert n_rows == 150_000
