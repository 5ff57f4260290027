"""A finished report against the records of today: what a new version would say otherwise, and nothing else."""

import datetime

import lxml.html
import pytest
from django.urls import reverse

from evaluation.models import AnnualReport
from evaluation.services import report_changes, reports
from evaluation.services.report_changes import Change, changes, is_stale
from zones.models import Project, ZonePartner

from .conftest import YEAR, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(year_of_hours, innovation_class, college_task, published, report) -> AnnualReport:
    assert reports.make(report)
    return AnnualReport.objects.for_page().get(pk=report.pk)


def test_nothing_has_changed(full):
    assert changes(full) == []
    assert not is_stale(full)


def test_one_entry_of_hours_changes_its_cells_and_the_sentence(full, project, mentor, log, enterprise):
    log(project, mentor, day(6, 2), "2")
    assert is_stale(full)
    table = ("Project hours", "Hours by enterprise and activity")
    said = "%s approved project hours of 2 people on 1 projects, %s entries."
    found = changes(full)
    assert found[0] == Change(("The zone", "Enterprise projects", project.name, "Hours of the year"), "17.75", "19.75")
    assert found[1] == Change(("Project hours",), said % ("17.75", 4), said % ("19.75", 5))
    own = [change for change in found[2:] if change.place[0] != "工时与上年对照"]
    assert {change.place for change in own} == {
        (*table, enterprise.name, "Mentoring"), (*table, enterprise.name, "Total"),
        (*table, "Total", "Mentoring"), (*table, "Total", "Total"),
        ("Project hours", "Hours by month", "6 (month)", "Hours"),
        ("Project hours", "Hours by month", "Total", "Hours"),
    }  # fmt: skip
    assert {(change.before, change.now) for change in own if change.place[-1] == "Total"} == {("17.75", "19.75")}
    beside = {change.place[1:] for change in found[2:] if change not in own}
    assert beside == {
        ("按企业统计工时", enterprise.name, "2025年"), ("按企业统计工时", "合计", "2025年"),
        ("按工作类型统计工时", "指导", "2025年"), ("按工作类型统计工时", "合计", "2025年"),
        ("工作规模", "工时笔数", "2025年"),
    }  # fmt: skip


def test_hours_of_another_zone_or_year_and_drafts_change_nothing(
    full, shared_zone, make_project, enterprise, mentor, log, project
):
    other = make_project(shared_zone, enterprise, "other", "另一项目")
    log(other, mentor, day(6, 2), "2")
    log(project, mentor, day(6, 3, YEAR + 1), "2")
    log(project, mentor, day(6, 4), "2", status="draft")
    assert not is_stale(full)


def test_a_row_that_came_is_said_once(full, zone, rival_enterprise):
    ZonePartner.objects.create(zone=zone, enterprise=rival_enterprise, since=datetime.date(YEAR, 5, 1))
    place = ("The zone", "Partner enterprises", rival_enterprise.name)
    [row] = [change for change in changes(full) if change.place == place]
    assert row.before == ""
    assert rival_enterprise.credit_code in row.now
    past = datetime.date(YEAR - 1, 12, 31)
    Project.objects.filter(zone=zone).update(starts_on=past, ends_on=past)
    gone = [change for change in changes(full) if change.place[:2] == ("The zone", "Enterprise projects")]
    assert [(change.now, len(change.place)) for change in gone] == [("", 3)]


def test_a_figure_that_a_later_release_added_is_no_change_of_records(full):
    """The report was made before there was such a figure."""
    del full.figures["hours"]["people"], full.figures["tasks"]
    assert set(report_changes.figures_now(full)) == set(full.figures)
    assert not is_stale(full)


def test_page_and_api_say_what_has_changed(full, project, mentor, log, secretariat, client_for, api_for):
    log(project, mentor, day(6, 2), "2")
    text = client_for(secretariat).get(full.get_absolute_url()).content.decode()
    assert "工时：按企业和工作类型 › 示例企业一 › 合计" in text
    told = api_for(secretariat).get(f"/api/v1/reports/{full.pk}/").json()
    place = f"特区概况 · 企业项目 · {project.name} · 本年工时"
    assert {"place": place, "before": "17.75", "now": "19.75"} in told["changes"]


def test_a_new_version_is_ordered_where_the_changes_are_read(
    full, project, mentor, log, secretariat, bureau, client_for
):
    client = client_for(secretariat)
    assert 'name="zones"' not in client.get(full.get_absolute_url()).content.decode()
    log(project, mentor, day(6, 2), "2")
    assert 'name="zones"' not in client_for(bureau).get(full.get_absolute_url()).content.decode()
    page = lxml.html.fromstring(client.get(full.get_absolute_url()).content)
    [form] = [form for form in page.forms if form.get("action") == reverse("reports:report_create")]
    client.post(form.get("action"), dict(form.form_values()))
    versions = AnnualReport.objects.filter(zone=full.zone_id).order_by("version").values_list("version", flat=True)
    assert list(versions) == [1, 2]
