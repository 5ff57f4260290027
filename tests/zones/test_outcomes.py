"""Outcomes: whose they are, who still lacks one, and how one achievement becomes credits once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry
from consortium.services import Refused
from zones.models import CreditConversion, CreditRule, CreditTable, Enrollment, Outcome, Student, ZonePartner
from zones.services import (
    cancel_conversion,
    convert,
    offers,
    reject,
    remove_credit_rule,
    reopen,
    save_credit_rule,
    save_credit_table,
    save_outcome,
    verify,
)

A_DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def second_admin(make_user, college, consortium):
    return make_user("second_admin", Affiliation.Role.COLLEGE_ADMIN, college, consortium, "示例第二管理员")


@pytest.fixture
def place(innovation_class, make_student):
    innovation_class.places = 20
    innovation_class.save()

    def place(number: str, **fields) -> Student:
        student = make_student(number, **fields)
        Enrollment.objects.create(innovation_class=innovation_class, student=student, enrolled_on=date(2025, 9, 1))
        return student

    return place


@pytest.fixture
def student(place):
    return place("1001")


@pytest.fixture
def make_outcome(zone, innovation_class, student, college_admin, now):
    """A provincial second prize of the student, recorded by the college administrator."""

    def make(by=college_admin, students=None, teachers=(), **fields) -> Outcome:
        defaults = {
            "zone": zone, "innovation_class": innovation_class, "kind": "contest_award", "title": "数控技能大赛",
            "level": "provincial", "rank": "second", "date": A_DAY,
        }  # fmt: skip
        students = [student] if students is None else students
        return save_outcome(Outcome(**defaults | fields), students=students, teachers=teachers, by=by, now=now)

    return make


@pytest.fixture
def make_verified(make_outcome, second_admin, now):
    def make(**fields) -> Outcome:
        outcome = make_outcome(**fields)
        verify(outcome, by=second_admin, now=now)
        return outcome

    return make


@pytest.fixture
def table(consortium, college, college_admin):
    """At most 4 credits a year; provincial awards 2, first prizes 3, national 4, municipal 1, certificates 1.5."""
    table = CreditTable(consortium=consortium, college=college, yearly_cap=Decimal(4))
    table = save_credit_table(table, by=college_admin)
    for kind, level, rank, credits in [
        ("contest_award", "national", "", "4"),
        ("contest_award", "provincial", "first", "3"),
        ("contest_award", "provincial", "", "2"),
        ("contest_award", "", "", "1"),
        ("certificate", "", "", "1.5"),
    ]:
        rule = CreditRule(table=table, kind=kind, level=level, rank=rank, course="专业实训", credits=Decimal(credits))
        save_credit_rule(rule, by=college_admin)
    return table


def errors(act) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        act()
    return caught.value.message_dict


def refusal(act) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value)


def url(name: str, *args) -> str:
    return reverse(f"zones:{name}", args=args)


# --- the outcome ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"level": ""}, {"level": ["Awards, certificates and projects have a level; patents and papers have none."]}),
        (
            {"kind": "patent", "rank": "invention"},
            {"level": ["Awards, certificates and projects have a level; patents and papers have none."]},
        ),
        ({"rank": "advanced"}, {"rank": ["This rank does not belong to this kind of outcome."]}),
        ({"date": date(2999, 1, 1)}, {"date": ["This day is still to come."]}),
        ({"students": []}, {"students": ["Name at least one student or teacher who has earned it."]}),
    ],
)
def test_each_rule_says_its_sentence_at_its_field(fields, found, make_outcome):
    assert errors(lambda: make_outcome(**fields)) == found


def test_people_belong_to_the_class_or_the_college(
    make_outcome, make_student, college2, college_mentor, make_zone, innovation_class
):
    beside = make_student("2001")
    assert errors(lambda: make_outcome(students=[beside])) == {
        "students": ["示例学员2001（2001） is not a student of this class."]
    }
    make_outcome(students=[beside], innovation_class=None)
    stranger = make_student("3001", college=college2)
    assert list(errors(lambda: make_outcome(students=[stranger], innovation_class=None))) == ["students"]
    assert list(errors(lambda: make_outcome(zone=make_zone("other")))) == ["innovation_class"]
    assert make_outcome(students=[], teachers=[college_mentor]).teachers.get() == college_mentor


def test_a_change_of_people_is_remembered_masked_and_makes_one_the_recorder(
    make_outcome, student, place, second_admin, now
):
    outcome = make_outcome()
    other = place("1002")
    save_outcome(outcome, students=[other], teachers=[], by=second_admin, now=now)
    rows = HistoryEntry.objects.about(outcome).filter(what="students").order_by("pk")
    assert [(row.old, row.new) for row in rows] == [("", "示*（***001）"), ("", "示*（***002）"), ("示*（***001）", "")]
    outcome.refresh_from_db()
    assert (outcome.recorded_by, list(outcome.students.all())) == (second_admin, [other])


def test_the_same_achievement_is_stored_flat_and_stays_of_one_kind(make_outcome, college_admin, now, student):
    root = make_outcome(level="municipal")
    second = make_outcome(same_as=root)
    third = make_outcome(level="national", same_as=second)
    assert (second.same_as, third.same_as) == (root, root)
    assert set(Outcome.objects.same_achievement(third)) == {root, second, third}
    assert list(errors(lambda: make_outcome(kind="certificate", rank="advanced", same_as=root))) == ["same_as"]
    root.same_as = second
    assert list(errors(lambda: save_outcome(root, students=[student], teachers=[], by=college_admin, now=now))) == [
        "same_as"
    ]


def test_whoever_lacks_one_is_who_has_no_verified_representative_one(
    make_outcome, make_verified, place, student, second_admin, now, zone, innovation_class, college_admin, client_for
):
    recorded, rejected, plain, left, has = (place(str(number)) for number in range(1002, 1007))
    make_outcome(students=[recorded], is_representative=True)
    reject(make_outcome(students=[rejected], is_representative=True), reason="缺证书", by=second_admin, now=now)
    make_verified(students=[plain])
    make_verified(students=[has], is_representative=True)
    left.enrollments.update(left_on=date(2026, 1, 1))
    lacking = [student, recorded, rejected, plain]
    assert list(Student.objects.placed_without_outcome().order_by("number")) == lacking
    client = client_for(college_admin)
    page = client.get(url("class_detail", innovation_class.pk))
    assert [row.student for row in page.context["lacking"]] == lacking
    assert client.get(url("zone_detail", zone.pk)).context["lacking"] == 4
    home = client.get(reverse("home"))
    [figure] = [figure for figure in home.context["figures"] if "without" in str(figure.label)]
    assert figure.value == 4
    for address in (figure.url, f"{url('student_list')}?zone={zone.pk}&has_outcome=false"):
        assert [row.pk for row in client.get(address).context["page"]] == [row.pk for row in lacking]


def test_an_award_and_a_plain_one_of_the_same_student_are_not_mixed_up(make_outcome, make_verified, student):
    """One verified and one representative outcome are not one that is both."""
    make_verified()
    make_outcome(title="待核实", is_representative=True)
    assert list(Student.objects.placed_without_outcome()) == [student]


# --- who sees and does what -------------------------------------------------------------------------------------------
def test_an_enterprise_of_the_zone_reads_the_outcome_with_masked_names(
    make_verified, partner, college_admin, client_for
):
    outcome = make_verified()
    page = client_for(partner).get(outcome.get_absolute_url()).content.decode()
    assert ("示例学员1001" in page, "示*" in page, "学分" in page) == (False, True, False)
    assert "示例学员1001" in client_for(college_admin).get(outcome.get_absolute_url()).content.decode()


def test_an_enterprise_does_not_see_what_names_another_one_of_the_zone(
    make_outcome, enterprise, rival_enterprise, zone, partner, rival_partner, mentor, college_admin
):
    ZonePartner.objects.get_or_create(zone=zone, enterprise=rival_enterprise, defaults={"since": A_DAY})
    ours, theirs, nobodys = (make_outcome(enterprise=one) for one in (enterprise, rival_enterprise, None))
    seen = [
        set(Outcome.objects.visible_to(user).order_by("pk")) for user in (partner, mentor, rival_partner, college_admin)
    ]
    assert seen == [{ours, nobodys}, {ours, nobodys}, {theirs, nobodys}, {ours, theirs, nobodys}]


def test_strangers_get_404_and_readers_403(
    make_outcome,
    partner,
    mentor,
    college_mentor,
    auditor,
    secretariat,
    outsider,
    other_college_admin,
    expert,
    client_for,
):
    outcome = make_outcome()
    pages = ["outcome_update", "outcome_reject", "outcome_reopen", "outcome_convert"]
    for user in (outsider, other_college_admin, expert):
        client = client_for(user)
        assert {client.get(url(name, outcome.pk)).status_code for name in ["outcome_detail", *pages]} == {404}
        assert client.post(url("outcome_verify", outcome.pk)).status_code == 404
    for user in (partner, mentor, college_mentor, auditor, secretariat):
        client = client_for(user)
        assert client.get(url("outcome_detail", outcome.pk)).status_code == 200
        assert {client.get(url(name, outcome.pk)).status_code for name in pages} == {403}
        assert client.post(url("outcome_verify", outcome.pk)).status_code == 403
        assert client.get(url("outcome_create")).status_code == 403


def test_recording_in_the_browser_from_the_class_page(innovation_class, student, college_admin, client_for):
    client = client_for(college_admin)
    assert f"?innovation_class={innovation_class.pk}" in client.get(url("outcome_create")).content.decode()
    address = f"{url('outcome_create')}?innovation_class={innovation_class.pk}&student={student.pk}"
    assert 'checked="" ' in client.get(address).content.decode().replace("checked>", 'checked="" >')
    sent = {
        "kind": "contest_award",
        "title": "数控技能大赛",
        "level": "national",
        "rank": "first",
        "date": "2026-03-02",
    }
    again = client.post(address, sent)
    assert again.context["form"].errors == {"students": ["Name at least one student or teacher who has earned it."]}
    answer = client.post(address, sent | {"students": [student.pk], "is_representative": "on"})
    outcome = Outcome.objects.get()
    assert answer.url == outcome.get_absolute_url()
    assert (outcome.zone, outcome.innovation_class, list(outcome.students.all())) == (
        innovation_class.zone,
        innovation_class,
        [student],
    )


def test_a_form_offers_nobody_of_another_class_or_college(
    innovation_class, student, make_student, college2, college_admin, client_for
):
    make_student("2001")
    stranger = make_student("3001", college=college2)
    client = client_for(college_admin)
    address = f"{url('outcome_create')}?innovation_class={innovation_class.pk}"
    assert list(client.get(address).context["form"].fields["students"].queryset) == [student]
    sent = {"kind": "contest_award", "title": "赛", "level": "national", "rank": "first", "date": "2026-03-02"}
    page = client.post(address, sent | {"students": [stranger.pk]})
    assert list(page.context["form"].errors) == ["students"]
    for text in ("987654321", "x", "-1", "١", "9" * 40):
        assert client.get(f"{url('outcome_create')}?innovation_class={text}").status_code == 404


# --- credits ----------------------------------------------------------------------------------------------------------
def test_the_line_that_says_most_is_the_one_that_counts(table, make_verified, student):
    found = {}
    for level, rank in [("national", "second"), ("provincial", "first"), ("provincial", "third"), ("college", "first")]:
        [offer] = offers(make_verified(title=f"{level}{rank}", level=level, rank=rank), [student])
        found[level, rank] = (offer.by_table, offer.course, offer.refusal)
    assert found == {
        ("national", "second"): (Decimal(4), "专业实训", ""),
        ("provincial", "first"): (Decimal(3), "专业实训", ""),
        ("provincial", "third"): (Decimal(2), "专业实训", ""),
        ("college", "first"): (Decimal(1), "专业实训", ""),
    }


def test_only_a_verified_outcome_with_a_line_becomes_credits(make_outcome, make_verified, student, college_admin, now):
    outcome = make_outcome()
    asked = {"course": "专业实训", "by": college_admin, "now": now}
    assert refusal(lambda: convert(outcome, student, **asked)) == "Only a verified outcome becomes credits."
    verified = make_verified(title="另一项")
    assert refusal(lambda: convert(verified, student, **asked)) == (
        "The conversion table has no line for this kind, level and rank."
    )


def test_a_kind_without_a_line_is_refused(table, make_verified, student, college_admin, now):
    paper = make_verified(kind="paper", level="", rank="journal")
    sentence = "The conversion table has no line for this kind, level and rank."
    assert refusal(lambda: convert(paper, student, course="x", by=college_admin, now=now)) == sentence


def test_credits_are_granted_up_to_the_cap_of_the_outcomes_year(table, make_verified, student, college_admin, now):
    def take(**fields):
        return convert(make_verified(**fields), student, course="", by=college_admin, now=now)

    first = take(title="证书一", kind="certificate", rank="advanced")
    assert (first.credits, first.by_table, first.course, first.year) == (
        Decimal("1.5"),
        Decimal("1.5"),
        "专业实训",
        2026,
    )
    second = take(title="省赛一等", rank="first")
    assert (second.credits, second.by_table) == (Decimal("2.5"), Decimal(3))
    third = make_verified(title="证书二", kind="certificate", rank="elementary")
    assert refusal(lambda: convert(third, student, course="", by=college_admin, now=now)) == (
        "The most credits of a year, 4.0, are reached."
    )
    assert take(title="去年的", date=date(2025, 12, 31)).credits == Decimal(2)
    assert CreditConversion.objects.granted().filter(year=2026).total() == Decimal("4.0")


def test_what_is_taken_back_frees_the_cap_and_may_be_granted_again(table, make_verified, student, college_admin, now):
    outcome = make_verified(level="national", rank="first")
    conversion = convert(outcome, student, course="综合实训", by=college_admin, now=now)
    assert refusal(lambda: convert(outcome, student, course="", by=college_admin, now=now)) == "Converted already."
    assert errors(lambda: cancel_conversion(conversion, reason=" ", by=college_admin)) == {
        "reason": ["Say why the credits are taken back."]
    }
    cancel_conversion(conversion, reason="课程选错", by=college_admin)
    assert convert(outcome, student, course="", by=college_admin, now=now).credits == Decimal(4)
    with pytest.raises(Refused):
        cancel_conversion(conversion, reason="再来一次", by=college_admin)


def test_the_same_achievement_counts_once_at_its_highest_level(table, make_verified, student, college_admin, now):
    municipal = make_verified(level="municipal", rank="first")
    lower = convert(municipal, student, course="", by=college_admin, now=now)
    provincial = make_verified(same_as=municipal)
    [offer] = offers(provincial, [student])
    assert (offer.replaces, offer.used, offer.credits) == (lower, Decimal(0), Decimal(2))
    higher = convert(provincial, student, course="", by=college_admin, now=now)
    assert list(CreditConversion.objects.granted()) == [higher]
    lower.refresh_from_db()
    reason = HistoryEntry.objects.about(lower).order_by("-pk").first().reason
    assert (lower.status, reason) == ("cancelled", "Counted at a higher level: 数控技能大赛")
    assert refusal(lambda: convert(municipal, student, course="", by=college_admin, now=now)) == (
        "The same achievement counts at its highest level: convert “数控技能大赛”."
    )


def test_two_that_stand_equally_high_count_once(table, make_verified, student, college_admin, now):
    first = make_verified(title="初赛")
    second = make_verified(title="复赛", same_as=first)
    convert(first, student, course="", by=college_admin, now=now)
    assert refusal(lambda: convert(second, student, course="", by=college_admin, now=now)) == (
        "The same achievement has been converted as “初赛”."
    )


def test_a_higher_one_of_somebody_else_does_not_stand_in_the_way(
    table, make_verified, place, student, college_admin, now
):
    other = place("1002")
    lower = make_verified(level="municipal", students=[student, other])
    make_verified(level="national", students=[other], same_as=lower)
    assert [bool(offer.refusal) for offer in offers(lower, [student, other])] == [False, True]


def test_a_conversion_is_for_whoever_earned_it(table, make_verified, place, college_admin, now):
    sentence = "This student has not earned this outcome."
    assert refusal(lambda: convert(make_verified(), place("1002"), course="", by=college_admin, now=now)) == sentence


def test_a_converted_outcome_is_not_opened_again(table, make_verified, student, college_admin, now):
    outcome = make_verified()
    conversion = convert(outcome, student, course="", by=college_admin, now=now)
    assert refusal(lambda: reopen(outcome, reason="录错", by=college_admin)) == (
        "Credits have been granted for this outcome. Cancel the conversion first."
    )
    cancel_conversion(conversion, reason="录错", by=college_admin)
    reopen(outcome, reason="录错", by=college_admin)
    assert outcome.status == "recorded"


def test_the_database_itself_counts_an_achievement_once(table, make_verified, student, college_admin, now):
    root = make_verified(level="municipal")
    convert(root, student, course="", by=college_admin, now=now)
    row = CreditConversion.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditConversion.objects.update(credits=Decimal("1.5"))


def test_a_line_that_changes_or_goes_leaves_what_was_granted(table, make_verified, student, college_admin, now):
    conversion = convert(make_verified(), student, course="", by=college_admin, now=now)
    rule = table.rules.get(level="provincial", rank="")
    rule.credits = Decimal("0.5")
    save_credit_rule(rule, by=college_admin)
    remove_credit_rule(rule, by=college_admin)
    conversion.refresh_from_db()
    assert (conversion.credits, conversion.by_table) == (Decimal(2), Decimal(2))
    assert HistoryEntry.objects.about(table).filter(what="lines").count() == 1


def test_a_table_says_each_line_once_and_only_ranks_of_its_kind(table, college_admin):
    def add(**fields):
        return lambda: save_credit_rule(CreditRule(table=table, course="x", credits=1, **fields), by=college_admin)

    assert list(errors(add(kind="contest_award", level="national", rank=""))) == ["rank"]
    assert list(errors(add(kind="contest_award", level="", rank="invention"))) == ["rank"]
    assert list(errors(add(kind="paper", level="national", rank=""))) == ["level"]


def test_converting_in_the_browser(table, make_verified, student, college_admin, client_for):
    outcome = make_verified(rank="first")
    client = client_for(college_admin)
    address = f"{url('outcome_convert', outcome.pk)}?student={student.pk}"
    assert address in client.get(outcome.get_absolute_url()).content.decode()
    page = client.get(address)
    assert "3.0 credits: 3.0 by the table; 0 of 4.0 used in 2026." in page.content.decode()
    assert client.post(address, {"course": "数控综合实训"}).url == outcome.get_absolute_url()
    conversion = CreditConversion.objects.get()
    assert (conversion.course, conversion.credits) == ("数控综合实训", Decimal(3))
    assert client.post(address, {"course": "x"}).context["form"].non_field_errors() == ["Converted already."]
    assert client.get(url("conversion_list")).context["total"] == Decimal(3)
    client.post(url("conversion_cancel", conversion.pk), {"reason": "课程选错"})
    assert client.get(url("conversion_list")).context["total"] == 0


def test_a_college_makes_its_table_in_the_browser(college_admin, other_college_admin, partner, auditor, client_for):
    client = client_for(college_admin)
    line = {"kind": "certificate", "level": "", "rank": "", "course": "实训", "credits": "1.5"}
    assert client.post(url("credit_rule_create"), line).url == url("credit_table_update")
    assert client.post(url("credit_table_update"), {"yearly_cap": "4"}).url == url("credit_rule_list")
    assert client.post(url("credit_table_update"), {"yearly_cap": "0"}).context["form"].errors == {
        "yearly_cap": ["This must be more than 0."]
    }
    client.post(url("credit_rule_create"), line)
    rule = CreditRule.objects.get()
    assert (rule.table.college, rule.table.yearly_cap) == (college_admin.affiliation.organization, Decimal(4))
    assert client_for(other_college_admin).get(url("credit_rule_update", rule.pk)).status_code == 404
    assert client_for(auditor).get(url("credit_rule_update", rule.pk)).status_code == 403
    assert client_for(partner).get(url("credit_rule_list")).status_code == 403
    client.post(url("credit_rule_remove", rule.pk))
    assert CreditRule.objects.count() == 0


# --- queries and API --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_a_constant_number_of_queries(
    rows, table, make_verified, place, student, college_admin, client_for, django_assert_num_queries, now
):
    students = [student, *(place(str(2000 + number)) for number in range(rows - 1))]
    for number in range(rows):
        outcome = make_verified(title=f"第{number}项", students=students, kind="certificate", rank="advanced")
        convert(outcome, students[0], course="", by=college_admin, now=now)
        if number == 1:
            break
    client = client_for(college_admin)
    pages = [
        (url("outcome_list"), 10), (outcome.get_absolute_url(), 12), (url("conversion_list"), 8),
        (url("credit_rule_list"), 7), (url("register_index"), 4),
    ]  # fmt: skip
    for address, queries in pages:
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)


def test_the_api_records_verifies_and_gives_reasons(
    innovation_class, zone, student, college_admin, second_admin, partner, api_for
):
    sent = {
        "zone": zone.pk, "innovation_class": innovation_class.pk, "kind": "contest_award", "title": "数控技能大赛",
        "level": "national", "rank": "first", "date": "2026-03-02", "students": [student.pk],
    }  # fmt: skip
    api = api_for(college_admin)
    answer = api.post("/api/v1/outcomes/", sent, format="json")
    assert (answer.status_code, answer.json()["students"], answer.json()["status"]) == (201, [student.pk], "recorded")
    address = f"/api/v1/outcomes/{answer.json()['id']}/"
    wrong = api.patch(address, {"rank": "advanced"}, format="json")
    assert (wrong.status_code, wrong.json()) == (400, {"rank": ["This rank does not belong to this kind of outcome."]})
    assert api.patch(address, {"note": "补证书"}, format="json").json()["note"] == "补证书"
    assert api.post(f"{address}verify/").status_code == 403
    other = api_for(second_admin)
    assert other.post(f"{address}reject/", {"reason": ""}, format="json").json() == {
        "reason": ["Say why it is rejected."]
    }
    assert other.post(f"{address}verify/").json()["status"] == "verified"
    assert api.patch(address, {"title": "改"}, format="json").status_code == 409
    assert other.post(f"{address}reopen/", {"reason": "录错"}, format="json").json()["status"] == "recorded"
    reader = api_for(partner)
    assert (reader.get(address).status_code, reader.post("/api/v1/outcomes/", sent, format="json").status_code) == (
        200,
        403,
    )
