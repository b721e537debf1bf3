"""Kept answers as ready bytes; beyond a limit of bytes, the least recently used ones are removed. Pure."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from shared.revisions.freshness import Confirmation

MAX_ALIASES = 8  # forms of requests for one answer that are recognised without parsing
OVERHEAD_BYTES = 6_000  # of an answer without its body: keys, headers, objects, and a ready response for each coding
NOT_MODIFIED = "304"  # among the codings of ready responses
Alias = tuple[str, bytes]  # path, and query string or body
Ready = tuple[int, list[tuple[bytes, bytes]], bytes]  # status, headers, body


@dataclass(frozen=True)
class Key:
    """The question that an answer belongs to. `symbol` is None if it is about all symbols, or about none."""

    kind: str
    symbol: str | None = None
    parameters: Hashable = None


@dataclass
class Answer:
    """A response of status 200, or without a body only what is needed to confirm a caller's copy.

    Attributes:
        key: The question that it answers.
        etag: Its strong ETag, in quotes.
        headers: Its other headers, without those that depend on the coding.
        confirmation: The last request that confirmed it.
        coded: The body by content coding; "identity" is the body itself.
        ready: Responses by the coding that a caller prefers, for the shortcut.
        aliases: The forms of requests that the shortcut recognises, each with its route for metrics and logs.
    """

    key: Key
    etag: str
    headers: dict[str, str]
    confirmation: Confirmation
    coded: dict[str, bytes] = field(default_factory=dict)
    ready: dict[str, Ready] = field(default_factory=dict)
    aliases: dict[Alias, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes | None:
        """Return the uncompressed body; None if it is not known."""
        return self.coded.get("identity")

    @property
    def n_bytes(self) -> int:
        """Return about how much memory it takes."""
        aliases = sum(len(path) + len(rest) for path, rest in self.aliases)
        return OVERHEAD_BYTES + sum(map(len, self.coded.values())) + aliases


class AnswerStore:
    """Answers by key, and by alias.

    Args:
        max_bytes: The limit of all answers together; 0 keeps none.
        observe: Is told how many bytes are kept and how many answers were removed, after each change.
    """

    def __init__(self, max_bytes: int, observe: Callable[[int, int], None] = lambda *_: None) -> None:
        self.max_bytes = max_bytes
        self.n_bytes = 0
        self._observe = observe
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._sizes: dict[Key, int] = {}
        self._by_alias: dict[Alias, Answer] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Key) -> Answer | None:
        """Return the answer, which is then the most recently used one."""
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
        return answer

    def find(self, alias: Alias) -> Answer | None:
        """Return the answer to a request in this form, which is then the most recently used one."""
        answer = self._by_alias.get(alias)
        if answer is not None:
            self._answers.move_to_end(answer.key)
        return answer

    def put(self, answer: Answer) -> None:
        """Keep an answer in place of an older one, or account for its growth."""
        known = self._answers.get(answer.key)
        if known is not None and known is not answer:
            self.remove(answer.key)
        self.n_bytes += answer.n_bytes - self._sizes.get(answer.key, 0)
        self._answers[answer.key], self._sizes[answer.key] = answer, answer.n_bytes
        self._answers.move_to_end(answer.key)
        n_evicted = 0
        while self.n_bytes > self.max_bytes:
            self.remove(next(iter(self._answers)))
            n_evicted += 1
        self._observe(self.n_bytes, n_evicted)

    def recognise(self, alias: Alias, answer: Answer, route: str) -> None:
        """From now on, find this answer by this form of a request, which is of this route."""
        if self._answers.get(answer.key) is answer and len(answer.aliases) < MAX_ALIASES:
            answer.aliases[alias] = route
            self._by_alias[alias] = answer
            self.put(answer)

    def remove(self, key: Key) -> None:
        """Remove an answer, if it is there."""
        answer = self._answers.pop(key, None)
        if answer is None:
            return
        self.n_bytes -= self._sizes.pop(key)
        for alias in answer.aliases:
            self._by_alias.pop(alias, None)
