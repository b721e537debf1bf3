"""The few shapes that most queries have. `USER_ROUTES` leaves out what machines ask, as that says nothing of people."""

SERVICES = 'job=~"data|gateway|prediction"'
USER_ROUTES = 'endpoint!~"/api/health|/api/metrics|/healthz|/readyz|/metrics"'
GATEWAY = f'job="gateway", {USER_ROUTES}'
ALL_SERVICES = f"{SERVICES}, {USER_ROUTES}"


def rate(series: str, by: str, where: str) -> str:
    """Return how often something happened a second, in the last minutes."""
    return f"sum by ({by}) (rate({series}{{{where}}}[$__rate_interval]))"


def count(series: str, by: str, where: str) -> str:
    """Return how often something happened in all the time that is shown; for what happens seldom."""
    return f"sum by ({by}) (increase({series}{{{where}}}[$__range]))"


def share(series: str, by: str, where: str, part: str) -> str:
    """Return which share of what happened, of all within `where`, is also `part`; zero if none ever was."""
    whole = rate(series, by, where)
    return f"({rate(series, by, f'{where}, {part}')} or 0 * {whole}) / {whole}"


def quantile(level: float, histogram: str, by: str, where: str) -> str:
    """Return below which value the share `level` of the last minutes' observations lies."""
    return f"histogram_quantile({level}, {rate(f'{histogram}_bucket', f'le, {by}', where)})"
