import pytest

from services.prediction.workers.suspects import Suspects
from shared.errors import ComputationRefused


def test_two_deaths_within_ten_minutes_are_refused_for_as_long() -> None:
    now = 0.0
    suspects = Suspects(monotonic=lambda: now)
    suspects.record_death("harmful")
    suspects.require_harmless("harmful")
    now = 500.0
    suspects.record_death("harmful")
    suspects.require_harmless("other")
    now = 1099.0
    with pytest.raises(ComputationRefused, match="for 10 minutes") as refused:
        suspects.require_harmless("harmful")
    assert not refused.value.retryable
    now = 1101.0
    suspects.require_harmless("harmful")
    suspects.record_death("harmful")
    suspects.require_harmless("harmful")


def test_deaths_far_apart_are_not_counted_together() -> None:
    suspects = Suspects(monotonic=lambda: now)
    for now in (0.0, 700.0, 1400.0):  # noqa: B007  # the clock reads it
        suspects.record_death("unlucky")
        suspects.require_harmless("unlucky")
