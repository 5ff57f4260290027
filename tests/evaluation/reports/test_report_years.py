"""All years of a zone as a line: in the snapshot, on paper and page, in Word and Excel, each with its records."""

import zipfile
from decimal import Decimal
from io import BytesIO

import lxml.etree
import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from pypdf import PdfReader

from evaluation.models import AnnualReport, Evaluation
from evaluation.services import report_kinds, reports
from evaluation.services.report_changes import is_stale
from evaluation.services.report_document import document
from evaluation.services.report_docx import report_docx
from evaluation.services.report_svg import line_svg
from evaluation.services.report_traced import traced
from evaluation.services.report_xlsx import report_xlsx

from .conftest import day
from .test_report_kinds import recomputed

pytestmark = pytest.mark.django_db


@pytest.fixture
def long(year_of_hours, project, mentor, log, published, innovation_class, report) -> AnnualReport:
    """Hours of 2023 (2), 2024 (3) and 2025 (17.75); results of 2022 (70.00) and 2025, of those between none."""
    log(project, mentor, day(6, 1, 2023), "2")
    log(project, mentor, day(6, 2, 2023), "9", status="submitted")
    before = Evaluation.objects.get(pk=published.pk)
    before.pk, before.year, before.result = None, 2022, {**published.result, "official": "70.00"}
    before.save()
    assert reports.make(report)
    return AnnualReport.objects.for_page().get(pk=report.pk)


def test_every_year_from_the_first_stands_in_the_snapshot_with_its_records(long, published):
    [section] = long.figures["over_years"]
    hours, scores = section["tables"]
    said = [[(row["name"], row["figures"][0]["value"]) for row in table["rows"]] for table in (hours, scores)]
    assert said[0] == [("2023年", "2.00"), ("2024年", "3.00"), ("2025年", "17.75")]
    official = published.result["official"]
    assert said[1] == [("2022年", "70.00"), ("2023年", None), ("2024年", None), ("2025年", official)]
    for table in (hours, scores):
        for row in table["rows"]:
            [figure] = row["figures"]
            assert recomputed(figure["records"]) == (figure["value"] and Decimal(figure["value"]))


def test_two_years_make_no_line(year_of_hours, published, report):
    assert reports.make(report)
    assert report.figures["over_years"] == []


def test_page_paper_word_and_excel_draw_the_line_of_the_same_digits(long, secretariat, client_for):
    with translation.override("zh-hans"):
        written = document(long, long.finished_at)
        page = client_for(secretariat).get(reverse("reports:report_detail", args=[long.pk])).content.decode()
    assert page.count('class="line-chart"') == 2
    with long.file.open("rb") as file:
        paper = "".join(part.extract_text() for part in PdfReader(file).pages)
    for digits in ("17.75", "70.00", "2023年"):
        assert f">{digits}</text>" in page
        assert digits in paper
    assert "历年" in paper
    with zipfile.ZipFile(BytesIO(report_docx(written))) as file:
        charts = [lxml.etree.fromstring(file.read(name)) for name in file.namelist() if "/charts/" in name]
    lines = [chart for chart in charts if chart.xpath("//*[local-name()='lineChart']")]
    values = [chart.xpath("//*[local-name()='val']//*[local-name()='v']/text()") for chart in lines]
    official = long.figures["evaluation"]["official"]
    assert values == [["2.00", "3.00", "17.75"], ["70.00", official]]
    book = load_workbook(BytesIO(report_xlsx(written, traced(long.figures))))
    sheets = [sheet for sheet in book if "历年" in sheet.title]
    assert [len(sheet._charts) for sheet in sheets] == [1, 1]
    assert [row[1] for row in sheets[0].iter_rows(2, values_only=True)] == [2, 3, 17.75]


def test_an_hour_of_an_earlier_year_makes_it_stale(long, project, mentor, log):
    assert not is_stale(long)
    log(project, mentor, day(6, 3, 2023), "1")
    assert is_stale(long)


def test_the_years_cost_no_more_queries_than_are_allowed(long, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        report_kinds.gather(long)


def test_a_line_is_broken_where_there_is_nothing_and_what_is_typed_stays_text():
    drawn = line_svg('<"&>', [("<b>", Decimal(50), "50"), ("b", None, "—"), ("c", Decimal(100), "100"), ("d", 0, "0")])
    svg = lxml.etree.fromstring(drawn)
    assert svg.get("aria-label") == '<"&>'
    lines = [line.get("points") for line in svg.iter("{*}polyline")]
    assert lines == ["24.0,75.0", "312.0,22.0 456.0,128.0"]
    assert [text.text for text in svg.iter("{*}text")] == ["<b>", "b", "c", "d", "50", "100", "0"]
    assert len(list(svg.iter("{*}circle"))) == 3
