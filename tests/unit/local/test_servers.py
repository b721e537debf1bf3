"""Ports that servers will listen on."""

import socket

from local.servers import PORTS, free_port


def test_no_port_is_given_twice_though_no_server_listens_yet() -> None:
    ports = [free_port() for _ in range(1000)]
    assert len(set(ports)) == 1000
    assert set(ports) <= set(PORTS)


def test_a_port_in_use_is_not_given() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
        listener.listen()
        taken = listener.getsockname()[1]
        assert taken not in [free_port() for _ in range(len(PORTS) - 1)]
