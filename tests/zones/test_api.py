"""The API of the zones: what is answered, refused and hidden."""

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from zones.models import Enrollment, HourEntry, InnovationClass, Zone, ZonePartner
from zones.services import log_hours

API = "/api/v1"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def body(project, person, day, **fields) -> dict:
    return {
        "project": project.pk,
        "person": person.pk,
        "date": str(day),
        "hours": "2",
        "activity": "mentoring",
    } | fields


def test_hours_go_all_the_way(project, mentor, college_admin, day, api_for):
    made = api_for(mentor).post(f"{API}/hours/", body(project, mentor, day, hours="2.25", note="首件"))
    assert made.status_code == 201
    assert made.json() | {"id": 0, "changed_at": ""} == {
        "id": 0,
        "project": project.pk,
        "person": mentor.pk,
        "organization": mentor.affiliation.organization_id,
        "date": str(day),
        "hours": "2.25",
        "activity": "mentoring",
        "module": None,
        "note": "首件",
        "status": "draft",
        "submitted_at": None,
        "approved_at": None,
        "approved_by": None,
        "return_reason": "",
        "corrects": None,
        "changed_at": "",
    }
    url = f"{API}/hours/{made.json()['id']}"
    assert api_for(mentor).post(f"{url}/submit/").json()["status"] == "submitted"
    returned = api_for(college_admin).post(f"{url}/return/", {"reason": "核对"})
    assert (returned.json()["status"], returned.json()["return_reason"]) == ("returned", "核对")
    assert api_for(mentor).patch(f"{url}/", {"hours": "1.5"}).json()["hours"] == "1.5"
    api_for(mentor).post(f"{url}/submit/")
    approved = api_for(college_admin).post(f"{url}/approve/").json()
    assert (approved["status"], approved["approved_by"]) == ("approved", college_admin.pk)
    correction = api_for(mentor).post(f"{url}/correct/", {"hours": "1", "reason": "多记半小时"})
    assert (correction.status_code, correction.json()["hours"]) == (201, "-0.50")
    assert correction.json()["corrects"] == made.json()["id"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("hours", "0", "Hours must be more than 0."),
        ("hours", "-2", "Hours must be more than 0."),
        ("hours", "24.25", "A day has 24 hours, so one entry holds at most 24."),
        ("hours", "100", "A day has 24 hours, so one entry holds at most 24."),
        ("hours", "1.1", "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."),
        ("hours", "1.123456", "Hours are more than 0 and at most 24, in quarter hours."),
        ("hours", "many", "A valid number is required."),
        ("activity", "sleeping", '"sleeping" is not a valid choice.'),
    ],
)
def test_a_bad_value_is_400_under_its_field(project, mentor, day, api_for, field, value, sentence):
    answer = api_for(mentor).post(f"{API}/hours/", body(project, mentor, day, **{field: value}))
    assert (answer.status_code, answer.json()) == (400, {field: [sentence]})
    assert HourEntry.objects.count() == 0


def test_the_future_is_400(project, mentor, today, api_for):
    answer = api_for(mentor).post(f"{API}/hours/", body(project, mentor, today + timedelta(days=1)))
    assert (answer.status_code, answer.json()) == (400, {"date": ["This day is still to come."]})


def test_a_rivals_project_answers_like_one_that_does_not_exist(project, rival_project, mentor, partner, day, api_for):
    for user in (mentor, partner):
        rival = api_for(user).post(f"{API}/hours/", body(rival_project, user, day))
        nothing = api_for(user).post(
            f"{API}/hours/", body(rival_project, user, day) | {"project": rival_project.pk + 999}
        )
        assert (rival.status_code, nothing.status_code) == (400, 400)
        sentence = 'Invalid pk "{}" - object does not exist.'
        assert rival.json() == {"project": [sentence.format(rival_project.pk)]}
        assert nothing.json() == {"project": [sentence.format(rival_project.pk + 999)]}


