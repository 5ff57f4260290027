"""What the log does not repeat: values of rows, what people send, and the secret of a link.

PostgreSQL ends an error with the values of the row, and many errors of Python repeat the value that was wrong. The
traceback says where it was and which kind of error; that is what the log keeps.
"""

import copy
import logging
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist, FieldError, ImproperlyConfigured
from django.db import Error
from django.http import HttpRequest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from pythonjsonlogger.json import JsonFormatter

HIDDEN = "(not logged)"
VALUES = re.compile(r"^(DETAIL|CONTEXT): .*(?:\n(?![A-Z ]).*)*$", re.MULTILINE)
LINK = re.compile(r"(?<=/)[\w:.-]{32,}(?=/|\s|'|$)", re.ASCII)  # the secret of an invitation, of a new password
IN_FIRST_LINE = re.compile(r': ".*|(?<=^value )".*"(?= is out of range)')
# errors whose text names types, files and templates, not what somebody typed
PLAIN = (
    AttributeError, FieldDoesNotExist, FieldError, ImportError, ImproperlyConfigured, MemoryError, NameError,
    NotImplementedError, OSError, TemplateDoesNotExist, TemplateSyntaxError, TypeError,
)  # fmt: skip


def without_values(text: str) -> str:
    return LINK.sub(HIDDEN, VALUES.sub(rf"\1: {HIDDEN}", text))


def said_by(error: BaseException) -> str:
    """The text of an error as far as it holds nobody's values: of the database its first line, of most others none."""
    said = str(error)
    if _is_of_database(error):
        first, *more = said.splitlines() or [""]
        return IN_FIRST_LINE.sub(f": {HIDDEN}", first) + (f"\nDETAIL: {HIDDEN}" if more else "")
    return said if isinstance(error, PLAIN) or not said else HIDDEN


def _is_of_database(error: object) -> bool:
    return isinstance(error, Error) or type(error).__module__.startswith(("psycopg2", "sqlite3"))


def _chain(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    for more in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        yield from _chain(more, seen)


class Quiet(logging.Formatter):
    """What both forms share: a traceback and the errors among a line's arguments, each without its values."""

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        record.exc_text = None  # another handler's words
        if isinstance(record.args, tuple):
            record.args = tuple(
                said_by(arg) if isinstance(arg, BaseException) and _is_of_database(arg) else arg for arg in record.args
            )
        for name in ("args", "data"):  # what Celery says of a job that failed, in text and in JSON
            if "traceback" in (said := getattr(record, name, None) or ()) and isinstance(said, dict):
                setattr(record, name, said | {"exc": HIDDEN, "traceback": HIDDEN})
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        text = super().formatException(ei)
        for error in _chain(ei[1], set()):
            if said := str(error):
                kind = type(error).__qualname__
                text = text.replace(f"{kind}: {said}", f"{kind}: {said_by(error)}")
        return text


class Discreet(Quiet):
    """Writes a line of text."""

    def format(self, record: logging.LogRecord) -> str:
        return without_values(super().format(record))


class DiscreetJson(Quiet, JsonFormatter):
    """The same as one JSON object a line, for machines that collect logs."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, json_ensure_ascii=False, **more)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: _as_logged(said) for name, said in log_data.items()}


def _as_logged(said: Any) -> Any:
    """A number as it is, of a request its address without the question, all else as text."""
    if said is None or isinstance(said, int | float):
        return said
    return without_values(f"{said.method} {said.path}" if isinstance(said, HttpRequest) else str(said))
