"""Measures answers against a plain program and against the least that FastAPI can do: part of `make bench`.

*Hot*: the same question again and again. *Warm*: the gateway keeps no answers, the bars of many symbols are cached,
and each symbol has its turn. *Cold*: the first request for each symbol after the caches are flushed. The
variants take turns within each round, because machines differ and are noisy; a ratio is the median over the rounds.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median

import httpx
import redis

from gateway.api_keys import compute_digest
from services.data.files.export import to_csv
from services.data.files.sample import SampleBarSource
from services.data.settings import DataSettings
from shared.schemas.arrow import BarFrame
from tests.support.bench import bars_file, clients, weight
from tests.support.bench.clients import Timings, encode
from tests.support.servers.processes import GENEROUS_LIMITS, Server, Stack, build_stack, running, service, started

N_ROUNDS = 3
SECONDS = 2.0  # of one measurement
N_COLD = 40  # symbols in a round
MAX_WARM = 400
N_LOADS = 20  # uploads before the memory is measured again
N_CLIENTS = (1, 32)
HOT = "BENCH"  # the sample's AAPL under a name of its own: 3,270 bars
KEY = {"X-API-Key": "benchmark"}
CACHE_SECONDS = {"DATA_CACHE_SECONDS": "3600"}  # longer than the run
TARGET_MB = {"gateway": 80, "data": 150, "prediction": 350}
Requests = Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Variant:
    """One way to answer: its name, the port of its server and its requests."""

    name: str
    port: int
    requests: Requests


@dataclass(frozen=True)
class Target:
    """The target ratio of ours to another variant: of the medians, or of answers per second."""

    of: str
    p50_at_most: float
    rate_at_least: float | None = None


def main() -> None:
    """Run the benchmark and print its tables."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder = Path(name)
        environment = CACHE_SECONDS | {"GATEWAY_API_KEYS": compute_digest(KEY["X-API-Key"])}
        stack = servers.enter_context(started(build_stack(folder, environment)))
        weights = {"at rest": _weigh(stack)}
        _load(stack, bars_file.choose(sys.argv[1:], folder))
        addresses = stack.gateway.environment | {"GATEWAY_ANSWER_BYTES": "0"}
        forgetful = servers.enter_context(running(service(folder, "gateway.app", addresses)))
        plain = servers.enter_context(_plain(folder, stack))
        for server, path in ((forgetful, "/healthz"), (plain, "/docs")):
            server.wait_until(lambda port=server.port, path=path: _is_up(port, path))  # type: ignore[misc]
        print(f"answers       {os.cpu_count()} cores, {N_ROUNDS} rounds; the clients share the cores")
        symbols = [one for one in _ask(stack.gateway, "/api/stocks/all") if one != HOT]
        _cold(forgetful.port, plain.port, symbols, stack.redis_url)
        _warm(forgetful, plain, stack, symbols[:MAX_WARM])
        _hot(folder, stack.gateway, plain.port, symbols[0])
        _upload(stack.gateway)
        weights["after loads"] = _weigh(stack)
        _print_weights(weights)


@contextmanager
def _plain(folder: Path, stack: Stack) -> Iterator[Server]:
    stores = {"BENCH_MONGO_URL": stack.mongo_url, "BENCH_REDIS_URL": stack.redis_url}
    stores["BENCH_MONGO_DATABASE"] = DataSettings().mongo_database
    with running(service(folder, "tests.support.bench.plain", stores | {"WEB_CONCURRENCY": "2"})) as server:
        yield server


def _load(stack: Stack, file: Path) -> None:
    """Load the file with the command line, and the sample's AAPL through the gateway."""
    command = [sys.executable, "-m", "services.data", "load", str(file)]
    subprocess.run(command, env=os.environ | GENEROUS_LIMITS | stack.data.environment, check=True)
    _put(stack.gateway, HOT)


def _put(gateway: Server, symbol: str) -> None:
    raw = next(iter(SampleBarSource().frames()))
    body = to_csv(BarFrame(symbol, raw.rows.drop(columns="row")))
    url = f"http://127.0.0.1:{gateway.port}/api/stocks/{symbol}/bars"
    httpx.put(url, content=body, headers=KEY | {"Content-Type": "text/csv"}, timeout=30).raise_for_status()


def _upload(gateway: Server) -> None:
    for n in range(N_LOADS):
        _put(gateway, f"LOAD{n}")


def _ask(server: Server, path: str) -> list[str]:
    symbols: list[str] = json.loads(clients.ask(server.port, encode("GET", path)))
    return symbols


def _is_up(port: int, path: str) -> bool:
    return httpx.get(f"http://127.0.0.1:{port}{path}").is_success


def _post(symbol: str) -> bytes:
    return encode("POST", "/api/result", json.dumps({"stock_symbol": symbol}).encode())


def _in_turn(symbols: list[str]) -> Requests:
    return lambda: cycle(map(_post, symbols))


