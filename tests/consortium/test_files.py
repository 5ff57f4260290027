"""Files of a record: handed in, read, removed, restored; by whom, and what happens when something goes wrong."""

import io
import os
import re
import threading
from datetime import date
from urllib.parse import quote

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import File
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from consortium import filestore, pictures, uploads
from consortium.content import PDF
from consortium.models import Attachment, HistoryEntry
from consortium.models.files import models_with_files
from consortium.services import Refused, save_changes
from consortium.services import files as services
from consortium.services.files import attach, remove, restore, stray_files, verify_files
from tasks.models import Milestone, Plan, Task
from zones.models import InnovationClass, Project, Zone, ZonePartner

from . import files


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with override("en"):
        yield


@pytest.fixture
def zone(consortium, college, department, enterprise):
    """Of the college, with one partner; the rival is none."""
    zone = Zone.objects.create(
        consortium=consortium, college=college, department=department, code="cnc", name="数控加工产教特区",
        form=Zone.Form.CONTRACT_PROCESSING, established_on=date(2019, 9, 16), status=Zone.Status.ACTIVE,
    )  # fmt: skip
    ZonePartner.objects.create(zone=zone, enterprise=enterprise, since=date(2019, 9, 16))
    return zone


@pytest.fixture
def milestone(consortium, college):
    plan = Plan.objects.create(consortium=consortium, year=2026, title="2026年任务分解一览表", unit="示例教育局")
    task = Task.objects.create(plan=plan, number=1, goal="目标", responsible_organization=college)
    return Milestone.objects.create(task=task, quarter=3, text="召开对接会。", due=date(2026, 9, 30))


@pytest.fixture
def hand_in(college_admin, zone):
    def hand_in(data: bytes = b"", name: str = "通知.pdf", owner=None, by=None, note: str = "") -> Attachment:
        file = files.upload(name, data or files.pdf())
        return attach(owner or zone, file, by=by or college_admin, now=timezone.now(), note=note)

    return hand_in


def url(name: str, *args) -> str:
    return reverse(f"consortium:attachment_{name}", args=args)


def send(client, owner, *sent, follow=True, **data):
    address = url("create", owner._meta.label_lower, owner.pk)
    return client.post(address, {"uploads": list(sent), **data}, follow=follow)


def get(client, address: str, **headers: str):
    """The answer; all it says in ``body``, in ``words`` without its own address and the secret of its forms."""
    answer = client.get(address, headers=headers)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = answer.body.decode(errors="replace").replace(address, "")
    answer.words = re.sub(r'(csrfmiddlewaretoken" value=)"[^"]*"', r"\1", text)
    return answer


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def lines(owner) -> list[tuple[str, str, str]]:
    return [
        (entry.what_label, entry.new_label, entry.new) for entry in HistoryEntry.objects.about(owner).order_by("pk")
    ]


# --- handing in -------------------------------------------------------------------------------------------------------
def test_a_file_is_stored_under_its_hash_with_what_it_really_is_and_remembered(hand_in, zone, college_admin):
    attachment = hand_in(note="  第一 批\n")
    data = files.pdf()
    assert filestore.path_of(attachment.sha256).read_bytes() == data
    assert filestore.path_of(attachment.sha256).parent.name == attachment.sha256[:2]
    assert (attachment.name, attachment.note, attachment.size) == ("通知.pdf", "第一 批", len(data))
    assert (attachment.kind, attachment.attached_by, attachment.record) == (PDF, college_admin, zone)
    assert lines(zone) == [("File handed in", "通知.pdf", f"通知.pdf\nSHA-256 {attachment.sha256}")]


def test_several_files_come_in_at_once_and_those_refused_are_said_by_name(client_for, college_admin, zone):
    page = send(
        client_for(college_admin), zone,
        files.upload("一.pdf", files.pdf()),
        files.upload("二.pdf", b"MZ\x90\0program", declared="application/pdf"),
        files.upload("三.png", files.picture()),
        files.upload("空.txt", b""),
    )  # fmt: skip
    assert [attachment.name for attachment in Attachment.objects.order_by("pk")] == ["一.pdf", "三.png"]
    assert said(page) == [
        "二.pdf: This kind of file is not taken. Hand in a PDF, a picture (JPG, PNG, WEBP), a Word, Excel, PowerPoint "
        "or WPS file, an OFD or a text; a packed folder as its single files.",
        "空.txt: This file is empty.",
        "2 files handed in.",
    ]
    assert stray_files() == []


