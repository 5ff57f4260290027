from io import BytesIO

import pytest
import zxingcpp
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from consortium.services import Refused
from evaluation.models import Evaluation
from evaluation.services import report_figures, reports
from evaluation.services.results import digest

from ..conftest import as_owner
from .conftest import YEAR

pytestmark = pytest.mark.django_db


def pages_of(report):
    with report.file.open("rb") as file:
        return PdfReader(BytesIO(file.read())).pages


def text_of(report) -> str:
    """All words of the report, without the gaps that the line makes between them."""
    return "".join(page.extract_text() for page in pages_of(report)).replace("\n", "").replace(" ", "")


def test_only_approved_hours_of_the_year_count_and_corrections_are_taken_off(zone, year_of_hours, enterprise):
    assert report_figures.hours(zone, YEAR) == {
        "enterprises": [
            {
                "name": enterprise.name,
                "activities": {"mentoring": "11.25", "teaching": "6.50"},
                "total": "17.75",
            }
        ],
        "activities": {
            "teaching": "6.50",
            "mentoring": "11.25",
            "research_development": "0.00",
            "technical_service": "0.00",
            "production_training": "0.00",
            "staff_training": "0.00",
        },
        "months": ["0.00", "0.00", "7.00", "0.00", "10.75", *["0.00"] * 7],
        "total": "17.75",
        "entries": 4,
        "people": 2,
        "projects": 1,
    }


def test_a_year_without_hours_has_a_total_of_nothing(zone, project):
    assert report_figures.hours(zone, YEAR)["total"] == "0.00"


def test_the_zone_counts_whoever_had_a_place_in_the_year(zone, innovation_class, enterprise, project):
    facts = report_figures.zone_facts(
        zone, YEAR, [*report_figures.classes_in(zone, YEAR)], [*report_figures.projects_in(zone, YEAR)]
    )
    assert facts["students"] == 2
    assert facts["classes"] == [
        {
            "name": "2024级数控工程创新班",
            "places": 20,
            "students": 2,
            "college_mentors": ["示例学院导师"],
            "enterprise_mentors": ["示例企业导师"],
        }
    ]
    assert [partner["name"] for partner in facts["partners"]] == [enterprise.name]
    assert [row["name"] for row in facts["projects"]] == ["轴承座批量加工"]


def test_only_the_tasks_of_the_zones_college_are_in_it(zone, college_task):
    assert [(row["plan"], row["number"], row["goal"]) for row in report_figures.tasks(zone, YEAR)] == [
        ("年度任务分解一览表", 2, "新增产教特区2个")
    ]
    assert report_figures.tasks(zone, YEAR - 1) == []


def test_the_published_result_is_shown_line_by_line(zone, published):
    shown = report_figures.evaluation(zone, YEAR)
    # every chosen indicator has 80 and 90 from two sides of equal weight: 85; 93 of 100 percent are chosen
    assert {name: shown[name] for name in ("official", "rescaled", "absolute", "deductions", "chosen_weight")} == {
        "official": "85.00",
        "rescaled": "85.00",
        "absolute": "79.05",
        "deductions": "0.00",
        "chosen_weight": "93.00",
    }
    assert [row["number"] for row in shown["indicators"] if row["score"] is None] == [3, 7]
    fifth = shown["indicators"][4]
    assert (fifth["name"], fifth["weight"], fifth["score"], fifth["points"]) == ("技术服务", "18.00", "85.00", "15.30")
    assert {row["score"] for row in shown["dimensions"]} == {"85.00"}


def test_without_a_publication_there_is_not_a_single_score(zone, published):
    with as_owner():
        Evaluation.objects.filter(pk=published.pk).update(status=Evaluation.Status.PUBLICITY)
    assert report_figures.evaluation(zone, YEAR) == {"status": "publicity", "since": "2026-01-19"}
    assert report_figures.evaluation(zone, YEAR - 1) == {"status": "none"}


def test_a_result_that_does_not_fit_its_checksum_is_not_printed(zone, published):
    with as_owner():
        Evaluation.objects.filter(pk=published.pk).update(result={**published.result, "official": "99.00"})
    with pytest.raises(Refused, match="^The published result does not fit its checksum"):
        report_figures.evaluation(zone, YEAR)


def test_the_same_records_give_the_same_checksum(zone, year_of_hours, published, college_task, innovation_class):
    assert digest(report_figures.gather(zone, YEAR)) == digest(report_figures.gather(zone, YEAR))


def test_the_printed_report_says_what_the_records_say(
    zone, year_of_hours, published, college_task, innovation_class, report, enterprise
):
    assert reports.make(report)
    text = text_of(report)
    for words in (
        "数控加工产教特区",
        "2025年度绩效年报",
        enterprise.name,
        enterprise.credit_code,
        "17.75小时",
        "技术服务",
        "15.30",
        "79.05",
        "新增产教特区2个",
        "示例学院导师",
        "负责人签字",
        report.figures_sha256,
        report.number,
    ):
        assert text.count(words) >= 1, words


def test_the_fonts_of_the_printed_report_are_the_projects_own_and_inside_it(finished):
    fonts = {}
    for page in pages_of(finished):
        for font in page["/Resources"]["/Font"].values():
            descendant = font["/DescendantFonts"][0]
            name = str(descendant["/BaseFont"]).split("+")[-1]
            fonts[name] = "/FontFile2" in descendant["/FontDescriptor"]
    assert fonts == {"NotoSansSC-Regular": True, "NotoSansSC-Bold": True}


def test_the_code_on_the_cover_opens_the_page_of_the_report(finished, settings):
    """Read from the printed page, as a telephone reads it."""
    with finished.file.open("rb") as file:
        cover = PdfDocument(file.read())[0].render(scale=3).to_pil()
    [code] = zxingcpp.read_barcodes(cover)
    assert code.text == f"{settings.SITE_URL}{finished.get_absolute_url()}"


def test_rare_characters_in_names_print(zone, innovation_class, mentor, report):
    mentor.name = "邢㐂𬭎"
    mentor.save(update_fields=["name"])
    assert reports.make(report)
    assert text_of(report).count("邢㐂𬭎") == 1
