"""The report as Word and Excel: the same figures, the same digits, and nothing that a person typed is markup."""

import datetime
import hashlib
import zipfile
from decimal import Decimal
from io import BytesIO

import lxml.etree
import pytest
from django.urls import reverse
from django.utils import timezone, translation
from docx import Document as read_docx
from openpyxl import load_workbook
from pypdf import PdfReader

from evaluation.models import AnnualReport
from evaluation.services import reports
from evaluation.services.report_charts import drawn
from evaluation.services.report_document import document, number_text
from evaluation.services.report_docx import report_docx
from evaluation.services.report_parts import Band, Table
from evaluation.services.report_xlsx import report_xlsx

from .conftest import YEAR, day

pytestmark = pytest.mark.django_db
HOSTILE = '=1+1 <w:br/> {{7*7}} #import "/etc/passwd" \x0b\u202e & 𠮷'


@pytest.fixture
def full(year_of_hours, innovation_class, college_task, published, report) -> AnnualReport:
    assert reports.make(report)
    return AnnualReport.objects.for_page().get(pk=report.pk)


@pytest.fixture
def written(full):
    with translation.override("zh-hans"):
        yield document(full, full.finished_at)


def tables_of(written) -> list[Table]:
    return [part for chapter in written.chapters for part in chapter.parts if isinstance(part, Table)]


def lines_of(table: Table) -> list[list[str]]:
    """The table as read from above: its head, rows, bands over the whole width, and total."""
    rows = [row if isinstance(row, list) else [row.text] * len(table.head) for row in table.rows]
    return [table.head, *([number_text(cell) for cell in row] for row in rows)]


def test_each_form_is_kept_with_its_checksum_and_comes_from_page_and_api(full, secretariat, client_for, api_for):
    assert [copy.form for copy in full.copies.all()] == ["docx", "xlsx"]
    for copy in full.copies.all():
        page = client_for(secretariat).get(reverse("reports:report_download", args=[full.pk]), {"format": copy.form})
        api = api_for(secretariat).get(f"/api/v1/reports/{full.pk}/download/", {"format": copy.form})
        for response in (page, api):
            content = b"".join(response.streaming_content)
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (copy.sha256, copy.size)
            assert response.headers["Content-Type"] == reports.TYPES[copy.form]
            assert response.headers["Content-Disposition"].endswith(f".{copy.form}")


def test_another_form_is_refused_in_its_way(full, secretariat, client_for, api_for):
    assert (
        client_for(secretariat).get(reverse("reports:report_download", args=[full.pk]), {"format": "odt"}).status_code
        == 404
    )
    refused = api_for(secretariat).get(f"/api/v1/reports/{full.pk}/download/", {"format": "odt"})
    assert (refused.status_code, list(refused.data)) == (400, ["format"])
    full.copies.all().delete()  # as of a report made by an earlier version of the program
    assert api_for(secretariat).get(f"/api/v1/reports/{full.pk}/download/", {"format": "docx"}).status_code == 409


def test_a_changed_copy_is_found(full, settings):
    with (settings.MEDIA_ROOT / full.copies.get(form="xlsx").file.name).open("ab") as file:
        file.write(b" ")
    assert list(reports.verify_reports()) == ["Report 2025-CNC-01: the file does not fit its checksum."]


def test_word_has_the_tables_of_the_figures_with_headings_captions_and_repeated_heads(written):
    file = read_docx(BytesIO(report_docx(written)))
    styles = [(paragraph.style.name, paragraph.text) for paragraph in file.paragraphs]
    assert [text for style, text in styles if style == "Heading 1"] == [
        "一、特区概况", "二、项目工时", "三、绩效评价", "四、年度任务",
        "五、工时与上年对照", "六、学员", "七、成果", "八、资源、培训与服务", "九、签署",
    ]  # fmt: skip
    expected = tables_of(written)
    captions = [row._p.xpath("string(.)") for row in file.paragraphs if row.style.name == "Caption"]
    figures = [table for table in expected if drawn(table)]
    assert [one for one in captions if one[0] == "表"] == [
        f"表 {n}　{table.title}" for n, table in enumerate(expected, 1)
    ]
    assert [one for one in captions if one[0] == "图"] == [
        f"图 {n}　{table.title}" for n, table in enumerate(figures, 1)
    ]
    found = file.tables[1:-1]  # the first is the cover's, the last the seals'
    assert len(found) == len(expected)
    for table, wanted in zip(found, expected, strict=True):
        read = [[cell.text for cell in row.cells] for row in table.rows]
        assert read[: len(wanted.rows) + 1] == lines_of(wanted)
        assert table.rows[0]._tr.trPr.findall(".//{*}tblHeader")