def test_the_page_from_which_one_came_is_shown_again_but_no_foreign_one(client_for, college_admin, zone):
    client = client_for(college_admin)
    there = send(client, zone, files.upload("一.pdf", files.pdf(1)), follow=False, next="/tasks/?milestone=1")
    elsewhere = send(client, zone, files.upload("二.pdf", files.pdf(2)), follow=False, next="//evil.example/")
    assert (there.url, elsewhere.url) == ("/tasks/?milestone=1", zone.get_absolute_url())


def test_htmx_gets_the_list_anew_with_what_was_said(client_for, college_admin, zone):
    client = client_for(college_admin)
    client.defaults["HTTP_HX_REQUEST"] = "true"
    page = send(client, zone, files.upload("一.pdf", files.pdf()), files.upload("坏.gif", b"GIF89a\0"), next="/zones/")
    html = page.content.decode()
    assert page.templates[0].name == "consortium/attachment_part.html"
    assert html.count("<li>") == 1
    assert html.count("坏.gif: This kind of file is not taken.") == 1
    assert html.count('name="next" value="/zones/"') == 1


def test_who_chooses_no_file_is_told_so(client_for, college_admin, zone):
    page = send(client_for(college_admin), zone, note="x" * 201)
    assert said(page) == [
        "Ensure this value has at most 200 characters (it has 201).",
        "Choose at least one file.",
    ]


@pytest.mark.parametrize("note", ["a\0b", "x" * 201])
def test_a_note_that_cannot_be_kept_refuses_the_files_with_it(client_for, college_admin, zone, note):
    page = send(client_for(college_admin), zone, files.upload("一.pdf", files.pdf()), note=note)
    assert len(said(page)) == 1
    assert Attachment.objects.count() == 0


def test_a_file_over_the_limit_is_not_read_to_its_end(hand_in, zone, college_admin, monkeypatch):
    monkeypatch.setattr(services, "FILE_BYTES", 3 << 20)
    read = []

    class Long(File):
        def chunks(self, chunk_size=None):
            for _piece in range(50):
                read.append(1)
                yield b"%PDF-" + bytes(1 << 20)

    with pytest.raises(Refused, match=r"^This file is too large. A file has at most 3 MB.$"):
        attach(zone, Long(io.BytesIO(), name="大.pdf"), by=college_admin, now=timezone.now())
    assert len(read) == 3
    assert stray_files() == []


def test_a_file_of_exactly_the_limit_comes_in(hand_in, monkeypatch):
    data = files.pdf()
    monkeypatch.setattr(services, "FILE_BYTES", len(data))
    assert hand_in(data).size == len(data)


def test_a_request_that_says_it_is_endless_is_not_taken_to_the_disk(client, settings, monkeypatch):
    monkeypatch.setattr(uploads, "REQUEST_BYTES", 5_000_000)
    sent = {"files": [files.upload(f"{number}.pdf", bytes(3_000_000)) for number in (1, 2)]}
    client.raise_request_exception = False
    answers = [client.post("/accounts/login/", sent if big else {"login": "x"}) for big in (True, False)]
    assert [answer.status_code for answer in answers] == [400, 200]
    assert answers[0].content.decode().count("每次不超过 10 个，每个不超过 20 MB") == 1


def test_a_record_has_at_most_so_many_files(hand_in, monkeypatch):
    monkeypatch.setattr(services, "FILES_OF_RECORD", 2)
    for number in (1, 2):
        hand_in(files.pdf(number))
    with pytest.raises(Refused, match=r"^2 files are there already, and a record has no more.$"):
        hand_in(files.pdf(3))
    assert Attachment.objects.count() == 2


