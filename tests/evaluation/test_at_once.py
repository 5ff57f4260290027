"""Two at once on an evaluation: one wins, one row of history, the other is told; and what happens without the guard."""

from decimal import Decimal
from threading import Barrier, Event

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry
from consortium.services import files, record
from evaluation import guard, services
from evaluation.models import Evaluation, Reviewer, Score

from ..consortium.files import pdf
from ..together import at_once
from .conftest import AFTER_PUBLICITY, NOW, TODAY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks"),
]
GONE = "This evaluation is at “{}”: this can no longer, or not yet, be changed."


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def second_office(make_user, college, consortium):
    return make_user("second_office", Affiliation.Role.SECRETARIAT, college, consortium, "示例秘书二")


def read(evaluation: Evaluation) -> Evaluation:
    """The evaluation as one who opens the page now reads it."""
    return Evaluation.objects.select_related("zone", "scheme").get(pk=evaluation.pk)


def count(evaluation: Evaluation, **more: str) -> int:
    return HistoryEntry.objects.of(evaluation).filter(**more).count()


# publish, publish


def test_without_a_guard_a_result_would_be_published_twice(stages, zone, secretariat, second_office):
    """The control: who looks, then writes."""
    evaluation, barrier = stages.publicity(zone), Barrier(2, timeout=10)
    guard.take_down()  # the tests' clean-up puts it up again

    def publish(by):
        with transaction.atomic():
            assert read(evaluation).status == "publicity"
            barrier.wait()  # both have looked
            Evaluation.objects.filter(pk=evaluation.pk).update(status="published", published_at=timezone.now())
            record(evaluation, by=by, what="status", old="publicity", new="published")

    assert at_once(lambda: publish(secretariat), lambda: publish(second_office)) == ["", ""]
    assert count(evaluation, what="status", new="published") == 2


def test_of_two_who_publish_one_does(stages, zone, secretariat, second_office):
    evaluation = stages.publicity(zone)
    first, second = read(evaluation), read(evaluation)
    said = at_once(
        lambda: services.publish(first, by=secretariat, now=AFTER_PUBLICITY),
        lambda: services.publish(second, by=second_office, now=AFTER_PUBLICITY),
    )
    assert said == ["", GONE.format("Published")]
    assert count(evaluation, what="status", new="published") == 1
    assert services.verify_results() == []


# score, publish


def lower_a_score(evaluation: Evaluation, looked: Barrier, published: Barrier) -> None:
    """A write that passes every service by: it looks, and writes when the result is published in the meantime."""
    with transaction.atomic():
        assert read(evaluation).status == "publicity"
        looked.wait()
        published.wait()
        Score.objects.filter(reviewer__evaluation=evaluation).update(score=Decimal(1))


@pytest.mark.parametrize("is_guarded", [False, True])
def test_a_score_does_not_change_under_who_publishes(stages, zone, secretariat, is_guarded):
    """Without the guard the published result is not that of its scores."""
    evaluation = stages.publicity(zone)
    looked, published, refused = Barrier(2, timeout=10), Barrier(2, timeout=10), []
    if not is_guarded:
        guard.take_down()

    def publish():
        looked.wait()
        services.publish(read(evaluation), by=secretariat, now=AFTER_PUBLICITY)
        published.wait()

    def lower():
        try:
            lower_a_score(evaluation, looked, published)
        except DatabaseError as error:
            refused.append(str(error).splitlines()[0])

    assert at_once(publish, lower) == ["", ""]
    differing = [sentence for sentence in services.verify_results() if "the scores give another" in sentence]
    assert (refused, len(differing)) == (([guard.SENTENCE], 0) if is_guarded else ([], 1))


def test_who_writes_a_score_waits_for_who_is_publishing(stages, zone, secretariat):
    """The publisher has not committed when the other writes; a guard that only looks would see “in publicity”."""
    evaluation = stages.publicity(zone)
    publishing, refused = Barrier(2, timeout=10), []

    def publish():
        with transaction.atomic():
            services.publish(read(evaluation), by=secretariat, now=AFTER_PUBLICITY)
            publishing.wait()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")

    def lower():
        publishing.wait()
        try:
            Score.objects.filter(reviewer__evaluation=evaluation).update(score=Decimal(1))
        except DatabaseError as error:
            refused.append(str(error).splitlines()[0])

    assert at_once(publish, lower) == ["", ""]
    assert refused == [guard.SENTENCE]


