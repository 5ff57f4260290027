"""Recruiting a class: criteria, applications on each side of their edges, points, ties, admission, waiting list."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from consortium.models import HistoryEntry, PersonalDataAccess
from consortium.services import Refused
from tests.together import at_once
from zones.models import Application, ApplicationScore, Enrollment, InnovationClass, Student
from zones.services import (
    Typed,
    admit,
    admit_exception,
    apply,
    apply_rows,
    decide_tie,
    end_application,
    move_class,
    place,
    ranking,
    read_applicants,
    save_criteria,
    save_points,
    take_back_admission,
)

DAY = date(2025, 6, 20)
NOW = timezone.make_aware(timezone.datetime(2025, 7, 5, 9))
CRITERIA = [("成绩", Decimal("33.33")), ("面试", Decimal("66.67"))]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def recruiting(zone, college_admin):
    row = InnovationClass.objects.create(zone=zone, code="r25", name="数控2025班", year=2025, places=2)
    save_criteria(row, CRITERIA, by=college_admin)
    move_class(row, "recruiting", today=DAY, by=college_admin)
    return row


@pytest.fixture
def applicants(recruiting, make_student, college_admin):
    """Make applicants with these points, in the order of the criteria; answer their applications."""

    def make(*points) -> list[Application]:
        criteria = list(recruiting.criteria.all())
        rows = []
        for number, given in enumerate(points, 1):
            row = apply(recruiting, make_student(f"24{number:04d}"), on=DAY, today=DAY, by=college_admin)
            typed = [Typed(row.pk, c.pk, None, Decimal(p)) for c, p in zip(criteria, given, strict=False)]
            assert save_points(recruiting, typed, by=college_admin) == {}
            rows.append(row)
        return rows

    return make


def order(innovation_class) -> list[tuple[str, str, int | None]]:
    rows = innovation_class.applications.order_by("position", "pk").values_list("student__number", "status", "rank")
    return list(rows)


@pytest.mark.parametrize("weight", ["66.66", "66.68"])
def test_weights_sum_to_exactly_100(recruiting, college_admin, weight):
    with pytest.raises(ValidationError):
        save_criteria(recruiting, [("成绩", Decimal("33.33")), ("面试", Decimal(weight))], by=college_admin)
    assert [str(row.weight) for row in recruiting.criteria.all()] == ["33.33", "66.67"]


def test_criteria_are_frozen_with_the_first_points_and_asked_before_recruiting(
    applicants, recruiting, zone, college_admin
):
    applicants([80])
    with pytest.raises(Refused) as caught:
        save_criteria(recruiting, CRITERIA, by=college_admin)
    assert str(caught.value) == "Points have been given, so the criteria stay as they are."
    bare = InnovationClass.objects.create(zone=zone, code="bare", name="无标准班", year=2025, places=2)
    with pytest.raises(Refused) as caught:
        move_class(bare, "recruiting", today=DAY, by=college_admin)
    assert str(caught.value) == "Set the criteria of admission first."


@pytest.mark.parametrize(
    ("day", "is_possible"),
    [
        (date(2025, 1, 31), False),
        (date(2025, 2, 1), True),
        (date(2025, 8, 31), True),
        (date(2025, 9, 1), False),
        (date(2024, 9, 2), False),
    ],
)
def test_one_applies_in_the_second_term_of_the_first_year(recruiting, make_student, college_admin, day, is_possible):
    try:
        apply(recruiting, make_student("1"), on=day, today=date(2025, 12, 1), by=college_admin)
    except ValidationError as error:
        assert list(error.message_dict) == ["on"]
    assert Application.objects.count() == int(is_possible)


def test_the_database_keeps_one_application_and_points_within_0_and_100(applicants, recruiting):
    (row,) = applicants([80])
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(innovation_class=recruiting, student=row.student, applied_on=DAY)
    for points in ("-0.01", "100.01"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApplicationScore.objects.filter(application=row).update(points=Decimal(points))
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(status="admitted")


def test_the_total_is_exact_and_the_same_total_is_the_same_rank(applicants, recruiting):
    applicants(["90", "60"], ["60.01", "74.99"], ["90", "60"], ["100", "100"])
    rows = ranking(recruiting)
    exact = (Decimal("60.01") * Decimal("33.33") + Decimal("74.99") * Decimal("66.67")) / 100
    assert [(r.application.student.number, r.total, r.rank, r.position, r.shares_rank) for r in rows] == [
        ("240004", Decimal(100), 1, 1, False),
        ("240001", Decimal("69.999"), 2, 2, True),
        ("240003", Decimal("69.999"), 2, 3, True),
        ("240002", exact, 4, 4, False),
    ]


def test_nobody_is_admitted_while_points_are_missing_or_equals_are_undecided(applicants, recruiting, college_admin):
    first, second, third = applicants(["90", "90"], ["80", "80"], ["80", "80"])
    missing = apply(recruiting, _another(recruiting), on=DAY, today=DAY, by=college_admin)
    with pytest.raises(Refused) as caught:
        admit(recruiting, by=college_admin, now=NOW)
    assert str(caught.value) == "Points are missing: 示例学员9（9）."
    end_application(missing, "withdrawn", reason="材料不全未补", by=college_admin)
    with pytest.raises(Refused) as caught:
        admit(recruiting, by=college_admin, now=NOW)
    names = "示例学员240002（240002）、示例学员240003（240003）"
    assert str(caught.value) == f"Equal in everything, so decide their order first: {names}."
    with pytest.raises(ValidationError):
        decide_tie(recruiting, [third, second], reason="", by=college_admin)
    with pytest.raises(Refused):
        decide_tie(recruiting, [first, second], reason="学院评审会决定", by=college_admin)
    decide_tie(recruiting, [third, second], reason="学院评审会决定", by=college_admin)
    admit(recruiting, by=college_admin, now=NOW)
    assert sorted(order(recruiting)) == [
        ("240001", "admitted", 1),
        ("240002", "waiting", 2),
        ("240003", "admitted", 2),
        ("9", "withdrawn", None),
    ]


def _another(recruiting) -> Student:
    return Student.objects.create(
        consortium=recruiting.zone.consortium, college=recruiting.zone.college, number="9", name="示例学员9",
        sex="female", birth_date=date(2006, 3, 1), major="数控技术", entered_on=date(2024, 9, 1),
    )  # fmt: skip


def test_the_first_criterion_decides_between_equal_totals(zone, make_student, college_admin):
    row = InnovationClass.objects.create(zone=zone, code="even", name="等权班", year=2025, places=1)
    save_criteria(row, [("成绩", Decimal(50)), ("面试", Decimal(50))], by=college_admin)
    move_class(row, "recruiting", today=DAY, by=college_admin)
    first, second = row.criteria.all()
    for number, points in (("1", (70, 90)), ("2", (90, 70))):
        one = apply(row, make_student(number), on=DAY, today=DAY, by=college_admin)
        typed = [Typed(one.pk, c.pk, None, Decimal(p)) for c, p in zip((first, second), points, strict=True)]
        save_points(row, typed, by=college_admin)
    found = [(r.application.student.number, r.rank, r.is_undecided) for r in ranking(row)]
    assert found == [("2", 1, False), ("1", 1, False)]


def test_equals_who_all_have_places_need_no_decision(applicants, recruiting, college_admin):
    applicants(["80", "80"], ["80", "80"], ["70", "70"])
    assert [row.is_undecided for row in ranking(recruiting)] == [False, False, False]


def test_whoever_declines_makes_room_for_the_first_who_waits(applicants, recruiting, college_admin):
    rows = applicants(["90", "90"], ["80", "80"], ["70", "70"], ["60", "60"])
    admit(recruiting, by=college_admin, now=NOW)
    assert end_application(rows[0], "declined", reason="选择参军入伍", by=college_admin) == rows[2]
    assert [row[1] for row in order(recruiting)] == ["declined", "admitted", "admitted", "waiting"]
    assert HistoryEntry.objects.of(rows[2]).filter(new="admitted").count() == 1
    assert end_application(rows[3], "withdrawn", reason="已转学离校", by=college_admin) is None
    with pytest.raises(Refused):
        end_application(rows[0], "declined", reason="再按一次也没用", by=college_admin)


def test_an_exception_needs_a_reason_and_nobody_moves_up_past_the_places(applicants, recruiting, college_admin):
    rows = applicants(["90", "90"], ["80", "80"], ["70", "70"], ["60", "60"])
    admit(recruiting, by=college_admin, now=NOW)
    with pytest.raises(ValidationError):
        admit_exception(rows[3], reason=" ", by=college_admin)
    admit_exception(rows[3], reason="省赛一等奖，院长办公会同意", by=college_admin)
    assert end_application(rows[0], "declined", reason="选择参军入伍", by=college_admin) is None
    assert [row[1] for row in order(recruiting)] == ["declined", "admitted", "waiting", "admitted"]


def test_a_tie_is_decided_anew_when_points_change(applicants, recruiting, college_admin):
    rows = applicants(["80", "80"], ["80", "80"], ["80", "80"])
    decide_tie(recruiting, rows, reason="学院评审会决定", by=college_admin)
    criterion = recruiting.criteria.first()
    save_points(recruiting, [Typed(rows[0].pk, criterion.pk, Decimal(80), Decimal(81))], by=college_admin)
    save_points(recruiting, [Typed(rows[0].pk, criterion.pk, Decimal(81), Decimal(80))], by=college_admin)
    assert [row.is_undecided for row in ranking(recruiting)] == [True, True, True]


def test_the_whole_admission_is_taken_back_with_a_reason_and_made_again(applicants, recruiting, college_admin):
    rows = applicants(["90", "90"], ["80", "80"], ["70", "70"])
    admit(recruiting, by=college_admin, now=NOW)
    end_application(rows[0], "declined", reason="选择参军入伍", by=college_admin)
    with pytest.raises(Refused):
        save_points(
            recruiting, [Typed(rows[1].pk, recruiting.criteria.first().pk, Decimal(80), None)], by=college_admin
        )
    with pytest.raises(ValidationError):
        take_back_admission(recruiting, reason="", by=college_admin)
    take_back_admission(recruiting, reason="面试分录入有误", by=college_admin)
    told = HistoryEntry.objects.of(recruiting).filter(what="admission").order_by("pk").values_list("old", "new")
    assert list(told) == [("", "2025-07-05 09:00"), ("2025-07-05 09:00", "")]
    assert sorted(order(recruiting)) == [
        ("240001", "declined", 1), ("240002", "applied", None), ("240003", "applied", None)
    ]  # fmt: skip
    admit(recruiting, by=college_admin, now=NOW)
    assert sorted(row[1] for row in order(recruiting)) == ["admitted", "admitted", "declined"]


def test_two_tabs_lose_no_points(applicants, recruiting, college_admin):
    (row,) = applicants(["80", "80"])
    first, second = recruiting.criteria.all()
    save_points(recruiting, [Typed(row.pk, first.pk, Decimal(80), Decimal(85))], by=college_admin)
    late = [Typed(row.pk, first.pk, Decimal(80), Decimal(70)), Typed(row.pk, second.pk, Decimal(80), Decimal(90))]
    found = save_points(recruiting, late, by=college_admin)
    sentence = "Somebody else has written 85 here; what you typed is not saved."
    assert found == {(row.pk, first.pk): sentence}
    assert list(row.scores.order_by("criterion__number").values_list("points", flat=True)) == [85, 90]


def test_starting_places_the_admitted_or_nobody(applicants, recruiting, college_admin, make_student):
    rows = applicants(["90", "90"], ["80", "80"], ["70", "70"])
    with pytest.raises(Refused) as caught:
        move_class(recruiting, "running", today=date(2025, 9, 1), by=college_admin)
    assert str(caught.value) == "Admit the applicants before the class starts."
    with pytest.raises(ValidationError):
        place(make_student("direct"), recruiting, on=date(2025, 9, 1), by=college_admin)
    admit(recruiting, by=college_admin, now=NOW)
    Student.objects.filter(pk=rows[1].student_id).update(birth_date=date(2009, 9, 2))
    with pytest.raises(Refused) as caught:
        move_class(recruiting, "running", today=date(2025, 9, 1), by=college_admin)
    assert str(caught.value) == "示例学员240002（240002） is under 16 on that day."
    assert Enrollment.objects.count() == 0
    move_class(recruiting, "running", today=date(2025, 9, 2), by=college_admin)
    placed = Enrollment.objects.order_by("student__number").values_list("student__number", flat=True)
    assert list(placed) == ["240001", "240002"]


@pytest.mark.parametrize(
    ("born", "day", "is_old_enough"),
    [
        (date(2008, 2, 29), date(2024, 2, 28), False),
        (date(2008, 2, 29), date(2024, 2, 29), True),
        (date(2008, 3, 1), date(2024, 2, 29), False),
    ],
)
def test_who_is_born_on_a_29_february_is_16_on_the_day(
    innovation_class, make_student, college_admin, born, day, is_old_enough
):
    student = make_student("1", birth_date=born, entered_on=date(2022, 9, 1))
    try:
        place(student, innovation_class, on=day, by=college_admin)
    except ValidationError as error:
        assert error.message_dict == {"student": ["示例学员1（1） is under 16 on that day."]}
    assert Enrollment.objects.count() == int(is_old_enough)


LINE = "{n}\t示例学员{n}\t女\t2007/3/1\t数控技术\t数控2401\t2024年9月1日"


def test_many_applicants_are_read_with_all_errors_at_once_and_saved_or_not(recruiting, make_student, college_admin):
    make_student("240001")
    bad = [
        "240001\t张冠李戴",
        LINE.format(n=2),
        LINE.format(n=2),
        "3\t示例\t女",
        LINE.format(n=4).replace("2007/3/1", "某日"),
    ]
    lines = read_applicants(recruiting, "\n".join(bad), on=DAY, today=DAY)
    assert [line.error for line in lines] == [
        "Another name is registered for this student number.",
        "",
        "The same student number stands on line 2.",
        "A new student needs 7 cells; this line has 3.",
        "“某日” is no date: write 2008-03-01.",
    ]
    with pytest.raises(Refused):
        apply_rows(recruiting, "\n".join(bad), on=DAY, today=DAY, by=college_admin)
    assert (Application.objects.count(), Student.objects.count()) == (0, 1)
    good = "学号\t姓名\n２４０００１\t示例学员240001\n" + LINE.format(n=2)
    assert apply_rows(recruiting, good, on=DAY, today=DAY, by=college_admin) == 2
    assert (Application.objects.count(), Student.objects.count()) == (2, 2)


def test_sixty_apply_for_forty_places_and_the_file_has_the_order(
    client, recruiting, college_admin, django_assert_num_queries
):
    InnovationClass.objects.filter(pk=recruiting.pk).update(places=40)
    recruiting.refresh_from_db()
    text = "\n".join(LINE.format(n=240000 + number) for number in range(1, 61))
    apply_rows(recruiting, text, on=DAY, today=DAY, by=college_admin)
    criteria = list(recruiting.criteria.all())
    rows = list(recruiting.applications.order_by("student__number"))
    save_points(
        recruiting,
        [Typed(row.pk, c.pk, None, Decimal(95 - n // 3)) for n, row in enumerate(rows) for c in criteria],
        by=college_admin,
    )
    while undecided := [row for row in ranking(recruiting) if row.is_undecided]:
        same = [row.application for row in undecided if row.total == undecided[0].total]
        decide_tie(recruiting, same[::-1], reason="学院评审会抽签记录", by=college_admin)
    admit(recruiting, by=college_admin, now=NOW)
    assert recruiting.applications.admitted().count() == 40
    client.force_login(college_admin)
    url = reverse("zones:class_letters", args=[recruiting.pk])
    ask = client.get(url, {"export": "xlsx"})
    order_sign = ask.context["order"]
    answer = client.post(reverse("consortium:export_create"), {"order": order_sign, "reason": "寄发录取通知"})
    sheet = list(load_workbook(BytesIO(answer.content)).active.values)
    expected = list(recruiting.applications.admitted().order_by("position").values_list("student__number", flat=True))
    assert [row[2] for row in sheet[1:]] == expected
    assert [row[0] for row in sheet[1:]] == list(range(1, 41))
    assert PersonalDataAccess.objects.filter(kind="export").count() == 40
    for name in ("class_recruiting", "class_points", "class_letters"):
        assert client.get(reverse(f"zones:{name}", args=[recruiting.pk])).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_much_for_three_applicants_as_for_one(
    client, applicants, recruiting, college_admin, django_assert_num_queries, count
):
    applicants(*[["80", str(70 + n)] for n in range(count)])
    client.force_login(college_admin)
    client.get(reverse("zones:class_recruiting", args=[recruiting.pk]))
    with django_assert_num_queries(QUERIES):
        client.get(reverse("zones:class_recruiting", args=[recruiting.pk]))


QUERIES = 10


def test_the_pages_of_recruiting_work_without_javascript_and_cell_by_cell(
    client, recruiting, make_student, college_admin
):
    client.force_login(college_admin)
    student = make_student("240001")
    url = reverse("zones:application_create", args=[recruiting.pk])
    assert client.post(url, {"student": student.pk, "on": "2025-06-20"}).status_code == 302
    row = recruiting.applications.get()
    first, second = recruiting.criteria.all()
    url = reverse("zones:class_points", args=[recruiting.pk])
    cell = f"{row.pk}-{first.pk}"
    answer = client.post(url, {f"p-{cell}": "８０.5", f"was-{cell}": ""}, headers={"HX-Request": "true"})
    assert f'name="was-{cell}" value="80.5"' in answer.content.decode()
    answer = client.post(url, {f"p-{cell}": "x", f"was-{cell}": "80.5"})
    assert "得分为 0 至 100，最多两位小数。" in answer.content.decode()
    assert client.post(url, {f"p-{row.pk}-{second.pk}": "90", f"was-{row.pk}-{second.pk}": ""}).status_code == 302
    assert client.post(reverse("zones:class_admit", args=[recruiting.pk])).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.position) == ("admitted", 1)
    url = reverse("zones:application_end", args=[row.pk])
    assert client.post(url, {"to": "declined", "reason": "选择参军入伍"}).status_code == 302
    url = reverse("zones:class_criteria", args=[recruiting.pk])
    assert client.post(url, {"name_1": "成绩", "weight_1": "100"}).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_two_who_admit_at_once_do_not_exceed_the_places(applicants, recruiting, college_admin):
    applicants(["90", "90"], ["80", "80"], ["70", "70"])
    act = lambda: admit(InnovationClass.objects.get(pk=recruiting.pk), by=college_admin, now=NOW)  # noqa: E731
    said = at_once(act, act)
    assert said == ["", "Students have been admitted. Take the admission back before changing this."]
    assert recruiting.applications.admitted().count() == 2
