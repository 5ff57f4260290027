"""One sum of hours, to the digit, wherever it is shown: a figure that two pages give differently nobody believes."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from evaluation.services import report_figures
from zones.models import HourEntry, HourMonth, Project, ProjectMember, Zone, ZonePartner
from zones.services import approve_many, correct_hours, log_hours, return_many, submit_many

SUM = Decimal("16.25")


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def make_project(consortium, college, department, enterprise, partner, mentor, college_mentor, today):
    def make(code: str) -> Project:
        zone = Zone.objects.create(
            consortium=consortium, college=college, department=department, code=code, name=f"特区{code}",
            form=Zone.Form.INDUSTRY_COLLEGE, established_on=today - timedelta(days=900), status=Zone.Status.ACTIVE,
        )  # fmt: skip
        ZonePartner.objects.create(zone=zone, enterprise=enterprise, since=zone.established_on)
        project = Project.objects.create(
            zone=zone, enterprise=enterprise, code=code, name=f"项目{code}", starts_on=zone.established_on,
            ends_on=today + timedelta(days=90), status=Project.Status.ACTIVE,
        )  # fmt: skip
        for person in (partner, mentor, college_mentor):
            ProjectMember.objects.create(project=project, person=person, organization=person.affiliation.organization)
        return project

    return make


@pytest.fixture
def log(today):
    def make(project, person, hours: str, activity: str, day=None) -> HourEntry:
        entry = HourEntry(project=project, person=person, date=day or today, hours=Decimal(hours), activity=activity)
        return log_hours(entry, by=person, today=today)

    return make


@pytest.fixture
def zone(make_project, log, partner, mentor, college_mentor, college_admin, today):
    """Approved this year: 7.75 − 2.50, 0.25 + 0.50, 3.25, 7.25 − 0.25. A draft, a returned entry, a submitted
    correction, last year's hours and those of another zone are there and do not count."""
    project, other = make_project("a"), make_project("b")

    def approved(*entries: HourEntry) -> None:
        for entry in entries:
            submit_many([entry], by=entry.person)
            approve_many([entry], by=partner if entry.person == college_mentor else college_admin)

    def corrected(entry: HourEntry, hours: str) -> HourEntry:
        return correct_hours(entry, hours=Decimal(hours), reason="算错了", by=entry.person, today=today)

    first, second = log(project, mentor, "7.75", "mentoring"), log(project, mentor, "0.25", "teaching")
    third, fourth = log(project, college_mentor, "3.25", "mentoring"), log(project, partner, "7.25", "teaching")
    last_year = log(project, mentor, "5.5", "mentoring", today.replace(month=1, day=1) - timedelta(days=1))
    approved(first, second, third, fourth, last_year, log(other, mentor, "1.75", "mentoring"))
    for entry, hours in ((first, "5.25"), (second, "0.75"), (fourth, "7")):
        approve_many([corrected(entry, hours)], by=college_admin)
    corrected(third, "1")
    log(project, partner, "2.25", "mentoring")
    returned = log(project, mentor, "1.5", "technical_service")
    submit_many([returned], by=mentor)
    return_many([returned], reason="缺签到表", by=college_admin)
    return project.zone


@pytest.fixture
def query(zone, today) -> dict:
    """The filters to which the zone's figure of the year leads."""
    return {
        "zone": zone.pk, "status": "approved", "date_after": f"{today.year}-01-01",
        "date_before": f"{today.year}-12-31",
    }  # fmt: skip


def test_the_sum_of_a_zones_year_is_the_same_everywhere(client_for, api_for, college_admin, zone, query, today):
    client = client_for(college_admin)
    page = client.get(reverse("zones:zone_detail", args=[zone.pk]))
    hours = reverse("zones:hours_list")
    listed = client.get(hours, query)
    sheet = load_workbook(io.BytesIO(client.get(hours, query | {"export": "xlsx"}).content)).active
    head, *rows = sheet.values
    column = head.index("工时")
    answer = api_for(college_admin).get("/api/v1/hours/", query | {"page_size": 500}).json()
    months = page.context["months"]
    report = report_figures.hours(zone, today.year)
    by_month = HourMonth.objects.visible_to(college_admin).filter(project__zone=zone, month__year=today.year)
    assert {
        "zone's page": page.context["hours_this_year"],
        "zone's months": sum(a + b for _number, a, b, _last in months if a is not None),
        "list's footer": listed.context["total"],
        "export": sum(Decimal(str(row[column])) for row in rows),
        "API": sum(Decimal(row["hours"]) for row in answer["results"]),
        "annual report": Decimal(report["total"]),
        "report's months": sum(Decimal(hours) for hours in report["months"]),
        "sums kept by month": sum(row.hours for row in by_month),
    } == dict.fromkeys(
        [
            "zone's page",
            "zone's months",
            "list's footer",
            "export",
            "API",
            "annual report",
            "report's months",
            "sums kept by month",
        ],
        SUM,
    )


def test_the_sum_of_an_enterprises_year_is_the_same_everywhere(
    client_for, api_for, zone, enterprise, partner, secretariat, today
):
    """Its own people's hours in both zones: 7.75 − 2.50, 0.25 + 0.50, 7.25 − 0.25, and 1.75 in the other one."""
    client = client_for(partner)
    query = {
        "organization": enterprise.pk, "status": "approved", "date_after": f"{today.year}-01-01",
        "date_before": f"{today.year}-12-31",
    }  # fmt: skip
    year = {"year": today.year}
    page = client.get(reverse("zones:enterprise_ledger", args=[enterprise.pk]), year)
    lines = [line for line in page.context["ledger"].gave if "/hours/" in line.url]
    listed = client.get(reverse("zones:hours_list"), query)
    sheet = client.get(reverse("zones:hours_list"), query | {"export": "xlsx"})
    head, *rows = load_workbook(io.BytesIO(sheet.content)).active.values
    answer = api_for(partner).get("/api/v1/hours/", query | {"page_size": 500}).json()
    zones = Zone.objects.order_by("pk")
    office = client_for(secretariat)
    months = [office.get(reverse("zones:zone_detail", args=[row.pk])).context["months"] for row in zones]
    reported = sum(Decimal(report_figures.hours(row, today.year)["total"]) for row in zones)
    sums = {
        "one page": page.context["ledger"].total_hours,
        "the lists behind its lines": sum(client.get(line.url).context["total"] for line in lines),
        "list's footer": listed.context["total"],
        "export": sum(Decimal(str(row[head.index("工时")])) for row in rows),
        "API": sum(Decimal(row["hours"]) for row in answer["results"]),
        "zones' months": sum(row[1] for table in months for row in table if row[1] is not None),
        "home": client.get(reverse("home")).context["given_total"],
        "annual reports less the college's": reported - Decimal("3.25"),
    }
    assert sums == dict.fromkeys(sums, Decimal("14.75"))


def test_the_figure_on_the_zones_page_leads_to_the_list_with_that_sum(client_for, college_admin, zone, query):
    client = client_for(college_admin)
    page = client.get(reverse("zones:zone_detail", args=[zone.pk])).content.decode()
    link = f"{reverse('zones:hours_list')}?{'&amp;'.join(f'{key}={value}' for key, value in _in_order(query))}"
    assert page.count(f'href="{link}"') == 1
    assert f"<b>{SUM}</b>" in client.get(link.replace("&amp;", "&")).content.decode()


def _in_order(query: dict) -> list[tuple]:
    return [(name, query[name]) for name in ("zone", "date_after", "date_before", "status")]
