"""What each role finds on the first page."""

import datetime
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from consortium.models import Membership
from tasks.models import Milestone, Plan, Task
from tasks.services import report_progress
from zones.models import Activity, HourEntry, Project, ProjectMember
from zones.services import approve_many, save_hours, submit_many

HOME = reverse("home")


@pytest.fixture
def project(zone, enterprise, partner):
    today = timezone.localdate()
    project = Project.objects.create(
        zone=zone,
        enterprise=enterprise,
        code="p",
        name="轴承座批量加工",
        starts_on=today - datetime.timedelta(days=90),
        ends_on=today + datetime.timedelta(days=90),
    )
    ProjectMember.objects.create(project=project, person=partner, organization=enterprise)
    return project


@pytest.fixture
def log(project, partner):
    """Submitted hours of the partner, one entry for each of the last days."""

    def make(days: int) -> list[HourEntry]:
        today = timezone.localdate()
        entries = [
            HourEntry(
                project=project,
                person=partner,
                date=today - datetime.timedelta(days=back),
                hours=Decimal("2.5"),
                activity=Activity.MENTORING,
            )
            for back in range(1, days + 1)
        ]
        save_hours(entries, by=partner, today=today)
        submit_many(entries, by=partner)
        return entries

    return make


@pytest.fixture
def milestones(consortium, college):
    """Milestones of the college, all of this year's first quarter."""

    def make(number: int) -> list[Milestone]:
        year = timezone.localdate().year
        plan = Plan.objects.create(consortium=consortium, year=year, title="一览表", unit="示例教育局")
        return [
            Milestone.objects.create(
                task=Task.objects.create(plan=plan, number=n, goal=f"目标{n}", responsible_organization=college),
                quarter=1,
                text="制定方案。",
                due=datetime.date(year, 3, 31),
            )
            for n in range(1, number + 1)
        ]

    return make


def items(response) -> list[tuple[str, str]]:
    return [(item.title, item.detail) for _label, rows in response.context["groups"] for _kind, item in rows]


def test_hours_to_countersign_wait_for_the_college_as_one_line(client_for, college_admin, log):
    log(3)
    response = client_for(college_admin).get(HOME, headers={"Accept-Language": "en"})
    assert items(response) == [("Countersign hours", "3 entries, 7.5 hours, from 1 zones")]


def test_nobody_else_finds_these_hours(client_for, other_college_admin, secretariat, bureau, log):
    log(1)
    found = [items(client_for(user).get(HOME)) for user in (other_college_admin, secretariat, bureau)]
    assert found == [[], [], []]


def test_a_milestone_waits_for_its_unit_and_once_reported_for_the_bureau(
    client_for, college_admin, bureau, other_college_admin, milestones
):
    [milestone] = milestones(1)
    clients = [client_for(user) for user in (college_admin, bureau, other_college_admin)]
    assert [len(items(client.get(HOME))) for client in clients] == [1, 0, 0]
    report_progress(milestone, text="完成。", percent=100, by=college_admin, now=timezone.now())
    assert [len(items(client.get(HOME))) for client in clients] == [0, 1, 0]


def test_the_bureau_finds_its_table_with_each_cell_leading_to_the_panel(client_for, bureau, college_admin, milestones):
    [milestone] = milestones(1)
    page = f"{reverse('tasks:plan_detail', args=[milestone.task.plan_id])}?milestone={milestone.pk}#panel"
    cells = [
        re.findall(r'class="cell" href="([^"]*)"', client_for(user).get(HOME).content.decode())
        for user in (bureau, college_admin)
    ]
    assert cells == [[page], []]


def test_overdue_stands_before_what_has_no_date(client_for, college_admin, milestones, log):
    log(1)
    [milestone] = milestones(1)
    Milestone.objects.filter(pk=milestone.pk).update(due=timezone.localdate() - datetime.timedelta(days=1))
    groups = client_for(college_admin).get(HOME, headers={"Accept-Language": "en"}).context["groups"]
    assert [label for label, _items in groups] == ["Overdue", "Without a date"]


def test_an_expert_finds_the_sheet_that_is_not_handed_in(client_for, expert, stages, zone):
    evaluation = stages.review(zone)
    page = client_for(expert).get(HOME)
    links = [item.url for _label, rows in page.context["groups"] for _kind, item in rows]
    assert links == [reverse("evaluation:evaluation_score", args=[evaluation.pk])]


def health(client) -> list[tuple[int, bool]]:
    return [(number, complete) for _label, number, complete, _url in client.get(HOME).context["health"]]


def test_the_secretariat_sees_what_is_missing(client_for, secretariat, enterprise, college):
    """The members, the leads (the college is one), the office, and no platform."""
    client, none, one = client_for(secretariat), (0, False), (1, True)
    leads, office = [none, one, none], one
    assert health(client)[:11] == [none, none, one, none, one, none, none, *leads, office]
    Membership.objects.filter(organization=enterprise).update(left_on=timezone.localdate())
    assert health(client)[:11] == [none, none, one, none, none, none, none, *leads, office]


def test_a_partner_opens_the_week_with_the_year_beside_it(client_for, partner, college_admin, log):
    entries = log(2)
    approve_many(entries[:1], by=college_admin)
    page = client_for(partner).get(HOME)
    in_this_year = [entry for entry in entries[:1] if entry.date.year == timezone.localdate().year]
    assert page.context["given_total"] == sum((entry.hours for entry in in_this_year), Decimal(0))
    assert [row.place.project.name for row in page.context["rows"]] == ["轴承座批量加工"]


def test_whoever_has_no_role_is_told_so(client_for, partner):
    partner.affiliations.update(ended_on=datetime.date(2020, 1, 1))
    response = client_for(partner).get(HOME)
    assert [template.name for template in response.templates][0] == "home/nobody.html"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("who", "queries"),
    [("college_admin", 36), ("bureau", 14), ("secretariat", 28), ("auditor", 22), ("expert", 9), ("partner", 34)],
)
def test_every_home_needs_a_constant_number_of_queries(
    request, client_for, who, queries, rows, milestones, log, stages, make_zone, django_assert_num_queries
):
    log(rows)
    milestones(rows)
    for number in range(rows):
        stages.review(make_zone(f"z{number}"))
    client = client_for(request.getfixturevalue(who))
    with django_assert_num_queries(queries):
        client.get(HOME)
