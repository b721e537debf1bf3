"""What `make run` waits for is asked in a thread, so that Ctrl-C ends the waiting and nothing else."""

import os
import signal
import threading

import pytest

from local.watch import ask_in_thread


def test_ctrl_c_does_not_end_a_question_halfway() -> None:
    interrupted, was_answered = threading.Event(), threading.Event()

    def question() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted.wait(60)
        was_answered.set()

    try:
        with pytest.raises(KeyboardInterrupt):
            ask_in_thread(question)
    finally:
        interrupted.set()
    assert was_answered.wait(60)


def test_the_error_of_a_question_is_raised() -> None:
    def question() -> None:
        raise OSError("no route to host")

    with pytest.raises(OSError, match="no route to host"):
        ask_in_thread(question)


def test_the_answer_is_returned() -> None:
    assert ask_in_thread(lambda: "MongoDB is slow") == "MongoDB is slow"