def test_word_draws_the_hours_and_scores_itself(written):
    """Charts of the kind that Word makes, with the digits of their tables and no hidden workbook."""
    drawn_ones = [table for table in tables_of(written) if drawn(table)]
    assert [table.chart for table in drawn_ones] == ["stacked", "columns", "bars", "radar"]
    with zipfile.ZipFile(BytesIO(report_docx(written))) as file:
        names = set(file.namelist())
        body = lxml.etree.fromstring(file.read("word/document.xml"))
        related = lxml.etree.fromstring(file.read("word/_rels/document.xml.rels"))
        targets = {row.get("Id"): row.get("Target") for row in related}
        shown = body.xpath("//*[local-name()='chart']/@*[local-name()='id']")
        assert [targets[one] for one in shown] == [f"charts/chart{number}.xml" for number in range(1, 5)]
        types = file.read("[Content_Types].xml").decode()
        for number, table in enumerate(drawn_ones, 1):
            assert f"/word/charts/chart{number}.xml" in types
            chart = lxml.etree.fromstring(file.read(f"word/charts/chart{number}.xml"))
            lines = [row for row in table.rows if not isinstance(row, Band)]
            for series, at in zip(chart.xpath("//*[local-name()='ser']"), table.plotted, strict=True):
                said = series.xpath("./*[local-name()='val']//*[local-name()='v']/text()")
                assert said == [str(row[at]) for row in lines if row[at] is not None]
                names_said = series.xpath("./*[local-name()='cat']//*[local-name()='v']/text()")
                assert names_said == [number_text(row[table.named_by]) for row in lines]
    assert not [name for name in names if name.endswith((".xlsx", ".bin", ".png"))]


def test_excel_has_numbers_that_add_up_to_the_hours(written, full):
    book = load_workbook(BytesIO(report_xlsx(written, [])))
    assert len(book.sheetnames) == 1 + len(tables_of(written))
    hours = next(book[name] for name in book.sheetnames if "按企业" in name)
    rows = list(hours.iter_rows(values_only=True))
    assert rows[0] == ("企业", "授课", "指导", "合计")
    assert [type(value) for value in rows[1][1:]] == [float] * 3
    assert Decimal(str(rows[1][3])) == Decimal(full.figures["hours"]["total"]) == Decimal("17.75")


def test_excel_draws_what_word_draws_from_its_cells(written):
    """Every chart points to the cells of its own sheet, and says the digits that stand there."""
    tables = tables_of(written)
    with zipfile.ZipFile(BytesIO(report_xlsx(written, []))) as file:
        charts = {name: lxml.etree.fromstring(file.read(name)) for name in file.namelist() if "/charts/" in name}
        book = load_workbook(BytesIO(report_xlsx(written, [])))
        numbers = [number for number, table in enumerate(tables, 2) if drawn(table)]  # the first sheet is the cover
        assert list(charts) == [f"xl/charts/chart{number}.xml" for number in numbers]
        for (number, chart), table in zip(
            zip(numbers, charts.values(), strict=True), filter(drawn, tables), strict=True
        ):
            sheet = book.worksheets[number - 1]
            assert len(sheet._charts) == 1
            assert chart.xpath("string(//*[local-name()='title'])") == table.title
            for series, at in zip(chart.xpath("//*[local-name()='ser']"), table.plotted, strict=True):
                for part, column in (("tx", at), ("cat", table.named_by), ("val", at)):
                    [place] = series.xpath(f"./*[local-name()='{part}']//*[local-name()='f']/text()")
                    name, cells = place.rsplit("!", 1)
                    assert name == f"'{sheet.title}'"
                    letter = "ABCDEFGHIJ"[column]
                    last = len(table.rows) + 1
                    assert cells == (f"${letter}$1" if part == "tx" else f"${letter}$2:${letter}${last}")
                points = series.xpath("./*[local-name()='val']//*[local-name()='pt']")
                said = {int(point.get("idx")): float(point[0].text) for point in points}
                column = [row[at] for row in sheet.iter_rows(2, len(table.rows) + 1, values_only=True)]
                assert said == {row: value for row, value in enumerate(column) if isinstance(value, float)}