def test_the_same_bytes_come_once_to_a_record_under_whatever_name(hand_in, zone, enterprise, secretariat):
    first = hand_in(name="甲.pdf")
    with pytest.raises(Refused, match=r"^This file is there already.$"):
        hand_in(name="乙.pdf")
    elsewhere = hand_in(name="丙.pdf", owner=enterprise, by=secretariat)
    assert list(Attachment.objects.filter(sha256=first.sha256).order_by("pk")) == [first, elsewhere]
    assert len(list(filestore.root().glob("??/*"))) == 1


def test_what_is_handed_in_twice_elsewhere_stays_when_one_is_removed(hand_in, enterprise, secretariat, client_for):
    first, other = hand_in(), hand_in(owner=enterprise, by=secretariat)
    remove(first, by=secretariat, now=timezone.now())
    assert get(client_for(secretariat), url("download", other.pk)).body == files.pdf()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer at a time needs no row locks")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_hand_in_the_same_at_once_one_is_told(zone, college_admin):
    results, start = [], threading.Barrier(2)

    def work() -> None:
        file = files.upload("通知.pdf", files.pdf())
        with override("en"):
            start.wait()
            try:
                results.append(attach(zone, file, by=college_admin, now=timezone.now()).name)
            except Refused as refusal:
                results.append(str(refusal))
            finally:
                connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["This file is there already.", "通知.pdf"]
    assert Attachment.objects.count() == 1
    assert list(verify_files()) == []


def test_a_crash_while_a_file_comes_in_leaves_nothing(zone, college_admin):
    class Broken(File):
        def chunks(self, chunk_size=None):
            yield files.pdf()
            raise ConnectionError

    with pytest.raises(ConnectionError):
        attach(zone, Broken(io.BytesIO(), name="断.pdf"), by=college_admin, now=timezone.now())
    assert (Attachment.objects.count(), stray_files()) == (0, [])


def test_a_crash_before_the_row_leaves_a_file_that_is_named_and_taken_over_later(hand_in):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        orphan = hand_in()
        1 / 0  # noqa: B018
    path = f"{orphan.sha256[:2]}/{orphan.sha256}"
    assert (Attachment.objects.count(), stray_files()) == (0, [path])
    assert filestore.path_of(hand_in().sha256).exists()
    assert stray_files() == []


def test_files_stay_when_their_record_is_changed(hand_in, zone, college_admin):
    attachment = hand_in()
    save_changes(zone, by=college_admin, name="数控加工与装配产教特区")
    zone.refresh_from_db()
    assert list(Attachment.objects.about(zone).present()) == [attachment]


# --- who --------------------------------------------------------------------------------------------------------------
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


# --- reading ----------------------------------------------------------------------------------------------------------
def test_a_download_is_never_run_by_the_browser(hand_in, client_for, partner):
    attachment = hand_in(name="会议 通知“七月”.pdf")
    answer = get(client_for(partner), url("download", attachment.pk))
    assert answer.body == files.pdf()
    assert {
        name: answer.headers[name]
        for name in ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Content-Disposition")
    } == {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote('会议 通知“七月”.pdf')}",
    }


def test_a_download_is_read_only(hand_in, client_for, partner):
    client, attachment = client_for(partner), hand_in()
    assert client.post(url("download", attachment.pk)).status_code == 405


def test_files_lie_where_no_address_leads(hand_in, client_for, college_admin, settings):
    attachment = hand_in()
    path = filestore.path_of(attachment.sha256)
    client = client_for(college_admin)
    below = path.relative_to(settings.MEDIA_ROOT).as_posix()
    for prefix in ("/media/", "/static/", "/", "/static/../media/", "/var/media/"):
        assert client.get(prefix + below).status_code == 404
    assert settings.MEDIA_URL == "/"  # Django's way to say that there is none
    assert finders.find(below) is None


def test_missing_bytes_are_said_in_a_sentence(hand_in, client_for, college_admin):
    attachment = hand_in()
    filestore.path_of(attachment.sha256).unlink()
    page = client_for(college_admin).get(url("download", attachment.pk), follow=True)
    assert said(page) == ["The bytes of this file are missing. Tell the operator of the system."]


def picture_in(answer) -> Image.Image:
    return Image.open(io.BytesIO(answer.body))


