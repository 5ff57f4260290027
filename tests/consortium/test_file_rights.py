"""Files of a record: by whom they are read, handed in, removed and restored."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from consortium import filestore
from consortium.models import Attachment, HistoryEntry
from consortium.models.files import models_with_files
from consortium.services import Refused
from consortium.services.files import remove, restore
from tasks.models import Milestone

from . import files
from .attachments import get, lines, said, send, url


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with override("en"):
        yield


READERS = {
    "college_admin": 200, "secretariat": 200, "bureau": 200, "auditor": 200, "partner": 200,
    "rival_partner": 404, "other_college_admin": 404, "expert": 404, "outsider": 404,
}  # fmt: skip


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("page", ["download", "thumbnail", "preview", "page"])
def test_a_file_is_read_by_whom_its_record_is_seen_by(request, hand_in, client_for, who, page):
    attachment = hand_in(files.picture(), "照片.png")
    client = client_for(request.getfixturevalue(who))
    there, nowhere = (get(client, url(page, pk, *([1] if page == "page" else []))) for pk in (attachment.pk, 99_999))
    assert (there.status_code, nowhere.status_code) == (READERS[who], 404)
    assert (there.words == nowhere.words) is (READERS[who] == 404)


def test_nobody_reads_a_file_without_signing_in(client, hand_in):
    attachment = hand_in()
    answer = client.get(url("download", attachment.pk))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/")


def test_who_loses_the_role_loses_the_files_with_the_next_request(hand_in, partner, client_for):
    attachment, client = hand_in(), client_for(partner)
    assert get(client, url("download", attachment.pk)).status_code == 200
    partner.affiliations.update(ended_on=timezone.localdate())
    assert client.get(url("download", attachment.pk)).status_code == 404


WRITERS = {
    "college_admin": 302, "secretariat": 403, "bureau": 403, "auditor": 403, "partner": 403,
    "rival_partner": 404, "other_college_admin": 404, "outsider": 404,
}  # fmt: skip


@pytest.mark.parametrize("who", WRITERS)
def test_files_are_handed_in_removed_and_restored_by_whom_the_record_is_changed_by(
    request, hand_in, zone, client_for, college_admin, who
):
    attachment, gone = hand_in(), hand_in(files.pdf(2))
    remove(gone, by=college_admin, now=timezone.now())
    client = client_for(request.getfixturevalue(who))
    answers = [
        send(client, zone, files.upload("新.pdf", files.pdf(3)), follow=False).status_code,
        client.post(url("remove", attachment.pk)).status_code,
        client.post(url("restore", gone.pk)).status_code,
    ]
    assert answers == [WRITERS[who]] * 3
    changed = {attachment.pk: True, gone.pk: False} if WRITERS[who] == 302 else {attachment.pk: False, gone.pk: True}
    assert {row.pk: row.removed_at is not None for row in Attachment.objects.all() if row.name != "新.pdf"} == changed
    assert Attachment.objects.count() == (3 if WRITERS[who] == 302 else 2)


@pytest.mark.parametrize("label", ["consortium.user", "zones.nothing", "zones.zonepartner", "x"])
def test_only_records_that_take_files_take_them(client_for, college_admin, zone, label):
    sent = {"uploads": files.upload("一.pdf", files.pdf())}
    assert client_for(college_admin).post(url("create", label, zone.pk), sent).status_code == 404


def test_each_record_says_who_hands_in_its_files():
    acts = {model._meta.label: model.files_act for model in models_with_files()}
    expected = {
        "consortium.Organization": "organization.change",
        "zones.Zone": "zone.change",
        "zones.InnovationClass": "class.change",
        "zones.Project": "project.change",
        "tasks.Milestone": "progress.add",
    }
    assert {label: acts.get(label) for label in expected} == expected


# --- removing and restoring -------------------------------------------------------------------------------------------
def test_a_removed_file_is_kept_named_in_history_and_can_come_back(hand_in, zone, client_for, college_admin):
    attachment, client = hand_in(), client_for(college_admin)
    assert client.get(url("remove", attachment.pk)).templates[0].name == "confirm.html"
    assert Attachment.objects.present().count() == 1
    page = client.post(url("remove", attachment.pk), follow=True)
    assert said(page) == ["通知.pdf is removed. It can be restored."]
    assert filestore.path_of(attachment.sha256).exists()
    page = client.post(url("restore", attachment.pk), follow=True)
    assert said(page) == ["通知.pdf is there again."]
    named = "通知.pdf", f"通知.pdf\nSHA-256 {attachment.sha256}"
    acts = ["File handed in", "File removed", "File restored"]
    assert lines(zone) == [(act, *named) for act in acts]


READERS_OF_REMOVED = {"secretariat": 200, "auditor": 200, "college_admin": 404, "partner": 404, "bureau": 404}


@pytest.mark.parametrize("who", READERS_OF_REMOVED)
def test_a_removed_file_is_read_only_by_who_reads_all_history(request, hand_in, client_for, college_admin, who):
    attachment = hand_in()
    remove(attachment, by=college_admin, now=timezone.now())
    client = client_for(request.getfixturevalue(who))
    answers = {get(client, url(page, attachment.pk)).status_code for page in ("download", "preview")}
    assert answers == {READERS_OF_REMOVED[who]}


def test_nothing_is_removed_or_restored_twice(hand_in, college_admin, client_for):
    attachment = hand_in()
    again = Attachment.objects.get()
    remove(attachment, by=college_admin, now=timezone.now())
    with pytest.raises(Refused, match=r"^Somebody else has changed this. Reload and try again.$"):
        remove(again, by=college_admin, now=timezone.now())
    restore(attachment, by=college_admin)
    with pytest.raises(Refused, match=r"^Somebody else has changed this. Reload and try again.$"):
        restore(again, by=college_admin)
    assert HistoryEntry.objects.filter(what__in=["removed", "restored"]).count() == 2


def test_a_file_handed_in_anew_is_not_restored_beside_itself(hand_in, college_admin):
    first = hand_in()
    remove(first, by=college_admin, now=timezone.now())
    hand_in()
    with pytest.raises(Refused, match=r"^This file is there already.$"):
        restore(first, by=college_admin)


# --- milestones -------------------------------------------------------------------------------------------------------
CLOSED = {
    "submitted": "The bureau is reading this milestone, so its files stay as they are.",
    "confirmed": "This milestone is confirmed, so its files stay as they are.",
}


@pytest.mark.parametrize("status", CLOSED)
def test_files_of_a_milestone_stay_while_the_bureau_reads_and_after(hand_in, milestone, college_admin, status):
    attachment = hand_in(owner=milestone)
    confirmed_at = timezone.now() if status == "confirmed" else None
    Milestone.objects.filter(pk=milestone.pk).update(status=status, confirmed_at=confirmed_at)
    acts = [
        lambda: hand_in(files.pdf(2), owner=milestone),
        lambda: remove(attachment, by=college_admin, now=timezone.now()),
        lambda: restore(attachment, by=college_admin),
    ]
    for act in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert str(refusal.value) == CLOSED[status]
    assert Attachment.objects.present().count() == 1


def test_the_bureau_reads_a_milestones_files_beside_the_table_and_only_the_unit_hands_in(
    hand_in, milestone, client_for, bureau, college_admin
):
    attachment = hand_in(owner=milestone)
    address = f"{reverse('tasks:plan_detail', args=[milestone.task.plan_id])}?milestone={milestone.pk}"
    forms = {}
    for who in (bureau, college_admin):
        panel = client_for(who).get(address, headers={"HX-Request": "true"}).content.decode()
        assert panel.count(f'href="{url("preview", attachment.pk)}"') == 1
        forms[who.username] = panel.count(url("create", "tasks.milestone", milestone.pk))
    assert forms == {"bureau": 0, "college_admin": 2}  # action and hx-post
