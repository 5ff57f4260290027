"""Who reviews: avoidance, last days, sheets in two windows, talks about scores far apart, and a guest's link."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from consortium.models import Affiliation, Agreement, AgreementParty, Notice, User
from evaluation import services
from evaluation.models import Evaluation, GuestLink, Reviewer, Score, Side
from evaluation.services import Given
from zones.models import InnovationClass, Mentor, Project, ProjectMember

from .conftest import NOW, TODAY, refusal, wrong

Role = Affiliation.Role


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def page(name: str, *args) -> str:
    return reverse(f"evaluation:{name}", args=args)


# avoidance


def test_who_has_to_do_with_the_zone_is_refused_and_told_why(
    stages, zone, enterprise, consortium, institute, college, expert, expert2, make_user, secretariat, at
):
    at(NOW)
    evaluation = stages.opened(zone)
    mentor = make_user("busy_mentor", Role.EXPERT, institute, consortium, "示例导师专家")
    free = make_user("free", Role.EXPERT, institute, consortium, "示例自由专家")
    Mentor.objects.create(
        innovation_class=InnovationClass.objects.create(
            zone=zone, code="c1", name="数控工程创新班", year=2025, places=20
        ),
        person=mentor,
        side="enterprise",
    )
    project = Project.objects.create(
        zone=zone, enterprise=enterprise, code="p1", name="轴承座加工", starts_on=TODAY, ends_on=TODAY
    )
    ProjectMember.objects.create(project=project, person=expert, organization=institute)
    agreement = Agreement.objects.create(
        consortium=consortium, title="技术服务协议", type="technical_service", status="signed", signed_on=TODAY,
        starts_on=TODAY - datetime.timedelta(days=9), ends_on=TODAY + datetime.timedelta(days=30),
    )  # fmt: skip
    for number, organization in enumerate([college, expert2.affiliation.organization], 1):
        AgreementParty.objects.create(agreement=agreement, number=number, organization=organization)
    found = services.avoidances([mentor, expert, expert2, free], zone)
    assert found == {
        mentor.pk: f"示例导师专家 cannot review: mentor of the class {mentor.mentored_classes.get().innovation_class}.",
        expert.pk: f"示例专家 cannot review: works on the project {project}.",
        expert2.pk: f"示例专家二 cannot review: {expert2.affiliation.organization} has the agreement “技术服务协议” "
        "with the host.",
    }
    for person in (mentor, expert, expert2):
        assert (
            refusal(lambda p=person: services.assign_reviewer(evaluation, p, Side.COLLEGE, by=secretariat))
            == (found[person.pk])
        )
    Agreement.objects.update(ends_on=TODAY - datetime.timedelta(days=1))
    services.assign_reviewer(evaluation, expert2, Side.COLLEGE, by=secretariat)


def test_avoidances_need_the_same_queries_for_any_number_of_people(
    zone, expert, expert2, partner_expert, django_assert_num_queries
):
    for people in ([expert], [expert, expert2, partner_expert]):
        with django_assert_num_queries(5):
            services.avoidances(people, zone)


# last days


def test_a_reviewer_is_reminded_once_before_and_once_after_the_last_day(stages, zone, expert, expert2, secretariat):
    evaluation = stages.review(zone)
    sheet = evaluation.reviewers.get(person=expert)
    services.move_due(sheet, datetime.date(2026, 3, 10), by=secretariat)

    def told(day: int) -> int:
        now = datetime.datetime(2026, 3, day, 3, tzinfo=datetime.UTC)
        return services.remind_reviewers(now) + services.remind_reviewers(now)

    assert [told(day) for day in (6, 7, 8, 10, 11, 12)] == [0, 1, 0, 0, 1, 0]
    rows = Notice.objects.filter(user=expert, kind="review_due")
    assert {row.text for row in rows} == {
        "示例产教特区cnc, evaluation 2025: your scoring sheet is asked for until March 10, 2026."
    }
    services.move_due(sheet, datetime.date(2026, 3, 14), by=secretariat)
    assert told(12) == 1
    given = [Given(row, Decimal(80)) for row in evaluation.scheme.indicators.weighted()]
    services.save_scores(sheet, given, by=expert)
    services.submit_scores(sheet, by=expert, now=NOW)
    assert told(15) == 0
    assert refusal(lambda: services.move_due(sheet, None, by=secretariat)) == "These scores are submitted already."


# two windows


def line(client, sheet, number: int, score: str, was: str = "", version: int = 0, **more):
    """One line as the page sends it while one goes."""
    data = {
        f"score_{number}": score, f"note_{number}": "", f"was_score_{number}": was, f"was_note_{number}": "",
        f"version_{number}": version, "reviewer": sheet.pk,
    }  # fmt: skip
    answer = client.post(page("evaluation_score_line", sheet.evaluation_id, number), data | more)
    return answer.status_code, answer.json()


@pytest.fixture
def sheet(stages, zone, expert):
    return stages.review(zone).reviewers.select_related("evaluation").get(person=expert)


def kept(sheet) -> dict[int, str]:
    return {row.indicator.number: str(row.score) for row in sheet.scores.select_related("indicator")}


def test_each_score_is_saved_as_one_goes_and_an_older_window_is_told(client_for, expert, sheet):
    client = client_for(expert)
    assert line(client, sheet, 1, "85") == (200, {"version": 1})
    assert line(client, sheet, 2, "70") == (200, {"version": 2})
    # the other window was opened before and shows nothing at 1
    said = {"detail": "Meanwhile 85.00 was saved here in another window. If yours is to stand, save once more."}
    assert line(client, sheet, 1, "60") == (409, {**said, "version": 1})
    assert kept(sheet) == {1: "85.00", 2: "70.00"}
    assert line(client, sheet, 1, "60", version=1) == (200, {"version": 3})
    assert line(client, sheet, 1, "", was="85", version=1)[0] == 409
    assert line(client, sheet, 1, "101", was="60", version=3) == (
        400, {"detail": "A score is between 0 and 100.", "version": 3},
    )  # fmt: skip
    assert kept(sheet) == {1: "60.00", 2: "70.00"}


def test_a_remark_that_comes_before_its_score_is_no_other_window(client_for, expert, sheet):
    client = client_for(expert)
    assert line(client, sheet, 1, "", note_1="现场核实") == (200, {"version": 0})
    assert line(client, sheet, 1, "85", note_1="现场核实", version=0) == (200, {"version": 2})
    assert kept(sheet) == {1: "85.00"}


def test_the_whole_sheet_of_an_old_window_undoes_nothing(client_for, expert, sheet):
    client = client_for(expert)
    for number, score in ((1, "85"), (2, "70")):
        line(client, sheet, number, score)
    old = {f"{kind}_{number}": "" for number in (1, 2, 3) for kind in ("score", "note", "was_score", "was_note")}
    old |= {f"version_{number}": "0" for number in (1, 2, 3)}
    address = page("evaluation_score", sheet.evaluation_id)
    client.post(address, old | {"score_3": "90", "reviewer": sheet.pk})
    assert kept(sheet) == {1: "85.00", 2: "70.00", 3: "90.00"}
    answer = client.post(address, old | {"score_1": "10", "reviewer": sheet.pk})
    assert answer.context["form"].errors == {
        "score_1": ["Meanwhile 85.00 was saved here in another window. If yours is to stand, save once more."]
    }
    html = answer.content.decode()
    assert 'name="version_1" value="1"' in html  # with it the next attempt stands
    assert kept(sheet) == {1: "85.00", 2: "70.00", 3: "90.00"}


def test_scores_of_one_person_do_not_get_into_the_sheet_of_the_next(client_for, expert, expert2, sheet):
    """The window of who was signed in before, sent by who is now."""
    status, said = line(client_for(expert2), sheet, 1, "85")
    assert (status, said["detail"]) == (
        409, "This window shows the sheet of somebody else, who was signed in before. Open it anew.",
    )  # fmt: skip
    client_for(expert2).post(page("evaluation_score", sheet.evaluation_id), {"score_1": "85", "reviewer": sheet.pk})
    assert Score.objects.count() == 0


def test_nobody_sees_others_scores_before_handing_in_the_own(stages, zone, expert, expert2, secretariat, consortium):
    """Not even who is of the secretariat too and acts as that."""
    evaluation = stages.review(zone)
    other, own = evaluation.reviewers.get(person=expert2), evaluation.reviewers.get(person=expert)
    given = [Given(row, Decimal(80)) for row in evaluation.scheme.indicators.weighted()]
    services.save_scores(other, given, by=expert2)
    services.submit_scores(other, by=expert2, now=NOW)
    office = Affiliation.objects.create(
        user=expert, organization=secretariat.affiliation.organization, consortium=consortium,
        role=Role.SECRETARIAT, started_on=TODAY,
    )  # fmt: skip
    expert = User.objects.get(pk=expert.pk)
    expert.acting_id = office.pk
    assert expert.affiliation.role == Role.SECRETARIAT
    assert Score.objects.visible_to(expert).count() == 0
    services.save_scores(own, given, by=expert)
    services.submit_scores(own, by=expert, now=NOW)
    assert Score.objects.visible_to(expert).count() == 6


# talks


def test_scores_far_apart_ask_for_a_talk_before_the_publicity(stages, zone, expert, secretariat, scheme):
    evaluation = stages.scored(zone)  # 11 points apart
    first = scheme.indicators.get(number=1)
    assert services.gaps(evaluation) == []
    assert (
        refusal(lambda: services.record_talk(evaluation, first, held_on=TODAY, outcome="x", by=secretariat))
        == "The scores of this indicator do not lie so far apart that a talk is needed."
    )
    sheet = evaluation.reviewers.get(person=expert)

    def score(points: int) -> None:
        services.return_scores(sheet, by=secretariat, reason="核对")
        sheet.refresh_from_db()
        services.save_scores(sheet, [Given(first, Decimal(points))], by=expert)
        services.submit_scores(sheet, by=expert, now=NOW)

    score(71)
    (gap,) = services.gaps(evaluation)
    assert (gap.indicator, gap.lowest, gap.highest) == (first, Decimal("71.00"), Decimal("91.25"))
    sentence = "Scores lie more than 20 points apart, talk about them and record it: 1 指标1."
    assert refusal(lambda: services.start_publicity(evaluation, by=secretariat, today=TODAY)) == sentence
    talk = services.record_talk(evaluation, first, held_on=TODAY, outcome="看法不同，各自维持", by=secretariat)
    assert (talk.lowest, talk.highest) == (Decimal("71.00"), Decimal("91.25"))
    score(70)  # further apart than what they talked about
    assert refusal(lambda: services.start_publicity(evaluation, by=secretariat, today=TODAY)) == sentence
    score(71)
    services.start_publicity(evaluation, by=secretariat, today=TODAY)


def test_a_talk_has_words_and_is_held_before_it_is_recorded(stages, zone, expert, secretariat, scheme, at):
    at(NOW)
    evaluation = stages.review(zone)
    for person, points in zip([row.person for row in evaluation.reviewers.all()], (50, 90), strict=True):
        sheet = evaluation.reviewers.get(person=person)
        given = [Given(row, Decimal(points)) for row in scheme.indicators.weighted()]
        services.save_scores(sheet, given, by=person)
        services.submit_scores(sheet, by=person, now=NOW)
    first = scheme.indicators.get(number=1)

    def talk(day, outcome):
        return services.record_talk(evaluation, first, held_on=day, outcome=outcome, by=secretariat)

    assert wrong(lambda: talk(TODAY, "")) == {"outcome": ["This field cannot be blank."]}
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert refusal(lambda: talk(tomorrow, "x")) == "A talk is recorded after it was held."


# a guest


@pytest.fixture
def link(stages, zone, institute, secretariat, at):
    at(NOW)
    evaluation = stages.review(zone)
    return services.invite_guest(evaluation, "示例协会专家", institute, days=7, by=secretariat, now=NOW)


def test_a_guest_scores_one_evaluation_by_the_link_and_nothing_else(client, link, stages, other_zone, at):
    other = stages.opened(other_zone)
    address = page("guest_open", link.secret)
    evaluation = link.reviewer.evaluation_id
    assert client.get(address).status_code == 200
    assert "_auth_user_id" not in client.session  # looking signs nobody in: mail programs look too
    answer = client.post(address)
    assert answer.url == page("evaluation_score", evaluation)
    data = {f"score_{number}": "88" for number in (1, 2, 3)}
    client.post(answer.url, data | {"submit": "1"})
    sheet = Reviewer.objects.get(pk=link.reviewer_id)
    assert (sheet.side, sheet.submitted_at) == ("third_party", NOW)
    assert client.get(page("evaluation_detail", evaluation)).status_code == 200
    assert client.get(page("evaluation_detail", other.pk)).status_code == 404


def test_a_guests_link_ends_on_its_day_with_the_role_of_the_guest(client, link, at):
    address = page("guest_open", link.secret)
    client.post(address)
    at(NOW + datetime.timedelta(days=7))
    assert client.get(address).status_code == 404
    assert client.get(page("evaluation_score", link.reviewer.evaluation_id)).status_code == 404


def test_another_link_ends_the_one_before_and_withdrawing_ends_both(client, link, secretariat):
    old = link.secret
    services.renew_guest_link(link, days=7, by=secretariat, now=NOW)
    assert client.get(page("guest_open", old)).status_code == 404
    assert client.get(page("guest_open", link.secret)).status_code == 200
    guest = link.reviewer.person
    services.withdraw_reviewer(link.reviewer, by=secretariat, reason="因故不能参加")
    assert client.get(page("guest_open", link.secret)).status_code == 404
    assert not Affiliation.objects.in_force(TODAY).filter(user=guest).exists()


def test_a_guest_hands_in_the_correction_by_another_link(client, stages, zone, institute, secretariat, at):
    at(NOW)
    evaluation = stages.review(zone)
    link = services.invite_guest(evaluation, "示例协会专家", institute, days=7, by=secretariat, now=NOW)
    Evaluation.objects.filter(pk=evaluation.pk).update(status="published", result={}, sha256="0" * 64)
    evaluation.refresh_from_db()
    correction = services.supersede(evaluation, by=secretariat, reason="漏记扣分", today=TODAY)
    copy = GuestLink.objects.get(reviewer__evaluation=correction)
    assert client.get(page("guest_open", link.secret)).status_code == 404
    assert not copy.is_open(NOW)
    services.renew_guest_link(copy, days=7, by=secretariat, now=NOW)
    assert client.post(page("guest_open", copy.secret)).url == page("evaluation_score", correction.pk)


def test_a_guest_of_the_host_or_a_partner_is_refused_and_leaves_no_account(
    stages, zone, enterprise, secretariat, django_user_model, at
):
    at(NOW)
    evaluation = stages.review(zone)
    before = django_user_model.objects.count()
    sentence = refusal(
        lambda: services.invite_guest(evaluation, "示例伙伴", enterprise, days=7, by=secretariat, now=NOW)
    )
    assert sentence == "示例伙伴 cannot review: 示例企业一 is a partner of this zone."
    assert django_user_model.objects.count() == before
