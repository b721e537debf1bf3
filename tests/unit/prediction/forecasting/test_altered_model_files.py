"""Model files that are damaged, forged or of another version: none is loaded, and none runs code."""

import json
import os
import pickle
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import skops.io
import structlog

from tests.support.prediction.stored_models import StoredModel, archive, build_key, fitted


@pytest.fixture
def drift(tmp_path: Path) -> StoredModel:
    return StoredModel.create(tmp_path, "drift")


class Payload:
    """Creates a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.canary), "w"))


@pytest.mark.parametrize("place", ["file", "body", "header"])
def test_a_pickle_is_never_run(drift: StoredModel, tmp_path: Path, place: str) -> None:
    canary = tmp_path / "canary"
    payload = pickle.dumps(Payload(canary))
    pickle.loads(payload).close()
    assert canary.exists(), "the payload works when it is unpickled"
    canary.unlink()
    if place == "file":
        drift.path.write_bytes(payload)
    elif place == "body":
        drift.forge(body=payload)
    else:
        drift.forge(header=payload.replace(b"\n", b" "))
    drift.assert_refused()
    assert not canary.exists()


def calling(function: str, module: str, argument: str) -> dict[str, object]:
    """Build a schema that makes `operator.call` call the function."""
    text = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": json.dumps(argument)}
    called = {"__class__": function, "__module__": module, "__loader__": "FunctionNode"}
    attrs = {"__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode", "content": [called, text]}
    return {
        "__class__": "call",
        "__module__": "operator",
        "__loader__": "OperatorFuncNode",
        "attrs": attrs,
        "protocol": 2,
    }


@pytest.mark.parametrize("hidden_in_a_model", [False, True])
def test_a_skops_file_that_calls_a_function_is_never_run(
    drift: StoredModel, tmp_path: Path, hidden_in_a_model: bool
) -> None:
    canary = tmp_path / "canary"
    schema = calling("system", "os", f"touch {canary}")
    skops.io.loads(archive(schema), trusted=["operator.call", "os.system"])
    assert canary.exists(), "the payload works when it is trusted"
    canary.unlink()
    if hidden_in_a_model:
        with ZipFile(BytesIO(drift.body())) as file:
            model = json.loads(file.read("schema.json"))
        model["content"]["content"]["strategy"] = schema
        schema = model
    drift.forge(body=archive(schema))
    drift.assert_refused()
    assert not canary.exists()


def test_no_byte_of_a_file_can_be_altered(drift: StoredModel) -> None:
    content = drift.path.read_bytes()
    with structlog.testing.capture_logs() as events:
        for position in range(len(content)):
            altered = bytearray(content)
            altered[position] ^= 0x01 if position % 2 else 0x20
            drift.path.write_bytes(altered)
            assert drift.store.get(drift.key) is None, f"byte {position}"
    assert len(events) == len(content)


def test_no_end_can_be_cut_off_or_added(drift: StoredModel) -> None:
    content = drift.path.read_bytes()
    for length in (0, 1, 18, 19, 40, 83, 84, 200, len(content) // 2, len(content) - 1):
        drift.path.write_bytes(content[:length])
        drift.assert_refused()
    drift.path.write_bytes(content + b"\0")
    drift.assert_refused()


def test_fifty_megabytes_of_zeros_are_refused(drift: StoredModel) -> None:
    with drift.path.open("wb") as file:
        file.truncate(50_000_000)
    drift.assert_refused()


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(drift: StoredModel) -> None:
    body = archive("0" * 100_000_000)
    assert len(body) < 200_000
    drift.forge(body=body)
    assert drift.assert_refused() == "The file is too large when unpacked."


def test_a_schema_that_is_nested_without_end_is_refused(drift: StoredModel) -> None:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        file.writestr("schema.json", "[" * 100_000)
    drift.forge(body=buffer.getvalue())
    drift.assert_refused()


def test_a_pipe_in_the_place_of_the_file_does_not_make_it_wait(drift: StoredModel) -> None:
    drift.path.unlink()
    os.mkfifo(drift.path)
    drift.assert_refused()


@pytest.mark.parametrize("what", ["bellwether", "python", "numpy", "pandas", "scikit-learn", "scipy", "skops"])
def test_what_another_version_wrote_is_refused(drift: StoredModel, what: str) -> None:
    header = drift.header()
    assert header["versions"][what]
    drift.forge({**header, "versions": {**header["versions"], what: "0.0.1"}})
    drift.assert_refused()
    drift.forge({**header, "versions": {name: version for name, version in header["versions"].items() if name != what}})
    drift.assert_refused()


def test_another_models_file_under_this_name_is_refused(drift: StoredModel) -> None:
    drift.store.put(build_key("drift", horizon=3), fitted("drift"))
    (other,) = set(drift.path.parent.iterdir()) - {drift.path}
    os.replace(other, drift.path)
    drift.assert_refused()


@pytest.mark.parametrize("track_record", [{}, {"mae": float("nan")}, {"levels": "much"}, {"levels": [{"level": 90}]}])
def test_a_record_that_is_not_whole_is_refused(drift: StoredModel, track_record: dict[str, object]) -> None:
    header = drift.header()
    drift.forge({**header, "track_record": {**header["track_record"], **track_record} if track_record else {}})
    drift.assert_refused()