def test_a_thumbnail_is_small_upright_and_says_nothing_of_the_camera(hand_in, client_for, partner):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "示例相机"  # turned by a quarter; the maker
    attachment = hand_in(files.picture("JPEG", size=(800, 400), exif=exif), "照片.jpg")
    client = client_for(partner)
    for _look in range(2):
        answer = get(client, url("thumbnail", attachment.pk))
        small = picture_in(answer)
        assert (small.format, small.size, dict(small.getexif())) == ("JPEG", (160, 320), {})
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    again = get(client, url("thumbnail", attachment.pk), If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304


def test_a_transparent_picture_lies_on_white(hand_in):
    data = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(data, "PNG")
    path = pictures.picture_of(hand_in(data.getvalue(), "章.png"), width=pictures.THUMBNAIL)
    with Image.open(path) as small:
        assert small.getpixel((80, 80)) == (255, 255, 255)


def test_a_pdf_is_read_page_by_page_up_to_the_twentieth(hand_in, client_for, partner):
    attachment, client = hand_in(files.pdf(pages=23)), client_for(partner)
    pages = {
        asked: client.get(url("preview", attachment.pk) + f"?page={asked}") for asked in ("", "2", "999", "x", "²")
    }
    assert {asked: page.context["page"] for asked, page in pages.items()} == {"": 1, "2": 2, "999": 20, "x": 1, "²": 1}
    html = pages["2"].content.decode()
    assert html.count(f'src="{url("page", attachment.pk, 2)}"') == 1
    assert html.count("The first 20 of 23 pages are shown here.") == 1
    leaf = picture_in(get(client, url("page", attachment.pk, 2)))
    assert (leaf.format, leaf.width) == ("JPEG", 1240)
    assert get(client, url("page", attachment.pk, 20)).status_code == 200
    assert [client.get(url("page", attachment.pk, number)).status_code for number in (0, 21, 10**6)] == [404] * 3
    assert pages["2"].headers["Content-Security-Policy"].count("default-src 'self'") == 1


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n" + os.urandom(3000), files.pdf().replace(b"/Count 1", b"/Count x")[:150]]
)
def test_a_broken_pdf_says_that_it_cannot_be_shown(hand_in, client_for, partner, data):
    attachment = hand_in(data, "坏.pdf")
    page = client_for(partner).get(url("preview", attachment.pk))
    assert page.content.decode().count("This file cannot be shown here") == 1
    assert client_for(partner).get(url("page", attachment.pk, 1)).status_code == 404
    assert get(client_for(partner), url("download", attachment.pk)).body == data


def test_what_could_not_be_drawn_is_not_tried_at_every_look(hand_in):
    attachment = hand_in(b"%PDF-1.7 broken")
    assert pictures.pages_of(attachment) == 0
    mark = next(filestore.path_of(attachment.sha256).parent.glob("*.jpg"))
    before = mark.stat().st_mtime_ns
    assert pictures.pages_of(attachment) == 0
    assert mark.stat().st_mtime_ns == before
    os.utime(mark, (0, 0))
    assert pictures.pages_of(attachment) == 0
    assert mark.stat().st_mtime > 1_000_000


def test_a_file_that_never_ends_being_drawn_is_given_up(hand_in, monkeypatch):
    monkeypatch.setattr(pictures, "SECONDS", 0.01)
    attachment = hand_in()
    assert pictures.pages_of(attachment) == 0
    assert sorted(path.name.removeprefix(attachment.sha256) for path in filestore.root().glob("??/*")) == [
        "",
        ".1240.1.jpg",
    ]


def test_a_text_has_no_preview(hand_in, client_for, partner):
    attachment = hand_in("会议记录".encode(), "记录.txt")
    assert client_for(partner).get(url("preview", attachment.pk)).status_code == 404
    assert attachment.get_absolute_url() == url("download", attachment.pk)


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


