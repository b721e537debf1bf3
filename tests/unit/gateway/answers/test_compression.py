"""Which content coding a caller gets."""

import gzip

import pytest

from gateway.answers.compression import choose_coding, compress, is_compressible


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0, *", "identity"),
        ("identity", "identity"),
        ("gzip;q=0.5, identity;q=1", "identity"),
        ("deflate, br", "identity"),
        ("gzip;q=nonsense", "identity"),
    ],
)
def test_the_best_coding_that_is_allowed_is_chosen(accept_encoding: str, coding: str) -> None:
    assert choose_coding(accept_encoding) == coding


def test_a_compressed_body_is_the_same_after_decompression_and_always_the_same_bytes() -> None:
    body = b'{"close": 1.5}' * 1_000
    assert gzip.decompress(compress("gzip", body)) == body
    assert compress("gzip", body) == compress("gzip", body)


def test_only_text_is_compressed_and_never_a_stream_of_events() -> None:
    assert is_compressible("application/json")
    assert is_compressible("text/csv; charset=utf-8")
    assert not is_compressible("application/vnd.apache.parquet")
    assert not is_compressible("text/event-stream; charset=utf-8")
