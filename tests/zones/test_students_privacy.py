"""Whose eyes see which student: masked by default, clear by right, by reason, or by disclosure."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium.models import HistoryEntry, PersonalDataAccess
from consortium.services import Refused
from zones.models import Enrollment, Mentor, Student
from zones.services import disclose, erase_student, leave, place

from ..test_house import filled, routes

NAME, NUMBER, BORN, HOME = "欧阳示例", "2024077001", "2006年3月1日", "数控示例班"
CLEAR = [NAME, NUMBER, BORN, HOME, "示例专业"]


@pytest.fixture
def student(make_student):
    return make_student(NUMBER, name=NAME, home_class=HOME, major="示例专业", birth_date=date(2006, 3, 1))


@pytest.fixture
def placed(student, innovation_class, college_admin):
    return place(student, innovation_class, on=date(2025, 9, 1), by=college_admin)


@pytest.fixture
def class_mentor(innovation_class, mentor):
    return Mentor.objects.create(innovation_class=innovation_class, person=mentor, side="enterprise")


@pytest.fixture
def rival_mentor(innovation_class, make_mentor, rival_enterprise):
    """A mentor of the same class for another enterprise."""
    person = make_mentor("rival_mentor", rival_enterprise)
    Mentor.objects.create(innovation_class=innovation_class, person=person, side="enterprise", slot=2)
    return person


@pytest.fixture
def disclosed(placed, class_mentor, enterprise, college_admin):
    disclose([placed], recipient=enterprise, basis="agreement", reason="三方协议已签", by=college_admin)
    return placed


def pages(client, placed) -> str:
    """All pages on which a student stands."""
    urls = [
        reverse("zones:class_detail", args=[placed.innovation_class_id]),
        reverse("zones:student_list"),
        reverse("zones:student_detail", args=[placed.student_id]),
    ]
    answers = [client.get(url) for url in urls]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    return "".join(answer.content.decode() for answer in answers)


def seen(text: str) -> list[str]:
    return [value for value in CLEAR if value in text]


# --- masked and clear -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("college_admin", CLEAR),
        ("secretariat", []),
        ("bureau", []),
        ("auditor", []),
        ("partner", []),
        ("mentor", []),
        ("college_mentor", []),
    ],
)
def test_only_the_own_college_sees_a_student_in_the_clear(request, client_for, placed, who, expected):
    assert seen(pages(client_for(request.getfixturevalue(who)), placed)) == expected


@pytest.mark.parametrize(("who", "expected"), [("college_admin", NAME), ("secretariat", "欧*"), ("partner", "欧*")])
def test_the_api_names_a_student_as_the_pages_do(request, api_for, placed, who, expected):
    user = request.getfixturevalue(who)
    assert api_for(user).get("/api/v1/enrollments/").json()["results"][0]["student_name"] == expected
    assert api_for(user).get(f"/api/v1/enrollments/{placed.pk}/").json()["student_name"] == expected


@pytest.mark.parametrize("who", ["other_college_admin", "outsider", "expert"])
def test_others_find_no_such_student(request, client_for, placed, who):
    client = client_for(request.getfixturevalue(who))
    names = ["student_detail", "student_reveal", "student_file", "student_erase"]
    urls = [reverse(f"zones:{name}", args=[placed.student_id]) for name in names]
    assert [client.post(url, {"reason": "需要核对信息"}).status_code for url in urls[1:]] == [404] * 3
    assert [client.get(url).status_code for url in urls] == [404] * 4
    assert list(client.get(reverse("zones:student_list")).context["page"].object_list) == []


def test_who_sees_masked_names_cannot_search_or_sort_by_them(client_for, partner, placed, make_student):
    client, url = client_for(partner), reverse("zones:student_list")
    found = [client.get(f"{url}?{query}").context["count"] for query in ("", "q=不存在", f"q={NAME}")]
    sortable = [column.sort for column in client.get(url).context["columns"] if column.sort]
    assert (found, sortable) == ([1, 1, 1], [])


def test_the_college_searches_by_name_and_number(client_for, college_admin, placed, make_student):
    make_student("2024099")
    client, url = client_for(college_admin), reverse("zones:student_list")
    assert [client.get(f"{url}?q={text}").context["count"] for text in (NAME, NUMBER, "不存在")] == [1, 1, 0]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_needs_the_same_queries_however_long(
    client_for, django_assert_num_queries, college_admin, innovation_class, make_student, number
):
    innovation_class.places = 5
    innovation_class.save()
    for index in range(number):
        place(make_student(f"20240{index}"), innovation_class, on=date(2025, 9, 1), by=college_admin)
    client, url = client_for(college_admin), reverse("zones:student_list")
    client.get(url)
    with django_assert_num_queries(8):
        client.get(url)


# --- a reason ---------------------------------------------------------------------------------------------------------
def test_a_reason_shows_a_student_once_and_the_college_sees_who_looked(client_for, secretariat, college_admin, placed):
    client, url = client_for(secretariat), reverse("zones:student_reveal", args=[placed.student_id])
    texts = [page.content.decode() for page in (client.get(url), client.post(url, {"reason": "核对实习保险名单"}))]
    texts.append(pages(client, placed))
    assert [seen(text) for text in texts] == [[], CLEAR, []]
    detail = client_for(college_admin).get(reverse("zones:student_detail", args=[placed.student_id]))
    assert [(row.by, row.reason) for row in detail.context["accesses"]] == [(secretariat, "核对实习保险名单")]


@pytest.mark.parametrize("who", ["partner", "mentor", "college_mentor"])
def test_an_enterprise_and_mentors_cannot_look_behind_the_mask(request, client_for, placed, who):
    client = client_for(request.getfixturevalue(who))
    answer = client.post(reverse("zones:student_reveal", args=[placed.student_id]), {"reason": "想知道学员是谁"})
    assert (answer.status_code, PersonalDataAccess.objects.count()) == (403, 0)


def test_the_college_exports_masked_unless_it_gives_a_reason(client_for, college_admin, placed):
    client = client_for(college_admin)
    asked = client.get(reverse("zones:student_list") + "?export=xlsx")
    post = {"order": asked.context["order"], "reason": "上报学籍核查名单"}
    answers = [
        client.post(reverse("consortium:export_create"), post | {"reason": "", "masked": "1"}),
        client.post(reverse("consortium:export_create"), post),
    ]
    rows = [
        list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))[1][:2] for answer in answers
    ]
    assert rows == [("欧*", "***001"), (NAME, NUMBER)]
    access = PersonalDataAccess.objects.get()
    assert (access.record, access.kind, access.reason) == (placed.student, "export", "上报学籍核查名单")


@pytest.mark.parametrize(
    ("who", "expected"), [("secretariat", ("欧*", "***001")), ("partner", ("欧*", "***001", "***", "***"))]
)
def test_others_export_masked_students(request, client_for, placed, college, who, expected):
    answer = client_for(request.getfixturevalue(who)).get(reverse("zones:student_list") + "?export=xlsx")
    row = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))[1]
    assert row == (*expected, college.name, placed.innovation_class.name)


# --- disclosure -------------------------------------------------------------------------------------------------------
def test_a_disclosure_shows_an_enterprises_mentors_what_mentoring_needs(client_for, api_for, mentor, disclosed):
    assert seen(pages(client_for(mentor), disclosed)) == [NAME, "示例专业"]
    assert api_for(mentor).get("/api/v1/enrollments/").json()["results"][0]["student_name"] == NAME


def test_a_disclosure_to_one_enterprise_shows_another_nothing(client_for, rival_mentor, partner, disclosed):
    assert [seen(pages(client_for(user), disclosed)) for user in (rival_mentor, partner)] == [[], []]


def test_a_disclosure_ends_when_the_student_leaves_and_does_not_come_back(
    client_for, mentor, disclosed, college_admin, innovation_class
):
    today = timezone.localdate()
    leave(disclosed, on=today, today=today, by=college_admin)
    assert seen(pages(client_for(mentor), disclosed)) == []
    again = place(disclosed.student, innovation_class, on=today, by=college_admin)
    assert seen(pages(client_for(mentor), again)) == []


def test_the_college_discloses_on_a_page_and_it_is_kept_for_three_years(client_for, college_admin, placed, enterprise):
    data = {"recipient": enterprise.pk, "enrollments": [placed.pk], "basis": "consent", "reason": "家长已书面同意"}
    answer = client_for(college_admin).post(reverse("zones:class_disclose", args=[placed.innovation_class_id]), data)
    access = PersonalDataAccess.objects.get()
    assert answer.status_code == 302
    assert (access.record, access.recipient, access.basis, access.fields) == (
        placed, enterprise, "consent", ["name", "sex", "major"]
    )  # fmt: skip
    assert (access.keep_until - timezone.localdate()).days in (1095, 1096)
    entry = HistoryEntry.objects.about(placed).get(what="disclosed")
    assert (entry.new, entry.reason) == (enterprise.name, "家长已书面同意")


@pytest.mark.parametrize("missing", ["recipient", "enrollments", "basis", "reason"])
def test_a_disclosure_says_whose_data_to_whom_on_what_basis_and_why(
    client_for, college_admin, placed, enterprise, missing
):
    data = {"recipient": enterprise.pk, "enrollments": [placed.pk], "basis": "consent", "reason": "家长已书面同意"}
    url = reverse("zones:class_disclose", args=[placed.innovation_class_id])
    page = client_for(college_admin).post(url, {name: value for name, value in data.items() if name != missing})
    assert (list(page.context["form"].errors), PersonalDataAccess.objects.count()) == ([missing], 0)


def test_a_student_is_disclosed_to_an_enterprise_once(disclosed, enterprise, college_admin):
    with pytest.raises(Refused):
        disclose([disclosed], recipient=enterprise, basis="consent", reason="再来一次", by=college_admin)
    assert PersonalDataAccess.objects.count() == 1


def test_nobody_is_disclosed_to_an_enterprise_that_has_left_the_zone(placed, enterprise, zone, college_admin):
    zone.partnerships.filter(enterprise=enterprise).update(until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused):
        disclose([placed], recipient=enterprise, basis="consent", reason="已经退出", by=college_admin)


def test_nobody_is_disclosed_after_leaving(placed, enterprise, college_admin):
    Enrollment.objects.update(left_on=timezone.localdate())
    with pytest.raises(Refused):
        disclose([placed], recipient=enterprise, basis="consent", reason="已经离开", by=college_admin)


@pytest.mark.parametrize("who", ["secretariat", "partner", "mentor", "bureau"])
def test_only_the_college_discloses(request, client_for, placed, enterprise, who):
    data = {"recipient": enterprise.pk, "students": [placed.pk], "basis": "consent", "reason": "家长已书面同意"}
    url = reverse("zones:class_disclose", args=[placed.innovation_class_id])
    assert client_for(request.getfixturevalue(who)).post(url, data).status_code == 403


# --- history, file, erasure -------------------------------------------------------------------------------------------
def test_history_holds_no_student_in_the_clear(placed, college_admin):
    today = timezone.localdate()
    leave(placed, on=today, today=today, by=college_admin)
    rows = HistoryEntry.objects.filter(what__in=["enrollments", "created"]).values_list("old", "new")
    assert [seen(text) for row in rows for text in row if seen(text)] == []
    assert ("", "欧*（***001）") in rows


def test_the_college_hands_out_a_students_data_and_it_is_recorded(client_for, college_admin, placed):
    url = reverse("zones:student_file", args=[placed.student_id])
    answer = client_for(college_admin).post(url, {"form": "json", "reason": "学员本人申请查阅"})
    text = answer.getvalue().decode()
    assert seen(text) == [NAME, NUMBER, HOME, "示例专业"]
    assert PersonalDataAccess.objects.get().kind == "export"


def test_a_student_who_has_left_is_erased_and_the_class_keeps_its_figures(client_for, placed, college_admin):
    today = timezone.localdate()
    leave(placed, on=today, today=today, by=college_admin)
    url = reverse("zones:student_erase", args=[placed.student_id])
    client_for(college_admin).post(url, {"reason": "学员书面申请删除"})
    student = Student.objects.get()
    assert (student.name, student.number, student.birth_date) == (
        f"已删除学员 {student.pk}", f"erased-{student.pk}", date(2006, 1, 1)
    )  # fmt: skip
    assert seen(pages(client_for(college_admin), placed)) == ["示例专业"]
    assert Enrollment.objects.count() == 1


def test_a_student_in_a_class_is_not_erased(placed, college_admin):
    with pytest.raises(Refused) as refusal:
        erase_student(placed.student, by=college_admin, reason="学员书面申请删除")
    assert (str(refusal.value), Student.objects.get().name) == ("仍在“数控2501班”就读。", NAME)


def test_a_student_becomes_an_adult_on_the_birthday(make_student):
    student = make_student("1", birth_date=date(2008, 3, 1))
    assert [student.is_minor(day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [True, False]


@pytest.mark.parametrize(("who", "expected"), [("college_admin", f"{NAME}（{NUMBER}）"), ("partner", "欧*（***001）")])
def test_a_filter_calls_students_as_the_reader_may_know_them(request, client_for, placed, who, expected):
    page = client_for(request.getfixturevalue(who)).get(reverse("zones:outcome_list"))
    choices = [str(label) for value, label in page.context["filter"].form.fields["student"].choices if value]
    assert choices == [expected]


def test_no_page_of_an_enterprise_or_the_office_names_a_student(client_for, placed, secretariat, partner, zone):
    """Every list and record page of the program that opens without an id, and those of the student's zone and class."""
    paths = [filled(route) for route in routes() if not route.startswith("admin") and "<" not in route]
    paths = [path for path in paths if "(?P" not in path and path not in {"/readyz", "/accounts/logout/"}]
    paths += [zone.get_absolute_url(), placed.innovation_class.get_absolute_url()]
    clients = [client_for(user) for user in (secretariat, partner)]
    answers = [(path, client.get(path)) for path in paths for client in clients]
    assert [
        path for path, answer in answers if not answer.streaming and NAME in answer.content.decode("utf-8", "replace")
    ] == []
