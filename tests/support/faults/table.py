"""A pytest plugin: the marker `scenario`, and with `--measure` the table of scenarios, pass marks and figures."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.support.faults.catalogue import CATALOGUE, GATE


@dataclass
class Figures:
    """What one test measured. A figure beyond its limit fails the test at its end, so that all figures are seen.

    Attributes:
        measures: Whether the run judges times, as `make test-faults` does on a quiet machine.
        seen: Each figure as text.
        missed: Each figure beyond its limit.
    """

    measures: bool
    seen: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Add a figure to the table."""
        self.seen.append(text)

    def at_most(self, name: str, value: float, limit: float) -> None:
        """Add a count or a ratio that must be within its limit."""
        self._judge(value <= limit, f"{name} {value:.4g}", f"at most {limit:g}")

    def at_least(self, name: str, value: float, limit: float) -> None:
        """Add a count or a ratio that must reach its limit."""
        self._judge(value >= limit, f"{name} {value:.4g}", f"at least {limit:g}")

    def within(self, name: str, seconds: float, limit: float) -> None:
        """Add a time, which must be within its limit in a measurement."""
        text = f"{name} {seconds * 1000:.0f} ms" if seconds < 1 else f"{name} {seconds:.1f} s"
        self._judge(seconds <= limit or not self.measures, text, f"at most {limit:g} s")

    def _judge(self, is_met: bool, figure: str, limit: str) -> None:
        self.note(figure)
        if not is_met:
            self.missed.append(f"{figure}, {limit}")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    result = yield
    found = pyfuncitem.funcargs.get("figures")
    if isinstance(found, Figures):
        assert not found.missed, "; ".join(found.missed)
    return result


@pytest.fixture
def n_kills(request: pytest.FixtureRequest) -> int:
    """Return how often to kill a process at a random moment: in a measurement, often enough for rare moments."""
    return 20 if request.config.getoption("--measure") else 5


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    """Yield the figures to which a test adds its measurements."""
    found = Figures(request.config.getoption("--measure"))
    yield found
    request.node.user_properties.append(("figures", "; ".join(found.seen)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--measure", action="store_true", help="judge times, and print the table of scenarios")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "scenario(id): shows that the system survives this scenario of the catalogue")
    config.addinivalue_line("markers", "fast: judges no times and takes seconds, so that `make test` runs it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("scenario"):
            for scenario in mark.args:
                assert scenario in CATALOGUE, f"{item.nodeid}: the catalogue has no scenario {scenario}"
                item.user_properties.append(("scenario", scenario))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--measure"):
        return
    rows = _rows(report for reports in terminalreporter.stats.values() for report in reports)
    terminalreporter.section("scenarios")
    runs_gate = any(scenario in rows for scenario in GATE)  # `make soak` does not
    for scenario, mark in CATALOGUE.items():
        if scenario in rows or (scenario in GATE and runs_gate):
            terminalreporter.line(rows.get(scenario, Row()).line(scenario, mark))
    if not runs_gate:
        return
    n_passed = sum(rows[scenario].verdict == "pass" for scenario in GATE if scenario in rows)
    terminalreporter.line(f"{n_passed} of {len(GATE)} scenarios of the gate at their marks")


@dataclass
class Row:
    """All tests of one scenario."""

    n_passed: int = 0
    failures: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Return pass, FAIL, or that no test covers it."""
        if self.failures:
            return "FAIL"
        return "pass" if self.n_passed else "no test"

    def line(self, scenario: str, mark: str) -> str:
        """Render the row."""
        tests = f"{self.n_passed} test{'s' * (self.n_passed != 1)}"
        seen = " | ".join(dict.fromkeys(text for text in self.figures if text)) or tests
        why = "".join(f"\n{'':21}because {reason}" for reason in dict.fromkeys(self.failures))
        return f"{scenario:12}{self.verdict:9}{mark}\n{'':21}{seen}{why}"


def _rows(reports: Iterable[object]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for report in reports:
        if isinstance(report, pytest.TestReport):
            for scenario in [str(value) for name, value in report.user_properties if name == "scenario"]:
                _add(rows.setdefault(scenario, Row()), report)
    return rows


def _add(row: Row, report: pytest.TestReport) -> None:
    if report.failed:
        row.failures.append(_reason(report))
    row.n_passed += report.when == "call" and report.passed
    if report.when == "teardown":
        row.figures += [str(value) for name, value in report.user_properties if name == "figures"]


def _reason(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr)
    first = text.removeprefix("AssertionError: ").splitlines()[0]
    return f"{report.nodeid.rpartition('::')[2]}: {first[:300]}"
