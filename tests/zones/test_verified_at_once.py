"""Two at once on a database with row locks: a record is verified once, a year's credits stay under their cap."""

from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry
from consortium.services.history import history_row, record_all
from zones.models import CreditConversion, CreditRule, CreditTable, Outcome, TeacherPlacement
from zones.services import (
    convert,
    reopen,
    save_credit_rule,
    save_credit_table,
    save_outcome,
    save_record,
    verify,
    verify_many,
)

from ..together import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks"),
]
FASTER = "Somebody else has changed this. Reload and try again."


@pytest.fixture
def second_admin(make_user, college, consortium):
    return make_user("second_admin", Affiliation.Role.COLLEGE_ADMIN, college, consortium, "示例第二管理员")


@pytest.fixture
def student(make_student):
    return make_student("1001")


@pytest.fixture
def make_outcome(zone, student, college_admin):
    def make(title: str) -> Outcome:
        outcome = Outcome(
            zone=zone, kind="contest_award", title=title, level="national", rank="first", date=date(2026, 3, 2)
        )
        return save_outcome(outcome, students=[student], teachers=[], by=college_admin, now=timezone.now())

    return make


@pytest.fixture
def make_verified(make_outcome, second_admin, consortium, college, college_admin):
    table = CreditTable(consortium=consortium, college=college, yearly_cap=Decimal(4))
    table = save_credit_table(table, by=college_admin)
    rule = CreditRule(table=table, kind="contest_award", course="实训", credits=Decimal(3))
    save_credit_rule(rule, by=college_admin)

    def make(title: str) -> Outcome:
        outcome = make_outcome(title)
        verify(outcome, by=second_admin, now=timezone.now())
        return outcome

    return make


def test_a_record_is_verified_once(make_outcome, second_admin):
    outcome = make_outcome("赛一")
    rows = [Outcome.objects.get(pk=outcome.pk) for _ in range(3)]
    said = at_once(*(lambda row=row: verify(row, by=second_admin, now=timezone.now()) for row in rows))
    assert said == ["", FASTER, FASTER]
    assert HistoryEntry.objects.of(outcome).filter(new="verified").count() == 1


def test_many_verified_twice_at_once_are_verified_once_each(make_outcome, second_admin):
    outcomes = [make_outcome(title) for title in ("赛一", "赛二", "赛三")]
    seen = {outcome.pk: outcome.stamp for outcome in outcomes}
    found = []

    def act() -> None:
        found.append([len(rows) for rows in verify_many(Outcome, seen, by=second_admin, now=timezone.now())])

    assert at_once(act, act) == ["", ""]
    assert sorted(found) == [[0, 3, 0], [3, 0, 0]]
    steps = [HistoryEntry.objects.of(outcome).filter(new="verified").count() for outcome in outcomes]
    assert steps == [1, 1, 1]


def test_many_verified_without_the_lock_are_verified_twice(make_outcome, second_admin):
    """The control: the same steps without the lock write two rows of history."""
    outcome = make_outcome("赛一")
    both_have_read = Barrier(2)

    def act() -> None:
        with transaction.atomic():
            row = Outcome.objects.get(pk=outcome.pk)
            assert row.status == "recorded"
            both_have_read.wait(10)
            Outcome.objects.filter(pk=row.pk).update(status="verified", decided_by=second_admin)
            record_all([history_row(row, by=second_admin, what="status", old="recorded", new="verified")])

    assert at_once(act, act) == ["", ""]
    assert HistoryEntry.objects.of(outcome).filter(new="verified").count() == 2


def test_three_conversions_at_once_stay_under_the_cap(make_verified, student, college_admin):
    outcomes = [make_verified(title) for title in ("赛一", "赛二", "赛三")]
    now = timezone.now()
    said = at_once(*(lambda row=row: convert(row, student, course="", by=college_admin, now=now) for row in outcomes))
    assert said == ["", "", "The most credits of a year, 4.0, are reached."]
    assert CreditConversion.objects.granted().aggregate(Sum("credits")) == {"credits__sum": Decimal("4.0")}


def test_an_outcome_is_converted_or_opened_again_but_not_both(make_verified, student, college_admin):
    outcome = make_verified("赛一")
    now = timezone.now()
    at_once(
        lambda: convert(outcome, student, course="", by=college_admin, now=now),
        lambda: reopen(Outcome.objects.get(pk=outcome.pk), reason="录错", by=college_admin),
    )
    state = (Outcome.objects.get().status, CreditConversion.objects.granted().count())
    assert state in [("verified", 1), ("recorded", 0)]


def test_a_teachers_days_recorded_at_once_are_counted_once(zone, enterprise, college_mentor, college_admin):
    def placement() -> TeacherPlacement:
        return TeacherPlacement(
            zone=zone, enterprise=enterprise, teacher=college_mentor, post="工艺员", days=10,
            date=date(2026, 3, 2), ends_on=date(2026, 3, 20),
        )  # fmt: skip

    now = timezone.now()
    rows = [placement() for _ in range(3)]
    at_once(*(lambda row=row: save_record(row, by=college_admin, now=now) for row in rows))
    assert TeacherPlacement.objects.aggregate(Sum("days")) == {"days__sum": 10}
