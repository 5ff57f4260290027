import json
import logging
import sys

import pytest
from django.db import IntegrityError

from config.logs import Discreet, DiscreetJson

FORMATS = [Discreet("{levelname} {message}", style="{"), DiscreetJson("{levelname} {message}", style="{")]


@pytest.mark.parametrize("formatter", FORMATS)
def test_the_log_leaves_out_the_values_of_a_refused_row(formatter):
    try:
        raise IntegrityError(
            'new row for relation "zones_student" violates check constraint "student_dates"\n'
            "DETAIL:  Failing row contains (7, 2024001, 欧阳示例, female, 2006-03-01).\n"
        )
    except IntegrityError as error:
        why, where = error, sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Report %s: %s", (3, why), where)
    line = formatter.format(record)
    assert "student_dates" in line
    assert line.count("DETAIL: (not logged)") == 2  # in the message and in the traceback
    assert "2024001" not in line and "欧阳" not in line and "\\u" not in line


def test_a_line_of_json_is_an_object():
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "年报 %s", (3,), None)
    assert json.loads(FORMATS[1].format(record)) == {"levelname": "ERROR", "message": "年报 3"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_program_logs_by_that_rule(settings, form):
    assert settings.LOGGING["formatters"][form]["()"].startswith("config.logs.Discreet")
