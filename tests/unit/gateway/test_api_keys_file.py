"""The file of API keys while the gateway runs: keys are added and withdrawn, and the file may become invalid."""

import os
from pathlib import Path

import httpx
import pytest

from gateway.api_keys import MAX_FILE_BYTES, compute_digest
from tests.support.gateway.service import KEY, serve_gateway


async def _status(client: httpx.AsyncClient, key: str) -> int:
    return (await client.delete("/api/stocks/AAPL", headers={"X-API-Key": key})).status_code


async def test_keys_in_the_file_rotate_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# the loader's\n{compute_digest('old')}\n")
    async with serve_gateway(api_keys_file=file) as client:
        assert [await _status(client, key) for key in ("old", "new", KEY)] == [204, 401, 204]
        before = file.stat()
        file.write_text(f"# the loader's\n{compute_digest('new')}\n")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # as long and as old as before
        assert [await _status(client, key) for key in ("old", "new", KEY)] == [401, 204, 204]


def _link_anew(file: Path, text: str) -> None:
    """Change a mounted file as the kubelet does: by a new folder and a link that is swapped."""
    folder = file.parent / f"..{text[:8]}"
    folder.mkdir()
    (folder / file.name).write_text(text)
    link = file.parent / "..next"
    link.symlink_to(folder.name)
    link.replace(file.parent / "..data")


async def test_keys_in_a_mounted_secret_rotate_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "digests"
    _link_anew(file, compute_digest("old"))
    file.symlink_to(f"..data/{file.name}")
    async with serve_gateway(api_keys_file=file) as client:
        assert [await _status(client, key) for key in ("old", "new")] == [204, 401]
        _link_anew(file, compute_digest("new"))
        assert [await _status(client, key) for key in ("old", "new")] == [401, 204]


HALF = f"{compute_digest('new')}\n{compute_digest('other')[:20]}".encode()
INVALID = {
    "nothing": b"",
    "comments": b"# later\n\n",
    "the key itself": b"new-secret\n",
    "half": HALF,
    "bytes": b"\xff\xfe\x00",
    "much": f"{compute_digest('new')}\n".encode() + b"#" * MAX_FILE_BYTES,
}


@pytest.mark.parametrize("spoil", [*INVALID, "removed", "a folder", "a pipe"])
async def test_an_invalid_file_locks_no_one_out_lets_no_one_in_and_is_reported(
    spoil: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys"
    file.write_text(compute_digest("old"))
    async with serve_gateway(api_keys_file=file) as client:
        assert "api_keys_file_valid 1.0" in (await client.get("/api/metrics")).text
        file.unlink()
        if spoil in INVALID:
            file.write_bytes(INVALID[spoil])
        elif spoil == "a folder":
            file.mkdir()
        elif spoil == "a pipe":
            os.mkfifo(file)
        assert "api_keys_file_valid 0.0" in (await client.get("/api/metrics")).text
        statuses = [await _status(client, key) for key in ("old", "new", "new-secret", "", KEY)]
    assert statuses == [204, 401, 401, 401, 204]
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "api_keys_file_changed" in line]
    assert '"invalid": ' in line
    assert "new-secret" not in line


async def test_a_repaired_file_is_in_force_again(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(compute_digest("old"))
    async with serve_gateway(api_keys_file=file) as client:
        file.write_text("")
        assert await _status(client, "old") == 204
        file.write_text(f"{compute_digest('new').upper()}  # since May\n")
        assert [await _status(client, key) for key in ("old", "new")] == [401, 204]
        assert "api_keys_file_valid 1.0" in (await client.get("/api/metrics")).text


async def test_a_gateway_starts_without_the_file_and_reads_it_when_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    async with serve_gateway(api_keys_file=file) as client:
        assert [await _status(client, key) for key in ("new", KEY)] == [401, 204]
        assert "api_keys_file_valid 1.0" in (await client.get("/api/metrics")).text
        file.write_text(compute_digest("new"))
        assert await _status(client, "new") == 204


async def test_a_gateway_starts_with_an_invalid_file_and_knows_its_valid_lines(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(HALF)
    async with serve_gateway(api_keys_file=file) as client:
        assert [await _status(client, key) for key in ("new", "other")] == [204, 401]
        assert "api_keys_file_valid 0.0" in (await client.get("/api/metrics")).text
