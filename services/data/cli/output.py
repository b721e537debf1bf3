"""What the command line says of loads and of symbols: tables and sentences for people. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from services.data.bars.refresh import RefreshReport
from shared.schemas.loads import Finding, LoadReport, Rejection
from shared.schemas.stocks import StockSummary

N_NAMED_ROWS = 50


def loaded(source: str, reports: Sequence[LoadReport], seconds: float) -> RenderableType:
    """Return what became of one source, whole: counts, each row that was rejected and why, and the findings by kind."""
    if not reports:
        return Text(f"{source}: no rows.")
    names = ("inserted", "updated", "unchanged", "removed")
    new, changed, same, removed = (sum(getattr(report, name) for report in reports) for name in names)
    kept = new + changed + same
    rejected = [(report.symbol, row) for report in reports for row in report.rejected]
    speed = (kept + len(rejected)) / max(seconds, 1e-9)
    sentences = [
        f"{source}: {_counted(len(reports), 'symbol')}, {_counted(kept, 'bar')}: {new:,} new, {changed:,} changed, "
        f"{same:,} as they were.",
        f"{_counted(removed, 'old bar')} removed." if removed else "",
        f"{_counted(len(rejected), 'row')} rejected.",
        f"{seconds:.1f} s, {speed:,.0f} rows/s.",
        "Dry run: nothing was written." if reports[0].dry_run else "",
    ]
    head = Text(" ".join(filter(None, sentences)))
    return Group(head, *_rejections(rejected), *_findings(reports))


def checked(symbol: str, rejected: Sequence[Rejection], findings: Sequence[Finding]) -> RenderableType:
    """Return what is wrong with, and worth knowing about, the bars of one symbol as they are stored."""
    if not rejected and not findings:
        return Text(f"{symbol}: nothing to remark.")
    lines = [Text(f"{symbol}:")]
    lines += [Text(f"  {row.session or f'row {row.row}'}  {row.code}: {row.detail}") for row in rejected[:N_NAMED_ROWS]]
    if len(rejected) > N_NAMED_ROWS:
        lines.append(Text(f"  and {len(rejected) - N_NAMED_ROWS:,} more; --json names them all."))
    lines += [Text(f"  {found.code}: {found.detail}{_some(found)}") for found in findings]
    return Group(*lines)


def listed(stocks: Iterable[StockSummary]) -> RenderableType:
    """Return the symbols as a table; what is not known before somebody reads the bars is a dash."""
    table = Table("symbol", "name", "bars", "first", "last", box=None, header_style="bold", pad_edge=False)
    for stock in stocks:
        bars = "–" if stock.bars is None else f"{stock.bars:,}"
        span = (str(stock.first_session or "–"), str(stock.last_session or "–"))
        table.add_row(stock.symbol, escape(stock.name or "–"), bars, *span)
    return table


def refreshed(report: RefreshReport) -> RenderableType:
    """Return one line of a refresh."""
    return Text(f"{report.symbol:<8} {report.outcome.replace('_', ' ')}: {report.detail}")


def _rejections(rejected: list[tuple[str, Rejection]]) -> list[RenderableType]:
    if not rejected:
        return []
    table = Table("symbol", "row", "session", "code", "why", box=None, header_style="bold", pad_edge=False)
    for symbol, row in rejected[:N_NAMED_ROWS]:
        table.add_row(symbol, f"{row.row:,}", str(row.session or "–"), row.code, row.detail)
    more = len(rejected) - N_NAMED_ROWS
    rest = [Text(f"and {_counted(more, 'row')} more; --json names them all.")] if more > 0 else []
    return [Text("\nRejected rows", style="bold"), table, *rest]


def _findings(reports: Sequence[LoadReport]) -> list[RenderableType]:
    symbols: Counter[str] = Counter(found.code for report in reports for found in report.findings)
    if not symbols:
        return []
    if len(reports) == 1:
        lines = [Text(f"  {found.code}: {found.detail}{_some(found)}") for found in reports[0].findings]
        return [Text("\nFindings", style="bold"), *lines]
    table = Table("finding", "symbols", "which", box=None, header_style="bold", pad_edge=False)
    for code, n_symbols in symbols.most_common():
        names = [report.symbol for report in reports if any(found.code == code for found in report.findings)]
        shown = " ".join(names[:8]) + (" …" if len(names) > 8 else "")
        table.add_row(code, f"{n_symbols:,}", shown)
    return [Text("\nFindings (`check SYMBOL` says more)", style="bold"), table]


def _some(found: Finding) -> str:
    if not found.sessions:
        return ""
    more = " …" if found.count > len(found.sessions) else ""
    return f" ({', '.join(map(str, found.sessions))}{more})"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
