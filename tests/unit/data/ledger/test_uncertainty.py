from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from services.data.ledger.uncertainty import count_independent, coverage_interval

DAY = date(2024, 1, 1)
PERIODS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4)), max_size=7)


@given(PERIODS)
def test_the_count_is_that_of_the_largest_set_without_overlap(drawn: list[tuple[int, int]]) -> None:
    periods = [(first, first + length) for first, length in drawn]
    largest = 0
    for size in range(len(periods) + 1):
        for some in combinations(sorted(periods), size):
            if all(one[1] <= other[0] or other[1] <= one[0] for one, other in combinations(some, 2)):
                largest = size
    days = [(DAY + timedelta(days=first), DAY + timedelta(days=last)) for first, last in periods]
    assert count_independent(days) == largest


@pytest.mark.parametrize(("n_inside", "n"), [(18, 20), (1, 1), (0, 5), (225, 250)])
def test_the_interval_of_a_coverage_holds_the_shares_that_a_score_test_does_not_reject(n_inside: int, n: int) -> None:
    coverage = n_inside / n
    lower, upper = coverage_interval(coverage, n)
    limit = norm.ppf(0.975)

    def distance(share: float) -> float:
        return float((coverage - share) ** 2 * n - limit**2 * share * (1 - share))

    expected_lower = 0.0 if coverage == 0 else brentq(distance, 1e-12, coverage - 1e-9)
    expected_upper = 1.0 if coverage == 1 else brentq(distance, coverage + 1e-9, 1 - 1e-12)
    assert (lower, upper) == pytest.approx((expected_lower, expected_upper), abs=1e-6)


@pytest.mark.parametrize(("n_inside", "n"), [(18, 20), (1, 1), (0, 5), (225, 250)])
def test_it_is_the_interval_that_statsmodels_computes(n_inside: int, n: int) -> None:
    expected = proportion_confint(n_inside, n, method="wilson")
    assert coverage_interval(n_inside / n, n) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_twenty_forecasts_of_which_eighteen_hit_leave_thirteen_points_open() -> None:
    lower, upper = coverage_interval(0.9, 20)
    assert (upper - lower) / 2 == pytest.approx(0.13, abs=0.01)
