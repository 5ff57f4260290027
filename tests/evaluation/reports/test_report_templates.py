"""Templates of annual reports: what is taken and refused, what a report shows of one, and that nothing in it runs."""

import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pikepdf
import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from docx import Document as read_docx
from docx.shared import RGBColor
from PIL import Image

from consortium.models import HistoryEntry
from consortium.services import Refused
from consortium.typesetting import typeset
from evaluation.models import AnnualReport, ReportTemplate
from evaluation.services import report_templates, reports
from evaluation.services.report_changes import is_stale
from evaluation.services.report_document import document
from evaluation.services.report_docx import report_docx
from evaluation.services.report_paper import report_source
from evaluation.services.report_template_files import STANDARD, contrast, standard_zip

from .conftest import YEAR

pytestmark = pytest.mark.django_db
TOML = """name = "沙河职教样式"
[colours]
accent = "#8F1B1B"
head = "#F7EEEE"
[cover]
line = "产教融合 校企同行"
office = "示例学院产教处"
"""
HOSTILE = ['#import "@preview/cetz:0.3.0"', '#read("/etc/passwd")', "{{7*7}}", "<w:br/>", "=1+1", "[a](http://b.cn)"]
EXTRA = "# 学校寄语\n\n第一段，**要点**在此。\n\n## 分项\n\n- 甲项\n- 乙项\n\n1. 其一\n2. 其二\n\n" + "\n\n".join(
    HOSTILE
)


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 600)) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "#c0392b").save(drawn, kind)
    return drawn.getvalue()


def packed(**files: str | bytes) -> bytes:
    """A ZIP; in the names of the files __ stands for a dot."""
    return zipped([(name.replace("__", "."), content) for name, content in files.items()])


