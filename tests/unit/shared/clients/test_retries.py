"""Retries go on while calls fail now and then, and stop while most fail."""

import random

import pytest

from shared.clients.retries import RetryThrottle


def _retries(share_failed: float, n: int = 2000) -> tuple[float, float]:
    """Return retries per request, and the share of requests that succeed, with this share of failing calls."""
    throttle, chance, n_retries, n_ok = RetryThrottle(), random.Random(7), 0, 0

    def call() -> bool:
        is_ok = chance.random() >= share_failed
        (throttle.succeeded if is_ok else throttle.failed)()
        return is_ok

    for _ in range(n):
        is_ok = call()
        if not is_ok and throttle.allows():
            n_retries += 1
            is_ok = call()
        n_ok += is_ok
    return n_retries / n, n_ok / n


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_nearly_every_failure_is_retried_while_half_of_the_calls_succeed(share: float) -> None:
    retries, succeeded = _retries(share)
    assert retries > 0.9 * share
    assert succeeded > (1 - share**2) - 0.03


@pytest.mark.parametrize("share", [0.85, 1.0])
def test_retries_stop_while_most_calls_fail(share: float) -> None:
    retries, _ = _retries(share)
    assert retries < 0.12


def test_retries_begin_again_when_calls_succeed() -> None:
    throttle = RetryThrottle()
    for _ in range(100):
        throttle.failed()
    assert not throttle.allows()
    for _ in range(4):
        throttle.succeeded()
    assert throttle.allows()
