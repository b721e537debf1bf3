"""Loads of one bar after another through the gateway, and which of them were acknowledged."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.support.faults.client import Answer
from tests.support.faults.stack import FaultStack

FIRST = date(2001, 1, 1)


@dataclass
class Ledger:
    """Writes to one symbol.

    Attributes:
        acknowledged: The close of each session whose load was acknowledged.
        answers: The answers to all loads.
    """

    stack: FaultStack
    symbol: str
    acknowledged: dict[str, float] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    _is_over: bool = False

    async def write(self, pause_seconds: float = 0.1) -> None:
        """Load one new bar after another, until `stop`."""
        while not self._is_over:
            n = len(self.answers)
            session, close = (FIRST + timedelta(n)).isoformat(), round(1 + n / 10_000, 4)
            answer = await self.stack.put(
                self.symbol, f"date,open,high,low,close,volume\n{session},1,2,1,{close},1\n".encode()
            )
            self.answers.append(answer)
            if answer.status == 200 and not answer.json["rejected"]:
                self.acknowledged[session] = close
            await asyncio.sleep(pause_seconds)

    def stop(self) -> None:
        """Let the current load be the last."""
        self._is_over = True

    async def check(self) -> str:
        """Require that each acknowledged bar is stored once as it was sent; return how many there were."""
        answer = await self.stack.ask(f"/api/stocks/{self.symbol}/bars")
        stored = {bar["session"]: bar["close"] for bar in answer.json["bars"]}
        times = Counter(bar["session"] for bar in answer.json["bars"])
        lost = {session for session, close in self.acknowledged.items() if stored.get(session) != close}
        assert self.acknowledged, "no load was acknowledged"
        assert not lost, f"{len(lost)} of {len(self.acknowledged)} acknowledged loads are lost: {sorted(lost)[:5]}"
        assert max(times.values()) == 1, "a session is stored twice"
        return f"{len(self.acknowledged)} of {len(self.answers)} writes acknowledged, 0 lost"