def zipped(members: list[tuple[str, str | bytes]]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return target.getvalue()


@pytest.fixture
def bring(consortium, secretariat, now):
    def bring(content: bytes) -> ReportTemplate:
        return report_templates.bring(consortium, BytesIO(content), len(content), by=secretariat, now=now)

    return bring


@pytest.fixture
def template(bring) -> ReportTemplate:
    return bring(packed(template__toml=TOML, extra__md=EXTRA, crest__png=picture()))


@pytest.fixture
def in_use(template, consortium, secretariat) -> ReportTemplate:
    report_templates.use(consortium, template, by=secretariat)
    return template


@pytest.fixture
def dressed(year_of_hours, in_use, report) -> AnnualReport:
    assert reports.make(report), report.error
    return AnnualReport.objects.for_page().get(pk=report.pk)


def read(report: AnnualReport, form: str = "pdf") -> BytesIO:
    with reports.open_file(report, form) as file:
        return BytesIO(file.read())


def stored(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def text_of(pdf: BytesIO) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


BOMB = packed(template__toml=TOML, extra__md="# 一\n" + "零" * 600_000)
GOOD = ("template.toml", TOML)
REFUSED = [
    (b"Rar!\x1a\x07", "This is no ZIP file, or it is damaged."),
    (packed(template__toml=TOML)[:-30], "This is no ZIP file, or it is damaged."),
    (packed(extra__md="# 一"), "template.toml is missing. Pack the files themselves, not their folder."),
    (zipped([("looks/template.toml", TOML)]), "looks/template.toml cannot stand in a template."),
    (zipped([GOOD, ("../../crest.png", picture())]), "../../crest.png cannot stand in a template."),
    (zipped([GOOD, ("/etc/passwd", "x")]), "/etc/passwd cannot stand in a template."),
    (zipped([GOOD, ("annual_report.typ", "#read(\"/etc/passwd\")")]), "annual_report.typ cannot stand in a template."),
    (zipped([GOOD, ("crest.svg", "<svg/>")]), "crest.svg cannot stand in a template."),
    (BOMB, "Unpacked, this file would be far too large."),
    (packed(template__toml=TOML, extra__md=os.urandom(2_100_000)), "This file is larger than 2 MB."),
    (packed(template__toml=TOML.encode("gb18030")), "template.toml, line 1: this is not UTF-8."),
    (packed(template__toml=TOML, extra__md="# 一\n\n二".encode()[:-1]), "extra.md, line 3: this is not UTF-8."),
    (packed(template__toml=TOML.replace('line = "', "line = “")), "template.toml, line 6: this cannot be read."),
    (packed(template__toml=TOML + "[cover]\n"), "template.toml, line 8: this cannot be read."),
    (packed(template__toml='name = ""'), "template.toml, line 1: the template needs a name."),
    (packed(template__toml="name = 3"), "template.toml, line 1: this is a text in quotes."),
    (packed(template__toml=f'name = "{"长" * 61}"'), "template.toml, line 1: at most 60 signs."),
    (packed(template__toml=TOML + 'font = "x"\n'), "template.toml, line 8: there is no setting “font”."),
    (packed(template__toml='name = "x"\ncover = 1'), "template.toml, line 2: this is a heading: write [cover]."),
    (packed(template__toml='name = "x"\nreports = ["all"]'), "template.toml, line 2: choose among zone、"),
    (packed(template__toml='name = "x"\nreports = [[1]]'), "template.toml, line 2: choose among zone、"),
    (packed(template__toml='name = "x"\n[extra]\nplace = "top"'), "template.toml, line 3: choose among start、"),
    (packed(template__toml='name = "x"\n[extra]\nplace = []'), "template.toml, line 3: choose among start、"),
    (packed(template__toml=TOML.replace("#8F1B1B", "red")), "template.toml, line 3: a colour is written #RRGGBB,"),
    (packed(template__toml=TOML.replace("#8F1B1B", "#FFD700")), "template.toml, line 3: white text on it has a con"),
    (packed(template__toml=TOML.replace("#F7EEEE", "#333333")), "template.toml, line 4: dark text on it has a cont"),
    (packed(template__toml=TOML, extra__md="没有标题"), "extra.md, line 1: begin with the heading"),
    (packed(template__toml=TOML, extra__md="# 一\n\n# 二"), "extra.md, line 3: one # is for the first line"),
    (packed(template__toml=TOML, extra__md="# 一\n\n- 甲\n  - 乙"), "extra.md, line 4: a list inside a list"),
    (packed(template__toml=TOML, extra__md="# 一\n\n\x00二"), "extra.md, line 3: an invisible sign."),
    (packed(template__toml=TOML, crest__png=b"GIF89a"), "crest.png is damaged, or another kind of picture"),
    (packed(template__toml=TOML, crest__png=picture("JPEG")), "crest.png is damaged, or another kind of picture"),
    (packed(template__toml=TOML, crest__png=picture(), crest__jpg=picture("JPEG")), "There are two crests:"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), REFUSED)
def test_what_is_no_template_is_refused_with_file_and_line(bring, content, sentence):
    with pytest.raises(Refused) as refusal:
        bring(content)
    assert str(refusal.value)[: len(sentence)] == sentence
    assert ReportTemplate.objects.count() == 0


def test_a_member_that_stands_in_it_twice_is_refused(bring):
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped([GOOD, GOOD])
    with pytest.raises(Refused, match=r"template\.toml stands in it twice"):
        bring(twice)


def test_a_picture_of_too_many_pixels_is_not_unpacked(bring):
    """A PNG whose head says 20,000 by 20,000."""
    head = b"IHDR" + struct.pack(">LLBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + head + struct.pack(">L", zlib.crc32(head)) + b"\0" * 12
    with pytest.raises(Refused, match=r"crest\.png"):
        bring(packed(template__toml=TOML, crest__png=bomb))


def test_the_standard_template_is_taken_as_it_is(bring):
    kept = bring(standard_zip())
    assert (kept.name, kept.content["accent"], kept.content["extra"]["title"]) == (
        "标准模板的副本", "#1b4d8f", "附加章节",
    )  # fmt: skip
    assert sorted(path.name for path in STANDARD.iterdir()) == ["extra.md", "template.toml"]
    assert [block["kind"] for block in kept.content["extra"]["blocks"]] == [
        "paragraph", "heading", "paragraph", "bullets", "numbers",
    ]  # fmt: skip


def test_the_same_name_or_the_same_file_comes_in_once(bring, template):
    with pytest.raises(ValidationError, match="There is a template of this name"):
        bring(packed(template__toml=TOML))
    with pytest.raises(ValidationError, match="This very file is here already"):
        bring(stored(template.file.name))


def test_the_contrast_is_the_one_of_wcag():
    assert [round(contrast(colour, "#ffffff"), 2) for colour in ("#000000", "#ffffff", "#767676")] == [21, 1, 4.54]


def test_the_crest_is_drawn_anew(bring):
    photo = BytesIO()
    Image.new("RGB", (900, 600), "#c0392b").save(photo, "JPEG", exif=b"Exif\0\0secret", comment=b"secret place")
    kept = bring(packed(template__toml=TOML, crest__jpg=photo.getvalue()))
    drawn = stored(kept.crest.name)
    assert b"secret" in photo.getvalue()
    assert b"secret" not in drawn
    with Image.open(BytesIO(drawn)) as crest:
        assert (crest.format, crest.size) == ("PNG", (400, 267))


def test_the_paper_shows_the_template_and_stays_an_archive_document(dressed, in_use):
    file = read(dressed)
    text = text_of(file)
    for words in ("产教融合 校企同行", "示例学院产教处", "学校寄语", "要点", "甲项", "其二"):
        assert words in text, words
    with pikepdf.open(file) as pdf:
        with pdf.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "A")
        with pdf.open_outline() as outline:
            assert [re.sub("^.*、", "", item.title).strip() for item in outline.root][-2:] == ["学校寄语", "签署"]
        assert pdf.pages[0].get_images()
    assert dressed.figures["template"]["sha256"] == in_use.sha256
    assert dressed.figures["template"]["name"] == "沙河职教样式"


def test_what_looks_like_a_program_comes_out_as_it_was_typed(dressed):
    texts = {
        "pdf": text_of(read(dressed)),
        "docx": "\n".join(paragraph.text for paragraph in read_docx(read(dressed, "docx")).paragraphs),
        "xlsx": "\n".join(
            str(row[1].value) for row in openpyxl.load_workbook(read(dressed, "xlsx")).worksheets[0].rows
        ),
    }
    for form, text in texts.items():
        assert [words for words in HOSTILE if words not in text] == [], form
    kinds = {cell.data_type for row in openpyxl.load_workbook(read(dressed, "xlsx")).worksheets[0].rows for cell in row}
    assert kinds == {"s", "n"}  # n: an empty one


def test_word_has_real_headings_in_the_template_s_colour_and_its_crest(dressed):
    file = read_docx(read(dressed, "docx"))
    headings = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings[-2].endswith("、学校寄语")
    assert file.styles["Heading 1"].font.color.rgb == RGBColor.from_string("8F1B1B")
    assert len(file.inline_shapes) - len([part for part in file.part.rels.values() if "chart" in part.reltype]) == 1
    assert 'w:fill="F7EEEE"' in file.element.xml
    assert 'w:fill="EEF2F7"' not in file.element.xml
    bold = [run.text for paragraph in file.paragraphs for run in paragraph.runs if run.bold]
    assert "要点" in bold


def test_the_page_shows_section_and_template(dressed, secretariat, client_for):
    page = client_for(secretariat).get(reverse("reports:report_detail", args=[dressed.pk])).text
    for words in (
        "学校寄语",
        "<b>要点</b>",
        "{{7*7}}",
        "&lt;w:br/&gt;",
        "沙河职教样式",
        dressed.figures["template"]["sha256"],
    ):
        assert words in page, words


def test_another_template_leaves_finished_reports_as_they_are(dressed, consortium, secretariat, in_use):
    before = read(dressed).getvalue()
    report_templates.use(consortium, None, by=secretariat)
    report_templates.delete(in_use, by=secretariat)
    assert not is_stale(dressed)
    assert list(reports.verify_reports()) == []
    with translation.override("zh-hans"):
        again = report_templates.with_crest(document(dressed, dressed.finished_at))
        assert typeset(*report_source(dressed, again), dressed.finished_at) == before
        assert report_docx(again) == read(dressed, "docx").getvalue()
    assert HistoryEntry.objects.of(consortium).filter(what=report_templates.DELETED).get().old == "沙河职教样式"


def test_a_template_for_other_kinds_is_not_applied(bring, consortium, secretariat, report):
    only = bring(packed(template__toml='name = "x"\nreports = ["college"]'))
    report_templates.use(consortium, only, by=secretariat)
    assert report_templates.template_for(report) == {}
    assert (
        report_templates.template_for(SimpleNamespace(consortium_id=consortium.pk, scope="college"))["template"]["name"]
        == "x"
    )


def test_a_report_whose_crest_is_gone_fails_with_a_sentence(in_use, report):
    default_storage.delete(in_use.crest.name)
    assert not reports.make(report)
    assert report.error == "年报模板的徽标文件缺失或被改动。请重新上传模板。"


@pytest.mark.parametrize("place", ["start", "figures", "end"])
@pytest.mark.parametrize("scope", ["zone", "college"])
def test_the_section_stands_where_the_template_says(
    bring, consortium, secretariat, year_of_hours, now, zone, college, place, scope
):
    text = f'{TOML}[extra]\nplace = "{place}"\n'
    report_templates.use(consortium, bring(packed(template__toml=text, extra__md="# 寄语")), by=secretariat)
    [report] = reports.queue_reports(
        [zone if scope == "zone" else college.memberships.get()], YEAR, by=secretariat, now=now
    )
    assert reports.make(report), report.error
    word = [row.text for row in read_docx(read(report, "docx")).paragraphs if row.style.name == "Heading 1"]
    with pikepdf.open(read(report)) as pdf, pdf.open_outline() as outline:
        paper = [item.title for item in outline.root]
    at = {"start": 0, "figures": len(word) - 2, "end": len(word) - 2}[place]  # no text was written here
    assert [number for number, title in enumerate(word) if title.endswith("寄语")] == [at]
    assert [number for number, title in enumerate(paper) if title.endswith("寄语")] == [at + len(paper) - len(word)]
    assert len(paper) - len(word) in (0, 1)  # the table of contents is a heading of the paper too


def test_a_template_is_brought_tried_used_and_removed_in_the_browser(
    year_of_hours, finished, secretariat, client_for, consortium, settings
):
    settings.LANGUAGE_CODE = "en"
    client, address = client_for(secretariat), reverse("reports:report_template_list")
    standard = client.get(reverse("reports:report_template_standard"))
    assert standard.content == standard_zip()
    bad = SimpleUploadedFile("a.zip", packed(template__toml="name = 1"))
    assert "template.toml, line 1: this is a text in quotes." in client.post(address, {"file": bad}).text
    good = packed(template__toml=TOML, extra__md=EXTRA, crest__png=picture())
    assert client.post(address, {"file": SimpleUploadedFile("a.zip", good)}).status_code == 302
    template = ReportTemplate.objects.get()
    download = client.get(reverse("reports:report_template_download", args=[template.pk]))
    assert b"".join(download.streaming_content) == good
    stored = set(AnnualReport.objects.values_list("pk", "file", "sha256"))
    preview = client.get(reverse("reports:report_template_preview", args=[template.pk]))
    assert "学校寄语" in text_of(BytesIO(preview.content))
    assert "编号 预览" in text_of(BytesIO(preview.content))
    assert set(AnnualReport.objects.values_list("pk", "file", "sha256")) == stored
    client.post(reverse("reports:report_template_use", args=[template.pk]))
    client.post(reverse("reports:report_template_delete", args=[template.pk]))  # in use: refused
    assert ReportTemplate.objects.get().is_chosen
    client.post(reverse("reports:report_template_use_standard"))
    client.post(reverse("reports:report_template_delete", args=[template.pk]))
    assert ReportTemplate.objects.count() == 0
    rows = HistoryEntry.objects.of(consortium).filter(what__startswith="report template").order_by("pk")
    assert [(row.what, row.old, row.new) for row in rows] == [
        ("report template uploaded", "", "沙河职教样式"),
        ("report template in use", "", "沙河职教样式"),
        ("report template in use", "沙河职教样式", ""),
        ("report template deleted", "沙河职教样式", ""),
    ]
    assert "沙河职教样式" in client.get(address).text


def test_only_the_secretariat_has_templates(template, college_admin, bureau, partner, client_for):
    for person in (college_admin, bureau, partner):
        client = client_for(person)
        assert client.get(reverse("reports:report_template_list")).status_code == 403
        assert client.get(reverse("reports:report_template_preview", args=[template.pk])).status_code in (403, 404)


def test_a_preview_without_a_report_says_what_to_do(template, secretariat, client_for):
    with pytest.raises(Refused, match="Make one first"):
        report_templates.preview(template, secretariat, template.uploaded_at)


COMPILES = """
import json, sys
from datetime import datetime, UTC
from pathlib import Path
from consortium.typesetting import typeset
template, report = sys.argv[1:]
try:
    print(len(typeset(Path(template), json.loads(Path(report).read_text()), datetime.now(UTC))))
except Exception as error:
    print("refused", error)
"""


class Listener:
    """A proxy that lets nothing through and counts who asks."""

    def __enter__(self) -> "Listener":
        self.asked, self.socket = 0, socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.count, daemon=True)
        self.thread.start()
        return self

    def count(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.asked += 1
            connection.close()

    def __exit__(self, *_error: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


def test_a_hostile_template_makes_no_connection_and_a_package_would(dressed, tmp_path):
    """The same compiler and listener, once with the hostile section and once with a program that does ask."""
    written = report_templates.with_crest(document(dressed, dressed.finished_at))
    path, inputs = report_source(dressed, written)
    told = tmp_path / "report.json"
    told.write_text(json.dumps(inputs))
    code = tmp_path / "code.typ"
    code.write_text('#import "@preview/nowhere:0.0.1"\n')
    counts, said = [], []
    for template in (path, code):
        with Listener() as listener:
            proxy = f"http://127.0.0.1:{listener.port}"
            names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
            done = subprocess.run(
                [sys.executable, "-c", COMPILES, str(template), str(told)],
                capture_output=True, text=True, timeout=60, check=True,
                env={**os.environ, **dict.fromkeys(names, proxy), "NO_PROXY": "", "no_proxy": ""},
            )  # fmt: skip
            counts.append(listener.asked)
            said.append(done.stdout.strip())
    assert counts[0] == 0, said
    assert int(said[0]) > 10_000
    assert counts[1] > 0, said
