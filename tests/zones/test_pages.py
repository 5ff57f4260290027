"""The pages of the zones: who sees what, what is typed, and what is said back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from zones.models import Enrollment, HourEntry, InnovationClass, Project, ProjectModule, Zone, ZonePartner
from zones.services import add_mentor, log_hours, submit_many

from .answers import sheet, url

LISTS = ["zone_list", "class_list", "project_list", "hours_list"]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.mark.parametrize("name", LISTS)
def test_every_role_opens_every_list(name, zone, submitted, innovation_class, client_for, request):
    for role in ("secretariat", "college_admin", "partner", "mentor", "bureau", "expert", "auditor", "outsider"):
        assert client_for(request.getfixturevalue(role)).get(url(name)).status_code == 200


def test_a_rivals_records_are_404_by_page_filter_and_export(submitted, rival_entry, partner, outsider, client_for):
    for user in (partner, outsider):
        client = client_for(user)
        addresses = [
            url("project_detail", rival_entry.project_id),
            url("hours_detail", rival_entry.pk),
            url("hours_update", rival_entry.pk),
            url("hours_correct", rival_entry.pk),
            url("hours_delete", rival_entry.pk),
            f"{url('hours_list')}?project={rival_entry.project_id}",
            f"{url('hours_list')}?person={rival_entry.person_id}&export=xlsx",
        ]
        assert [client.get(address).status_code for address in addresses] == [404] * 7
        assert client.post(url("hours_submit", rival_entry.pk)).status_code == 404
    rows = sheet(client_for(partner).get(f"{url('hours_list')}?export=xlsx"))
    assert [row[3] for row in rows] == ["Project", "轴承座批量加工"]


def test_an_enterprise_does_not_read_a_rivals_name_in_their_zone(zone, submitted, rival_entry, partner, client_for):
    for address in (url("zone_list"), url("zone_detail", zone.pk), f"{url('hours_list')}"):
        page = client_for(partner).get(address).content.decode()
        assert ("示例企业二" in page, "他企项目" in page) == (False, False)
    rows = sheet(client_for(partner).get(f"{url('zone_list')}?export=xlsx"))
    assert [row[5] for row in rows] == ["Partner enterprises", "示例企业一"]


def test_seeing_a_zone_is_not_changing_it(zone, project, innovation_class, partner, auditor, secretariat, client_for):
    for user in (partner, auditor, secretariat):
        client = client_for(user)
        assert client.get(url("zone_detail", zone.pk)).status_code == 200
        for name, obj in [
            ("zone_update", zone), ("class_update", innovation_class), ("project_update", project),
            ("class_place", innovation_class), ("mentor_add", innovation_class), ("member_add", project),
        ]:  # fmt: skip
            assert client.get(url(name, obj.pk)).status_code == 403
        assert client.get(url("zone_create")).status_code == 403
        assert client.post(url("zone_move", zone.pk, "closed")).status_code == 403
    assert Zone.objects.get().status == "active"


def test_a_college_opens_a_zone_and_a_mistake_is_said_at_the_field(zone, college_admin, department, client_for):
    client = client_for(college_admin)
    sent = {
        "name": "模具特区", "code": "cnc", "department": department.pk, "form": "industry_college",
        "established_on": "2024-09-01",
    }  # fmt: skip
    refused = client.post(url("zone_create"), sent)
    assert refused.context["form"].errors == {"code": ["Another zone of this consortium has this code."]}
    assert 'value="模具特区"' in refused.content.decode()
    made = client.post(url("zone_create"), sent | {"code": "mold"})
    new = Zone.objects.get(code="mold")
    assert (made.status_code, made.url, new.status) == (302, url("zone_detail", new.pk), "planned")
    assert client.get(url("zone_move", new.pk, "active")).status_code == 200
    client.post(url("zone_move", new.pk, "active"))
    new.refresh_from_db()
    assert new.status == "active"
    assert client.get(url("zone_move", new.pk, "nonsense")).status_code == 404


def test_a_class_is_opened_its_mentors_named_and_its_students_placed(
    zone, college_admin, mentor, make_student, client_for
):
    client = client_for(college_admin)
    sent = {"zone": zone.pk, "name": "数控2502班", "code": "b", "year": 2025, "places": 1}
    client.post(url("class_create"), sent)
    group = InnovationClass.objects.get()
    client.post(url("mentor_add", group.pk), {"side": "enterprise", "person": mentor.pk})
    assert [row.person for row in group.mentors.all()] == [mentor]
    wrong = client.post(url("mentor_add", group.pk), {"side": "college", "person": mentor.pk})
    assert wrong.context["form"].errors == {"person": ["示例企业导师 does not belong to this side of the zone."]}
    first, second = make_student("1"), make_student("2")
    full = client.post(url("class_place", group.pk), {"on": "2025-09-01", "students": [first.pk, second.pk]})
    assert full.context["form"].errors == {"students": ["The class is full: 1 places."]}
    assert Enrollment.objects.count() == 0
    client.post(url("class_place", group.pk), {"on": "2025-09-01", "students": [first.pk]})
    assert [row.student for row in Enrollment.objects.open()] == [first]


def test_a_running_class_says_which_side_lacks_a_mentor(innovation_class, college_mentor, college_admin, client_for):
    address = url("class_detail", innovation_class.pk)
    add_mentor(innovation_class, college_mentor, "college", by=college_admin)
    page = client_for(college_admin).get(address).content.decode()
    assert page.count("A running class has a mentor on each side. Missing: Enterprise side.") == 1
    assert page.count("Missing: College side.") == 0


def test_the_week_and_the_list_to_countersign_are_for_those_who_act(
    project, college_admin, auditor, mentor, client_for
):
    assert client_for(college_admin).get(url("hours_week")).status_code == 403
    assert client_for(auditor).get(url("hours_countersign")).status_code == 403
    assert client_for(mentor).get(url("hours_countersign")).status_code == 403


def test_an_approved_entry_is_corrected_on_its_page(approved, mentor, client_for):
    client = client_for(mentor)
    refused = client.post(url("hours_correct", approved.pk), {"hours": "2", "reason": "x"})
    assert refused.context["form"].errors == {"hours": ["The entry has this figure already."]}
    client.post(url("hours_correct", approved.pk), {"hours": "1.5", "reason": "多记"})
    assert [row.hours for row in approved.corrections.all()] == [Decimal("-0.5")]
    assert "多记" in client.get(url("hours_detail", approved.pk)).content.decode()


def test_the_sum_under_the_list_is_of_all_filtered_rows(approved, entry_of, project, mentor, today, day, client_for):
    log_hours(entry_of(project, mentor, date=day - timedelta(days=1), hours=Decimal(5)), by=mentor, today=today)
    client = client_for(mentor)
    assert client.get(url("hours_list")).context["total"] == 7
    assert client.get(f"{url('hours_list')}?status=approved").context["total"] == 2
    assert client.get(f"{url('hours_list')}?date_after={day}&date_before={day}").context["total"] == 2
    month = f"{day:%Y-%m}"
    in_month = HourEntry.objects.filter(date__year=day.year, date__month=day.month).total()
    assert client.get(f"{url('hours_list')}?month={month}").context["total"] == in_month


def test_the_months_of_a_zone_are_its_approved_hours(approved, zone, today, college_admin, partner, client_for):
    context = client_for(college_admin).get(url("zone_detail", zone.pk)).context
    row = context["months"][approved.date.month - 1]
    column = 1 if approved.date.year == today.year else 3
    assert row[column] == 2
    assert sum(value or 0 for months in context["months"] for value in months[1:]) == 2


def test_pages_take_as_many_queries_for_three_rows_as_for_one(
    zone, project, approved, innovation_class, make_student, make_zone, make_project, make_mentor, assign, entry_of,
    enterprise, college, mentor, college_admin, today, day, client_for, django_assert_num_queries
):  # fmt: skip
    def one_more(number: int) -> None:
        student = make_student(str(number))
        Enrollment.objects.create(innovation_class=innovation_class, student=student, enrolled_on=day)
        ProjectModule.objects.create(project=project, number=number, name="模块")
        waiting = log_hours(
            entry_of(project, mentor, date=day - timedelta(days=number), activity="teaching"), by=mentor, today=today
        )
        submit_many([waiting], by=mentor)
        if number > 1:
            ZonePartner.objects.create(zone=make_zone(f"z{number}"), enterprise=enterprise, since=day)
            group = InnovationClass.objects.create(zone=zone, code=f"c{number}", name="班", year=2025, places=3)
            extra = make_project(f"p{number}")
            assign(extra, mentor)
            person = make_mentor(f"m{number}", enterprise)
            assign(project, person)
            add_mentor(group, person, "enterprise", by=college_admin)
            log_hours(entry_of(extra, mentor), by=mentor, today=today)

    pages = [
        (college_admin, url("zone_list"), 8),
        (college_admin, url("class_list"), 8),
        (college_admin, url("project_list"), 7),
        (college_admin, url("hours_list"), 11),
        (college_admin, url("zone_detail", zone.pk), 12),
        (college_admin, url("class_detail", innovation_class.pk), 11),
        (college_admin, url("project_detail", project.pk), 12),
        (college_admin, url("hours_countersign"), 9),
        (college_admin, url("mentor_add", innovation_class.pk), 7),
        (college_admin, url("member_add", project.pk), 6),
        (mentor, f"{url('hours_week')}?day={day}", 11),
    ]

    def measure() -> None:
        for user, address, queries in pages:
            client = client_for(user)
            client.get(address)
            with django_assert_num_queries(queries):
                assert client.get(address).status_code == 200

    add_mentor(innovation_class, mentor, "enterprise", by=college_admin)
    one_more(1)
    measure()
    one_more(2)
    one_more(3)
    measure()
    assert Project.objects.count() == 3


def test_a_month_that_no_calendar_has_filters_nothing(approved, mentor, client_for, api_for):
    page = client_for(mentor).get(f"{url('hours_list')}?month=0000-05")
    assert page.context["filter"].errors == {"month": ["Give the month as 2026-05."]}
    answer = api_for(mentor).get("/api/v1/hours/?month=0000-05")
    assert (answer.status_code, answer.json()) == (400, {"month": ["Give the month as 2026-05."]})
