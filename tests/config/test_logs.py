import logging
import sys

from django.db import IntegrityError

from config.logs import Discreet


def test_the_log_leaves_out_the_values_of_a_refused_row():
    try:
        raise IntegrityError(
            'new row for relation "zones_student" violates check constraint "student_dates"\n'
            "DETAIL:  Failing row contains (7, 2024001, 欧阳示例, female, 2006-03-01).\n"
        )
    except IntegrityError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Report %s cannot be made.", (3,), sys.exc_info())
    line = Discreet("{levelname} {message}", style="{").format(record)
    assert line.startswith("ERROR Report 3 cannot be made.\nTraceback")
    assert line.endswith('violates check constraint "student_dates"\nDETAIL: (not logged)')


def test_the_program_logs_by_that_rule(settings):
    assert settings.LOGGING["formatters"]["line"]["()"] == "config.logs.Discreet"