def test_a_sheet_is_returned_or_counted(stages, zone, secretariat, second_office):
    evaluation = stages.scored(zone)
    sheet = evaluation.reviewers.select_related("evaluation__zone", "evaluation__scheme", "person").first()
    said = at_once(
        lambda: services.start_publicity(read(evaluation), by=secretariat, today=TODAY),
        lambda: services.return_scores(sheet, by=second_office, reason="再看一遍"),
    )
    sheet.refresh_from_db()
    if read(evaluation).status == "publicity":
        assert (said, sheet.submitted_at is None) == (["", GONE.format("In publicity")], False)
    else:
        assert said[0] == ""
        assert "Not submitted yet" in said[1]
        assert sheet.submitted_at is None
    assert count(evaluation, what="status", new="publicity") + count(evaluation, what="Scores returned") == 1


# hand in, return


def test_without_a_guard_a_sheet_would_be_handed_in_twice(stages, zone, expert):
    """The control: the same sheet in two tabs."""
    evaluation, barrier = stages.review(zone), Barrier(2, timeout=10)
    sheet = evaluation.reviewers.get(person=expert)

    def hand_in():
        with transaction.atomic():
            assert Reviewer.objects.get(pk=sheet.pk).submitted_at is None
            barrier.wait()
            Reviewer.objects.filter(pk=sheet.pk).update(submitted_at=NOW)
            record(evaluation, by=expert, what="Scores submitted", new=str(sheet))

    assert at_once(hand_in, hand_in) == ["", ""]
    assert count(evaluation, what="Scores submitted") == 2


def test_a_sheet_is_handed_in_once_and_returned_once(stages, zone, expert, secretariat, second_office):
    evaluation = stages.scored(zone)
    of_expert = Reviewer.objects.select_related("evaluation__zone", "person").filter(
        evaluation=evaluation, person=expert
    )
    sheets = [of_expert.get(), of_expert.get()]
    offices = [secretariat, second_office]
    said = at_once(
        *(
            lambda sheet=sheet, by=by: services.return_scores(sheet, by=by, reason="再看")
            for sheet, by in zip(sheets, offices, strict=True)
        )
    )
    assert said == ["", "These scores are not submitted."]
    tabs = [of_expert.get(), of_expert.get()]
    said = at_once(*(lambda tab=tab: services.submit_scores(tab, by=expert, now=NOW) for tab in tabs))
    assert said == ["", "These scores are submitted already."]
    assert (count(evaluation, what="Scores returned"), count(evaluation, what="Scores submitted")) == (1, 3)


def test_a_sheet_handed_in_while_it_is_returned_is_where_its_history_says(stages, zone, expert, secretariat):
    """Whichever comes second speaks of what the first has done."""
    evaluation = stages.scored(zone)
    sheet = evaluation.reviewers.select_related("evaluation__zone", "person").get(person=expert)
    tab = Reviewer.objects.select_related("evaluation__zone", "person").get(pk=sheet.pk)
    said = at_once(
        lambda: services.return_scores(sheet, by=secretariat, reason="再看"),
        lambda: services.submit_scores(tab, by=expert, now=NOW),
    )
    sheet.refresh_from_db()
    last = HistoryEntry.objects.of(evaluation).order_by("pk").last()
    assert sheet.submitted_at is None if last.what == "Scores returned" else sheet.submitted_at == NOW
    assert said in (["", "These scores are submitted already."], ["", ""])


def test_a_self_assessment_is_handed_in_once(stages, zone, college_admin):
    evaluation = stages.self_assessment(zone)
    evaluation.self_assessments.update(self_score=Decimal(80), note="依据台账自评")
    tabs = [read(evaluation), read(evaluation)]
    said = at_once(
        *(lambda tab=tab: services.submit_self_assessment(tab, by=college_admin, today=TODAY) for tab in tabs)
    )
    assert said == ["", GONE.format("Expert review")]
    assert count(evaluation, what="status", new="review") == 1


