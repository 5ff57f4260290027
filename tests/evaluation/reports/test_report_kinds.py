"""Reports of every kind: their figures follow their records, and one entry of hours marks those that used it."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from docx import Document as Word

from consortium.models import Membership
from evaluation.models import AnnualReport
from evaluation.services import report_kinds, reports
from evaluation.services.report_changes import is_stale
from evaluation.services.report_document import cell, number_text
from evaluation.services.results import compute
from zones.models import (
    Contribution,
    Fund,
    HourlyRate,
    Outcome,
    ResearchProject,
    StaffTraining,
    TeachingResource,
    TechnicalService,
)

from .conftest import YEAR, day
from .test_report_figures import text_of

pytestmark = pytest.mark.django_db
Scope = AnnualReport.Scope
KINDS = list(Scope)


@pytest.fixture
def registers(zone, innovation_class, enterprise, college, college_admin, secretariat):
    """Verified records of two years, and one that is not verified."""
    now = timezone.now()
    said = {
        "zone": zone,
        "organization": college,
        "recorded_by": college_admin,
        "recorded_at": now,
        "status": "verified",
        "decided_by": secretariat,
        "decided_at": now,
    }
    for year, times in ((YEAR, 2), (YEAR - 1, 1)):
        on = day(5, 20, year)
        for number in range(times):
            name = f"{year}-{number}"
            Outcome.objects.create(
                **said, innovation_class=innovation_class, kind="patent", title=name, rank="invention", date=on
            )
            TeachingResource.objects.create(**said, kind="case", title=name, date=on, quantity=3)
            TechnicalService.objects.create(
                **said,
                title=name,
                enterprise=enterprise,
                date=on,
                contract_amount=900,
                amount_received=Decimal("500.25"),
                value_created=70,
            )
            ResearchProject.objects.create(
                **said, title=name, kind="horizontal", enterprise=enterprise, date=on, funding=4000
            )
            StaffTraining.objects.create(**said, title=name, enterprise=enterprise, date=on, people=12, hours=8)
            Contribution.objects.create(
                **said, kind="donation", title=name, enterprise=enterprise, date=on, amount=Decimal("1234.56")
            )
            Fund.objects.create(**said, title=name, purpose="running", source="college", date=on, budget=10, spent=7)
    open_one = {**said, "status": "recorded", "decided_by": None, "decided_at": None}
    TeachingResource.objects.create(**open_one, kind="case", title="未核实", date=day(5, 21), quantity=99)


@pytest.fixture
def rates(consortium, enterprise):
    for activity, amount, since, until in [
        ("", "50.00", date(YEAR - 1, 1, 1), day(4, 30)),
        ("mentoring", "60.50", day(5, 1), None),
    ]:
        HourlyRate.objects.create(
            consortium=consortium,
            enterprise=enterprise,
            activity=activity,
            amount=Decimal(amount),
            starts_on=since,
            ends_on=until,
        )


@pytest.fixture
def world(year_of_hours, innovation_class, college_task, published, registers, rates):
    """Something to count in every section."""


@pytest.fixture
def subjects(zone, innovation_class, enterprise, college, consortium, world):
    members = {row.organization_id: row for row in Membership.objects.filter(consortium=consortium)}
    return {
        Scope.ZONE: zone,
        Scope.CLASS: innovation_class,
        Scope.ENTERPRISE: members[enterprise.pk],
        Scope.COLLEGE: members[college.pk],
        Scope.CONSORTIUM: consortium,
    }


@pytest.fixture
def order(subjects, secretariat, now):
    def order(scope: Scope, year: int = YEAR) -> AnnualReport:
        [report] = reports.queue_reports([subjects[scope]], year, by=secretariat, now=now)
        assert reports.make(report), AnnualReport.objects.get(pk=report.pk).error
        return AnnualReport.objects.for_page().get(pk=report.pk)

    return order


def content_of(report: AnnualReport) -> bytes:
    with report.file.open("rb") as file:
        return file.read()


def figures_of(report: AnnualReport) -> Iterator[tuple[str, dict[str, Any]]]:
    assert report.figures is not None
    for section in report.figures["sections"]:
        for table in section["tables"]:
            for row in table["rows"]:
                for figure in row["figures"]:
                    yield f"{section['title']} {table['title']} {row['name']}", figure


def recomputed(records: dict[str, Any]) -> Decimal | None:
    """By the words of the docstring of ``report_records`` alone, row by row in Python."""
    if "minus" in records:
        first, second = map(recomputed, records["minus"])
        return None if first is None or second is None else first - second
    if "products" in records:
        total = Decimal(0)
        for first, second in records["products"]:
            total += (recomputed(first) or Decimal(0)) * (recomputed(second) or Decimal(0))
        return total.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if "plus" in records:
        return sum((recomputed(one) or Decimal(0) for one in records["plus"]), Decimal(0))
    if "percent" in records:
        first, second = map(recomputed, records["percent"])
        assert first is not None and second is not None
        return (first * second / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    rows = apps.get_model(records["model"])._default_manager.filter(**records["filter"])
    what, path, *own = records["amount"].split(" ")
    if records["exclude"]:
        out = set(apps.get_model(records["model"])._default_manager.filter(**records["exclude"]).values_list("pk"))
        rows = [row for row in rows if (row.pk,) not in out]
    if what == "count":
        keys = (
            rows.values_list(path, flat=True) if not isinstance(rows, list) else [value_of(row, path) for row in rows]
        )
        return Decimal(len({key for key in keys if key is not None}))
    if what == "computed":
        [row] = rows
        return getattr(compute(row), path)[" ".join(own)]
    found = {row.pk: value_of(row, path) for row in rows}
    if what == "sum":
        return sum(map(Decimal, found.values()), Decimal(0))
    if what == "value":
        return Decimal(next(iter(found.values()))) if found else None
    mine = found.get(int(own[0]))
    return None if mine is None else Decimal(1 + sum(Decimal(value) > Decimal(mine) for value in found.values()))


def value_of(row: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(row, list):
            row = row[int(name)]
        else:
            row = row[name] if isinstance(row, dict) else getattr(row, f"{name}_id", None) or getattr(row, name)
    return row


@pytest.mark.parametrize("scope", KINDS)
def test_every_figure_follows_its_records(order, scope):
    report = order(scope)
    found = list(figures_of(report))
    assert len(found) > 20
    for where, figure in found:
        value = figure["value"]
        assert recomputed(figure["records"]) == (None if value is None else Decimal(value)), where
    assert any(figure["value"] not in (None, 0, "0.00") for _where, figure in found)


@pytest.mark.parametrize("scope", KINDS)
def test_no_number_stands_in_it_without_its_records(order, scope):
    report = order(scope)
    words = {"title", "of", "columns", "unit", "note", "name"}
    for section in report.figures["sections"]:
        assert set(section) == {"title", "tables"}
        for table in section["tables"]:
            assert set(table) == (words | {"rows"}) - {"name"}
            assert all(set(row) == {"name", "figures"} for row in table["rows"])
            assert all(set(figure) == {"value", "records"} for row in table["rows"] for figure in row["figures"])


def numbers_in(figures: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every number of the JSON by its place: whole ones, and decimals in texts."""
    if isinstance(figures, dict | list):
        for name, value in figures.items() if isinstance(figures, dict) else enumerate(figures):
            yield from numbers_in(value, f"{place}/{name}" if place else str(name))
    elif isinstance(figures, int) and not isinstance(figures, bool) or re.fullmatch(r"-?\d+(\.\d+)?", str(figures)):
        yield place, figures


