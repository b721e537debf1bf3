"""What `make run` waits for is asked in a thread, so that Ctrl-C ends the waiting and nothing else."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from local.watch import ask_in_thread
from tests.support.polling import PATIENCE_SECONDS


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt, even if the tests run in the background, where shells ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_does_not_end_a_question_halfway() -> None:
    interrupted, was_answered = threading.Event(), threading.Event()

    def question() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted.wait(PATIENCE_SECONDS)
        was_answered.set()

    try:
        with pytest.raises(KeyboardInterrupt):
            ask_in_thread(question)
    finally:
        interrupted.set()
    assert was_answered.wait(PATIENCE_SECONDS)


def test_the_error_of_a_question_is_raised() -> None:
    def question() -> None:
        raise OSError("no route to host")

    with pytest.raises(OSError, match="no route to host"):
        ask_in_thread(question)


def test_the_answer_is_returned() -> None:
    assert ask_in_thread(lambda: "MongoDB is slow") == "MongoDB is slow"
