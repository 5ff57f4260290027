"""How much one request may bring along. The rest of an upload's way is Django's own."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from .content import FILE_BYTES

FILES_AT_ONCE = 10  # of the largest size; of smaller ones more
REQUEST_BYTES = FILES_AT_ONCE * FILE_BYTES + 10 * 1024 * 1024  # and what stands around them


class BoundedUpload(FileUploadHandler):
    """Refuses a request that says it is larger, before anything of it is written to the disk.

    Django itself bounds only what is no file, and whoever has not signed in can send one as well.
    """

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        if content_length > REQUEST_BYTES:
            raise RequestDataTooBig(f"A request of {content_length} bytes is over the limit.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # on to the next handler

    def file_complete(self, file_size: int) -> None:
        return None


class Temporary(TemporaryFileUploadHandler):
    """Django's, but that what finds no room on the disk leaves it at once instead of some time later."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self._drop()
            raise

    def file_complete(self, file_size: int) -> Any:
        try:
            return super().file_complete(file_size)
        except OSError:
            self._drop()
            raise

    def _drop(self) -> None:
        with suppress(OSError):  # closing writes what is left, and finds no room either
            self.file.close()
