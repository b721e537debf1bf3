from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

import services.prediction.models.estimators  # noqa: F401  # only libraries that are loaded already are limited


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Compute as the workers do: several threads on busy cores make gradient boosting a hundred times slower."""
    with threadpool_limits(1):
        yield
