"""The virus scan, with a real clamd that knows one signature: that of the test file EICAR."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from consortium import filestore, pictures, scanner
from consortium.jobs.scans import scan_files
from consortium.models import Attachment, FileScan, HistoryEntry, MemberImport, Notice
from consortium.services import scans
from consortium.services.files import remove, verify_files
from consortium.services.scans import held, scan_waiting
from evaluation.models import Scheme
from zones.models import HourImport

from . import files
from .attachments import get, lines, said, send, url

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two, or scanners stop at us
NAME = "Eicar-Test.UNOFFICIAL"
STREAM = 2 << 20  # bytes that this clamd takes


class Clamd:
    def __init__(self, folder: Path) -> None:
        self.folder, self.process = folder, None
        self.socket = folder / "s"
        (folder / "db").mkdir()
        (folder / "db" / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        options = {
            "LocalSocket": self.socket, "Foreground": "yes", "DatabaseDirectory": folder / "db", "MaxThreads": 2,
            "StreamMaxLength": STREAM, "ConcurrentDatabaseReload": "no",
        }  # fmt: skip
        (folder / "conf").write_text("".join(f"{name} {value}\n" for name, value in options.items()))

    def start(self) -> None:
        command = [shutil.which("clamd"), "-c", str(self.folder / "conf")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _try in range(300):
            if scanner.answers():
                return
            time.sleep(0.1)
        pytest.fail("clamd does not answer within 30 seconds")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.socket.unlink(missing_ok=True)
            self.process = None


@pytest.fixture(scope="module")
def installed():
    if not shutil.which("clamd"):
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("clamd is absent and REQUIRE_ALL is set")
        pytest.skip("clamd (clamav-daemon) is absent")
    with tempfile.TemporaryDirectory() as folder:  # a socket's path has little room
        clamd = Clamd(Path(folder))
        yield clamd
        clamd.stop()


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def switched_on(installed, settings):
    """The scanner is configured; whether it answers is the test's."""
    settings.CLAMD = str(installed.socket)
    return installed


@pytest.fixture
def clamd(switched_on):
    if not switched_on.process:
        switched_on.start()
    return switched_on


def run(django_capture_on_commit_callbacks, seconds: float = 20) -> int:
    with django_capture_on_commit_callbacks(execute=True):
        return scan_waiting(seconds=seconds)


@pytest.fixture
def scan(django_capture_on_commit_callbacks):
    return lambda: run(django_capture_on_commit_callbacks)


def state(attachment: Attachment) -> tuple[str | None, str]:
    return FileScan.objects.filter(sha256=attachment.sha256).values_list("status", "found").first() or (None, "")


def bad(number: int = 0) -> bytes:
    return files.pdf(text=f"{EICAR.decode()} {number}")


# --- the door ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["download", "thumbnail", "page"])
def test_a_file_opens_only_when_the_scanner_has_found_nothing(clamd, scan, hand_in, client_for, partner, what):
    attachment, client = hand_in(files.picture(), "图.png"), client_for(partner)
    address = url(what, attachment.pk, *([1] if what == "page" else []))
    before = get(client, address)
    assert (before.status_code, before.body) in [(302, b""), (404, before.body)]
    assert pictures.picture_of(attachment, width=pictures.THUMBNAIL) is None
    assert scan() == 1
    assert (state(attachment), get(client, address).status_code) == (("clean", ""), 200)


def test_without_a_scanner_files_open_at_once(hand_in, client_for, partner, settings):
    assert settings.CLAMD == ""
    attachment = hand_in()
    assert get(client_for(partner), url("download", attachment.pk)).body == files.pdf()
    assert (scan_waiting(seconds=5), FileScan.objects.count()) == (0, 0)


def test_a_virus_is_named_removed_and_told_of(
    clamd, scan, hand_in, client_for, college_admin, secretariat, partner, zone
):
    good, attachment = hand_in(files.pdf(2), "好.pdf"), hand_in(bad(), "坏.pdf")
    assert scan() == 2
    assert [state(good), state(attachment)] == [("clean", ""), ("infected", NAME)]
    assert [filestore.path_of(file.sha256).exists() for file in (good, attachment)] == [True, False]
    assert lines(zone)[-1] == (
        "A virus was found in a file, and its bytes are removed",
        "坏.pdf",
        f"坏.pdf\nSHA-256 {attachment.sha256}",
    )
    assert HistoryEntry.objects.about(zone).latest("pk").reason == NAME
    sentence = f"A virus ({NAME}) was found in “坏.pdf” of {zone}; the file is closed."
    told = Notice.objects.filter(kind="file_infected").order_by("user__username")
    assert [(notice.user, notice.text, notice.url) for notice in told] == [
        (college_admin, sentence, zone.get_absolute_url()),
        (secretariat, sentence, zone.get_absolute_url()),
    ]
    sentence = f"A virus was found in this file: {NAME}. It cannot be opened, and its bytes are removed."
    client = client_for(partner)
    assert said(client.get(url("download", attachment.pk), follow=True)) == [sentence]
    preview = client.get(url("preview", attachment.pk))
    assert (
        sentence in preview.content.decode()
        and f'href="{url("download", attachment.pk)}"' not in preview.content.decode()
    )
    assert list(verify_files()) == []  # its bytes are missing by intent


