"""The demonstration: what the sources say it holds, loaded through the services."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from consortium.models import Department, HistoryEntry, Organization, User
from evaluation.models import AnnualReport, Evaluation, Indicator
from tasks.models import Milestone, Task
from zones.models import HourEntry, InnovationClass, Zone
from zones.oddities import oddities_of


@pytest.fixture
def demonstration(db, settings):
    settings.DEBUG = True
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_each_kind_of_oddity_waits_for_somebody_who_countersigns(demonstration):
    with translation.override("en"):
        waiting = [
            HourEntry.objects.to_countersign(user) for user in User.objects.filter(username__in=["college", "partner"])
        ]
        said = [sentence for rows in waiting for found in oddities_of(rows).values() for sentence in found]
    kinds = {re.sub(r"\d+", "N", sentence) for sentence in said}
    assert kinds == {
        "N hours on this day over all projects",
        "N enterprises on this day, N hours together",
        "All N days of the month have the same hours",
        "N days of one quarter were sent on a single day",
    }


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
