"""Runs in real processes, some of which are killed: no result is lost, and none is written twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.prediction.runs.coordinator import PER_WORKER
from tests.support.polling import until
from tests.support.prediction.run_system import RESULTS, RUNS, RunSystem, kill_a_worker, run_system, wait_until_up
from tests.support.servers.processes import GENEROUS_LIMITS
from tests.support.servers.readiness import ensure_primary

Say = Callable[[str], None]
N_SYMBOLS = 40
N_WORKERS = 2


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunSystem]:
    with run_system(tmp_path_factory.mktemp("runs"), N_SYMBOLS) as running:
        yield running


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Return what prints the counts, also of tests that pass."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")  # noqa: T201

    return say


def _require_whole(system: RunSystem, run_id: str) -> None:
    """Require that the run has one result of each symbol, and none that failed."""
    run = system.run(run_id)
    assert (run.state, run.n_done, run.n_failed, run.error) == ("succeeded", N_SYMBOLS, 0, None)
    content = system.database[RUNS].find_one({"_id": run_id}, {"content": True})["content"]  # type: ignore[index]  # none fails the test
    documents = system.database[RESULTS].find({"_id": {"$regex": f"^{content} "}}, {"symbol": True})
    assert sorted(document["symbol"] for document in documents) == [f"S{number:03}" for number in range(N_SYMBOLS)]


def test_a_run_is_computed_once_and_the_same_request_finds_it(system: RunSystem) -> None:
    started = system.start(horizons=[1], windows=60)
    assert started.status_code == 202
    run = system.end(started.json()["id"])
    _require_whole(system, run.id)
    again = system.start(horizons=[1], windows=60)
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (200, run.id, "succeeded")
    assert system.data.get("/leaderboards/1").json()["universe"]["run_id"] == run.id
    assert _screened_symbols(system) == [f"S{number:03}" for number in range(N_SYMBOLS)]
    until(lambda: system.coordinator() is None)


def _screened_symbols(system: RunSystem) -> list[str]:
    symbols: list[str] = system.data.get("/screener").json()["columns"]["symbol"]
    return symbols


def test_two_hundred_requests_at_once_are_one_run(system: RunSystem, say: Say) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: system.start(horizons=[1], windows=61, symbols=["S000"]), range(200)))
    statuses = [answer.status_code for answer in answers]
    say(f"200 requests at once: { {status: statuses.count(status) for status in set(statuses)} }")
    assert set(statuses) <= {200, 202, 503}
    assert statuses.count(202) == 1
    (run_id,) = {answer.json()["id"] for answer in answers if answer.status_code != 503}
    assert system.end(run_id).state == "succeeded"


def test_workers_that_are_killed_at_random_cost_nothing(system: RunSystem, n_kills: int, say: Say) -> None:
    generator = random.Random(20)
    n_killed = 0
    for windows in range(220, 220 + n_kills):  # a run that is half done is followed by another
        run_id = system.start(horizons=[1, 5], windows=windows).json()["id"]
        while n_killed < n_kills and (run := system.run(run_id)).n_done < N_SYMBOLS // 2 and run.ended_at is None:
            n_killed += kill_a_worker(system, generator)
            time.sleep(generator.uniform(0.05, 0.5))
        run = system.end(run_id)
        say(f"{n_killed} processes killed so far; {run.n_done} of {N_SYMBOLS} symbols done, {run.n_failed} failed")
        _require_whole(system, run_id)
        if n_killed == n_kills:
            break
    assert n_killed == n_kills


def test_a_prediction_service_that_is_killed_continues_with_the_run(system: RunSystem, say: Say) -> None:
    reads = system.count_reads()
    run_id = system.start(horizons=[1, 5], windows=251).json()["id"]
    system.wait(run_id, lambda run: run.n_done >= N_SYMBOLS // 3)
    children = [system.coordinator(), *system.workers()]
    system.stack.prediction.stop(signal.SIGKILL)
    until(lambda: not any(process is not None and process.is_running() for process in children))
    n_done, killed_at = system.run(run_id).n_done, time.monotonic()
    system.stack.prediction.start()
    system.wait(run_id, lambda run: run.n_done > n_done)
    seconds = time.monotonic() - killed_at
    wait_until_up(system.stack.prediction)
    system.end(run_id)
    n_repeated = system.count_reads() - reads - N_SYMBOLS
    say(f"killed at {n_done} symbols; went on after {seconds:.1f} s; {n_repeated} symbols were begun twice")
    _require_whole(system, run_id)
    assert 0 <= n_repeated <= PER_WORKER * N_WORKERS


def test_a_database_that_is_killed_and_comes_back_costs_no_symbol(system: RunSystem, say: Say) -> None:
    run_id = system.start(horizons=[1, 5], windows=252).json()["id"]
    n_done = system.wait(run_id, lambda run: run.n_done >= N_SYMBOLS // 3).n_done
    system.stack.mongod.stop(signal.SIGKILL)
    time.sleep(2)
    system.stack.mongod.start()
    ensure_primary(system.stack.mongod.port)
    run = system.end(run_id)
    say(f"MongoDB was killed at {n_done} symbols; {run.n_done} of {run.n_symbols} done, {run.n_failed} failed")
    _require_whole(system, run_id)


def test_a_run_that_is_cancelled_keeps_what_it_has_and_continues_from_there(system: RunSystem, say: Say) -> None:
    request = {"horizons": [1, 5], "windows": 253}
    run_id = system.start(**request).json()["id"]
    system.wait(run_id, lambda run: run.n_done >= N_SYMBOLS // 3)
    cancelled_at = time.monotonic()
    assert system.data.post(f"/runs/{run_id}/cancel").json()["state"] == "cancelling"
    run = system.end(run_id)
    say(f"cancelled after {time.monotonic() - cancelled_at:.1f} s at {run.n_done} symbols")
    assert run.state == "cancelled"
    assert 0 < run.n_done < N_SYMBOLS
    reads = system.count_reads()
    again = system.start(**request)
    assert again.json()["id"] == run_id
    system.end(run_id)
    _require_whole(system, run_id)
    assert system.count_reads() - reads == N_SYMBOLS - run.n_done


def test_an_owner_that_was_paused_writes_nothing_after_another_took_over(system: RunSystem, say: Say) -> None:
    run_id = system.start(horizons=[1, 5], windows=254).json()["id"]
    system.wait(run_id, lambda run: run.n_done >= N_SYMBOLS // 3)
    paused = system.coordinator()
    assert paused is not None
    paused.send_signal(signal.SIGSTOP)
    owner = {"name": "another-owner"}
    try:
        until(lambda: system.data.post("/runs/claim", json=owner).status_code == 200)
        n_done = system.run(run_id).n_done
    finally:
        paused.send_signal(signal.SIGCONT)
    until(lambda: not paused.is_running())
    assert system.run(run_id).n_done == n_done
    say(f"paused at {n_done} symbols; it wrote none after another had claimed the run")
    until(lambda: system.run(run_id).state == "interrupted")  # the other owner does not extend its lease
    system.end(run_id)
    _require_whole(system, run_id)


def test_the_command_line_shows_the_run_and_prints_what_it_found(system: RunSystem) -> None:
    environment = os.environ | GENEROUS_LIMITS | system.stack.prediction.environment
    command = [sys.executable, "-m", "services.prediction", "evaluate", "--windows", "60"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{N_SYMBOLS} symbols, 1 session ahead, the last 60 sessions of each; could not be")
    assert "better than no change; luck alone gives" in done.stdout
    assert "it continues after Ctrl-C" in done.stderr
    lines = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True, check=True).stdout
    assert json.loads(lines)["universe"]["n_symbols"] == N_SYMBOLS
    unknown = subprocess.run([*command, "NOPE", "S000"], env=environment, capture_output=True, text=True, check=False)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "The store has no symbol NOPE." in unknown.stderr


def test_a_run_survives_the_command_that_started_it(system: RunSystem) -> None:
    environment = os.environ | GENEROUS_LIMITS | system.stack.prediction.environment
    command = [sys.executable, "-m", "services.prediction", "evaluate", "--windows", "255"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: system.coordinator() is not None)
    process.send_signal(signal.SIGINT)
    output, progress = process.communicate()
    assert (process.returncode, output) == (130, "")
    run_id = progress.split("Run ")[1].split(":")[0]
    assert system.end(run_id).state == "succeeded"
