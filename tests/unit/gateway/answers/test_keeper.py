"""What many callers of one answer share."""

import asyncio
import tracemalloc

import pytest
from fastapi import FastAPI, Request

from gateway.answers.keeper import INLINE_BYTES, Answers
from gateway.answers.store import AnswerStore, Key
from shared.clients.base import RawResponse
from shared.deadline import within
from shared.revisions.freshness import Freshness

BODY = b"".join(b"%d," % n for n in range(INLINE_BYTES))
SCOPE = {"type": "http", "headers": [(b"accept-encoding", b"gzip")], "state": {}}


async def _ask(**_: object) -> RawResponse:
    return RawResponse(200, {"ETag": '"a"', "Content-Type": "application/json"}, BODY)


@pytest.mark.parametrize("max_bytes", [0, 1_000_000])
async def test_a_large_answer_is_compressed_once_for_all_who_ask_at_the_same_time(max_bytes: int) -> None:
    answers = Answers(AnswerStore(max_bytes), Freshness(), is_public=True)
    tasks = [answers.respond(Request(SCOPE), Key("bars", "AAPL"), _ask) for _ in range(50)]
    responses = await asyncio.gather(*tasks)
    assert len({id(response.body) for response in responses}) == 1
    assert {response.headers["content-encoding"] for response in responses} == {"gzip"}


async def test_an_answer_that_is_here_is_sent_although_its_caller_has_no_time_left() -> None:
    answers = Answers(AnswerStore(0), Freshness(), is_public=True)
    with within(-1.0):
        response = await answers.respond(Request(SCOPE), Key("bars", "AAPL"), _ask)
    assert response.headers["content-encoding"] == "gzip"


async def test_answers_take_no_more_memory_than_is_counted() -> None:
    answers, app = Answers(AnswerStore(10_000_000), Freshness(), is_public=True), FastAPI()

    async def ask(**_: object) -> RawResponse:
        return RawResponse(200, {"ETag": '"a"', "Content-Type": "application/json"}, b"%d" % len(answers.store) * 1_000)

    tracemalloc.start()
    try:
        for n in range(200):
            for coding in ("identity", "gzip", "zstd"):
                path, headers = f"/api/stocks/S{n}/bars", [(b"accept-encoding", coding.encode())]
                scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "app": app}
                request = Request(scope | {"state": {"alias": (path, coding.encode())}})
                for if_none_match in (None, '"a"'):
                    await answers.respond(request, Key("bars", f"S{n}"), ask, if_none_match)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(answers.store) == 200
    assert taken < answers.store.n_bytes
