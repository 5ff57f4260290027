"""Two people of the college countersign the same entries at the same moment: each entry is decided once, by one."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test import Client

from consortium.models import HistoryEntry, Notice
from consortium.services import record
from zones.models import HourEntry
from zones.services import approve_many, log_hours, return_many, submit_many

from ..together import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks"),
]

URL = "/zones/hours/countersign/"
DAYS = 12
LATE = "Somebody else has changed this. Reload and try again."


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def waiting(entry_of, project, mentor, today, day) -> list[HourEntry]:
    """Twelve days that the mentor has handed in, the newest first."""
    entries = [
        log_hours(entry_of(project, mentor, date=day - timedelta(n)), by=mentor, today=today) for n in range(DAYS)
    ]
    submit_many(entries, by=mentor)
    return entries


def read(entries: list[HourEntry]) -> list[HourEntry]:
    """The entries as one who opens the page now reads them."""
    return list(HourEntry.objects.for_list().filter(pk__in=[entry.pk for entry in entries]))


def decided(entries: list[HourEntry]) -> list[tuple[str, int]]:
    """Of each entry its state, and how many decisions its history holds."""
    rows = HourEntry.objects.filter(pk__in=[entry.pk for entry in entries]).order_by("-date")
    return [(row.status, HistoryEntry.objects.of(row).filter(what="status", old="submitted").count()) for row in rows]


def deciders(entries: list[HourEntry]) -> set[int | None]:
    """Who stands in the histories as the one who decided."""
    rows = [HistoryEntry.objects.of(entry).get(what="status", old="submitted") for entry in entries]
    return {row.actor_id for row in rows}


def sent(entries: list[HourEntry], **more: str) -> dict:
    """What the page sends when all of these are ticked."""
    return {"pick": [entry.pk for entry in entries]} | {f"seen-{entry.pk}": entry.stamp for entry in entries} | more


def post_at_once(*posts: tuple[Client, dict]) -> list[int]:
    """The statuses of the answers to posts that were sent together."""
    answers: list[int] = []
    for client, _data in posts:
        client.raise_request_exception = False  # a fault is a 500 here, as it is for people
    said = at_once(*(lambda c=client, d=data: answers.append(c.post(URL, d).status_code) for client, data in posts))
    assert said == [""] * len(posts)
    return answers


def messages_of(client: Client) -> list[str]:
    return [str(message) for message in client.get(URL).context["messages"]]


def test_without_a_guard_each_entry_would_be_approved_twice(waiting, college_admin, second_admin):
    """The control: who reads, then writes what was read, on the same rows."""
    barrier = Barrier(2, timeout=10)

    def approve(by):
        with transaction.atomic():
            rows = [row for row in read(waiting) if row.status == "submitted"]
            barrier.wait()  # both have read
            for row in rows:
                HourEntry.objects.filter(pk=row.pk).update(status="approved", approved_by=by)
                record(row, by=by, what="status", old="submitted", new="approved")

    assert at_once(lambda: approve(college_admin), lambda: approve(second_admin)) == ["", ""]
    assert decided(waiting) == [("approved", 2)] * DAYS


def test_of_two_who_approve_what_both_have_read_one_does(waiting, college_admin, second_admin):
    first, second = read(waiting), read(waiting)
    said = at_once(
        lambda: approve_many(first, by=college_admin),
        lambda: approve_many(second, by=second_admin),
    )
    assert said == ["", LATE]
    assert decided(waiting) == [("approved", 1)] * DAYS
    assert len(deciders(waiting)) == 1


def test_an_entry_is_not_approved_and_returned(waiting, college_admin, second_admin):
    first, second = read(waiting), read(waiting)
    said = at_once(
        lambda: approve_many(first, by=college_admin),
        lambda: return_many(second, reason="当日停机", by=second_admin),
    )
    assert said == ["", LATE]
    status = HourEntry.objects.get(pk=waiting[0].pk).status
    assert decided(waiting) == [(status, 1)] * DAYS
    assert deciders(waiting) == {{"approved": college_admin, "returned": second_admin}[status].pk}


def test_on_the_page_the_second_is_told_by_name_what_was_left_out(
    waiting, project, mentor, college_admin, second_admin, client_for
):
    people = {college_admin: client_for(college_admin), second_admin: client_for(second_admin)}
    pages = [(client, sent(read(waiting))) for client in people.values()]
    assert post_at_once(*pages) == [302, 302]
    assert decided(waiting) == [("approved", 1)] * DAYS
    (winner,) = [user for user in people if {user.pk} == deciders(waiting)]
    (second,) = set(people) - {winner}
    assert set(HourEntry.objects.values_list("approved_by", flat=True)) == {winner.pk}
    names = "；".join(f"{mentor} {entry.date} {project} (Approved, {winner})" for entry in waiting)
    assert messages_of(people[winner]) == [f"{DAYS} entries approved."]
    assert messages_of(people[second]) == [f"Left out, because changed since you read it: {names}"]
    assert Notice.objects.filter(user=mentor, kind="hours_approved").count() == 1


def test_two_whose_choices_overlap_decide_every_entry_once(waiting, college_admin, second_admin, client_for):
    """The one ticks the newest eight from above, the other the oldest eight from below, and returns them."""
    rows = read(waiting)
    statuses = post_at_once(
        (client_for(college_admin), sent(rows[:8])),
        (client_for(second_admin), sent(rows[:3:-1], act="return", reason="缺签到表")),
    )
    assert statuses == [302, 302]
    found = decided(waiting)
    assert [count for _status, count in found] == [1] * DAYS
    both = {status for status, _count in found[4:8]}
    assert [status for status, _count in found[:4]] == ["approved"] * 4
    assert [status for status, _count in found[8:]] == ["returned"] * 4
    assert both in ({"approved"}, {"returned"})
