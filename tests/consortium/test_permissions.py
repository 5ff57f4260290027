"""The page that says who may do what, and what one affiliation may do."""

from datetime import date, timedelta

from django.template import engines
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from consortium.models import Affiliation, User
from consortium.permissions import PERMISSIONS, may, rights_of
from zones.models import HourEntry, Project, Zone

PAGE = reverse("consortium:permission_list")


def test_the_page_has_a_row_for_every_act_and_a_cell_for_every_role(client_for, partner):
    rooms = client_for(partner).get(PAGE).context["rooms"]
    lines = [line for things in rooms.values() for _thing, acts in things for line in acts]
    assert len(lines) == len(PERMISSIONS)
    assert {len(cells) for _act, cells in lines} == {len(Affiliation.Role)}


def test_a_cell_says_in_words_on_what_and_nothing_where_one_may_not(client_for, partner):
    rooms = client_for(partner).get(PAGE, headers={"Accept-Language": "en"}).context["rooms"]
    with translation.override("en"):
        things = {str(thing): acts for room in rooms.values() for thing, acts in room}
        acts = {
            str(act): {cell.role: (cell.text, cell.is_own) for cell in cells} for act, cells in things["project hours"]
        }
    assert acts["Submit"] == {
        "Secretariat": ("", False),
        "College administrator": ("", False),
        "Partner enterprise": ("people of the own enterprise", True),
        "Mentor": ("oneself", False),
        "Education bureau": ("", False),
        "Expert": ("", False),
        "Auditor": ("", False),
    }


def test_what_one_may_do_is_said_thing_by_thing(expert):
    with translation.override("en"):
        rights = {
            thing: [(str(act), str(where)) for act, where in acts] for thing, acts in rights_of(expert.affiliation)
        }
    assert rights["evaluations"] == [
        ("See", "evaluations assigned to oneself; from publicity on the others of those zones"),
        ("Score", "evaluations assigned to oneself"),
    ]
    assert "enterprise projects" not in rights


def test_somebody_without_a_role_reads_the_table_too(client_for, partner):
    partner.affiliations.update(ended_on=partner.affiliation.started_on)
    page = client_for(partner).get(PAGE)
    assert (page.status_code, page.context["rights"]) == (200, [])


def test_the_page_asks_few_questions_of_the_database(client_for, partner, django_assert_max_num_queries):
    client = client_for(partner)
    with django_assert_max_num_queries(12):
        client.get(PAGE)


def test_fifty_checks_ask_the_database_once(secretariat, college_admin, college, department, django_assert_num_queries):
    """The acting affiliation is read once; a row of a list brings what its conditions look at."""
    rows = [
        Zone(consortium=college_admin.affiliation.consortium, college=college, department=department, code=f"z{number}")
        for number in range(50)
    ]
    user = User.objects.get(pk=college_admin.pk)
    with django_assert_num_queries(1):
        assert [may(user, "zone.change", row) for row in rows] == [True] * 50


def test_the_checks_of_a_list_cost_no_query_a_row(
    client_for, college_admin, college, enterprise, department, make_user, django_assert_num_queries
):
    """A button on each of 1 and of 50 rows: the rows are fetched, and nothing more is asked for a button."""
    template = engines["django"].from_string(
        '{% load look %}{% for row in rows %}{% may "hours.approve" row as can %}{{ can|yesno:"x,-" }}{% endfor %}'
    )
    consortium = college_admin.affiliation.consortium
    worker = make_user("worker", "mentor", enterprise, consortium)
    zone = Zone.objects.create(
        consortium=consortium, college=college, department=department, code="z", form="industry_college",
        established_on=date(2020, 1, 1),
    )  # fmt: skip
    project = Project.objects.create(
        zone=zone, enterprise=enterprise, code="p", starts_on=date(2020, 1, 1), ends_on=date(2030, 1, 1)
    )
    HourEntry.objects.bulk_create(
        HourEntry(project=project, person=worker, organization=enterprise, date=date(2024, 1, 1) + timedelta(number),
                  hours=1, activity="mentoring", status="submitted")
        for number in range(50)
    )  # fmt: skip
    for count in (1, 50):
        request = RequestFactory().get("/")
        request.user = User.objects.get(pk=college_admin.pk)
        with django_assert_num_queries(2):  # who asks, and the rows
            shown = template.render({"rows": HourEntry.objects.visible_to(request.user).for_list()[:count]}, request)
        assert shown == "x" * count