def test_every_number_of_a_zone_follows_its_records(order):
    """But the year, and what names a thing: numbers of indicators, tasks and quarters, codes and versions."""
    report = order(Scope.ZONE)
    names = re.compile(r"year|zone/.*credit_code|evaluation/(version|.*/number)|tasks/.*/(number|quarter)")
    found = {
        place: value
        for name in ("year", "zone", "hours", "evaluation", "tasks")
        for place, value in numbers_in(report.figures[name], name)
        if not names.fullmatch(place)
    }
    assert (found.keys(), len(found) > 60) == (report.figures["records"].keys(), True)
    for place, value in found.items():
        assert recomputed(report.figures["records"][place]) == Decimal(value), place


@pytest.mark.parametrize("scope", KINDS)
def test_paper_word_and_excel_show_the_same_digits(order, scope):
    report = order(scope)
    paper = text_of(report)
    copies = {copy.form: copy for copy in report.copies.all()}
    with copies["docx"].file.open("rb") as file:
        word = Word(BytesIO(file.read()))
    rows = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    with copies["xlsx"].file.open("rb") as file:
        book = openpyxl.load_workbook(BytesIO(file.read()))
    listed = list(book.worksheets[-1].iter_rows(min_row=2, values_only=True))
    position = 0
    for section in report.figures["sections"]:
        for table in section["tables"]:
            for row in table["rows"]:
                values = [cell(figure["value"], table["unit"]) for figure in row["figures"]]
                shown = [number_text(value) for value in values]
                assert [row["name"], *shown] in rows
                assert (row["name"] + "".join(shown)).replace(" ", "") in paper
                for figure, value in zip(row["figures"], values, strict=True):
                    assert listed[position][4] == (None if value is None else pytest.approx(float(value)))
                    assert json.loads(listed[position][6]) == figure["records"]
                    position += 1
    own = [json.dumps(records, sort_keys=True) for records in report.figures.get("records", {}).values()]
    assert sorted(json.dumps(json.loads(row[6]), sort_keys=True) for row in listed[position:]) == sorted(own)
    assert all(row[4] is not None for row in listed[position:])


