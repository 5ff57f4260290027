"""The rules by code, the days that the tests are about, and what breaks one rule."""

from dataclasses import replace
from datetime import date

from zones.compliance import NATIONAL, Scope, find
from zones.models import (
    Attendance,
    Placement,
)

RULES = {rule.code: rule for rule in NATIONAL.rules}
MONDAY = date(2026, 3, 2)
FIRST, LAST = date(2022, 1, 1), date(2028, 12, 31)  # the papers of every student here


def found(rule, **more) -> list:
    """What breaks this one rule anywhere, as (day, figure, base)."""
    scope = Scope(Placement.objects.all(), Attendance.objects.all())
    return [(row.day, row.figure, row.base) for row in find(scope, [replace(RULES[rule], **more)])]