def test_bulk_is_all_or_nothing_with_every_rows_errors(project, rival_project, mentor, day, api_for):
    rows = [
        body(project, mentor, day),
        body(project, mentor, day, hours="0.1", activity="teaching"),
        body(rival_project, mentor, day),
        body(project, mentor, day),
    ]
    answer = api_for(mentor).post(f"{API}/hours/bulk/", rows)
    assert answer.status_code == 400
    assert answer.json() == [
        {},
        {"hours": ["Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."]},
        {"project": [f'Invalid pk "{rival_project.pk}" - object does not exist.']},
        {"date": ["There is an entry of this person, project, day and activity already. Change that one."]},
    ]
    assert HourEntry.objects.count() == 0
    made = api_for(mentor).post(f"{API}/hours/bulk/", [rows[0], body(project, mentor, day, activity="teaching")])
    assert (made.status_code, HourEntry.objects.total()) == (201, 4)


def test_bulk_looks_a_project_and_a_person_up_once(project, mentor, today, api_for, django_assert_num_queries):
    api = api_for(mentor)
    ContentType.objects.get_for_model(HourEntry)
    for first, count in ((1, 1), (10, 20)):
        rows = [body(project, mentor, today - timedelta(days=first + number)) for number in range(count)]
        with django_assert_num_queries(21 + (connection.vendor == "postgresql")):
            assert api.post(f"{API}/hours/bulk/", rows).status_code == 201


def test_bulk_says_of_each_row_that_it_is_none(mentor, api_for):
    answer = api_for(mentor).post(f"{API}/hours/bulk/", [None, 5, []])
    assert (answer.status_code, [list(row) for row in answer.json()]) == (400, [["non_field_errors"]] * 3)


def test_bulk_takes_a_list_only(project, mentor, day, api_for):
    answer = api_for(mentor).post(f"{API}/hours/bulk/", body(project, mentor, day))
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": ["Send a list of entries."]})


def test_a_second_approval_is_409(submitted, college_admin, api_for):
    url = f"{API}/hours/{submitted.pk}/approve/"
    assert api_for(college_admin).post(url).status_code == 200
    answer = api_for(college_admin).post(url)
    assert (answer.status_code, answer.json()) == (
        409, {"detail": "This is “Approved” now and cannot become “Approved”."},
    )  # fmt: skip


def test_changing_an_approved_entry_is_409(approved, mentor, api_for):
    answer = api_for(mentor).patch(f"{API}/hours/{approved.pk}/", {"hours": "3"})
    assert answer.status_code == 409
    assert HourEntry.objects.get().hours == 2


def test_a_return_without_reason_is_400(submitted, college_admin, api_for):
    answer = api_for(college_admin).post(f"{API}/hours/{submitted.pk}/return/", {})
    assert (answer.status_code, answer.json()) == (400, {"reason": ["Say why the entry is returned."]})


def test_a_rivals_entry_is_404_everywhere(submitted, rival_entry, partner, mentor, outsider, api_for):
    for user in (partner, mentor, outsider):
        api = api_for(user)
        url = f"{API}/hours/{rival_entry.pk}"
        codes = [api.get(f"{url}/").status_code, api.patch(f"{url}/", {"hours": "1"}).status_code]
        codes += [api.post(f"{url}/{act}/").status_code for act in ("submit", "approve", "return", "correct")]
        codes += [api.delete(f"{url}/").status_code]
        codes += [api.get(f"{API}/hours/?project={rival_entry.project_id}").status_code]
        codes += [api.get(f"{API}/projects/{rival_entry.project_id}/").status_code]
        assert codes == [404] * 9
    ids = [row["id"] for row in api_for(partner).get(f"{API}/hours/").json()["results"]]
    assert ids == [submitted.pk]


def test_seeing_is_not_writing(submitted, project, zone, auditor, bureau, secretariat, mentor, day, api_for):
    for user in (auditor, bureau, secretariat):
        api = api_for(user)
        assert api.get(f"{API}/hours/{submitted.pk}/").status_code == 200
        assert api.post(f"{API}/hours/{submitted.pk}/approve/").status_code == 403
        assert api.post(f"{API}/hours/", body(project, mentor, day)).status_code == 403
        assert api.patch(f"{API}/zones/{zone.pk}/", {"name": "x"}).status_code == 403
        assert api.post(f"{API}/projects/", {}).status_code == 403
    assert HourEntry.objects.get().status == "submitted"
    assert Zone.objects.get().name == "数控加工产教特区"


def test_a_drafts_owner_may_remove_it(draft, mentor, college_admin, api_for):
    assert api_for(college_admin).delete(f"{API}/hours/{draft.pk}/").status_code == 403
    assert api_for(mentor).delete(f"{API}/hours/{draft.pk}/").status_code == 204
    assert HourEntry.objects.count() == 0


