"""The confidence interval of the skill holds the true skill of every model, on simulated walks of three kinds.

Of 300 walks, 95 % ± 1.3 points hold by chance; of 100, ± 2.2. The moving average, whose errors last for weeks, holds
least one session ahead: 93 to 95 % of 600 (docs/decisions/0012).
"""

import pytest

from tests.support.prediction.skill_coverage import KINDS, QUICK, SEED, TREES, shares_held

pytestmark = pytest.mark.no_cover  # thousands of cases: counting lines makes them take a third longer


@pytest.mark.parametrize("horizon", [1, 5, 20])  # changes fastest: the horizons share their walks
@pytest.mark.parametrize("kind", KINDS)
def test_the_interval_holds_the_skill_of_every_model_in_91_of_a_hundred_walks(horizon: int, kind: str) -> None:
    shares = shares_held(KINDS[kind], QUICK, horizon, 300)
    assert min(shares.values()) >= 0.91, f"seeds from {SEED}: {shares}"


@pytest.mark.parametrize("horizon", [1, 20])
def test_that_of_the_trees_does_too(horizon: int) -> None:
    """Over all walks; those of one kind are too few to tell 91 from 88."""
    shares = [shares_held(make, TREES, horizon, 100)["gradient_boosting"] for make in KINDS.values()]
    assert sum(shares) / len(shares) >= 0.91, f"seeds from {SEED}: {shares}"
    assert min(shares) >= 0.88, f"seeds from {SEED}: {shares}"
