"""Files that mean harm, handed to the running program: a sentence soon, little memory, others answered meanwhile.

Time is that of the processor which the program uses: a busy machine makes it no longer.
"""

import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest

from consortium.demo import PASSWORD

from .. import bombs
from ..consortium.files import docx, xlsx
from ..processes import children, peak, seconds_used

pytestmark = pytest.mark.browser
SECONDS, MEGABYTES = 10, 512  # what the issue of faults promises
FAR_TOO_LARGE = "文件解压后过大，不能接收。"
MARKUP = "网页和可带脚本的图形不收"
SVG = '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY e SYSTEM "{address}">]><svg>&e;</svg>'


class Visitor:
    """Somebody who is signed in, without a browser."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.opener = url, urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.post("/accounts/login/", urllib.parse.urlencode({"login": name, "password": PASSWORD}).encode())

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=120) as answer:
            return unescape(answer.read().decode())

    def post(self, path: str, data: bytes, kind: str = "application/x-www-form-urlencoded", form: str = "") -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(form or path))[1]
        head = {"Content-Type": kind, "X-CSRFToken": token}
        with self.opener.open(urllib.request.Request(self.url + path, data, head), timeout=300) as answer:
            return unescape(answer.read().decode())

    def hand_in(self, path: str, field: str, name: str, content: bytes, form: str = "", **more: str) -> str:
        """The page that answers."""
        end = uuid.uuid4().hex
        fields = "".join(
            f'--{end}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in more.items()
        )
        head = f'--{end}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        body = (fields + head).encode() + content + f"\r\n--{end}--\r\n".encode()
        return self.post(path, body, f"multipart/form-data; boundary={end}", form)


@contextmanager
def others(program) -> Iterator[list[int]]:
    """Somebody else asks for a page all the time; how each was answered."""
    said: list[int] = []
    done = False

    def ask() -> None:
        while not done:
            with urllib.request.urlopen(f"{program.url}/accounts/login/", timeout=120) as answer:
                said.append(answer.status)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            yield said
        finally:
            done = True
        asking.result()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Where no reader of a file may come by."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture(scope="module")
def secretariat(program) -> Visitor:
    return Visitor(program.url, "secretariat")


@pytest.fixture(scope="module")
def bureau(program) -> Visitor:
    return Visitor(program.url, "bureau")


def web(program) -> set[int]:
    return children(program.processes["web"].pid, b"gunicorn")


@contextmanager
def watched(processes: set[int]) -> Iterator[None]:
    """None of them uses more than is promised, while others are answered. A worker's child may end after 200 jobs."""
    for pid in processes:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
    before = {pid: seconds_used(pid) for pid in processes}
    yield
    left = [pid for pid in processes if Path(f"/proc/{pid}").exists()]
    assert max(seconds_used(pid) - before[pid] for pid in left) < SECONDS
    assert max(map(peak, left)) < MEGABYTES


MADE = {
    "zip bomb": bombs.zip_bomb, "cell bomb": bombs.cell_bomb, "tall cell bomb": lambda: bombs.cell_bomb(100_000, 20),
    "table bomb": lambda: bombs.table_bomb(1_000_000),
}  # fmt: skip
TABLE = ("/tasks/plans/import/", "file", {"year": "2026"})
MEMBERS = ("/consortium/member-imports/new/", "file", {})


@pytest.mark.parametrize(
    ("place", "bomb", "name", "sentence"),
    [
        (TABLE, "zip bomb", "任务.docx", "文件过大，最多 10 MB。"),
        (TABLE, "table bomb", "任务.docx", "文件里的单元格远多于一张任务表。"),
        (TABLE, "cell bomb", "任务.xlsx", "文件里的单元格远多于一张任务表。"),
        (MEMBERS, "zip bomb", "成员.xlsx", FAR_TOO_LARGE),
        (MEMBERS, "cell bomb", "成员.xlsx", "请删去多余的内容"),
        (MEMBERS, "tall cell bomb", "成员.xlsx", "一个文件最多2,000个成员单位"),
    ],
)  # fmt: skip
def test_a_bomb_is_a_sentence_and_others_are_answered(program, secretariat, bureau, place, bomb, name, sentence):
    path, field, more = place
    content = MADE[bomb]()
    with others(program) as answers, watched(web(program)):
        page = (bureau if place is TABLE else secretariat).hand_in(path, field, name, content, **more)
    assert sentence in page
    assert set(answers) == {200}


def test_a_cell_bomb_is_a_sentence_of_the_worker_too(program):
    partner = Visitor(program.url, "partner")
    worker, log = children(program.processes["worker"].pid), program.folder / "worker.log"
    said = log.stat().st_size
    with others(program) as answers, watched(web(program) | worker):
        page = partner.hand_in("/zones/hour-imports/new/", "file", "工时.xlsx", bombs.cell_bomb())
        address = re.search(r"/zones/hour-imports/\d+/", page)[0]
        end = time.monotonic() + 120
        while "请删去多余的内容" not in page:
            assert time.monotonic() < end, page
            time.sleep(0.5)
            page = partner.get(address)
    assert set(answers) == {200}
    assert b"WorkerLostError" not in log.read_bytes()[said:]
    remove = f"from zones.models import HourImport as I; I.objects.filter(pk={address.split('/')[-2]}).delete()"
    program.manage("shell", "-v0", "-c", remove)  # the tests after this one see the demonstration as it was


def test_no_file_has_the_server_read_or_fetch_what_it_names(secretariat, bureau, listener, attach_to):
    fetched = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    for address in ("file:///etc/passwd", fetched):
        sheet = bombs.naming(xlsx(), bombs.SHEET, address)
        for name, content in (("a.docx", bombs.naming(docx(), bombs.TEXT, address)), ("a.xlsx", sheet)):
            page = bureau.hand_in(TABLE[0], "file", name, content, **TABLE[2])
            assert ("但内容不是该格式" in page, "root:" in page) == (True, False)
        page = secretariat.hand_in(MEMBERS[0], "file", "a.xlsx", sheet)
        assert ("已损坏" in page, "root:" in page) == (True, False)
        page = attach_to("图.svg", SVG.format(address=address).encode())
        assert (MARKUP in page, "root:" in page) == (True, False)
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.fixture
def attach_to(program):
    """A function that hands in a file to a zone; gives the zone's page."""
    college = Visitor(program.url, "college")
    page = college.get("/zones/?status=active")
    zone = re.search(r'href="(/zones/(\d+)/)"', page)
    return lambda name, content: college.hand_in(
        f"/consortium/files/attach/zones.zone/{zone[2]}/", "uploads", name, content, form=zone[1]
    )


def test_a_bomb_and_a_page_are_no_attachments(program, attach_to):
    with others(program) as answers, watched(web(program)):
        assert FAR_TOO_LARGE in attach_to("炸弹.docx", bombs.zip_bomb())
    assert set(answers) == {200}
    assert MARKUP in attach_to("通知.pdf", b"<!DOCTYPE html><html><script>alert(1)</script></html>")


def test_control_whoever_unpacks_the_bomb_is_seen_to(tmp_path):
    """The same watch over a process that opens it as it comes."""
    (tmp_path / "bomb.docx").write_bytes(bombs.zip_bomb())
    said = f"import zipfile; part = zipfile.ZipFile('bomb.docx').read('{bombs.TEXT}'); print(len(part)); input()"
    with subprocess.Popen(
        [sys.executable, "-c", said], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        with pytest.raises(AssertionError), watched({process.pid}):
            assert int(process.stdout.readline()) > 600_000_000
        assert peak(process.pid) > MEGABYTES
        process.communicate("\n")