def test_one_entry_marks_the_reports_that_used_it_and_no_other(
    order, log, project, mentor, make_zone, subjects, consortium, secretariat, now, rival_enterprise
):
    quiet = make_zone("quiet", "别的产教特区")
    of_year = [order(scope) for scope in Scope]
    next_year = [order(scope, YEAR + 1) for scope in KINDS]
    rival = Membership.objects.get(consortium=consortium, organization=rival_enterprise)
    others = reports.queue_reports([quiet, rival], YEAR, by=secretariat, now=now)
    for report in others:
        assert reports.make(report)
    before = order(Scope.CONSORTIUM, YEAR - 1)
    kept = {report.pk: content_of(report) for report in of_year}
    assert [report.number for report in [*of_year, *next_year, *others, before] if is_stale(report)] == []
    log(project, mentor, day(6, 2), "2")
    assert [report.scope for report in [*of_year, *next_year] if not is_stale(report)] == []
    assert not any(is_stale(AnnualReport.objects.for_page().get(pk=report.pk)) for report in [*others, before])
    anew = order(Scope.ENTERPRISE)
    assert anew.version == 2
    for report in of_year:
        report.refresh_from_db()
        content = content_of(report)
        assert content == kept[report.pk]
        assert reports.checksum(content) == report.sha256


def test_the_enterprise_gave_its_hours_at_the_agreed_rates(order, enterprise):
    [worth] = [
        row["figures"]
        for section in order(Scope.ENTERPRISE).figures["sections"]
        for table in section["tables"]
        for row in table["rows"]
        if row["name"] == "工时按约定单价"
    ]
    # 7 hours in March at 50, 4.25 in May at 60.50; 3 hours of the year before at 50
    assert [figure["value"] for figure in worth] == ["607.13", "150.00", "457.13"]


@pytest.mark.parametrize("scope", KINDS)
def test_nobody_reads_the_name_of_a_student_in_it(order, scope, mentor):
    report = order(scope)
    said = json.dumps(report.figures["sections"], ensure_ascii=False)
    assert "示例学员" not in said
    assert "示例学员" not in text_of(report)


def test_figures_cost_few_queries(order, django_assert_max_num_queries):
    report = order(Scope.ZONE)
    with django_assert_max_num_queries(25):
        report_kinds.gather(report)


def test_each_role_sees_its_own_reports(
    order, secretariat, bureau, auditor, college_admin, partner, rival_partner, other_college_admin, mentor, expert
):
    made = {scope: order(scope).pk for scope in Scope}

    def seen(user) -> set[str]:
        rows = AnnualReport.objects.visible_to(user).filter(pk__in=made.values())
        return set(rows.values_list("scope", flat=True))

    everything = {str(scope) for scope in Scope}
    assert [seen(user) for user in (secretariat, bureau, auditor)] == [everything] * 3
    assert seen(college_admin) == {"zone", "class", "college"}
    assert seen(partner) == {"zone", "class", "enterprise"}
    assert [seen(user) for user in (rival_partner, other_college_admin, mentor, expert)] == [set()] * 4


