"""Builders of the common queries. `USER_ROUTES` leaves out the routes that only machines request."""

SERVICES = 'job=~"data|gateway|prediction"'
USER_ROUTES = 'endpoint!~"/api/health|/api/metrics|/healthz|/readyz|/metrics"'
GATEWAY = f'job="gateway", {USER_ROUTES}'
ALL_SERVICES = f"{SERVICES}, {USER_ROUTES}"


def rate(series: str, by: str, where: str) -> str:
    """Build a query for events per second over the last minutes."""
    return f"sum by ({by}) (rate({series}{{{where}}}[$__rate_interval]))"


def count(series: str, by: str, where: str) -> str:
    """Build a query for the number of events in the whole range shown; for rare events."""
    return f"sum by ({by}) (increase({series}{{{where}}}[$__range]))"


def share(series: str, by: str, where: str, part: str) -> str:
    """Build a query for the share of the events `where` that also match `part`; zero if none ever did."""
    whole = rate(series, by, where)
    return f"({rate(series, by, f'{where}, {part}')} or 0 * {whole}) / {whole}"


def quantile(level: float, histogram: str, by: str, where: str) -> str:
    """Build a query for the quantile `level` of the last minutes' observations."""
    return f"histogram_quantile({level}, {rate(f'{histogram}_bucket', f'le, {by}', where)})"
