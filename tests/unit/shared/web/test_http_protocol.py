"""What a connection may send and how long it may take, over real connections with limits of a fraction of a second."""

import asyncio
import json
from functools import partial

import pytest
from starlette.types import Receive, Scope, Send

from shared.web.http_protocol import MAX_FIELDS, MAX_HEAD_BYTES, MAX_TARGET_BYTES
from shared.web.problem import Problem
from tests.support.connections import App, Asleep, Hasty, Patient, answer_to, connect
from tests.support.polling import wait_until

POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SMUGGLED = b"0\r\n\r\n" + GET + b"\r\n"


def _assert_problem(answer: bytes, status: int, slug: str) -> None:
    """Assert that this is the only answer, and a whole problem."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer[:100]
    headers = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
    problem = Problem.model_validate(json.loads(body))
    assert (problem.status, problem.type) == (status, f"/problems/{slug}")
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
    assert headers["x-request-id"] == problem.request_id


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\0\xa5\x01\0\0",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:22 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/3.7\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: x\r\nhost: y\r\n\r\n",
        GET + b"A: b\0c\r\n\r\n",
        POST + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED,
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED,
        POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + SMUGGLED,
        POST + b"Content-Length: +5\r\n\r\n" + SMUGGLED,
        POST + b"Content-Length: %s\r\n\r\n" % (b"9" * 30) + SMUGGLED,
        CHUNKED + b"zz\r\n" + SMUGGLED,
        CHUNKED + b"f" * 20 + b"\r\n" + SMUGGLED,
    ],
)
async def test_what_is_not_http_is_a_problem_and_ends_the_connection(sent: bytes) -> None:
    _assert_problem(await answer_to(sent), 400, "bad-request")


_LAST = b"Connection: close\r\n"
_AT_LIMIT = GET + _LAST + b"A: %s\r\n" % (b"a" * (MAX_HEAD_BYTES - len("HostxConnectioncloseA")))


@pytest.mark.parametrize(
    "sent",
    [
        _AT_LIMIT,
        b"GET /%s HTTP/1.1\r\nHost: x\r\n" % (b"a" * (MAX_TARGET_BYTES - 1)) + _LAST,
        GET + _LAST + b"A: b\r\n" * (MAX_FIELDS - 2),
    ],
)
async def test_a_head_at_a_limit_is_served(sent: bytes) -> None:
    assert (await answer_to(sent + b"\r\n")).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("sent", "status", "slug"),
    [
        (_AT_LIMIT + b"B: b\r\n\r\n", 431, "headers-too-large"),
        (GET + b"A: b\r\n" * MAX_FIELDS + b"\r\n", 431, "headers-too-large"),
        (GET + b"A: " + b"a" * 10_000_000, 431, "headers-too-large"),
        (GET + b"a" * 10_000_000, 431, "headers-too-large"),
        (b"GET /" + b"a" * MAX_TARGET_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri-too-long"),
        (b"GET /" + b"a" * 10_000_000, 414, "uri-too-long"),
        (CHUNKED + b"0\r\nA: " + b"a" * 1_000_000, 431, "headers-too-large"),
        (CHUNKED + b"0\r\n" + b"A: b\r\n" * 200_000, 431, "headers-too-large"),
        (CHUNKED + b"1;" + b"a" * 1_000_000, 431, "headers-too-large"),
    ],
)
async def test_a_head_without_end_is_refused(sent: bytes, status: int, slug: str) -> None:
    _assert_problem(await answer_to(sent), status, slug)


async def test_trailers_are_not_taken_for_headers() -> None:
    app = App()
    sent = CHUNKED + b"1\r\nx\r\n0\r\nX-API-Key: k\r\n\r\n" + GET + b"Connection: close\r\n\r\n"
    assert (await answer_to(sent, app=app)).count(b"HTTP/1.1 200 OK") == 2
    assert [name for name, _ in app.scopes[0]["headers"]] == [b"host", b"transfer-encoding"]


async def test_whitespace_around_a_value_is_no_part_of_it() -> None:
    app = App()
    await answer_to(GET + b'If-None-Match: \t"a"\t \r\nX-Empty: \t\r\nConnection: close\r\n\r\n', app=app)
    headers = dict(app.scopes[0]["headers"])
    assert (headers[b"if-none-match"], headers[b"x-empty"]) == (b'"a"', b"")


async def test_a_silent_connection_is_closed_without_a_word() -> None:
    assert await answer_to(b"", Hasty) == b""
    assert await answer_to(b"\r\n", Hasty) == b""


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\n", GET + b"A: "])
async def test_a_head_that_stops_is_given_up(sent: bytes) -> None:
    _assert_problem(await answer_to(sent, Hasty), 408, "request-timeout")


async def test_a_head_that_drips_is_given_up_also_on_a_kept_connection() -> None:
    async with connect(App(), Hasty, GET + b"\r\n" + GET + b"A: ") as (connection,):
        reading = asyncio.create_task(connection.rest())
        while not reading.done():
            connection.writer.write(b"a")
            await asyncio.sleep(0.02)
    first, _, second = (await reading).partition(b"xx")
    assert first.startswith(b"HTTP/1.1 200 OK")
    _assert_problem(second, 408, "request-timeout")


async def test_a_body_that_stops_is_given_up_and_the_app_told() -> None:
    app = App()
    _assert_problem(await answer_to(POST + b"Content-Length: 9\r\n\r\nx", Hasty, app), 408, "request-timeout")
    assert app.n_ended == 1


async def test_a_body_that_keeps_coming_is_left_to_the_app() -> None:
    async with connect(App(), Patient, POST + b"Content-Length: 30\r\n\r\n") as (connection,):
        for _ in range(30):  # longer than a body may stop
            connection.writer.write(b"x")
            await asyncio.sleep(0.1)
        assert (await connection.reader.readline()) == b"HTTP/1.1 200 OK\r\n"


async def test_a_body_without_a_waiting_reader_has_little_time() -> None:
    async with connect(App(reads_body=False), Hasty, POST + b"Content-Length: 1000000\r\n\r\n") as (connection,):
        reading = asyncio.create_task(connection.rest())
        while not reading.done():
            connection.writer.write(b"x")
            await asyncio.sleep(0.02)
    assert (await reading).count(b"HTTP/1.1") == 1


async def test_a_connection_whose_body_ends_after_the_answer_is_not_kept_for_ever() -> None:
    async with connect(App(reads_body=False), Hasty, POST + b"Content-Length: 2\r\n\r\nx") as (connection,):
        assert (await connection.reader.readuntil(b"\r\n\r\nxx")).startswith(b"HTTP/1.1 200 OK")
        connection.writer.write(b"x")
        assert await connection.rest() == b""


async def test_a_slow_app_is_not_hurried() -> None:
    answer = await answer_to(GET + b"Connection: close\r\n\r\n", Hasty, App(seconds=1, reads_body=False))
    assert answer.startswith(b"HTTP/1.1 200 OK")


async def test_an_unread_response_is_given_up() -> None:
    app = App(n_response_bytes=50_000_000)
    async with connect(app, Hasty, GET + b"\r\n") as (connection,):
        connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(1.5)
        connection.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await connection.rest()) < app.n_response_bytes


async def test_a_response_that_is_read_slowly_comes_whole() -> None:
    size = 20_000_000
    async with connect(App(n_response_bytes=size), Patient, GET + b"Connection: close\r\n\r\n") as (connection,):
        n_read = 0
        while more := await connection.reader.read(300_000):  # longer than a response may stop
            n_read += len(more)
            await asyncio.sleep(0.02)
    assert n_read > size


async def test_too_many_connections_are_refused_and_room_is_made() -> None:
    http = partial(Hasty, max_connections=2)
    async with connect(App(), http, n=3) as (_, _, third):
        answer = await third.rest()
    _assert_problem(answer, 503, "busy")
    assert b"retry-after: 2\r\n" in answer


async def test_pipelined_requests_are_answered_in_order_up_to_a_limit() -> None:
    last = GET + b"Connection: close\r\n\r\n"
    assert (await answer_to((GET + b"\r\n") * 49 + last)).count(b"HTTP/1.1 200 OK") == 50
    app = App(seconds=1, reads_body=False)
    assert await answer_to((GET + b"\r\n") * 1000, app=app) == b""
    assert len(app.scopes) == 1


async def test_the_request_that_is_being_served_learns_that_its_caller_left_with_others_in_the_pipeline() -> None:
    received: list[str] = []
    has_begun = asyncio.Event()

    class Waiting(App):
        async def __call__(self, scope: Scope, receive: Receive, _: Send) -> None:
            if scope["type"] != "http":
                return
            has_begun.set()
            received.append((await receive())["type"])
            received.append((await receive())["type"])

    async with connect(Waiting(), Asleep, (GET + b"\r\n") * 3) as (connection,):
        await has_begun.wait()
        connection.writer.transport.abort()
        await wait_until(lambda: len(received) == 2)
    assert received == ["http.request", "http.disconnect"]


# As Java's HttpClient by default, and `curl --http2`.
_OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"


@pytest.mark.parametrize("sent", [GET + _OFFER + b"\r\n", POST + _OFFER + b"Content-Length: 2\r\n\r\n{}"])
async def test_an_upgrade_is_answered_as_if_it_were_not_offered(sent: bytes) -> None:
    assert (await answer_to(3 * sent + GET + _LAST + b"\r\n")).count(b"HTTP/1.1 200 OK") == 4


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"Content-Length: %d" % len(SMUGGLED), SMUGGLED),
        (b"Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)),
    ],
)
@pytest.mark.parametrize("is_late", [False, True])
async def test_a_body_after_the_offer_of_an_upgrade_is_no_other_request(
    framing: bytes, body: bytes, *, is_late: bool
) -> None:
    app, head = App(), POST + _OFFER + framing + b"\r\n\r\n"
    async with connect(app, Patient, head if is_late else head + body) as (connection,):
        await wait_until(lambda: bool(app.scopes))
        connection.writer.write(body * is_late + GET + _LAST + b"\r\n")
        await connection.rest()
    assert [scope["method"] for scope in app.scopes] == ["POST", "GET"]
    assert app.received == SMUGGLED
