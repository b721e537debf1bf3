from pathlib import Path

import pytest

from gateway.settings import GatewaySettings
from shared.settings import InvalidSettings, load_settings


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_DATA_URL", "nowhere")
    monkeypatch.setenv("GATEWAY_LOG_LEVEL", "LOUD")
    with pytest.raises(InvalidSettings) as caught:
        load_settings(GatewaySettings)
    assert "GATEWAY_DATA_URL: use an address with http:// or https://, such as " in str(caught.value)
    assert "GATEWAY_LOG_LEVEL: " in str(caught.value)


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_API_KEYS_FILE", "/keys")
    assert load_settings(GatewaySettings).api_keys_file == Path("/keys")


@pytest.mark.parametrize("value", ["http://foo.example", "foo.example:8080"])
def test_an_allowed_host_with_a_scheme_or_a_port_is_told_what_to_write(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("GATEWAY_ALLOWED_HOSTS", value)
    with pytest.raises(InvalidSettings) as caught:
        load_settings(GatewaySettings)
    told = "  GATEWAY_ALLOWED_HOSTS: use host names without scheme and port, comma separated"
    assert str(caught.value).splitlines()[1:] == [told]
