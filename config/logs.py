"""What the log does not repeat: PostgreSQL ends an error with the values of the row, which may be a person's."""

import logging
import re

VALUES = re.compile(r"^(DETAIL|CONTEXT): .*(?:\n(?![A-Z ]).*)*$", re.MULTILINE)


class Discreet(logging.Formatter):
    """Writes a line, its traceback included, without the values of rows."""

    def format(self, record: logging.LogRecord) -> str:
        return VALUES.sub(r"\1: (not logged)", super().format(record))
