"""What the log does not repeat: PostgreSQL ends an error with the values of the row, which may be a person's."""

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

VALUES = re.compile(r"^(DETAIL|CONTEXT): .*(?:\n(?![A-Z ]).*)*$", re.MULTILINE)


def without_values(text: str) -> str:
    return VALUES.sub(r"\1: (not logged)", text)


class Discreet(logging.Formatter):
    """Writes a line, its traceback included, without the values of rows."""

    def format(self, record: logging.LogRecord) -> str:
        return without_values(super().format(record))


class DiscreetJson(JsonFormatter):
    """The same as one JSON object a line, for machines that collect logs."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, json_ensure_ascii=False, **more)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: without_values(said) if isinstance(said, str) else said for name, said in log_data.items()}