def test_a_college_makes_a_zone_a_class_a_project_and_places_a_student(
    college_admin, other_college_admin, department, zone, enterprise, make_student, api_for
):
    api = api_for(college_admin)
    made = api.post(
        f"{API}/zones/",
        {"department": department.pk, "code": "mold", "name": "模具特区", "form": "industry_college",
         "established_on": "2024-09-01"},
    )  # fmt: skip
    assert made.status_code == 201
    assert (made.json()["status"], made.json()["college"]) == ("planned", college_admin.affiliation.organization_id)
    fields = {"code": "a", "name": "甲班", "year": 2025, "places": 1}
    group = api.post(f"{API}/classes/", {"zone": zone.pk, **fields})
    assert group.status_code == 201
    student = make_student("1")
    placing = {"innovation_class": group.json()["id"], "student": student.pk}
    early = api.post(f"{API}/enrollments/", placing | {"enrolled_on": "2025-06-30"})
    assert early.status_code == 400
    assert list(early.json()) == ["student"]
    assert api.post(f"{API}/enrollments/", placing | {"enrolled_on": "2025-09-01"}).status_code == 201
    assert Enrollment.objects.open().count() == 1
    project = {"zone": zone.pk, "enterprise": enterprise.pk, "code": "p", "name": "项目",
               "starts_on": "2026-01-01", "ends_on": "2026-12-31"}  # fmt: skip
    assert api.post(f"{API}/projects/", project).status_code == 201
    twin = api.post(f"{API}/projects/", project)
    assert (twin.status_code, twin.json()) == (400, {"code": ["Another project of this zone has this code."]})
    stranger = api_for(other_college_admin).post(f"{API}/projects/", project | {"code": "q"})
    sentence = f'Invalid pk "{zone.pk}" - object does not exist.'
    assert (stranger.status_code, stranger.json()) == (400, {"zone": [sentence]})


def test_a_place_ends_only_with_a_day_of_leaving(innovation_class, make_student, day, college_admin, api_for):
    place = Enrollment.objects.create(innovation_class=innovation_class, student=make_student("1"), enrolled_on=day)
    url = f"{API}/enrollments/{place.pk}/"
    answer = api_for(college_admin).patch(url, {"innovation_class": innovation_class.pk})
    assert (answer.status_code, answer.json()) == (400, {"left_on": ["Give the day on which the student leaves."]})
    assert api_for(college_admin).patch(url, {"left_on": str(day)}).json()["left_on"] == str(day)
    assert api_for(college_admin).patch(url, {"left_on": str(day)}).status_code == 409


def test_a_project_stays_in_its_zone(project, make_zone, college_admin, api_for):
    answer = api_for(college_admin).patch(f"{API}/projects/{project.pk}/", {"zone": make_zone("mold").pk})
    assert (answer.status_code, answer.json()) == (400, {"zone": ["This cannot be changed any more."]})


def test_lists_take_as_many_queries_for_three_rows_as_for_one(
    approved, zone, make_zone, innovation_class, make_student, entry_of, project, make_project, rival_project,
    mentor, today, day, secretariat, api_for, django_assert_num_queries
):  # fmt: skip
    Enrollment.objects.create(innovation_class=innovation_class, student=make_student("1"), enrolled_on=day)
    api = api_for(secretariat)
    expected = {"zones": 3, "classes": 3, "enrollments": 3, "projects": 2, "hours": 2}

    def measure() -> None:
        for name, queries in expected.items():
            secretariat.__dict__.pop("roles", None)
            with django_assert_num_queries(queries):
                assert api.get(f"{API}/{name}/").status_code == 200

    measure()
    for number in (2, 3):
        extra = make_zone(f"z{number}")
        ZonePartner.objects.create(zone=extra, enterprise=project.enterprise, since=day)
        InnovationClass.objects.create(zone=extra, code="c", name="班", year=2025, places=3)
        Enrollment.objects.create(innovation_class=innovation_class, student=make_student(str(number)), enrolled_on=day)
        make_project(f"p{number}")
        log_hours(entry_of(project, mentor, date=day - timedelta(days=number)), by=mentor, today=today)
    measure()
