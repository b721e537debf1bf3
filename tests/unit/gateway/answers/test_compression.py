"""Which content coding a caller gets."""

import gzip
from collections.abc import Callable

import pytest
from zstandard import ZstdDecompressor

from gateway.answers.compression import choose_coding, compress, is_compressible


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, zstd;q=0.9", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0, zstd;q=0, *", "identity"),
        ("identity", "identity"),
        ("gzip;q=0.5, identity;q=1", "identity"),
        ("deflate, br", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("x," * 49 + "gzip", "gzip"),
        ("x," * 10_000 + "gzip", "identity"),
    ],
)
def test_the_best_coding_that_is_allowed_is_chosen(accept_encoding: str, coding: str) -> None:
    assert choose_coding(accept_encoding) == coding


@pytest.mark.parametrize(
    ("coding", "decompress"), [("gzip", gzip.decompress), ("zstd", lambda body: ZstdDecompressor().decompress(body))]
)
def test_a_compressed_body_is_the_same_after_decompression_and_always_the_same_bytes(
    coding: str, decompress: Callable[[bytes], bytes]
) -> None:
    body = b'{"close": 1.5}' * 1_000
    coded = compress(coding, body)
    assert len(coded) < len(body) / 10
    assert decompress(coded) == body
    assert compress(coding, body) == coded


def test_only_text_is_compressed_and_never_a_stream_of_events() -> None:
    assert is_compressible("application/json")
    assert is_compressible("text/csv; charset=utf-8")
    assert not is_compressible("application/vnd.apache.parquet")
    assert not is_compressible("text/event-stream; charset=utf-8")
