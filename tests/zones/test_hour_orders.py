"""The order to read hours from Excel: whose it is, who works on it, what stops it, and when it goes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consortium import filestore
from consortium.models import Attachment, HistoryEntry, Notice
from consortium.services import work
from zones.jobs import run_waiting_imports
from zones.models import HourEntry, HourImport
from zones.services import order_import, remove_old_imports, run_import

from .hour_files import row, upload, workbook
from .hour_orders import accept

NEW = reverse("zones:hour_import_create")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_somebody_elses_import_is_not_there(
    hand_in, client_for, project, partner, rival_partner, college_admin, mentor, day
):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    detail, accept_it = (reverse(f"zones:hour_import_{page}", args=[order.pk]) for page in ("detail", "accept"))
    file = reverse("consortium:attachment_download", args=[order.file.pk])
    for who in (rival_partner, mentor, college_admin):
        client = client_for(who)
        answers = [client.get(detail), client.post(accept_it), client.get(file)]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
    answer = client_for(partner).get(file)
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    order.refresh_from_db()
    assert order.status == "checked"


def test_what_wrote_nothing_goes_after_thirty_days_with_its_file(
    hand_in, project, partner, day, django_capture_on_commit_callbacks
):
    done = accept(hand_in(workbook(row(day, "示例企业人员", project.name)), partner))
    unread, refused = (hand_in(workbook(row(day, "示例企业人员", project.name, n)), partner) for n in (3, "x"))
    again = hand_in(workbook(row(day, "示例企业人员", project.name, 0)), partner)
    same = filestore.path_of(again.file.sha256)
    HourImport.objects.filter(pk__in=[done.pk, again.pk]).update(finished_at=refused.finished_at)
    Attachment.objects.about(again).update(sha256=done.file.sha256)  # the same bytes as what stays
    files = {order.pk: filestore.path_of(order.file.sha256) for order in (done, unread, refused, again)}
    assert (unread.status, refused.status, again.status) == ("checked", "refused", "refused")
    last = max(order.finished_at for order in (unread, refused)) + timedelta(days=30)
    assert refused.goes_on == timezone.localdate(refused.finished_at) + timedelta(days=30)
    assert (done.goes_on, remove_old_imports(unread.finished_at + timedelta(days=30))) == (None, 0)
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_old_imports(last + timedelta(minutes=1)) == 3
    assert list(HourImport.objects.all()) == [done]
    assert [path.exists() for path in (files[done.pk], files[unread.pk], files[refused.pk])] == [True, False, False]
    assert (same.exists(), Attachment.objects.count()) == (True, 1)
    history = HistoryEntry.objects.filter(object_id=refused.pk, what="deleted").get()
    assert (history.actor, history.old) == (None, "工时.xlsx")


def test_a_short_file_is_checked_and_written_while_one_waits(client_for, project, partner, day):
    client = client_for(partner)
    page = client.post(NEW, {"file": upload(workbook(row(day, "示例企业人员", project.name)))}, follow=True)
    order = HourImport.objects.get()
    assert (page.context["import"], order.status, page.status_code) == (order, "checked", 200)
    page = client.post(reverse("zones:hour_import_accept", args=[order.pk]), {"act": "write"}, follow=True)
    assert (HourEntry.objects.count(), page.context["import"].status) == (1, "done")
    assert Notice.objects.filter(kind="hours_imported").count() == 0


def test_a_long_file_is_left_to_a_worker_and_ends_in_a_notice(
    client_for, project, partner, day, monkeypatch, django_capture_on_commit_callbacks
):
    from zones.models import hour_imports
    from zones.services import hour_imports as services

    monkeypatch.setattr(services, "SMALL_BYTES", 10)
    monkeypatch.setattr(hour_imports, "AT_ONCE", 0)
    client = client_for(partner)
    page = client.post(NEW, {"file": upload(workbook(row(day, "示例企业人员", project.name)))}, follow=True)
    order = HourImport.objects.get()
    assert (order.status, b"hx-get" in page.content) == ("queued", True)
    run_waiting_imports()
    order.refresh_from_db()
    assert (order.status, order.percent) == ("checked", 100)
    client.post(reverse("zones:hour_import_accept", args=[order.pk]))
    assert HourEntry.objects.count() == 0
    run_waiting_imports()
    run_waiting_imports()
    assert HourEntry.objects.count() == 1
    assert Notice.objects.filter(acting_as=partner.affiliation, kind="hours_imported").count() == 2


def test_a_worker_that_died_is_taken_over_and_one_that_kills_workers_ends(hand_in, project, partner, day):
    order = order_import(
        upload(workbook(row(day, "示例企业人员", project.name))), language="en", by=partner, now=timezone.now()
    )
    long_ago = timezone.now() - timedelta(hours=1)
    HourImport.objects.update(status="running", attempt=1, lease_until=long_ago)
    run_waiting_imports()
    order.refresh_from_db()
    assert (order.status, order.attempt) == ("checked", 2)
    HourImport.objects.update(status="running", attempt=work.MOST_ATTEMPTS, lease_until=long_ago)
    run_waiting_imports()
    order.refresh_from_db()
    assert (order.status, order.error) == ("failed", "Reading this file has stopped the worker again and again.")


def test_a_failure_in_the_middle_writes_nothing_and_says_so(hand_in, project, partner, day, monkeypatch):
    from zones.services import hour_imports as services

    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    monkeypatch.setattr(services, "submit_many", lambda entries, by: 1 / 0)
    accept(order, submits=True)
    assert (order.status, order.error) == (
        "failed",
        "The file could not be read. The reason stands in the program's log.",
    )
    assert (HourEntry.objects.count(), HistoryEntry.objects.filter(content_type__model="hourentry").count()) == (0, 0)


def test_who_has_lost_the_role_or_the_file_gets_a_sentence(hand_in, project, partner, day, today):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    filestore.path_of(order.file.sha256).unlink()
    assert accept(order).error == "The file is missing. Hand it in again."
    other = order_import(
        upload(workbook(row(day, "示例企业人员", project.name, 1))), language="en", by=partner, now=timezone.now()
    )
    partner.affiliations.update(ended_on=today - timedelta(days=1))
    run_import(other)
    assert (other.status, other.error) == ("failed", "The role in which this was handed in has ended.")


def test_the_file_of_an_import_stays_the_one_file(hand_in, client_for, project, partner, day):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    client = client_for(partner)
    client.post(
        reverse("consortium:attachment_create", args=["zones.hourimport", order.pk]),
        {"files": upload(b"text", "a.txt")},
    )
    client.post(reverse("consortium:attachment_remove", args=[order.file.pk]))
    order.refresh_from_db()
    assert (order.file.name, order.file.removed_at) == ("工时.xlsx", None)
