"""Outcomes: whose they are, who still lacks one, who sees and does what."""

from datetime import date

import pytest
from django.urls import reverse

from consortium.models import HistoryEntry
from zones.models import Outcome, Student, ZonePartner
from zones.services import (
    convert,
    reject,
    save_outcome,
)

from .answers import errors, url

A_DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


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
