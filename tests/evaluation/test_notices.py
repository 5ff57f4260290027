"""Who hears of an evaluation's steps."""

from datetime import timedelta

import pytest

from consortium.models import Notice
from evaluation import services

from .conftest import AFTER_PUBLICITY, NOW


@pytest.fixture(autouse=True)
def in_english(db, settings):
    settings.LANGUAGE_CODE = "en"


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))


@pytest.fixture
def cast(partner, rival_partner, other_college_admin, mentor, bureau, outsider):
    """People of all sides, of whom some have nothing to do with the zone."""


@pytest.mark.usefixtures("cast")
def test_the_college_and_the_zones_partners_hear_of_publicity_and_with_the_reviewers_of_the_result(stages, zone):
    evaluation = stages.published(zone)
    assert told("publicity_begun") == ["college_admin", "partner"]
    assert told("result_published") == ["college_admin", "expert", "expert2", "partner"]
    texts = set(Notice.objects.filter(kind="publicity_begun").values_list("text", flat=True))
    assert texts == {
        "示例产教特区cnc, evaluation 2025: the result is in publicity until March 9, 2026,"
        " and you may object to it in writing."
    }
    assert set(Notice.objects.values_list("url", flat=True)) == {evaluation.get_absolute_url()}


@pytest.mark.usefixtures("cast")
def test_a_reviewer_hears_of_the_work_at_once(stages, zone):
    stages.review(zone)
    assert told("review_assigned") == ["expert", "expert2"]
    assert set(Notice.objects.filter(kind="review_assigned").values_list("mail", flat=True)) == {"now"}


@pytest.mark.usefixtures("cast")
def test_an_objection_is_told_to_the_secretariat_and_its_answer_to_who_made_it(stages, zone, partner, secretariat):
    evaluation = stages.publicity(zone)
    objection = services.object_to(evaluation, "学时有误", by=partner, now=NOW)
    assert told("objection_made") == ["secretariat"]
    assert Notice.objects.filter(text__contains="学时有误").count() == 0  # a mail is no place for it
    services.answer_objection(objection, "已核实", by=secretariat, now=NOW + timedelta(hours=1))
    assert told("objection_answered") == ["partner"]


@pytest.mark.usefixtures("cast")
def test_a_step_that_is_refused_tells_nobody(stages, zone, partner, secretariat):
    evaluation = stages.publicity(zone)
    services.object_to(evaluation, "学时有误", by=partner, now=NOW)
    before = Notice.objects.count()
    with pytest.raises(services.evaluations.Refused):
        services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY)
    assert Notice.objects.count() == before
