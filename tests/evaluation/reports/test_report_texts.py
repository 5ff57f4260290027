"""What people write into an annual report, and the sentences that its figures say."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from consortium.models import HistoryEntry
from evaluation.models import AnnualReport, ReportText
from evaluation.services import reports
from evaluation.services.report_changes import changes, is_stale
from evaluation.services.report_document import narrated, sentence
from evaluation.services.report_facts import offered
from evaluation.services.report_texts import save_text
from evaluation.services.report_traced import traced

from .conftest import YEAR
from .test_report_figures import text_of
from .test_report_kinds import recomputed

pytestmark = pytest.mark.django_db
HIGHLIGHTS, PROBLEMS = ReportText.Part.HIGHLIGHTS, ReportText.Part.PROBLEMS


@pytest.fixture
def made(zone, year_of_hours, secretariat, now):
    def make() -> AnnualReport:
        [report] = reports.queue_reports([zone], YEAR, by=secretariat, now=now)
        assert reports.make(report), AnnualReport.objects.get(pk=report.pk).error
        return AnnualReport.objects.for_page().get(pk=report.pk)

    return make


@pytest.fixture
def write(college_admin, now):
    def write(report, text="", facts=(), part=HIGHLIGHTS, version=None, by=college_admin, at=now):
        return save_text(report, part, text, list(facts), version=version, by=by, now=at)

    return write


def fact(now: str | int, before: str | int, unit: str = "小时") -> dict:
    figures = [{"value": now, "records": {}}, {"value": before, "records": {}}]
    return {"key": "hours", "name": "核准项目工时", "unit": unit, "figures": figures}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (("1234.50", "1099.20"), "【系统数据】2025年核准项目工时 1,234.5 小时，比上年增加 12.3%。"),
        (("100.00", "160.00"), "【系统数据】2025年核准项目工时 100 小时，比上年减少 37.5%。"),
        (("1.00", "8.00"), "【系统数据】2025年核准项目工时 1 小时，比上年减少 87.5%。"),
        (("2001.00", "2000.00"), "【系统数据】2025年核准项目工时 2,001 小时，比上年增加 0.1%。"),  # 0.05 up
        (("0.00", "5.00"), "【系统数据】2025年核准项目工时 0 小时，比上年减少 100.0%。"),
        (("5.00", "5.00"), "【系统数据】2025年核准项目工时 5 小时，与上年持平。"),
        (("5.00", "0.00"), "【系统数据】2025年核准项目工时 5 小时，上年没有记录。"),
        ((3, 2), "【系统数据】2025年核准项目工时 3 小时，比上年增加 50.0%。"),
    ],
)
def test_a_sentence_compares_with_the_year_before(values, said):
    with translation.override("zh-hans"):
        assert sentence(fact(*values), 2025) == said


def test_page_paper_and_excel_say_the_text_and_what_was_ticked(made, write, client_for, college_admin):
    first = made()
    assert first.figures["narrative"] == []
    write(first, "校企共建实训基地。\n\n=1+1 #import <w:br/>", ["hours", "workers"])
    assert is_stale(first)
    assert {change.place for change in changes(first)} == {("Highlights",)}
    second = made()
    assert (second.version, is_stale(second)) == (2, False)
    [part] = second.figures["narrative"]
    assert [one["key"] for one in part["facts"]] == ["hours", "workers"]
    for one in part["facts"]:
        for figure in one["figures"]:
            assert recomputed(figure["records"]) == Decimal(figure["value"])
    with translation.override("zh-hans"):
        [chapter] = narrated(second.figures)
        rows = [row for row in traced(second.figures) if row.chapter == "工作亮点"]
    assert chapter.parts[:2] == ["校企共建实训基地。", "=1+1 #import <w:br/>"]
    assert (len(chapter.parts), len(rows)) == (4, 6)
    paper = text_of(second)
    page = client_for(college_admin).get(second.get_absolute_url()).content.decode()
    for line in chapter.parts:
        assert line.replace(" ", "") in paper
    assert chapter.parts[2] in page
    assert "&lt;w:br/&gt;" in page


def test_what_was_nothing_in_both_years_is_not_offered(made):
    assert {one.key for one in offered(made())} == {"hours", "workers", "projects"}


def test_the_second_writer_is_told_and_nothing_is_lost(made, write, secretariat):
    report = made()
    write(report, "院校所写", version=0)
    with pytest.raises(ValidationError, match="院校所写"):
        write(report, "秘书处所写", version=0, by=secretariat)
    assert ReportText.objects.get().text == "院校所写"
    write(report, "秘书处的另一部分", version=0, part=PROBLEMS, by=secretariat)
    assert write(report, "秘书处所写", version=1, by=secretariat).version == 2


def test_the_history_keeps_what_stood_before_each_writer_began(made, write, secretariat, now):
    report = made()
    for minutes, by, text in [(0, None, "一"), (1, None, "一二"), (2, secretariat, "三"), (3, secretariat, "三四")]:
        row = write(report, text, at=now + datetime.timedelta(minutes=minutes), **({"by": by} if by else {}))
    row = write(report, "五", by=secretariat, at=now + datetime.timedelta(hours=2))
    assert [entry.old for entry in HistoryEntry.objects.of(row)] == ["三四", "一二", ""]


def test_the_same_again_changes_nothing(made, write):
    report = made()
    assert [write(report, "一样").version for _time in range(3)] == [1, 1, 1]


def test_a_text_belongs_to_one_year_and_one_subject(made, write, make_zone, secretariat, now):
    report = made()
    write(report, "只属于数控")
    other = make_zone("other", "别的产教特区")
    [elsewhere] = reports.queue_reports([other], YEAR, by=secretariat, now=now)
    [later] = reports.queue_reports([report.zone], YEAR + 1, by=secretariat, now=now)
    for one in (elsewhere, later):
        assert reports.make(one)
        assert AnnualReport.objects.get(pk=one.pk).figures["narrative"] == []


def test_the_page_saves_all_parts_and_shows_last_year(made, write, client_for, college_admin, zone, now):
    report = made()
    last = AnnualReport(year=YEAR - 1, **AnnualReport.about(zone))
    write(last, "上年的亮点")
    client, page = client_for(college_admin), reverse("reports:report_text", args=[report.pk])
    assert "上年的亮点" in client.get(page).content.decode()
    said = {"highlights-text": "今年的亮点", "highlights-facts": ["hours"], "problems-text": "问题"}
    versions = {f"{part}-version": 0 for part in ReportText.Part}
    assert client.post(page, {**said, **versions}).status_code == 302
    assert {row.part: (row.text, row.facts) for row in ReportText.objects.filter(year=YEAR)} == {
        "highlights": ("今年的亮点", ["hours"]), "problems": ("问题", []),
    }  # fmt: skip
    again = client.post(page, {**said, **versions, "highlights-text": "旧窗口"})
    assert (again.status_code, "今年的亮点" in again.content.decode(), "旧窗口" in again.content.decode()) == (
        200,
        True,
        True,
    )


def test_one_part_is_saved_as_one_goes(made, client_for, college_admin):
    report, client = made(), client_for(college_admin)
    address = reverse("reports:report_text_save", args=[report.pk, "problems"])
    assert client.post(address, {"problems-text": "一", "problems-version": 0}).json() == {"version": 1}
    assert client.post(address, {"problems-text": "一二", "problems-version": 1}).json() == {"version": 2}
    stale = client.post(address, {"problems-text": "三", "problems-version": 1})
    assert (stale.status_code, stale.json()["version"], "一二" in stale.json()["detail"]) == (409, 2, True)
    long = client.post(address, {"problems-text": "长" * 3001, "problems-version": 2})
    assert (long.status_code, "3000" in long.json()["detail"]) == (400, True)
    unknown = client.post(address, {"problems-text": "四", "problems-facts": ["evil"], "problems-version": 2})
    assert unknown.status_code == 400
    assert client.post(reverse("reports:report_text_save", args=[report.pk, "other"])).status_code == 404
    assert ReportText.objects.get().text == "一二"


def test_who_may_order_the_report_writes_and_nobody_else(
    made, client_for, secretariat, college_admin, bureau, other_college_admin, rival_partner, mentor
):
    page = reverse("reports:report_text", args=[made().pk])
    answers = [
        client_for(user).get(page).status_code
        for user in (secretariat, college_admin, bureau, other_college_admin, rival_partner, mentor)
    ]
    assert answers == [200, 200, 403, 404, 404, 404]


def test_a_fact_that_is_nothing_now_stays_accepted_and_is_not_said(made, write, log, project, mentor):
    report = made()
    write(report, "", ["hired", "hours"])
    assert [one["key"] for one in made().figures["narrative"][0]["facts"]] == ["hours"]
    assert ReportText.objects.get().facts == ["hired", "hours"]