# --- pages ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def pages(zone, enterprise, milestone, college_admin, secretariat):
    """Every page that shows a record's files, with who hands them in there."""
    group = InnovationClass.objects.create(zone=zone, code="cnc2501", name="数控2501班", year=2025, places=2)
    project = Project.objects.create(
        zone=zone, enterprise=enterprise, code="p", name="项目", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    return [(zone, college_admin), (group, college_admin), (project, college_admin), (milestone, college_admin),
            (enterprise, secretariat)]  # fmt: skip


def test_every_record_shows_its_files_and_the_form_to_those_who_hand_in(pages, hand_in, client_for, auditor):
    for owner, writer in pages:
        attachment = hand_in(owner=owner, by=writer, note="示例备注")
        for reader, forms in ((writer, 2), (auditor, 0)):
            html = client_for(reader).get(owner.get_absolute_url()).content.decode()
            assert html.count(f'href="{attachment.get_absolute_url()}"') == 1
            assert html.count("示例备注") == 1
            assert html.count(url("create", owner._meta.label_lower, owner.pk)) == forms


def test_the_files_of_a_page_cost_one_query_however_many(pages, hand_in, client_for):
    def about_files(client, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return sum("consortium_attachment" in query["sql"] for query in queries)

    for owner, writer in pages:
        page = client_for(writer), owner.get_absolute_url()
        hand_in(files.pdf(1), owner=owner, by=writer)
        once = about_files(*page)
        gone = hand_in(files.pdf(2), owner=owner, by=writer)
        hand_in(files.pdf(3), owner=owner, by=writer)
        remove(gone, by=writer, now=timezone.now())
        assert (once, about_files(*page)) == (1, 1)


def test_one_file_is_found_by_asking_only_its_own_kind_of_record(
    hand_in, zone, partner, rival_partner, django_assert_num_queries
):
    attachment = hand_in()
    assert partner.affiliation and rival_partner.affiliation  # read beforehand
    with django_assert_num_queries(2):
        assert Attachment.objects.visible_to(partner, pk=attachment.pk).get() == attachment
    assert Attachment.objects.visible_to(partner).get() == attachment
    for rows in (
        Attachment.objects.visible_to(rival_partner, pk=attachment.pk),
        Attachment.objects.visible_to(rival_partner),
    ):
        assert list(rows) == []
    assert list(Attachment.objects.visible_to(partner, pk=99_999)) == []


# --- are the bytes still what was handed in ---------------------------------------------------------------------------
def test_verify_names_files_whose_bytes_are_missing_or_differ(hand_in, college_admin):
    whole, lost, bent, gone = (hand_in(files.pdf(number), f"{number}.pdf") for number in (1, 2, 3, 4))
    remove(gone, by=college_admin, now=timezone.now())
    assert list(verify_files()) == []
    filestore.path_of(lost.sha256).unlink()
    for attachment in (bent, gone):
        path = filestore.path_of(attachment.sha256)
        path.write_bytes(path.read_bytes() + b" ")
    assert sorted(verify_files()) == [
        f"File {lost.pk}, “2.pdf” of 数控加工产教特区: its bytes are missing.",
        f"File {bent.pk}, “3.pdf” of 数控加工产教特区: its bytes are not those that were handed in.",
        f"File {gone.pk}, “4.pdf” of 数控加工产教特区: its bytes are not those that were handed in.",
    ]


def test_pictures_drawn_of_files_are_no_strays(hand_in):
    attachment = hand_in(files.picture(), "照片.png")
    assert pictures.picture_of(attachment, width=pictures.THUMBNAIL) is not None
    assert stray_files() == []


def test_the_verify_command_fails_for_a_file_and_names_what_a_crash_left(hand_in, college_admin):
    attachment, out = hand_in(), io.StringIO()
    stray = filestore.root() / filestore.INCOMING / "tmpleft"
    stray.write_bytes(b"half")
    connection.check_constraints()  # PostgreSQL chains the history at the commit, of which this is a part
    call_command("verify", stdout=out)
    said_of_files = [line for line in out.getvalue().splitlines() if "attachments/" in line]
    assert said_of_files == ["Belongs to no record, left by a crash: attachments/incoming/tmpleft"]
    filestore.path_of(attachment.sha256).unlink()
    with pytest.raises(CommandError) as error:
        call_command("verify", stdout=out)
    sentence = f"File {attachment.pk}, “通知.pdf” of 数控加工产教特区: its bytes are missing."
    assert str(error.value).splitlines() == [sentence]
