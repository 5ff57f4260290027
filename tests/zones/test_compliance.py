"""Every rule about students at work on each side of its edge; packs, answers, and who sees what."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium.inbox import waiting_for
from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.compliance import NATIONAL, Scope, Severity, breaches, find, rules_of
from zones.models import (
    ApprenticeAgreement,
    Attendance,
    BreachAnswer,
    ChosenPack,
    Insurance,
    Placement,
    Post,
    StaffCount,
)
from zones.services import (
    answer_breach,
    choose_pack,
    end_placement,
    save_attendance,
    save_placement,
    save_post,
    save_staff_count,
)

RULES = {rule.code: rule for rule in NATIONAL.rules}
MONDAY = date(2026, 3, 2)
FIRST, LAST = date(2022, 1, 1), date(2028, 12, 31)  # the papers of every student here


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def post(consortium, enterprise):
    return Post.objects.create(
        consortium=consortium, enterprise=enterprise, name="数控操作", headcount=50, monthly_pay=4000
    )


@pytest.fixture
def staff(consortium, enterprise):
    return StaffCount.objects.create(consortium=consortium, enterprise=enterprise, year=2025, people=100)


@pytest.fixture
def place_at(zone, post, make_student):
    """A placement as it could stand in the records, past the services."""
    count = iter(range(1, 1000))

    def make(student=None, **fields) -> Placement:
        student = student or make_student(f"p{next(count):03d}")
        student.save()
        ApprenticeAgreement.objects.get_or_create(
            student=student, enterprise=post.enterprise, number="1", starts_on=FIRST, ends_on=LAST
        )
        Insurance.objects.get_or_create(student=student, policy_number="1", starts_on=FIRST, ends_on=LAST)
        defaults = {"zone": zone, "post": post, "starts_on": MONDAY, "monthly_pay": 3600}
        return Placement.objects.create(student=student, **defaults | fields)

    return make


@pytest.fixture
def placement(place_at, staff):
    return place_at()


@pytest.fixture
def work(college_mentor):
    def make(placement: Placement, day: date, hours: str) -> Attendance:
        return Attendance.objects.create(
            placement=placement, date=day, hours=Decimal(hours), recorded_by=college_mentor
        )

    return make


def found(rule, **more) -> list:
    """What breaks this one rule anywhere, as (day, figure, base)."""
    scope = Scope(Placement.objects.all(), Attendance.objects.all())
    return [(row.day, row.figure, row.base) for row in find(scope, [replace(RULES[rule], **more)])]


# --- hours ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("hours", "breaks"), [("8.00", []), ("8.25", [(MONDAY, Decimal("8.25"), 0)])])
def test_eight_hours_a_day_are_kept_and_a_quarter_more_is_not(placement, work, hours, breaks):
    work(placement, MONDAY, hours)
    assert found("day_hours") == breaks


@pytest.mark.parametrize(("last", "breaks"), [("8.00", []), ("8.25", [(MONDAY, Decimal("40.25"), 0)])])
def test_forty_hours_a_week_are_kept_and_a_quarter_more_is_not(placement, work, last, breaks):
    for day in range(4):
        work(placement, MONDAY + timedelta(days=day), "8")
    work(placement, MONDAY + timedelta(days=6), last)  # Sunday is of the same week
    work(placement, MONDAY + timedelta(days=7), "8")  # and the next Monday is not
    assert found("week_hours") == breaks


def test_a_week_counts_over_two_placements_of_the_same_student(place_at, work):
    first = place_at(ends_on=MONDAY + timedelta(days=1))
    second = place_at(first.student, starts_on=MONDAY + timedelta(days=2))
    for day in range(2):
        work(first, MONDAY + timedelta(days=day), "10")
        work(second, MONDAY + timedelta(days=2 + day), "10.25")
    assert found("week_hours") == [(MONDAY, Decimal("40.50"), 0)]


@pytest.mark.parametrize(
    ("day", "holiday", "rest"),
    [
        (date(2026, 9, 30), False, False),  # the Wednesday before
        (date(2026, 10, 1), True, False),  # National Day
        (date(2026, 10, 7), True, False),  # shifted day off, a Wednesday
        (date(2026, 10, 8), False, False),  # the Thursday after
        (date(2026, 9, 20), False, False),  # a Sunday that was made a working day
        (date(2026, 10, 10), False, False),  # a Saturday that was made a working day
        (date(2026, 9, 13), False, True),  # an ordinary Sunday
        (date(2026, 9, 12), False, True),  # an ordinary Saturday
        (date(2026, 9, 11), False, False),  # an ordinary Friday
    ],
)
def test_holidays_and_rest_days_are_told_from_shifted_working_days(placement, work, day, holiday, rest):
    work(placement, day, "4")
    this = [(day, Decimal(4), 0)]
    assert (found("public_holiday"), found("rest_day")) == (this if holiday else [], this if rest else [])


# --- papers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", ["insurance", "agreement"])
@pytest.mark.parametrize(
    ("day", "breaks"),
    [
        (MONDAY - timedelta(days=1), True),  # the day before the first
        (MONDAY, False),
        (MONDAY + timedelta(days=4), False),
        (MONDAY + timedelta(days=5), True),  # the day after the last
    ],
)
def test_a_paper_is_valid_from_its_first_to_its_last_day(placement, work, rule, day, breaks):
    for paper in (Insurance, ApprenticeAgreement):
        paper.objects.update(starts_on=MONDAY, ends_on=MONDAY + timedelta(days=4))
    work(placement, day, "4")
    assert found(rule) == ([(day, 1, 0)] if breaks else [])


def test_two_papers_without_a_gap_cover_all_days_and_each_month_is_one_finding(placement, work):
    first, second = date(2026, 3, 30), date(2026, 4, 2)
    for day in range(6):
        work(placement, first + timedelta(days=day), "4")
    Insurance.objects.update(starts_on=FIRST, ends_on=second - timedelta(days=1))
    assert found("insurance") == [(second, 3, 0)]
    Insurance.objects.create(student=placement.student, policy_number="2", starts_on=second, ends_on=LAST)
    assert found("insurance") == []
    Insurance.objects.all().delete()
    assert found("insurance") == [(date(2026, 4, 1), 4, 0), (first, 2, 0)]


def test_an_agreement_with_another_enterprise_and_anothers_insurance_cover_nothing(
    placement, work, rival_enterprise, make_student
):
    work(placement, MONDAY, "4")
    other = make_student("other")
    other.save()
    ApprenticeAgreement.objects.update(enterprise=rival_enterprise)
    Insurance.objects.update(student=other)
    assert (found("agreement"), found("insurance")) == ([(MONDAY, 1, 0)], [(MONDAY, 1, 0)])


def test_hours_without_insurance_are_refused_where_the_region_says_so(
    placement, college_mentor, secretariat, consortium
):
    Insurance.objects.all().delete()
    save_attendance(placement, date=MONDAY, hours=Decimal(4), by=college_mentor, today=LAST)
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    with pytest.raises(ValidationError) as refusal:
        save_attendance(placement, date=date(2026, 3, 3), hours=Decimal(4), by=college_mentor, today=LAST)
    assert list(refusal.value.message_dict) == ["hours"]
    assert Attendance.objects.count() == 1


# --- persons ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("born", "starts", "breaks"),
    [
        (date(2010, 3, 2), MONDAY, []),  # the 16th birthday
        (date(2010, 3, 3), MONDAY, [15]),  # the day before it
        (date(2012, 2, 29), date(2028, 2, 29), []),
        (date(2012, 2, 29), date(2028, 2, 28), [15]),
    ],
)
def test_nobody_is_under_16_from_the_16th_birthday_on(place_at, make_student, born, starts, breaks):
    place_at(make_student("1", birth_date=born, entered_on=date(2024, 9, 1)), starts_on=starts)
    assert [int(figure) for _day, figure, _base in found("under_age")] == breaks


@pytest.mark.parametrize(("starts", "breaks"), [(date(2025, 7, 1), 0), (date(2025, 6, 30), 1)])
def test_the_first_year_ends_with_june(place_at, make_student, starts, breaks):
    place_at(make_student("1", entered_on=date(2024, 9, 1)), starts_on=starts)
    assert len(found("first_year")) == breaks


# --- shares -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("students", "people", "breaks"),
    [
        (3, 30, []),  # exactly a tenth
        (3, 29, [(MONDAY, 3, 29)]),  # 10.34 %
        (1, 10, []),
        (1, 9, [(MONDAY, 1, 9)]),  # nothing is rounded
    ],
)
def test_a_tenth_of_the_staff_may_be_students_and_no_more(place_at, staff, students, people, breaks):
    StaffCount.objects.update(people=people)
    for _student in range(students):
        place_at()
    assert found("staff_share") == breaks


def test_without_a_staff_figure_nobody_may_be_at_work(place_at):
    place_at()
    assert found("staff_share") == [(MONDAY, 1, 0)]


def test_the_newest_staff_figure_before_the_day_counts(place_at, staff, consortium, enterprise):
    StaffCount.objects.create(consortium=consortium, enterprise=enterprise, year=2026, people=9)
    StaffCount.objects.create(consortium=consortium, enterprise=enterprise, year=2027, people=900)
    place_at()
    assert found("staff_share") == [(MONDAY, 1, 9)]


def test_who_has_left_the_day_before_counts_no_more(place_at, staff):
    StaffCount.objects.update(people=10)
    place_at(starts_on=MONDAY - timedelta(days=9), ends_on=MONDAY - timedelta(days=1))
    place_at()
    assert found("staff_share") == []


@pytest.mark.parametrize(
    ("students", "headcount", "breaks"), [(2, 10, []), (2, 9, [(MONDAY, 2, 9)]), (1, 5, []), (1, 4, [(MONDAY, 1, 4)])]
)
def test_a_fifth_of_a_post_may_be_students_and_no_more(place_at, post, students, headcount, breaks):
    Post.objects.update(headcount=headcount)
    for _student in range(students):
        place_at()
    assert found("post_share") == breaks


@pytest.mark.parametrize(
    ("pay", "of_post", "breaks"),
    [(3200, 4000, []), (3199, 4000, [(MONDAY, 3199, 4000)]), (2668, 3335, []), (2667, 3335, [(MONDAY, 2667, 3335)])],
)
def test_four_fifths_of_the_posts_pay_are_enough_and_a_yuan_less_is_not(place_at, post, pay, of_post, breaks):
    Post.objects.update(monthly_pay=of_post)
    place_at(monthly_pay=pay)
    assert found("pay_share") == breaks


# --- packs ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        (MONDAY, None, 1),
        (MONDAY + timedelta(days=1), None, 0),
        (date(2020, 1, 1), MONDAY, 1),
        (date(2020, 1, 1), MONDAY - timedelta(days=1), 0),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day(placement, work, since, until, count):
    work(placement, MONDAY, "9")
    Placement.objects.update(monthly_pay=1)
    assert [len(found(rule, since=since, until=until)) for rule in ("day_hours", "pay_share")] == [count, count]


def test_a_regions_rules_hold_only_where_they_are_chosen(placement, work, secretariat, consortium, other_consortium):
    work(placement, MONDAY, "9")
    assert [row.rule.key for row in breaches(secretariat)] == ["national.day_hours"]
    choose_pack(other_consortium, "ningbo-2020", True, by=secretariat)
    assert [row.rule.key for row in breaches(secretariat)] == ["national.day_hours"]
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    assert [row.rule.key for row in breaches(secretariat)] == ["ningbo-2020.day_hours", "national.day_hours"]
    choose_pack(consortium, "ningbo-2020", False, by=secretariat)
    assert [row.rule.key for row in breaches(secretariat)] == ["national.day_hours"]
    assert HistoryEntry.objects.of(consortium).filter(what="rule packs").count() == 2


def test_every_rule_says_its_text_its_source_and_its_figure(consortium, secretariat):
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    known = rules_of(consortium)
    assert len({rule.key for rule in known}) == len(known)
    assert [rule.key for rule in known if not (str(rule.text) and str(rule.source))] == []
    for rule in known:
        assert str(rule.figure).format(figure=1, base=2, limit=3)


# --- what blocks ------------------------------------------------------------------------------------------------------
@pytest.fixture
def new_placement(zone, post, staff, make_student):
    def make(**fields) -> Placement:
        student = make_student("new", **fields)
        student.save()
        return Placement(zone=zone, student=student, post=post, starts_on=MONDAY, monthly_pay=3600)

    return make


def test_a_student_is_placed_on_the_16th_birthday_and_not_the_day_before(new_placement, college_admin):
    placement = new_placement(birth_date=date(2010, 3, 3))
    with pytest.raises(ValidationError) as refusal:
        save_placement(placement, by=college_admin)
    assert refusal.value.message_dict == {
        "starts_on": ["Nobody under 16 is placed in a post. Here: 15 years old on the first day, at least 16"]
    }
    assert Placement.objects.count() == 0
    placement.pk, placement._state.adding = None, True
    placement.starts_on = date(2026, 3, 3)
    assert save_placement(placement, by=college_admin).pk
    assert HistoryEntry.objects.of(Placement.objects.get()).count() == 1


def test_hours_over_eight_are_refused_and_eight_are_not(placement, college_mentor):
    with pytest.raises(ValidationError) as refusal:
        save_attendance(placement, date=MONDAY, hours=Decimal("8.25"), by=college_mentor, today=MONDAY)
    assert refusal.value.message_dict == {
        "hours": ["A student works at most 8 hours a day. Here: 8.25 hours, at most 8"]
    }
    assert Attendance.objects.count() == 0
    save_attendance(placement, date=MONDAY, hours=Decimal(7), by=college_mentor, today=MONDAY)
    save_attendance(placement, date=MONDAY, hours=Decimal(8), by=college_mentor, today=MONDAY)
    assert [str(row.hours) for row in Attendance.objects.all()] == ["8.00"]
    assert HistoryEntry.objects.of(placement).count() == 2


def test_a_holiday_is_warned_and_written(placement, college_mentor, college_admin):
    day = date(2026, 10, 1)
    save_attendance(placement, date=day, hours=Decimal(4), by=college_mentor, today=day)
    assert [(row.rule.code, row.rule.severity) for row in breaches(college_admin)] == [
        ("public_holiday", Severity.WARN)
    ]


@pytest.mark.parametrize("hours", ["0", "-1", "24.25", "1.1"])
def test_hours_are_quarters_of_one_day(placement, college_mentor, hours):
    with pytest.raises(ValidationError):
        save_attendance(placement, date=MONDAY, hours=Decimal(hours), by=college_mentor, today=MONDAY)


@pytest.mark.parametrize("day", [MONDAY - timedelta(days=1), MONDAY + timedelta(days=3), MONDAY + timedelta(days=9)])
def test_hours_lie_within_the_placement_and_not_in_the_future(placement, college_mentor, college_admin, day):
    end_placement(placement, on=MONDAY + timedelta(days=7), by=college_admin)
    with pytest.raises(ValidationError):
        save_attendance(placement, date=day, hours=Decimal(1), by=college_mentor, today=MONDAY + timedelta(days=2))


def test_a_student_is_in_one_post_at_a_time(placement, college_admin, zone, post):
    again = Placement(
        zone=zone, student=placement.student, post=post, starts_on=MONDAY + timedelta(days=5), monthly_pay=3600
    )
    with pytest.raises(ValidationError):
        save_placement(again, by=college_admin)
    end_placement(placement, on=MONDAY + timedelta(days=5), by=college_admin)
    with pytest.raises(ValidationError):  # the last day still counts
        save_placement(again, by=college_admin)
    again.starts_on += timedelta(days=1)
    assert save_placement(again, by=college_admin).pk
    with pytest.raises(Refused):
        end_placement(placement, on=MONDAY, by=college_admin)


def test_a_placement_keeps_its_hours_inside(placement, work, college_admin):
    work(placement, MONDAY + timedelta(days=3), "4")
    with pytest.raises(ValidationError):
        end_placement(placement, on=MONDAY + timedelta(days=2), by=college_admin)
    placement.ends_on = MONDAY + timedelta(days=2)
    with pytest.raises(ValidationError):
        save_placement(placement, by=college_admin)


def test_the_enterprise_works_in_the_zone_on_the_first_day(new_placement, college_admin, zone):
    zone.partnerships.update(until=MONDAY - timedelta(days=1))
    with pytest.raises(ValidationError) as refusal:
        save_placement(new_placement(), by=college_admin)
    assert list(refusal.value.message_dict) == ["post"]


def test_posts_and_staff_figures_are_recorded_once(consortium, enterprise, partner):
    of = {"consortium": consortium, "enterprise": enterprise}
    save_post(Post(**of, name="装配", headcount=5, monthly_pay=4000), by=partner)
    save_staff_count(StaffCount(**of, year=2026, people=80), by=partner)
    with pytest.raises(ValidationError):
        save_post(Post(**of, name="装配", headcount=6, monthly_pay=4000), by=partner)
    with pytest.raises(ValidationError):
        save_staff_count(StaffCount(**of, year=2026, people=81), by=partner)


# --- answers ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def warning(placement, work, college_admin):
    work(placement, date(2026, 10, 1), "4")
    (breach,) = breaches(college_admin)
    return breach


def test_a_warning_is_answered_once_and_open_again_when_its_figure_changes(warning, college_admin):
    now = timezone.now()
    answer_breach(warning, reason="经学生同意，已补休", by=college_admin, now=now)
    (answered,) = breaches(college_admin)
    assert (answered.answer.reason, answered.answer.answered_by, answered.can_be_answered) == (
        "经学生同意，已补休", college_admin, False,
    )  # fmt: skip
    assert (
        HistoryEntry.objects.of(answered.answer.placement).get(what="answers to warnings").reason
        == "经学生同意，已补休"
    )
    with pytest.raises(ValidationError):  # by somebody who read it before
        answer_breach(warning, reason="再答一次", by=college_admin, now=now)
    with pytest.raises(Refused):
        answer_breach(answered, reason="再答一次", by=college_admin, now=now)
    Attendance.objects.update(hours=5)
    (other,) = breaches(college_admin)
    assert (other.answer, other.can_be_answered) == (None, True)
    Attendance.objects.update(hours=4)
    assert breaches(college_admin)[0].answer == answered.answer


def test_what_blocks_cannot_be_answered(placement, work, college_admin):
    work(placement, MONDAY, "9")
    (breach,) = breaches(college_admin)
    with pytest.raises(Refused):
        answer_breach(breach, reason="赶工", by=college_admin, now=timezone.now())
    assert BreachAnswer.objects.count() == 0


def test_a_college_answers_on_the_page_and_the_inbox_says_what_is_open(
    warning, college_admin, partner, client_for, today
):
    def waiting(user):
        return [item.detail for item in waiting_for(user, today) if item.source == "compliance"]

    assert (waiting(college_admin), waiting(partner)) == (["1 finding is open"], ["1 finding is open"])
    url = reverse("zones:breach_answer", args=[warning.placement_id, warning.rule.key, warning.day.isoformat()])
    assert client_for(partner).post(url, {"reason": "我方说明"}).status_code == 403
    assert "This field is required" in client_for(college_admin).post(url, {"reason": " "}).content.decode()
    assert client_for(college_admin).post(url, {"reason": "已补休"}).status_code == 302
    assert (BreachAnswer.objects.get().reason, waiting(college_admin), waiting(partner)) == ("已补休", [], [])


# --- pages ------------------------------------------------------------------------------------------------------------
def rows_of(client, **query) -> list:
    return [(row.rule.code, row.day) for row in client.get(reverse("zones:breach_list"), query).context["page"]]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_findings_needs_the_same_queries_for_one_and_three(
    place_at, work, staff, college_admin, client_for, django_assert_num_queries, number
):
    for _row in range(number):
        placement = place_at()
        work(placement, date(2026, 10, 1), "4")
        for breach in breaches(college_admin, pk=placement.pk):
            answer_breach(breach, reason="已补休", by=college_admin, now=timezone.now())
    client = client_for(college_admin)
    client.get(reverse("zones:breach_list"))
    with django_assert_num_queries(10):
        assert len(rows_of(client)) == number


def test_a_rival_and_another_college_see_nothing_of_it(
    warning, partner, rival_partner, other_college_admin, outsider, mentor, college_mentor, bureau, expert, client_for
):
    seen = [("public_holiday", date(2026, 10, 1))]
    for user in (partner, mentor, college_mentor, bureau):
        assert rows_of(client_for(user)) == seen
    for user in (rival_partner, other_college_admin, outsider):
        assert rows_of(client_for(user)) == []
        assert client_for(user).get(reverse("zones:placement_detail", args=[warning.placement_id])).status_code == 404
    assert client_for(expert).get(reverse("zones:breach_list")).status_code == 403


def test_an_enterprise_reads_the_student_masked_and_its_college_as_written(warning, partner, college_admin, client_for):
    url, name = reverse("zones:breach_list"), warning_name(warning)
    assert name in client_for(college_admin).get(url).content.decode()
    assert name not in client_for(partner).get(url).content.decode()
    for path in ("zones:placement_list",):
        assert name not in client_for(partner).get(reverse(path)).content.decode()


def warning_name(breach) -> str:
    return Placement.objects.get(pk=breach.placement_id).student.name


def test_findings_are_filtered_and_the_file_holds_what_is_filtered(
    warning, work, zone, enterprise, rival_enterprise, college_admin, client_for
):
    work(Placement.objects.get(), MONDAY, "9")
    client = client_for(college_admin)
    holiday, day = ("public_holiday", date(2026, 10, 1)), ("day_hours", MONDAY)
    assert rows_of(client) == [holiday, day]
    assert rows_of(client, severity="block") == [day]
    assert rows_of(client, rule="national.public_holiday") == [holiday]
    assert rows_of(client, zone=zone.pk, enterprise=enterprise.pk, answered="no") == [holiday, day]
    assert rows_of(client, answered="yes") == []
    assert rows_of(client, enterprise=rival_enterprise.pk) == []
    assert client.get(reverse("zones:breach_list"), {"enterprise": 987654}).status_code == 404
    answer = client.get(reverse("zones:breach_list"), {"severity": "block", "export": "xlsx"})
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert [row[:4] for row in rows[1:]] == [("Hours of a day", "Refused", datetime(2026, 3, 2), "9 hours, at most 8")]
    assert rows[1][4] == "示*"


def test_a_page_of_fifty_findings_leads_to_the_next(place_at, work, staff, college_admin, client_for):
    placement = place_at(starts_on=date(2022, 1, 3))
    for number in range(51):
        work(placement, date(2022, 1, 3) + timedelta(days=number), "8.25")
    client = client_for(college_admin)
    asked = {"rule": "national.day_hours"}
    assert (len(rows_of(client, **asked)), len(rows_of(client, **asked, page="2"))) == (50, 1)
    assert len(rows_of(client, **asked, page="x")) == 50


def test_a_student_is_placed_and_hours_recorded_in_the_browser(new_placement, college_admin, client_for):
    draft, client = new_placement(), client_for(college_admin)
    data = {
        "zone": draft.zone.pk, "student": draft.student.pk, "post": draft.post.pk, "starts_on": "2026-03-02",
        "monthly_pay": "3600",
    }  # fmt: skip
    assert client.post(reverse("zones:placement_create"), {}).status_code == 200
    placed = client.post(reverse("zones:placement_create"), data)
    placement = Placement.objects.get()
    assert placed.url == placement.get_absolute_url()
    too_long = client.post(placed.url, {"date": "2026-03-02", "hours": "9"})
    assert "A student works at most 8 hours a day. Here: 9 hours, at most 8" in too_long.content.decode()
    assert client.post(placed.url, {"date": "2026-03-02", "hours": "7.5"}).status_code == 302
    row = Attendance.objects.get()
    assert client.post(reverse("zones:attendance_remove", args=[row.pk])).url == placed.url
    assert Attendance.objects.count() == 0
    assert client.post(reverse("zones:placement_end", args=[placement.pk]), {"on": "2026-03-06"}).status_code == 302
    assert Placement.objects.get().ends_on == date(2026, 3, 6)


def test_the_rules_are_read_by_everybody_and_chosen_by_the_office(secretariat, partner, client_for, consortium):
    url = reverse("zones:pack_choose", args=["ningbo-2020"])
    assert client_for(partner).get(reverse("zones:rule_list")).status_code == 200
    assert client_for(partner).post(url, {"chosen": "yes"}).status_code == 403
    assert client_for(secretariat).post(url, {"chosen": "yes"}).status_code == 302
    assert [row.pack for row in ChosenPack.objects.filter(consortium=consortium)] == ["ningbo-2020"]
    unknown = reverse("zones:pack_choose", args=["atlantis"])
    assert client_for(secretariat).post(unknown, {"chosen": "yes"}).status_code == 404
