"""Kept answers stay within their limit of memory, and the least recently used leave first."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.answers.store import MAX_ALIASES, OVERHEAD_BYTES, Answer, AnswerStore, Key
from shared.revisions.freshness import Confirmation

SIZE = 1_000


def make(name: str, size: int = SIZE) -> Answer:
    return Answer(Key("bars", name), '"etag"', {}, Confirmation((0, 0), 0.0), {"identity": b"x" * size})


def test_the_least_recently_used_answers_leave_first() -> None:
    store = AnswerStore(3 * (OVERHEAD_BYTES + SIZE))
    answers = {name: make(name) for name in "ABC"}
    for answer in answers.values():
        store.put(answer)
    assert store.get(Key("bars", "A")) is answers["A"]
    store.put(make("D"))
    assert [name for name in "ABCD" if store.get(Key("bars", name))] == ["A", "C", "D"]


def test_an_answer_that_is_larger_than_the_limit_is_not_kept() -> None:
    evicted: list[int] = []
    store = AnswerStore(OVERHEAD_BYTES, lambda _, n: evicted.append(n))
    store.put(make("A"))
    assert (len(store), store.n_bytes, evicted) == (0, 0, [1])


def test_an_answer_is_found_by_the_forms_of_requests_until_it_leaves() -> None:
    store = AnswerStore(100_000)
    first, second = make("A"), make("A")
    store.put(first)
    for n in range(MAX_ALIASES + 5):  # nonsense added to a query must not fill the memory
        store.recognise(("/path", b"%d" % n), first, "/route")
    assert store.find(("/path", b"0")) is first
    assert store.find(("/path", b"%d" % MAX_ALIASES)) is None
    store.put(second)
    assert store.find(("/path", b"0")) is None
    store.recognise(("/path", b"0"), first, "/route")  # no longer kept
    assert store.find(("/path", b"0")) is None


def test_long_paths_count_too() -> None:
    """Spaces around a symbol are accepted, so the path of a request can have thousands of them."""
    store, answer = AnswerStore(100_000), make("A")
    store.put(answer)
    for n in range(MAX_ALIASES):
        store.recognise((f"/api/stocks/{' ' * 2_000}A/bars", b"%d" % n), answer, "/route")
    assert store.n_bytes > OVERHEAD_BYTES + SIZE + MAX_ALIASES * 2_000


@given(st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.integers(0, 5_000), st.booleans()), max_size=60))
def test_the_bytes_are_those_of_what_is_kept_and_within_the_limit(steps: list[tuple[str, int, bool]]) -> None:
    store = AnswerStore(20_000)
    for name, size, is_removed in steps:
        if is_removed:
            store.remove(Key("bars", name))
        else:
            store.put(make(name, size))
            if answer := store.get(Key("bars", name)):
                store.recognise(("/path", name.encode()), answer, "/route")
                answer.coded["gzip"] = b"x" * (size // 4)
                store.put(answer)
        kept = [answer for key in "ABCDEFG" if (answer := store.get(Key("bars", key)))]
        assert store.n_bytes == sum(answer.n_bytes for answer in kept) <= store.max_bytes
