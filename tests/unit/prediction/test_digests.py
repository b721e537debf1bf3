"""The digests by which two states of the code are compared."""

import inspect
from collections.abc import Callable

import pytest

from shared.schemas.bars import EncodedBars
from shared.schemas.wire import Wire
from tests.support.bench.digests import QUESTIONS


@pytest.mark.parametrize("work", QUESTIONS.values(), ids=QUESTIONS)
def test_each_question_is_complete_but_for_the_bars_and_the_symbol(work: Callable[[EncodedBars, str], Wire]) -> None:
    inspect.signature(work).bind(EncodedBars("revision", b""), "AAPL")  # raises if something is missing
