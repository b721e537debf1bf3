"""Receives uploads: the file itself as the body, of any usual media type or none, or as a part of a form."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException  # noqa: TID251  # caught here, not raised

from services.data.files.formats.detect import FileFormat
from shared.errors import InvalidRequest, StoreUnavailable, UnsupportedMediaType

IN_MEMORY_BYTES = 1 << 20  # of an upload; a larger one waits in a temporary file
FORM = "multipart/form-data"
MEDIA_TYPES: dict[str, FileFormat | None] = {
    "text/csv": "csv",
    "application/json": "json",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.arrow.file": "arrow",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "excel",
    "application/octet-stream": None,  # as all below: detected from the content
    "application/vnd.ms-excel": None,  # also of a CSV file, from browsers on Windows
    FORM: None,
}
# What browsers and tools write for such files, or for any file.
OTHER_MEDIA_TYPES = {
    "",
    "text/plain",
    "text/json",
    "text/tab-separated-values",
    "text/comma-separated-values",
    "text/x-csv",
    "application/csv",
    "application/x-csv",
    "application/x-ndjson",
    "application/jsonl",
    "application/parquet",
    "application/x-parquet",
    "application/vnd.apache.feather",
    "application/gzip",
    "application/x-gzip",
    "application/x-xz",
    "application/x-bzip2",
    "application/zip",
    "application/x-zip-compressed",
    "application/x-www-form-urlencoded",  # of `curl --data-binary`
    "binary/octet-stream",
}


@dataclass(frozen=True)
class ReceivedFile:
    """A file that was received; its format if its media type names one, and its name if it came in a form."""

    body: BinaryIO
    format: FileFormat | None
    name: str | None = None


def parse_media_type(request: Request) -> str:
    """Return the media type of the body, in lower case and without parameters; "" if the request names none.

    Raises:
        UnsupportedMediaType: Files of this type have no bars.
    """
    return _check(request.headers.get("content-type", ""))


@asynccontextmanager
async def receive_file(request: Request, media_type: str) -> AsyncIterator[ReceivedFile]:
    """Receive the file, which stays readable inside, and is deleted afterwards.

    Raises:
        InvalidRequest: A form has not exactly one file, or has other fields.
        UnsupportedMediaType: The file in a form has a type that has no bars.
        StoreUnavailable: There is no space left for it.
    """
    receive = _receive_form(request) if media_type == FORM else _receive_body(request, MEDIA_TYPES.get(media_type))
    async with receive as received:
        yield received


@asynccontextmanager
async def _receive_body(request: Request, file_format: FileFormat | None) -> AsyncIterator[ReceivedFile]:
    with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
        try:
            async for chunk in request.stream():
                body.write(chunk)
        except OSError as error:
            raise _no_space() from error
        yield ReceivedFile(cast(BinaryIO, body), file_format)


@asynccontextmanager
async def _receive_form(request: Request) -> AsyncIterator[ReceivedFile]:
    if "boundary=" not in request.headers["Content-Type"]:
        raise UnsupportedMediaType("Name the boundary of the form in its Content-Type, as curl -F and browsers do.")
    try:
        form = await request.form(max_files=2, max_fields=20)
    except HTTPException as error:
        raise InvalidRequest(f"The form cannot be read: {error.detail}") from error
    except OSError as error:
        raise _no_space() from error
    try:
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        if len(files) != 1:
            raise InvalidRequest(
                f"Send one file in the form, for example with curl -F file=@prices.csv; it has {len(files)}."
            )
        if len(form.multi_items()) > 1:
            raise InvalidRequest("Send only the file in the form, and everything else in the query: ?mode=replace.")
        file_format = MEDIA_TYPES.get(_check(files[0].content_type or ""))
        yield ReceivedFile(files[0].file, file_format, files[0].filename)  # without the folders that old browsers send
    finally:
        await form.close()


def _check(header: str) -> str:
    media_type = header.partition(";")[0].strip().lower()
    if media_type in MEDIA_TYPES or media_type in OTHER_MEDIA_TYPES:
        return media_type
    accepted = ", ".join(MEDIA_TYPES)
    raise UnsupportedMediaType(
        f"Send a file of bars, also compressed as .gz, .xz, .bz2 or .zip, with a Content-Type of {accepted}, or none.",
        headers={"Accept": accepted},
    )


def _no_space() -> StoreUnavailable:
    return StoreUnavailable("The data service has no space left for the upload. Free some on its disk, then try again.")