def test_excel_repeats_the_heads_on_a4(written):
    book = load_workbook(BytesIO(report_xlsx(written, [])))
    assert [sheet.title for sheet in book][0] == "封面"
    for sheet in book.worksheets[1:]:
        assert (sheet.print_title_rows, sheet.freeze_panes) == ("$1:$1", "A2")
        paper = sheet.page_setup
        assert [str(one) for one in (paper.paperSize, paper.orientation, paper.fitToHeight)] == ["9", "landscape", "0"]


def test_page_and_api_and_paper_and_word_and_excel_show_the_same_digits(
    written, full, published, client_for, api_for, secretariat
):
    word = {
        cell.text
        for table in read_docx(BytesIO(report_docx(written))).tables
        for row in table.rows
        for cell in row.cells
    }
    result = full.figures["evaluation"]
    assert {result["official"], result["rescaled"], result["absolute"]} <= word
    assert {line["score"] for line in result["indicators"] if line["score"]} <= word
    book = load_workbook(BytesIO(report_xlsx(written, [])))
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {float(result["official"]), float(result["absolute"])} <= cells
    assert {float(line["score"]) for line in result["indicators"] if line["score"]} <= cells
    digits = {result[name] for name in ("official", "rescaled", "absolute")}
    digits |= {line["score"] for line in result["indicators"] if line["score"]}
    with full.file.open("rb") as file:
        paper = "".join(page.extract_text() for page in PdfReader(file).pages)
    assert {one for one in digits if one not in paper} == set()
    told = api_for(secretariat).get(f"/api/v1/evaluations/{published.pk}/result/").json()
    assert {told[name] for name in ("official", "rescaled", "absolute")} | {
        line["score"] for line in told["indicators"] if line["score"]
    } == digits
    page = client_for(secretariat).get(reverse("evaluation:evaluation_result", args=[published.pk])).content.decode()
    assert {one for one in digits if f">{one}<" not in page} == set()


def test_what_a_person_typed_stays_text(zone, report, mentor, project, log):
    zone.name = project.name = HOSTILE
    zone.save()
    project.save()
    log(project, mentor, day(3, 3), "8")
    assert reports.make(report)
    made = AnnualReport.objects.for_page().get(pk=report.pk)
    as_text = HOSTILE.replace("\x0b", "")
    with translation.override("zh-hans"):
        hostile = document(made, timezone.make_aware(datetime.datetime(YEAR, 1, 1)))
    file = read_docx(BytesIO(report_docx(hostile)))
    assert any(cell.text == as_text for table in file.tables for row in table.rows for cell in row.cells)
    assert file.core_properties.title.startswith(as_text)
    sheets = load_workbook(BytesIO(report_xlsx(hostile, [])))
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if "1+1" in str(cell.value)]
    assert cells and {cell.data_type for cell in cells} == {"s"}
    assert as_text in {cell.value for cell in cells}


def test_a_sign_of_a_number_and_a_text_too_long_for_a_cell_leave_the_file_whole(zone, report):
    """What Excel reads as the code of a sign stands as it was typed; a cell takes 32,767 signs, the rest the next."""
    long = "长" * 40_000
    zone.name = "_x0041_ " + "'[]:*?/\\" * 9
    zone.save()
    zone.charters.update(text=long)
    assert reports.make(report)
    made = AnnualReport.objects.for_page().get(pk=report.pk)
    with translation.override("zh-hans"):
        content = report_xlsx(document(made, made.finished_at), [])
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert '<t xml:space="preserve">_x005F_x0041_ ' in file.read("xl/sharedStrings.xml").decode()
    cover = load_workbook(BytesIO(content)).worksheets[0]
    said = [row[1] for row in cover.iter_rows(values_only=True) if str(row[1]).startswith("长")]
    assert [len(text) for text in said] == [32_767, 40_000 - 32_767]
