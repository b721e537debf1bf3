from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.api_keys import compute_digest
from gateway.settings import GatewaySettings
from shared.settings import InvalidSettings, load_settings

ONE, TWO = compute_digest("one"), compute_digest("two")


def test_a_call_out_must_fit_into_the_request() -> None:
    with pytest.raises(ValidationError, match="shorter than GATEWAY_BUDGET_SECONDS"):
        GatewaySettings(prediction_timeout_seconds=9, budget_seconds=8)


def test_an_error_about_several_variables_has_no_name_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_BUDGET_SECONDS", "2")
    with pytest.raises(InvalidSettings) as caught:
        load_settings(GatewaySettings)
    assert str(caught.value).splitlines()[1].startswith("  GATEWAY_DATA_TIMEOUT_SECONDS and GATEWAY_PREDICTION_")


@pytest.mark.parametrize("url", ["redis://cache:abc", "redis://:hu/sh@cache:6379", "http://cache"])
def test_an_address_that_cannot_be_read_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("GATEWAY_LIMITS_REDIS_URL", url)
    with pytest.raises(InvalidSettings, match=r"GATEWAY_LIMITS_REDIS_URL: (the|must)") as caught:
        load_settings(GatewaySettings)
    assert "hu" not in str(caught.value).removeprefix("Bellwether")
    assert "abc" not in str(caught.value)


def test_an_invalid_digest_in_the_settings_is_named_by_position_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_API_KEYS", f"{ONE},the-key-itself")
    with pytest.raises(InvalidSettings, match=r"GATEWAY_API_KEYS: .*entry 2 of the list is not") as caught:
        load_settings(GatewaySettings)
    assert "the-key-itself" not in str(caught.value)


def test_an_empty_variable_is_as_if_it_were_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_API_KEYS", "")
    monkeypatch.setenv("GATEWAY_API_KEYS_FILE", "")
    monkeypatch.setenv("GATEWAY_FRONTEND_DIR", "")
    settings = load_settings(GatewaySettings)
    assert (settings.api_keys, settings.api_keys_file, settings.frontend_dir) == (None, None, None)


@pytest.mark.parametrize("name", ["", "missing", "index.html"])
def test_a_folder_without_a_built_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("GATEWAY_FRONTEND_DIR", str(tmp_path / name))
    with pytest.raises(InvalidSettings, match=r"GATEWAY_FRONTEND_DIR: .*this folder has no index\.html"):
        load_settings(GatewaySettings)


def test_digests_are_not_shown_when_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_API_KEYS", f" {ONE} ,{TWO.upper()},")
    assert ONE not in repr(load_settings(GatewaySettings))
