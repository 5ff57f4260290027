"""Files of a record: how they come in, how they are kept, and what happens when something goes wrong."""

import io
import threading

import pytest
from django.core.files.base import File
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from consortium import filestore, pictures, uploads
from consortium.content import PDF
from consortium.models import Attachment
from consortium.services import Refused, save_changes
from consortium.services import files as services
from consortium.services.files import attach, remove, stray_files, verify_files

from . import files
from .attachments import get, lines, said, send, url


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with override("en"):
        yield


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
