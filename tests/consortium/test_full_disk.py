"""The disk is full when somebody hands in a file, or sends anything."""

import errno
import gc
import logging

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from consortium.models import Attachment
from consortium.outage import is_full, is_outage
from consortium.services.files import verify_files

from ..small_disk import small_disk
from . import files
from .attachments import lines, send

SENTENCE = "刚才提交的内容没有保存，请稍后重新提交。"
LARGE = 6 << 20  # bytes, of which Django keeps a part on the disk before a page sees them


@pytest.fixture(params=["where files are kept", "where uploads wait"])
def full(request, tmp_path, settings):
    """A disk of 100 kB in one of the two places."""
    with small_disk(tmp_path / "small", 100) as disk:
        if request.param == "where files are kept":
            settings.MEDIA_ROOT = disk.path
        else:
            settings.FILE_UPLOAD_TEMP_DIR = str(disk.path)
        yield disk


@pytest.fixture
def visitor(client_for, college_admin):
    client = client_for(college_admin)
    client.raise_request_exception = False
    return client


def large(number: int = 1):
    return files.upload(f"大{number}.pdf", files.pdf(number) + bytes(LARGE))


def test_a_file_that_finds_no_room_is_refused_in_a_sentence_and_leaves_nothing(full, visitor, zone):
    answer = send(visitor, zone, large())
    assert (answer.status_code, SENTENCE in answer.content.decode()) == (507, True)
    assert (Attachment.objects.count(), lines(zone), full.files()) == (0, [], [])
    assert visitor.get(zone.get_absolute_url()).status_code == 200
    full.grow(3 * LARGE >> 10)
    assert send(visitor, zone, large()).status_code == 200
    assert ([attachment.name for attachment in Attachment.objects.all()], list(verify_files())) == (["大1.pdf"], [])


def test_of_several_files_those_that_found_room_are_whole(visitor, zone, tmp_path, settings):
    with small_disk(tmp_path / "small", 100) as disk:
        settings.MEDIA_ROOT = disk.path
        answer = send(
            visitor, zone, files.upload("小.pdf", files.pdf()), large(), files.upload("小2.pdf", files.pdf(2))
        )
        assert answer.status_code == 507
        assert [attachment.name for attachment in Attachment.objects.all()] == ["小.pdf"]
        assert (list(verify_files()), len(disk.files())) == ([], 1)


def test_control_without_the_middleware_it_is_a_fault(visitor, zone, tmp_path, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "consortium.outage.OutageMiddleware"]
    with small_disk(tmp_path / "small", 100) as disk:
        settings.MEDIA_ROOT = disk.path
        assert send(visitor, zone, large()).status_code == 500


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_control_with_djangos_handler_a_part_of_the_upload_stays(visitor, zone, tmp_path, settings, monkeypatch):
    """If this fails the library has mended it, and ``consortium.uploads.Temporary`` can go."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # its records keep what was raised
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    with small_disk(tmp_path / "small", 100) as disk:
        settings.FILE_UPLOAD_TEMP_DIR = str(disk.path)
        answer = send(visitor, zone, large())
        assert (answer.status_code, len(disk.files())) == (507, 1)
        del answer
        visitor.exc_info = None
        gc.collect()  # while its disk is there


def test_an_upload_that_waits_without_room_is_refused_on_every_page_that_takes_files(
    client_for, secretariat, tmp_path, settings
):
    visitor = client_for(secretariat)
    visitor.raise_request_exception = False
    with small_disk(tmp_path / "small", 100) as disk:
        settings.FILE_UPLOAD_TEMP_DIR = str(disk.path)
        answer = visitor.post(reverse("consortium:member_import_create"), {"file": large()})
        assert (answer.status_code, disk.files()) == (507, [])


@pytest.fixture
def full_database(transactional_db):
    """A database that has no page more for a row: SQLite's own bound, or what PostgreSQL says of the table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
            yield
            cursor.execute("PRAGMA max_page_count = 1073741823")
            return
        cursor.execute("""
            CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END$$;
            CREATE TRIGGER no_room BEFORE INSERT ON consortium_agreement FOR EACH ROW EXECUTE FUNCTION no_room()
        """)
        yield
        cursor.execute("DROP FUNCTION no_room CASCADE")


def test_a_database_that_has_no_room_says_so_by_the_api(api_for, secretariat, enterprise, full_database):
    api = api_for(secretariat)
    api.raise_request_exception = False
    sent = {
        "title": "长" * 190, "number": "", "type": "order_class", "organizations": [enterprise.pk],
        "starts_on": "2026-09-01", "ends_on": "2027-08-31",
    }  # fmt: skip
    for _number in range(200):  # SQLite fills what is left of its pages first
        answer = api.post("/api/v1/agreements/", sent)
        if answer.status_code != 201:
            break
    assert (answer.status_code, answer.json()) == (507, {"detail": "服务器的磁盘已满，没有保存。请告知系统运维人员。"})
    assert api.get("/api/v1/agreements/").status_code == 200


def test_only_what_has_no_room_is_a_full_disk():
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError) as caught:
        full.write(b"x")
    assert (is_full(caught.value), is_outage(caught.value)) == (True, False)
    assert not is_full(PermissionError(errno.EACCES, "x"))
    assert not is_full(OperationalError("x"))
    assert not is_full(None)