def test_an_infected_file_stays_closed_when_the_scanner_is_switched_off(clamd, scan, hand_in, settings):
    attachment = hand_in(bad())
    scan()
    settings.CLAMD = ""
    assert Attachment.objects.get(pk=attachment.pk).is_held


def test_control_a_scanner_that_knows_no_signature_lets_it_through(clamd, scan, hand_in):
    """The same bytes without EICAR in them: what is found hangs on the bytes, not on their name or kind."""
    attachment = hand_in(files.pdf(text="EICAR"), "eicar.pdf")
    scan()
    assert state(attachment) == ("clean", "")


def test_the_list_says_what_waits_and_what_was_found_in_one_query(clamd, scan, hand_in, college_admin, zone, rf):
    from django.template import Context, Template

    def shown() -> tuple[str, int]:
        request = rf.get("/")
        request.user = college_admin
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text = Template("{% load files %}{% attachments zone %}").render(
                Context({"request": request, "zone": zone})
            )
        return text, sum('"consortium_filescan"' in query["sql"] for query in queries)

    hand_in(files.pdf(3), "好.pdf"), hand_in(bad(), "坏.pdf")
    waiting, queries = shown()
    assert (waiting.count("Waits for the virus scan"), queries) == (2, 1)
    scan()
    text, queries = shown()
    assert (text.count("Waits for the virus scan"), text.count(f"Found: {NAME}."), queries) == (0, 1, 1)


# --- the scanner is away ----------------------------------------------------------------------------------------------
def test_while_the_scanner_is_away_the_door_is_closed_and_nothing_is_lost(clamd, scan, hand_in, client_for, partner):
    clamd.stop()
    attachment, client = hand_in(), client_for(partner)
    assert scan() == 0
    sentence = (
        "The virus scanner does not answer, so this file stays closed. It is tried again by itself and nothing is lost."
    )
    assert said(client.get(url("download", attachment.pk), follow=True)) == [sentence]
    assert state(attachment) == (None, "")
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["scanner"], ready.json()["status"]) == (200, False, "ok")
    clamd.start()
    assert client.get("/readyz").json()["scanner"] is True
    assert "waits for the virus scanner" in said(client.get(url("download", attachment.pk), follow=True))[0]
    scan_files()  # the scheduler's next look
    assert get(client, url("download", attachment.pk)).body == files.pdf()


def test_a_scanner_that_dies_in_the_middle_leaves_the_file_waiting(switched_on, scan, hand_in, settings, tmp_path):
    """Somebody who takes the stream and hangs up without a word."""
    import socket
    import threading

    switched_on.stop()
    server = socket.create_server(("127.0.0.1", 0))
    settings.CLAMD = f"127.0.0.1:{server.getsockname()[1]}"

    def hang_up() -> None:
        peer, _address = server.accept()
        peer.recv(10)
        peer.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    attachment = hand_in()
    assert scan() == 1
    thread.join()
    server.close()
    assert state(attachment)[0] == "pending"
    assert "stays closed" in held(Attachment.objects.get(pk=attachment.pk))


def test_what_is_larger_than_the_scanner_takes_stays_closed_and_keeps_nobody_waiting(clamd, scan, hand_in):
    small = hand_in(files.pdf(2), "小.pdf")
    large = hand_in(files.pdf(text="x" * (3 * STREAM)), "大.pdf")
    assert scan() == 2  # the newer one, which cannot be looked at, is asked about first and once
    assert state(small) == ("clean", "")
    assert state(large)[0] == "pending" and re.search("size limit|connection lost", state(large)[1])
    assert Attachment.objects.get(pk=large.pk).is_held
    assert scan() == 0
    FileScan.objects.filter(sha256=large.sha256).update(tried_at=timezone.now() - timedelta(minutes=11))
    assert scan() == 1


# --- once and for all -------------------------------------------------------------------------------------------------
def test_files_from_before_are_closed_and_scanned_when_it_is_switched_on(hand_in, installed, settings, scan):
    old = [hand_in(files.pdf(pages), f"{pages}.pdf") for pages in (1, 2, 3)]
    settings.CLAMD = str(installed.socket)
    if not installed.process:
        installed.start()
    assert [file.is_held for file in Attachment.objects.all()] == [True, True, True]
    assert scan() == 3
    assert [file.is_held for file in Attachment.objects.all()] == [False, False, False] and len(old) == 3


def test_a_run_ends_with_its_time_and_the_next_goes_on(clamd, hand_in, django_capture_on_commit_callbacks):
    for pages in (1, 2, 3):
        hand_in(files.pdf(pages), f"{pages}.pdf")
    assert run(django_capture_on_commit_callbacks, seconds=0) == 0
    assert run(django_capture_on_commit_callbacks) == 3