def _cold(ours: int, plain: int, symbols: list[str], redis_url: str) -> None:
    n_cold = min(N_COLD, len(symbols) // N_ROUNDS)
    symbols = symbols[len(symbols) - N_ROUNDS * n_cold :]
    print(f"cold          each of {len(symbols)} symbols for the first time, after the caches are flushed")
    timings = {"ours": Timings(), "plain": Timings()}
    with redis.Redis.from_url(redis_url) as cache:
        for port in (ours, plain):
            clients.ask(port, _post(HOT))  # so that imports and new connections are not measured
        for first in range(0, len(symbols), n_cold):
            requests = list(map(_post, symbols[first : first + n_cold]))
            for name, port in (("ours", ours), ("plain", plain)):
                clients.run_each(timings[name], port, requests, cache.flushall)
    _print("result", 1, timings, Target("plain", p50_at_most=1 / 3))


def _warm(ours: Server, plain: Server, stack: Stack, symbols: list[str]) -> None:
    print(f"warm          {len(symbols)} symbols in turn, their bars in the caches, no kept answers")
    variants = [Variant("ours", ours.port, _in_turn(symbols)), Variant("plain", plain.port, _in_turn(symbols))]
    for variant in variants:
        clients.run_each(Timings(), variant.port, map(_post, symbols), lambda: None)
    _compare("result", variants, Target("plain", p50_at_most=0.5, rate_at_least=4.0))
    servers = {"gateway": ours, "data": stack.data, "prediction": stack.prediction, "plain": plain}
    before = {name: weight.cpu_seconds(server) for name, server in servers.items()}
    for variant in variants:
        clients.run_each(Timings(), variant.port, map(_post, symbols), lambda: None)
    spent = {name: weight.cpu_seconds(server) - before[name] for name, server in servers.items()}
    figures = ", ".join(f"{name} {1000 * seconds / len(symbols):.2f} ms" for name, seconds in spent.items())
    print(f"    processor time of a result: {figures}")


def _hot(folder: Path, gateway: Server, plain: int, other: str) -> None:
    stock = f"/api/stocks/{HOT}"
    questions = {
        "result": _post(HOT),
        "forecast": encode("GET", f"{stock}/forecast"),
        "evaluation": encode("GET", f"{stock}/evaluation"),
        "bars": encode("GET", f"{stock}/bars"),
        "stock": encode("GET", stock),
        "symbols": encode("GET", "/api/stocks/all"),
        "search": encode("GET", f"/api/stocks?query={other}"),
        "models": encode("GET", "/api/models"),
    }
    answers = folder / "answers"
    answers.mkdir()
    for name, request in questions.items():
        (answers / name).write_bytes(clients.ask(gateway.port, request))
    environment = {"BENCH_ANSWERS": str(answers), "WEB_CONCURRENCY": "2"}
    print("hot           the same question again; result, forecast, evaluation and bars of 3,270 bars")
    with running(service(folder, "tests.support.bench.floor", environment)) as floor:
        floor.wait_until(lambda: _is_up(floor.port, "/answers/models"))
        for name, request in questions.items():
            least = request if name == "result" else encode("GET", f"/answers/{name}")
            variants = [Variant("ours", gateway.port, _same(request)), Variant("floor", floor.port, _same(least))]
            if name == "result":
                variants.append(Variant("plain", plain, _same(request)))
            is_computed = name in {"result", "forecast", "evaluation", "bars"}
            _compare(name, variants, Target("floor", p50_at_most=3.0, rate_at_least=0.5 if is_computed else 0.3))


def _same(request: bytes) -> Requests:
    return lambda: cycle([request])


def _compare(what: str, variants: list[Variant], target: Target) -> None:
    for n_clients in N_CLIENTS:
        timings = {variant.name: Timings() for variant in variants}
        for _ in range(N_ROUNDS):
            for variant in variants:
                clients.run(timings[variant.name], variant.port, variant.requests(), n_clients, SECONDS)
        _print(what, n_clients, timings, target)


def _print(what: str, n_clients: int, timings: dict[str, Timings], target: Target) -> None:
    print(f"  {what}, {n_clients} client{'s' * (n_clients > 1)}")
    for name, one in timings.items():
        p50, p99 = (f"{1000 * one.percentile(share):8.2f} ms" for share in (0.50, 0.99))
        refused = f", {one.n_refused} refused" * bool(one.n_refused)
        print(f"    {name:<8} p50 {p50}   p99 {p99} {median(one.rates):8,.0f}/s{refused}")
    ours, other = timings["ours"], timings[target.of]
    if n_clients > 1 and target.rate_at_least is not None:
        ratios = [rate / reference for rate, reference in zip(ours.rates, other.rates, strict=True)]
        aim, figure = f"at least {target.rate_at_least:.1f}", "answers per second"
    else:
        ratios = [seconds / reference for seconds, reference in zip(ours.medians, other.medians, strict=True)]
        aim, figure = f"at most {target.p50_at_most:.2f}", "p50"
    spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
    print(f"    ratio    {median(ratios):.2f} {spread} of the {figure} of {target.of}; target: {aim}")


def _weigh(stack: Stack) -> dict[str, float]:
    servers = {"gateway": stack.gateway, "data": stack.data, "prediction": stack.prediction}
    return {name: weight.megabytes(server) for name, server in servers.items()}


def _print_weights(weights: dict[str, dict[str, float]]) -> None:
    print("memory        PSS of all processes of a service")
    for name, target in TARGET_MB.items():
        figures = ", ".join(f"{one[name]:.0f} MB {when}" for when, one in weights.items())
        print(f"  {name:<11} {figures}; target: at most {target}")


if __name__ == "__main__":
    main()