@pytest.mark.parametrize("scope", ["zone", "class", "enterprise", "college", "consortium"])
def test_a_report_is_about_exactly_what_its_kind_asks(consortium, zone, enterprise, innovation_class, now, scope):
    whole = {"zone": zone, "innovation_class": innovation_class, "organization": enterprise}
    for given in ({}, whole) if scope != "consortium" else (whole,):
        report = AnnualReport(consortium=consortium, year=YEAR, scope=scope, version=1, queued_at=now, **given)
        with pytest.raises(ValidationError, match="Name what the report is about"):
            report.full_clean()


def test_two_reports_of_one_subject_are_not_open_at_once(subjects, secretariat, now):
    for subject in subjects.values():
        once, again = (reports.queue_reports([subject], YEAR, by=secretariat, now=now)[0] for _time in range(2))
        assert once == again
        twin = AnnualReport(year=YEAR, version=2, queued_at=now, **AnnualReport.about(subject))
        with pytest.raises(ValidationError, match="Such a report of this year is being made already"):
            twin.full_clean()


def test_its_number_says_the_year_whose_it_is_and_the_version(subjects, secretariat, now, enterprise, college):
    made = reports.queue_reports(subjects.values(), YEAR, by=secretariat, now=now)
    whose = ["CNC", "CNC-2024", enterprise.credit_code, college.credit_code, made[4].consortium.code.upper()]
    assert [report.number for report in made] == [f"{YEAR}-{code}-01" for code in whose]


def test_the_api_orders_every_kind_and_refuses_what_does_not_fit(api_for, secretariat, college_admin, subjects):
    client, path = api_for(secretariat), "/api/v1/reports/"
    whose = {
        "zone": {"zone": subjects[Scope.ZONE].pk},
        "class": {"innovation_class": subjects[Scope.CLASS].pk},
        "enterprise": {"organization": subjects[Scope.ENTERPRISE].organization_id},
        "college": {"organization": subjects[Scope.COLLEGE].organization_id},
        "consortium": {},
    }
    for scope, given in whose.items():
        answer = client.post(path, {"year": YEAR, "scope": scope, **given}, format="json")
        assert (answer.status_code, answer.data["scope"]) == (202, scope)
        assert answer.data["number"].startswith(f"{YEAR}-")
    wrong = client.post(path, {"year": YEAR, "scope": "college", **whose["enterprise"]}, format="json")
    assert (wrong.status_code, list(wrong.data)) == (400, ["scope"])
    assert client.post(path, {"year": YEAR, "scope": "class"}, format="json").status_code == 400
    refused = api_for(college_admin).post(path, {"year": YEAR, "scope": "consortium"}, format="json")
    assert refused.status_code == 403


def test_the_form_orders_every_kind_and_the_page_links_its_figures(order, subjects, secretariat, client_for):
    client, page = client_for(secretariat), reverse("reports:report_create")
    wanted = {
        "year": YEAR,
        "classes": [subjects[Scope.CLASS].pk],
        "enterprises": [subjects[Scope.ENTERPRISE].organization_id],
        "colleges": [subjects[Scope.COLLEGE].organization_id],
        "consortium": "on",
    }
    client.post(page, wanted)
    assert set(AnnualReport.objects.values_list("scope", flat=True)) == set(Scope) - {Scope.ZONE}
    assert client.post(page, {"year": YEAR}).context["form"].non_field_errors()
    report = order(Scope.ENTERPRISE)
    html = client.get(report.get_absolute_url()).content.decode()
    linked = [url for url in re.findall(r'href="([^"]+)"', html) if f"organization={report.organization_id}" in url]
    assert any("activity=mentoring" in url for url in linked)
    listed = client.get(reverse("reports:report_list"), {"scope": "enterprise"})
    assert [row.scope for row in listed.context["page"]] == ["enterprise"]
