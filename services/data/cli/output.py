"""Renders loads, checks, symbols and errors as tables and sentences for people."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from services.data.bars.refresh import RefreshReport
from services.data.records import SkippedPart
from shared.schemas.loads import Finding, LoadReport, Rejection, RejectionCount
from shared.schemas.stocks import StockSummary

MAX_LINES = 30  # of parts that were not read, and of notes


def render_load(
    source: str, reports: Sequence[LoadReport], skipped: Sequence[SkippedPart], seconds: float
) -> RenderableType:
    """Render the result of loading one source: counts, what was not read or assumed, rejected rows, and findings."""
    if not reports:
        return Text(f"{source}: no rows.")
    names = ("inserted", "updated", "unchanged", "removed")
    new, changed, same, removed = (sum(getattr(report, name) for report in reports) for name in names)
    n_stored = new + changed + same
    n_rejected = sum(report.n_rejected for report in reports)
    speed = (n_stored + n_rejected) / max(seconds, 1e-9)
    sentences = [
        f"{source}: {_quantity(len(reports), 'symbol')}, {_quantity(n_stored, 'bar')}: "
        f"{new:,} new, {changed:,} changed, {same:,} unchanged.",
        f"{_quantity(removed, 'old bar')} removed." if removed else "",
        f"{_quantity(n_rejected, 'row')} rejected.",
        f"{seconds:.1f} s, {speed:,.0f} rows/s.",
        "Dry run: nothing was written." if reports[0].dry_run else "",
    ]
    head = Text(" ".join(filter(None, sentences)))
    return Group(
        head,
        *_render_lines("Not read", map(str, skipped[:MAX_LINES]), len(skipped)),
        *_render_notes(reports),
        *_render_rejections(reports, n_rejected),
        *_render_findings(reports),
    )


def _render_notes(reports: Sequence[LoadReport]) -> list[RenderableType]:
    symbols: dict[str, list[str]] = {}
    for report in reports:
        for note in report.notes:
            symbols.setdefault(note, []).append(report.symbol)
    lines = [
        note if len(named) == len(reports) else f"{', '.join(named[:5])}{' …' if len(named) > 5 else ''}: {note}"
        for note, named in symbols.items()
    ]
    return _render_lines("How it was read", lines[:MAX_LINES], len(lines))


def _render_lines(title: str, lines: Iterable[str], n_lines: int) -> list[RenderableType]:
    if not n_lines:
        return []
    more = [Text(f"  and {n_lines - MAX_LINES:,} more.")] if n_lines > MAX_LINES else []
    return [Text(f"\n{title}", style="bold"), *(Text(f"  {line}") for line in lines), *more]


def render_check(
    symbol: str, rejected: Sequence[Rejection], counts: Sequence[RejectionCount], findings: Sequence[Finding]
) -> RenderableType:
    """Render the rejections and findings of one symbol's stored bars."""
    if not counts and not findings:
        return Text(f"{symbol}: no problems found.")
    lines = [Text(f"{symbol}:")]
    lines += [Text(f"  {reason.count:,} × {reason.code}: {reason.detail}") for reason in counts]
    lines += [Text(f"  {row.session or f'row {row.row}'}  {row.code}: {row.detail}") for row in rejected]
    if more := sum(reason.count for reason in counts) - len(rejected):
        lines.append(Text(f"  and {more:,} more."))
    lines += [Text(f"  {finding.code}: {finding.detail}{_format_sessions(finding)}") for finding in findings]
    return Group(*lines)


def render_stocks(stocks: Iterable[StockSummary]) -> RenderableType:
    """Render the symbols as a table; a value that is not in the catalogue is a dash."""
    table = Table("symbol", "name", "bars", "first", "last", box=None, header_style="bold", pad_edge=False)
    for stock in stocks:
        bars = "–" if stock.bars is None else f"{stock.bars:,}"
        span = (str(stock.first_session or "–"), str(stock.last_session or "–"))
        table.add_row(stock.symbol, escape(stock.name or "–"), bars, *span)
    return table


def render_described(source: str, n_changed: int, unknown: Sequence[str], *, dry_run: bool) -> RenderableType:
    """Render the result of loading a table of symbols."""
    text = f"{source}: {_quantity(n_changed, 'symbol')} described."
    if unknown:
        more = " …" if len(unknown) > 8 else ""
        text += f" {len(unknown):,} without bars: {' '.join(unknown[:8])}{more}. Load their bars first."
    return Text(text + (" Dry run: nothing was written." if dry_run else ""))


def render_refresh(report: RefreshReport) -> RenderableType:
    """Render the result of refreshing one symbol."""
    return Text(f"{report.symbol:<8} {report.outcome.replace('_', ' ')}: {report.detail}")


def _render_rejections(reports: Sequence[LoadReport], n_rejected: int) -> list[RenderableType]:
    if not n_rejected:
        return []
    reasons = Table("rows", "code", "why", box=None, header_style="bold", pad_edge=False)
    for code, detail, count in _sum_reasons(reports):
        reasons.add_row(f"{count:,}", code, detail)
    table = Table("symbol", "row", "session", "code", "why", box=None, header_style="bold", pad_edge=False)
    listed = [(report.symbol, row) for report in reports for row in report.rejected]
    for symbol, row in listed:
        table.add_row(symbol, f"{row.row:,}", str(row.session or "–"), row.code, row.detail)
    which = "All" if len(listed) == n_rejected else f"The first {len(listed):,} of {n_rejected:,}"
    return [Text("\nRejected rows", style="bold"), reasons, Text(f"\n{which}:"), table]


def _sum_reasons(reports: Sequence[LoadReport]) -> list[tuple[str, str, int]]:
    """Sum the rejected rows of all reports by reason, most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for report in reports:
        counts.update({(reason.code, reason.detail): reason.count for reason in report.rejected_by_code})
    return [(code, detail, count) for (code, detail), count in counts.most_common()]


def _render_findings(reports: Sequence[LoadReport]) -> list[RenderableType]:
    symbols: Counter[str] = Counter(finding.code for report in reports for finding in report.findings)
    if not symbols:
        return []
    if len(reports) == 1:
        lines = [
            Text(f"  {finding.code}: {finding.detail}{_format_sessions(finding)}") for finding in reports[0].findings
        ]
        return [Text("\nFindings", style="bold"), *lines]
    table = Table("finding", "symbols", "which", box=None, header_style="bold", pad_edge=False)
    for code, n_symbols in symbols.most_common():
        names = [report.symbol for report in reports if any(finding.code == code for finding in report.findings)]
        shown_names = " ".join(names[:8]) + (" …" if len(names) > 8 else "")
        table.add_row(code, f"{n_symbols:,}", shown_names)
    return [Text("\nFindings (run `check SYMBOL` for details)", style="bold"), table]


def _format_sessions(finding: Finding) -> str:
    if not finding.sessions:
        return ""
    more = "… " if finding.count > len(finding.sessions) else ""
    return f" ({more}{', '.join(map(str, finding.sessions))})"


def _quantity(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def print_error(console: Console, sentence: str, errors: Iterable[tuple[str, str]] = ()) -> None:
    """Print an error, and the parts of the input that it concerns."""
    console.print(sentence, style="bold red", markup=False, highlight=False)
    for pointer, detail in errors:
        console.print(f"  {pointer}: {detail}", markup=False, highlight=False)
