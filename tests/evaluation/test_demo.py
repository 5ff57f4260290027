"""The demonstration: what the sources say it holds, loaded through the services."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from consortium.models import Department, HistoryEntry, Organization, User
from evaluation.models import AnnualReport, Evaluation, Indicator
from tasks.models import Milestone, Task
from zones.models import HourEntry, InnovationClass, Zone


@pytest.fixture
def demonstration(db, settings):
    settings.DEBUG = True
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_the_demonstration_holds_what_the_sources_say_and_loads_once(demonstration):
    assert Organization.objects.enterprises().count() == 16
    assert sorted(Zone.objects.values_list("form", flat=True).distinct()) == [
        "contract_processing", "industry_college", "mixed_ownership",
    ]  # fmt: skip
    assert (Zone.objects.count(), InnovationClass.objects.count()) == (9, 10)
    assert Department.objects.filter(zones__classes__isnull=False).distinct().count() == 6
    assert (Task.objects.count(), Milestone.objects.count()) == (7, 28)
    assert set(Indicator.objects.values_list("scheme__year").distinct().values_list("number", flat=True)) == set(
        range(1, 22)
    )
    assert HourEntry.objects.count() > 2000
    assert Evaluation.objects.counted() == {
        "preparing": 2, "self_assessment": 2, "review": 2, "publicity": 3, "published": 9, "superseded": 0,
    }  # fmt: skip
    assert list(AnnualReport.objects.values_list("status", flat=True)) == ["done"] * 9
    signing_in = ["secretariat", "college", "college2", "partner", "partner2", "mentor", "bureau", "expert", "expert2"]
    assert [line.split()[0] for line in demonstration.splitlines()[-11:-1]] == [*signing_in, "auditor"]

    before = (HistoryEntry.objects.count(), User.objects.count(), AnnualReport.objects.count())
    call_command("load_demo", stdout=StringIO())
    assert (HistoryEntry.objects.count(), User.objects.count(), AnnualReport.objects.count()) == before

    verified = StringIO()
    connection.check_constraints()  # PostgreSQL chains the history at the commit, and a test has none
    call_command("verify", stdout=verified)
    assert verified.getvalue().count("\n") == 2
