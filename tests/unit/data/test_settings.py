import pytest
from pydantic import ValidationError

from services.data.settings import DataSettings
from shared.settings import InvalidSettings, load_settings


def test_the_timeouts_must_fit_into_the_request() -> None:
    with pytest.raises(ValidationError, match="must fit in DATA_BUDGET_SECONDS"):
        DataSettings(store_timeout_seconds=3)


@pytest.mark.parametrize("name", ["mongo_url", "redis_url"])
@pytest.mark.parametrize("url", ["http://127.0.0.1/", "127.0.0.1:27017", "", "mongodb://", "redis://"])
def test_an_address_of_another_kind_is_refused_without_being_repeated(name: str, url: str) -> None:
    with pytest.raises(ValidationError, match="must be an address that begins with") as refused:
        DataSettings.model_validate({name: url})
    assert "127" not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("mongo_url", "mongodb://db:abc/"),
        ("mongo_url", "mongodb://db:27017,other:99999/"),
        ("mongo_url", "mongodb://me:hu/sh@db/"),
        ("redis_url", "redis://cache:abc"),
        ("redis_url", "redis://[::1"),
        ("redis_url", "redis://:hu#sh@cache:6379"),
    ],
)
def test_an_address_whose_host_or_port_cannot_be_read_is_refused_without_being_repeated(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"DATA_{name.upper()}", url)
    with pytest.raises(InvalidSettings, match=f"DATA_{name.upper()}: the host or port of this address") as refused:
        load_settings(DataSettings)
    assert "abc" not in str(refused.value)
    assert "hu" not in str(refused.value)


@pytest.mark.parametrize("url", ["mongodb://a:1,[::1]:2,%2Ftmp%2Fmongodb-27017.sock/", "mongodb://me:hu#sh@db"])
def test_an_address_that_the_driver_can_read_is_accepted(url: str) -> None:
    assert DataSettings.model_validate({"mongo_url": url}).mongo_url.get_secret_value() == url


@pytest.mark.parametrize("url", ["mongodb://me:hush@db/", "mongodb+srv://me:hush@cluster.example.net/?x=1"])
def test_an_address_is_handed_on_unchanged_and_never_shown(url: str) -> None:
    settings = DataSettings.model_validate({"mongo_url": url, "redis_url": "unix:///run/valkey.sock"})
    assert settings.mongo_url.get_secret_value() == url
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(("given", "calendar"), [("XLON", "XLON"), ("", None), (None, None)])
def test_the_calendar_is_an_exchange_or_none(given: str | None, calendar: str | None) -> None:
    assert DataSettings().calendar == "XNYS"
    assert DataSettings(calendar=given).calendar == calendar
    with pytest.raises(ValidationError, match="use the code of an exchange, for example XNYS"):
        DataSettings(calendar="NOPE")
