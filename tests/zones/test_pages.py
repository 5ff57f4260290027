"""The pages of the zones: who sees what, what is typed, and what is said back."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from zones.models import Enrollment, HourEntry, InnovationClass, Project, ProjectModule, Zone, ZonePartner
from zones.services import add_mentor, log_hours, submit_many

LISTS = ["zone_list", "class_list", "project_list", "hours_list"]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def url(name: str, *args) -> str:
    return reverse(f"zones:{name}", args=args)


def cell(project, day, activity="mentoring") -> str:
    return f"h-{project.pk}-{activity}-{day}"


def sheet(answer) -> list[tuple]:
    return list(load_workbook(BytesIO(answer.content)).active.values)


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


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ("0", "Hours must be more than 0."),
        ("-1", "Hours must be more than 0."),
        ("24.25", "A day has 24 hours, so one entry holds at most 24."),
        ("1.1", "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."),
    ],
)
def test_bad_hours_are_said_at_the_field_and_in_the_cell(project, mentor, day, client_for, hours, sentence):
    client = client_for(mentor)
    sent = {"project": project.pk, "person": mentor.pk, "date": day, "hours": hours, "activity": "mentoring"}
    page = client.post(url("hours_create"), sent)
    assert page.context["form"].errors == {"hours": [sentence]}
    week = client.post(f"{url('hours_week')}?day={day}", {cell(project, day): hours, "act": "save"})
    assert [(square.key, square.error) for _row, square in week.context["errors"]] == [(cell(project, day), sentence)]
    assert f'value="{hours}"' in week.content.decode()
    assert HourEntry.objects.count() == 0


def test_a_week_is_typed_changed_emptied_and_submitted(project, make_project, assign, mentor, today, client_for):
    other = make_project("valve")
    assign(other, mentor)
    client = client_for(mentor)
    address = f"{url('hours_week')}?day={today}"
    client.post(address, {cell(project, today): "2.25", cell(other, today): "3", "act": "save"})
    assert sorted(HourEntry.objects.values_list("hours", "status")) == [
        (Decimal("2.25"), "draft"), (Decimal(3), "draft"),
    ]  # fmt: skip
    client.post(address, {cell(project, today): "2.5", cell(other, today): "", "act": "submit"})
    assert list(HourEntry.objects.values_list("hours", "status", "project")) == [
        (Decimal("2.5"), "submitted", project.pk)
    ]
    context = client.get(address).context
    assert (context["total"], context["sendable"]) == (Decimal("2.5"), 0)


def test_a_week_with_one_bad_cell_writes_nothing(project, mentor, day, client_for):
    sent = {cell(project, day): "3", cell(project, day, "teaching"): "abc", "act": "submit"}
    page = client_for(mentor).post(f"{url('hours_week')}?day={day}", sent)
    assert page.status_code == 200
    assert HourEntry.objects.count() == 0


def test_a_rivals_project_cannot_be_typed_into_ones_week(project, rival_project, mentor, day, client_for):
    client_for(mentor).post(f"{url('hours_week')}?day={day}", {cell(rival_project, day): "3", "act": "save"})
    assert HourEntry.objects.count() == 0


def test_last_week_is_copied_as_drafts_into_empty_cells(project, mentor, entry_of, today, client_for):
    monday = today - timedelta(days=today.weekday() + 7)
    for number, hours in enumerate(["2", "3", "4"]):
        log_hours(
            entry_of(project, mentor, date=monday + timedelta(days=number), hours=Decimal(hours)),
            by=mentor,
            today=today,
        )
    log_hours(entry_of(project, mentor, date=monday - timedelta(days=7), hours=Decimal(1)), by=mentor, today=today)
    client_for(mentor).post(f"{url('hours_week')}?day={monday}", {"act": "copy"})
    assert HourEntry.objects.count() == 4
    HourEntry.objects.filter(date__gte=monday).delete()
    client_for(mentor).post(f"{url('hours_week')}?day={monday}", {"act": "copy"})
    copied = HourEntry.objects.filter(date__gte=monday).values_list("date", "hours", "status")
    assert list(copied) == [(monday, Decimal(1), "draft")]


def test_a_module_has_a_row_of_its_own_which_is_copied_with_the_week(
    project, rival_project, mentor, entry_of, today, client_for
):
    first = ProjectModule.objects.create(project=project, number=1, name="工装设计")
    others = ProjectModule.objects.create(project=rival_project, number=1, name="他企模块")
    monday = today - timedelta(days=today.weekday() + 14)
    week, client = f"{url('hours_week')}?day={monday}", client_for(mentor)
    page = client.get(week)
    assert page.context["offers"] == [
        (f"{project.pk}", "轴承座批量加工"), (f"{project.pk}_{first.pk}", "轴承座批量加工 · 1 工装设计"),
    ]  # fmt: skip
    typed = {cell(project, monday): "2", "act": "row", "project": f"{project.pk}_{first.pk}", "activity": "teaching"}
    added = client.post(week, typed)
    assert HourEntry.objects.get().hours == 2  # what was typed is kept
    rows = client.get(added.url).context["rows"]
    assert [row.name for row in rows] == ["轴承座批量加工 Mentoring", "轴承座批量加工 1 工装设计 Teaching"]
    key = rows[1].squares[0].key
    assert key == f"h-{project.pk}_{first.pk}-teaching-{monday}"
    client.post(added.url, {key: "1.5", "act": "save"})
    assert client.post(week, {key.replace(f"_{first.pk}-", f"_{others.pk}-"): "1", "act": "save"}).status_code == 200
    following = monday + timedelta(days=7)
    copied = client.post(f"{url('hours_week')}?day={following}", {"act": "copy"})
    stored = HourEntry.objects.order_by("date", "pk").values_list("date", "module", "activity", "hours")
    week_of_two = [(None, "mentoring", Decimal(2)), (first.pk, "teaching", Decimal("1.5"))]
    assert list(stored) == [(day, *one) for day in (monday, following) for one in week_of_two]
    assert len(client.get(copied.url).context["rows"]) == 2
    assert len(client.get(f"{week}&row=nonsense&row={rival_project.pk}-teaching").context["rows"]) == 2


def test_a_partner_keeps_the_week_of_own_people_only(project, partner, mentor, college_mentor, client_for):
    client = client_for(partner)
    assert [person.username for person in client.get(url("hours_week")).context["people"]] == ["partner", "mentor"]
    assert client.get(f"{url('hours_week')}?person={mentor.pk}").context["person"] == mentor
    assert client.get(f"{url('hours_week')}?person={college_mentor.pk}").status_code == 404


def test_the_week_and_the_list_to_countersign_are_for_those_who_act(
    project, college_admin, auditor, mentor, client_for
):
    assert client_for(college_admin).get(url("hours_week")).status_code == 403
    assert client_for(auditor).get(url("hours_countersign")).status_code == 403
    assert client_for(mentor).get(url("hours_countersign")).status_code == 403


def test_chosen_entries_are_approved_and_what_changed_is_left_out_by_name(
    submitted, entry_of, project, partner, mentor, college_admin, today, client_for
):
    other = log_hours(entry_of(project, partner), by=partner, today=today)
    submit_many([other], by=partner)
    client = client_for(college_admin)
    assert client.get(url("hours_countersign")).context["waiting"] == 2
    sent = {"pick": [submitted.pk, other.pk], f"seen-{submitted.pk}": "old", f"seen-{other.pk}": other.stamp}
    page = client.post(url("hours_countersign"), sent, follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "1 entry approved.",
        f"Left out, because changed since you read it: {mentor} {submitted.date} {project}",
    ]
    assert list(HourEntry.objects.approved()) == [other]


@pytest.fixture
def many(project, mentor, enterprise, day) -> list[HourEntry]:
    """250 entries of one project that wait, more than a page shows."""
    activities = ["mentoring", "teaching"]
    rows = [
        HourEntry(
            project=project, person=mentor, organization=enterprise, date=day - timedelta(days=number // 2),
            activity=activities[number % 2], hours=Decimal(1), status="submitted", submitted_at=timezone.now(),
        )
        for number in range(250)
    ]  # fmt: skip
    return HourEntry.objects.bulk_create(rows)


def test_more_than_a_page_is_countersigned_page_by_page(many, rival_entry, college_admin, client_for):
    client = client_for(college_admin)
    page = client.get(url("hours_countersign")).context
    assert [(len(group["entries"]), group["is_whole"]) for group in page["groups"]] == [(1, True), (199, False)]
    assert (page["waiting"], page["count"], page["page"].start, page["page"].end) == (251, 251, 1, 200)
    after = client.get(url("hours_countersign"), {"page": page["page"].next})
    assert [(len(group["entries"]), group["is_whole"]) for group in after.context["groups"]] == [(51, False)]
    assert (after.context["page"].start, after.context["page"].end) == (201, 251)
    assert "Approve 51 shown of this project" in after.content.decode()
    sent = {"project": many[0].project_id}
    shown = after.context["groups"][0]["entries"]
    sent |= {f"of-{many[0].project_id}": [entry.pk for entry in shown]}
    sent |= {f"seen-{entry.pk}": entry.stamp for entry in shown}
    here = f"{url('hours_countersign')}?page={page['page'].next}"
    answer = client.post(here, sent, follow=True)
    assert answer.redirect_chain == [(here, 302)]
    assert [str(message) for message in answer.context["messages"]] == ["51 entries approved."]
    assert set(HourEntry.objects.approved()) == set(shown)
    assert (answer.context["waiting"], answer.context["page"].has_other_pages) == (200, False)


def test_what_waits_is_filtered_by_project_and_its_button_says_what_it_takes(
    submitted, draft, rival_entry, entry_of, project, partner, today, college_admin, client_for
):
    other = log_hours(entry_of(project, partner), by=partner, today=today)
    submit_many([other], by=partner)
    client = client_for(college_admin)

    def groups(**asked) -> list:
        context = client.get(url("hours_countersign"), asked).context
        assert context["waiting"] == 3
        return [([entry.pk for entry in one["entries"]], one["is_whole"]) for one in context["groups"]]

    assert groups(project=rival_entry.project_id) == [([rival_entry.pk], True)]
    assert groups(project=project.pk) == [([submitted.pk, other.pk], True)]
    assert groups(person=partner.pk) == [([other.pk], False)]
    assert groups(month="2001-01") == []


def test_a_whole_project_is_approved_and_nothing_else(submitted, rival_entry, college_admin, client_for):
    sent = {"project": submitted.project_id, "pick": [rival_entry.pk]}
    for entry in (submitted, rival_entry):
        sent |= {f"of-{entry.project_id}": entry.pk, f"seen-{entry.pk}": entry.stamp}
    client_for(college_admin).post(url("hours_countersign"), sent)
    assert list(HourEntry.objects.approved()) == [submitted]


def test_a_return_needs_a_reason_and_then_shows_it_first(submitted, mentor, college_admin, client_for):
    sent = {"pick": [submitted.pk], f"seen-{submitted.pk}": submitted.stamp, "act": "return"}
    page = client_for(college_admin).post(url("hours_countersign"), sent)
    assert page.context["reason_error"] == "Say why the entry is returned."
    assert f'value="{submitted.pk}" checked' in page.content.decode()
    client_for(college_admin).post(url("hours_countersign"), sent | {"reason": "当日停机"})
    returned = client_for(mentor).get(url("hours_week")).context["returned"]
    assert [entry.return_reason for entry, _key, _day in returned] == ["当日停机"]


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


@pytest.mark.parametrize("asked", ["0001-01-01", "9999-12-31", "tomorrow"])
def test_a_week_outside_our_time_is_this_week(project, mentor, today, client_for, asked):
    client = client_for(mentor)
    assert client.get(f"{url('hours_week')}?day={asked}").context["day"] == today
    assert client.post(f"{url('hours_week')}?day={asked}", {"act": "copy"}).status_code == 302


def test_a_month_that_no_calendar_has_filters_nothing(approved, mentor, client_for, api_for):
    page = client_for(mentor).get(f"{url('hours_list')}?month=0000-05")
    assert page.context["filter"].errors == {"month": ["Give the month as 2026-05."]}
    answer = api_for(mentor).get("/api/v1/hours/?month=0000-05")
    assert (answer.status_code, answer.json()) == (400, {"month": ["Give the month as 2026-05."]})


def test_who_chooses_nothing_is_told_so(submitted, college_admin, client_for):
    for chosen in ({}, {"pick": "9" * 5000}, {"pick": "²"}, {"act": "return", "reason": "核对"}):
        page = client_for(college_admin).post(url("hours_countersign"), chosen, follow=True)
        said = [str(message) for message in page.context["messages"]]
        assert said == ["Nothing is chosen. Tick the entries first."]


def test_a_reason_is_kept_without_what_the_database_cannot_hold(submitted, college_admin, client_for):
    sent = {"pick": [submitted.pk], f"seen-{submitted.pk}": submitted.stamp, "act": "return", "reason": "核\0对"}
    client_for(college_admin).post(url("hours_countersign"), sent)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.return_reason) == ("returned", "核对")


def test_hours_on_a_project_that_one_has_left_are_refused_in_words(project, rival_project, mentor, day, client_for):
    page = client_for(mentor).post(f"{url('hours_week')}?day={day}", {cell(rival_project, day): "2"})
    said = [str(message) for message in page.context["messages"]]
    assert said == ["示例企业导师 is not assigned to this project."]
    assert HourEntry.objects.count() == 0