def test_the_same_bytes_with_two_records_are_told_of_with_both(clamd, scan, hand_in, zone, milestone):
    hand_in(bad(), "坏.pdf"), hand_in(bad(), "坏.pdf", owner=milestone)
    assert scan() == 1
    assert [lines(owner)[-1][1] for owner in (zone, milestone)] == ["坏.pdf", "坏.pdf"]


def test_what_one_found_another_does_not_open_and_is_told_once(clamd, scan, hand_in, secretariat):
    attachment = hand_in(bad())
    scan()
    scans._note(attachment.sha256, FileScan.Status.CLEAN, "", timezone.now())  # a slower worker with older signatures
    scans._condemn(attachment.sha256, NAME, timezone.now())
    assert state(attachment) == ("infected", NAME)
    assert Notice.objects.filter(kind="file_infected", user=secretariat).count() == 1


def test_bytes_handed_in_anew_are_looked_at_anew(clamd, scan, hand_in, college_admin):
    """A signature that was wrong is mended by its makers: then the file opens."""
    attachment = hand_in(bad())
    scan()
    remove(attachment, by=college_admin, now=timezone.now())
    hand_in(bad())
    assert state(attachment) == ("pending", "")
    assert scan() == 1
    assert state(attachment) == ("infected", NAME) and not filestore.path_of(attachment.sha256).exists()


def test_bytes_that_a_crash_left_are_swept(clamd, hand_in, scan, django_capture_on_commit_callbacks):
    attachment = hand_in(bad())
    with django_capture_on_commit_callbacks(execute=False):  # the process ends between the commit and the removal
        scan_waiting(seconds=20)
    path = filestore.path_of(attachment.sha256)
    assert path.exists()
    scan()
    assert path.exists()  # it may be coming in just now
    os.utime(path, (time.time() - 3600,) * 2)
    scan()
    assert not path.exists()


# --- what is read at once ---------------------------------------------------------------------------------------------
def imports(client, data: bytes) -> dict[str, list[str]]:
    """The four doors at which a file is read in, each given these bytes: what it says."""
    doors = {
        "consortium:member_import_create": {"file": files.upload("成员.xlsx", data)},
        "tasks:plan_import": {"file": files.upload("任务.xlsx", data), "year": 2027},
        "evaluation:scheme_import": {
            "file": files.upload("指标.xlsx", data),
            "year": 2027,
            "name": "新",
            "subject": "zone",
        },
        "zones:hour_import_create": {"file": files.upload("工时.xlsx", data)},
    }
    found = {}
    for door, sent in doors.items():
        page = client[door].post(reverse(door), sent, follow=True)
        form = page.context.get("form")
        found[door] = [*said(page), *(form.non_field_errors() if form is not None else [])]
    return found


@pytest.fixture
def clerks(client_for, secretariat, bureau, partner):
    return {
        "consortium:member_import_create": client_for(secretariat),
        "tasks:plan_import": client_for(bureau),
        "evaluation:scheme_import": client_for(secretariat),
        "zones:hour_import_create": client_for(partner),
    }


def infected_book() -> bytes:
    return files.with_part(files.xlsx(), "docProps/note.txt", EICAR)


def test_a_file_to_be_read_in_is_scanned_first(clamd, clerks):
    sentence = f"A virus was found in this file: {NAME}. It is not taken."
    assert imports(clerks, infected_book()) == {door: [sentence] for door in clerks}
    assert [model.objects.count() for model in (MemberImport, HourImport, Scheme, Attachment)] == [0, 0, 0, 0]


def test_a_file_to_be_read_in_waits_outside_while_the_scanner_is_away(clamd, clerks):
    clamd.stop()
    sentence = "The virus scanner does not answer, so no file is read in now. Try again in some minutes."
    assert imports(clerks, files.xlsx()) == {door: [sentence] for door in clerks}
    assert Attachment.objects.count() == 0


def test_without_a_scanner_and_with_a_clean_file_they_read_on(clamd, clerks, settings):
    """The control of both above: the same doors, the same clerks, no such sentence, and the file is there and open."""
    assert "virus" not in str(imports(clerks, files.xlsx()))
    assert [state(file) for file in Attachment.objects.all()] == [("clean", "")] * Attachment.objects.count()
    assert Attachment.objects.exists()
    settings.CLAMD = ""
    assert "virus" not in str(imports(clerks, infected_book()))


# --- around it --------------------------------------------------------------------------------------------------------
def test_handing_in_tells_a_worker_and_a_lost_broker_loses_nothing(
    clamd, scan, client_for, college_admin, zone, lost_broker
):
    page = send(client_for(college_admin), zone, files.upload("通知.pdf", files.pdf()))
    assert said(page) == ["1 file handed in."]
    assert scan() == 1


def test_how_many_wait_is_measured(clamd, client, hand_in, scan):
    hand_in()
    assert "consortium_files_unscanned 1.0" in client.get("/metrics").content.decode()
    scan()
    assert "consortium_files_unscanned 0.0" in client.get("/metrics").content.decode()
