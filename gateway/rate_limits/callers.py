"""Which caller a request counts against: its API key if that is valid, else the client's address."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from gateway.api_keys import ApiKeys, compute_digest

Network = IPv4Network | IPv6Network
CLIENT_BITS = 64  # of an IPv6 address: a household gets a whole network of them


def parse_networks(text: str) -> list[Network]:
    """Parse networks, comma separated.

    Raises:
        ValueError: An item is not a network.
    """
    return [ip_network(item.strip()) for item in text.split(",") if item.strip()]


def caller_of(scope: Scope, keys: ApiKeys, proxies: Sequence[Network]) -> str:
    """Return the name under which the request counts. An invalid key counts against the client's address."""
    headers = Headers(scope=scope)
    key = headers.get("x-api-key") or _bearer(headers.get("authorization", ""))
    if key and keys.is_valid(key):
        return f"key:{compute_digest(key)[:16]}"
    peer = scope["client"][0] if scope.get("client") else ""
    return f"address:{client_address(peer, headers.getlist('x-forwarded-for'), proxies)}"


def client_address(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """Return the address of the client behind the trusted proxies.

    Each proxy appends the address that it sees, so the list is read from its end, and only as long as a trusted proxy
    has written it: what a client puts at its beginning is never reached.

    Args:
        peer: The address that opened the connection.
        forwarded: The values of `X-Forwarded-For`, in order.
        proxies: The networks of the trusted proxies.
    """
    address = _parse(peer)
    for item in reversed(",".join(forwarded).split(",")):
        if address is None or not any(address in network for network in proxies):
            break
        nearer = _parse(item.strip())
        if nearer is None:
            break
        address = nearer
    return "unknown" if address is None else _client(address)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _client(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), CLIENT_BITS), strict=False).network_address)


def _bearer(value: str) -> str:
    scheme, _, key = value.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
