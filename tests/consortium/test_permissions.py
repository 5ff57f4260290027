"""The page that says who may do what, and what one affiliation may do."""

from django.urls import reverse
from django.utils import translation

from consortium.models import Affiliation
from consortium.permissions import PERMISSIONS, rights_of

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