# more is asked for, hand-in


@pytest.fixture
def filled(stages, zone, expert):
    """A sheet with all scores, ready to be handed in."""
    evaluation = stages.review(zone)
    sheet = evaluation.reviewers.select_related("evaluation__zone", "person").get(person=expert)
    given = [services.Given(row, Decimal(80)) for row in evaluation.scheme.indicators.weighted()]
    services.save_scores(sheet, given, by=expert)
    return sheet


def test_without_a_guard_a_sheet_would_be_handed_in_while_the_college_has_it_back(filled):
    """The control: who looks, then writes when the self-assessment has gone back in the meantime."""
    evaluation = filled.evaluation
    looked, returned = Barrier(2, timeout=10), Barrier(2, timeout=10)

    def hand_in():
        with transaction.atomic():
            assert read(evaluation).status == "review"
            looked.wait()
            returned.wait()
            Reviewer.objects.filter(pk=filled.pk).update(submitted_at=NOW)

    def give_back():
        looked.wait()
        with transaction.atomic():
            Reviewer.objects.filter(evaluation=evaluation).update(submitted_at=None)
            Evaluation.objects.filter(pk=evaluation.pk).update(status="self_assessment")
        returned.wait()

    assert at_once(hand_in, give_back) == ["", ""]
    filled.refresh_from_db()
    assert (read(evaluation).status, filled.submitted_at) == ("self_assessment", NOW)


def test_no_sheet_is_handed_in_while_the_college_has_it_back(filled, expert, secretariat):
    """Whichever comes first: the return opens a sheet that was handed in, and after it none is taken."""
    evaluation = filled.evaluation
    said = at_once(
        lambda: services.submit_scores(filled, by=expert, now=NOW),
        lambda: services.ask_for_more(read(evaluation), by=secretariat, reason="缺材料", today=TODAY),
    )
    assert said in (["", ""], ["", GONE.format("Self-assessment")])  # the sentences, sorted
    filled.refresh_from_db()
    assert (read(evaluation).status, filled.submitted_at) == ("self_assessment", None)
    assert count(evaluation, what="status", old="review", new="self_assessment") == 1


def test_of_two_who_ask_for_more_one_does(filled, secretariat, second_office):
    evaluation = filled.evaluation
    first, second = read(evaluation), read(evaluation)
    said = at_once(
        lambda: services.ask_for_more(first, by=secretariat, reason="缺材料", today=TODAY),
        lambda: services.ask_for_more(second, by=second_office, reason="缺材料", today=TODAY),
    )
    assert said == ["", GONE.format("Self-assessment")]
    assert count(evaluation, what="status", old="review", new="self_assessment") == 1


# a file, hand-in


@pytest.mark.parametrize("is_guarded", [False, True])
def test_no_file_comes_in_after_the_hand_in(stages, zone, college_admin, is_guarded, monkeypatch):
    """The control: a hand-in that waits for nobody leaves a file behind that its reviewers never saw come."""
    evaluation = stages.self_assessment(zone)
    rows = [services.Assessed(row, True, Decimal(90)) for row in evaluation.scheme.indicators.weighted()]
    services.save_self_assessment(evaluation, rows, by=college_admin)
    line = evaluation.self_assessments.select_related("evaluation").first()
    if not is_guarded:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    looked, handed_in, refuse = Event(), Event(), files._refuse_one_more

    def wait(*told, **more):
        looked.set()
        handed_in.wait(2)  # long enough for a hand-in that does not wait
        refuse(*told, **more)

    monkeypatch.setattr(files, "_refuse_one_more", wait)

    def bring():
        files.attach(line, SimpleUploadedFile("佐证.pdf", pdf()), by=college_admin, now=NOW)

    def hand_in():
        looked.wait(10)
        services.submit_self_assessment(read(evaluation), by=college_admin, today=TODAY)
        handed_in.set()

    assert at_once(bring, hand_in) == ["", ""]
    came, went = (count_of.latest("pk").pk for count_of in (
        HistoryEntry.objects.about(line).filter(what="attached"),
        HistoryEntry.objects.about(evaluation).filter(what="status", new="review"),
    ))  # fmt: skip
    assert (came < went) is is_guarded
