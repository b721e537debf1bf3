import pytest
from pydantic import ValidationError

from gateway.rate_limits.callers import client_address, parse_networks
from gateway.settings import GatewaySettings

PROXIES = parse_networks("10.0.0.0/8,fd00::/8")
CASES = [
    ("203.0.113.7", [], "203.0.113.7"),
    ("203.0.113.7", ["1.2.3.4"], "203.0.113.7"),  # not a proxy: whatever it says
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
    ("10.0.0.1", ["9.9.9.9, 1.2.3.4"], "1.2.3.4"),
    ("10.0.0.1", ["9.9.9.9", "1.2.3.4"], "1.2.3.4"),
    ("10.0.0.1", ["1.2.3.4, 10.0.0.2,  10.0.0.3"], "1.2.3.4"),
    ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", ["1.2.3.4, unknown"], "10.0.0.1"),
    ("10.0.0.1", ["1.2.3.4:80"], "10.0.0.1"),
    ("10.0.0.1", [""], "10.0.0.1"),
    ("10.0.0.1", ["x" * 60_000], "10.0.0.1"),
    ("::ffff:10.0.0.1", ["::ffff:1.2.3.4"], "1.2.3.4"),
    ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::"),
    ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::"),
    ("fe80::1%eth0", [], "fe80::"),
    ("", ["1.2.3.4"], "unknown"),
]


@pytest.mark.parametrize(("peer", "forwarded", "address"), CASES)
def test_an_address_is_believed_as_far_as_proxies_of_ours_have_written_it(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


@pytest.mark.parametrize("value", ["10.0.0.0/33", "proxy.example.com", "10.0.0.1/8", "*"])
def test_what_is_not_a_network_is_refused_at_the_start(value: str) -> None:
    with pytest.raises(ValidationError, match="use networks such as"):
        GatewaySettings(trusted_proxies=value)
