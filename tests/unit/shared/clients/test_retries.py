"""Retries go on while they help, and stop while most are in vain."""

import random

import pytest

from shared.clients.retries import RetryThrottle
from tests.support.faults.table import Figures


def _retries(share_failed: float, n: int = 2000) -> tuple[float, float]:
    """Return retries per request, and the share of requests that succeed, with this share of failing calls."""
    throttle, chance, n_retries, n_ok = RetryThrottle(), random.Random(7), 0, 0
    for _ in range(n):
        if chance.random() >= share_failed:
            throttle.call_succeeded()
            n_ok += 1
        elif throttle.take():
            n_retries += 1
            if chance.random() >= share_failed:
                throttle.retry_succeeded()
                n_ok += 1
    return n_retries / n, n_ok / n


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_nearly_every_failure_is_retried_while_half_of_the_calls_succeed(share: float) -> None:
    retries, succeeded = _retries(share)
    assert retries > 0.9 * share
    assert succeeded > (1 - share**2) - 0.03


@pytest.mark.scenario("B3")
def test_of_many_reads_three_quarters_succeed_where_half_of_the_calls_do(figures: Figures) -> None:
    retries, succeeded = _retries(0.5, 100_000)
    figures.at_most("of 100,000: calls per request", 1 + retries, 1.5)
    figures.at_least("succeeded", succeeded, 0.74)


@pytest.mark.parametrize("share", [0.85, 1.0])
def test_retries_stop_while_most_are_in_vain(share: float) -> None:
    retries, _ = _retries(share)
    assert retries < 0.12


def test_retries_stop_for_what_always_fails_though_other_calls_succeed() -> None:
    throttle, n_retries = RetryThrottle(), 0
    for _ in range(100):
        throttle.call_succeeded()
        throttle.call_succeeded()
        n_retries += throttle.take()
    assert 10 <= n_retries <= 32


def test_retries_begin_again_when_calls_succeed() -> None:
    throttle = RetryThrottle()
    while throttle.take():
        pass
    for _ in range(11):
        throttle.call_succeeded()
    assert throttle.take()
    throttle.retry_succeeded()
    assert [throttle.take() for _ in range(4)] == [True] * 4
