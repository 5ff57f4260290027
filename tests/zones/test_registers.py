"""The registers of a zone: what may stand in them, and who verifies."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from consortium.models import Affiliation, HistoryEntry
from consortium.services import Refused
from zones.models import (
    REGISTERS,
    Fund,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
)
from zones.services import reject, reopen, save_record, verify

from .answers import errors

THINGS = [model.THING for model in REGISTERS]
A_DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.mark.parametrize("model", REGISTERS, ids=THINGS)
def test_a_record_is_verified_by_somebody_else_and_is_locked_then(model, make_record, college_admin, second_admin, now):
    record = make_record(model)
    assert (record.status, record.organization, record.recorded_by) == (
        "recorded",
        college_admin.affiliation.organization,
        college_admin,
    )
    with pytest.raises(Refused, match="Nobody verifies what they have recorded themselves"):
        verify(record, by=college_admin, now=now)
    verify(record, by=second_admin, now=now)
    record.note = "改了"
    with pytest.raises(Refused, match="This is verified"):
        save_record(record, by=college_admin, now=now)
    stored = model.objects.get()
    assert (stored.status, stored.decided_by, stored.decided_at, stored.note) == ("verified", second_admin, now, "")
    rows = HistoryEntry.objects.about(record).order_by("pk").values_list("what", "old", "new")
    assert [row[0] for row in rows] == ["created", "status"] and rows[1][1:] == ("recorded", "verified")


def test_the_database_itself_keeps_the_four_eyes(make_record, college_admin):
    record = make_record(StaffTraining)
    for fields in ({"decided_by": college_admin}, {"decided_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffTraining.objects.filter(pk=record.pk).update(status="verified", **fields)


def test_whoever_changes_a_record_has_recorded_it_and_the_first_may_verify(
    make_record, college_admin, second_admin, now
):
    record = make_record(StaffTraining)
    record.people = 15
    record = save_record(record, by=second_admin, now=now)
    with pytest.raises(Refused):
        verify(record, by=second_admin, now=now)
    verify(record, by=college_admin, now=now)
    assert (record.recorded_by, record.decided_by) == (second_admin, college_admin)


def test_what_changed_since_it_was_read_is_not_verified(make_record, college_admin, second_admin, now):
    record = make_record(Fund)
    read = record.stamp
    record.spent = Decimal(79000)
    save_record(record, by=college_admin, now=now + timedelta(minutes=1))
    with pytest.raises(Refused, match="changed since you read it"):
        verify(record, by=second_admin, now=now, stamp=read)
    assert Fund.objects.get().status == "recorded"


def test_a_rejected_record_is_put_right_and_waits_again(make_record, college_admin, second_admin, now):
    record = make_record(TechnicalService)
    assert errors(lambda: reject(record, reason=" ", by=second_admin, now=now)) == {
        "reason": ["Say why it is rejected."]
    }
    reject(record, reason="缺到款凭证", by=second_admin, now=now)
    assert (record.status, record.reject_reason) == ("rejected", "缺到款凭证")
    with pytest.raises(Refused):
        verify(record, by=second_admin, now=now)
    record.amount_received = Decimal(40000)
    stored = save_record(record, by=college_admin, now=now)
    assert (stored.status, stored.reject_reason, stored.decided_by) == ("recorded", "", None)


def test_a_verified_record_is_opened_again_only_with_a_reason(make_record, college_admin, second_admin, now):
    record = make_record(Fund)
    verify(record, by=second_admin, now=now)
    assert errors(lambda: reopen(record, reason="", by=second_admin)) == {"reason": ["Say why it is opened again."]}
    reopen(record, reason="金额录错", by=second_admin)
    assert (record.status, record.decided_by, record.decided_at) == ("recorded", None, None)
    assert HistoryEntry.objects.about(record).order_by("-pk").first().reason == "金额录错"


@pytest.mark.parametrize(
    ("model", "fields", "found"),
    [
        (TeachingResource, {"quantity": 0}, {"quantity": ["This must be more than 0."]}),
        (
            TechnicalService,
            {"amount_received": Decimal("60000.01")},
            {"amount_received": ["More cannot be received than the contract amounts to."]},
        ),
        (TechnicalService, {"value_created": Decimal(-1)}, {"value_created": ["This cannot be less than 0."]}),
        (ResearchProject, {"level": ""}, {"level": ["Say at which level it was granted."]}),
        (
            ResearchProject,
            {"kind": "horizontal", "enterprise": None},
            {"enterprise": ["Say which enterprise commissioned it."]},
        ),
        (
            ResearchProject,
            {"ends_on": A_DAY - timedelta(days=1)},
            {"ends_on": ["The last day cannot be before the first."]},
        ),
        (StaffTraining, {"people": 0}, {"people": ["This must be more than 0."]}),
        (StaffTraining, {"date": date(2999, 1, 1)}, {"date": ["This day is still to come."]}),
        (TeacherPlacement, {"days": 31}, {"days": ["From the first to the last day there are only 30."]}),
        (PartTimeTeacher, {"hours": Decimal(0)}, {"hours": ["This must be more than 0."]}),
        (Fund, {"enterprise": None}, {"enterprise": ["Say which enterprise gave the money."]}),
        (
            Fund,
            {"source": "college"},
            {"enterprise": ["An enterprise is named only when the money comes from it."]},
        ),
        (Fund, {"budget": Decimal(0)}, {"budget": ["This must be more than 0."]}),
    ],
)
def test_each_rule_says_its_sentence_at_its_field(model, fields, found, make_record):
    assert errors(lambda: make_record(model, **fields)) == found


def test_edges_that_just_hold(make_record):
    make_record(TechnicalService, amount_received=Decimal(60000))
    make_record(TechnicalService, title="公益服务", contract_amount=0, amount_received=0, value_created=0)
    make_record(TeacherPlacement, ends_on=A_DAY, days=1)
    make_record(PartTimeTeacher, ends_on=date(2999, 1, 1))
    make_record(Fund, spent=Decimal(90000))


def test_the_same_thing_is_not_recorded_twice(make_record):
    make_record(TechnicalService, contract_number="HT-1")
    make_record(TechnicalService, title="无编号")
    make_record(TechnicalService, title="也无编号")
    assert errors(lambda: make_record(TechnicalService, title="另一个", contract_number="HT-1")) == {
        "contract_number": ["This contract is recorded already."]
    }
    make_record(TeachingResource)
    assert list(errors(lambda: make_record(TeachingResource))) == ["title"]


def test_a_teachers_days_are_counted_once(make_record, make_user, college, consortium, second_admin, now):
    first = make_record(TeacherPlacement)
    again = {"date": A_DAY + timedelta(days=29), "ends_on": A_DAY + timedelta(days=40), "days": 5}
    assert errors(lambda: make_record(TeacherPlacement, **again)) == {
        "date": ["These days overlap with 2026-03-02 to 2026-03-31, recorded for 示例企业一."]
    }
    make_record(TeacherPlacement, **again | {"date": A_DAY + timedelta(days=30)})
    other = make_user("other_teacher", Affiliation.Role.MENTOR, college, consortium)
    make_record(TeacherPlacement, **again, teacher=other)
    reject(first, reason="未去", by=second_admin, now=now)
    make_record(TeacherPlacement, ends_on=A_DAY, days=1)


def test_people_and_enterprises_belong_where_the_record_says(
    make_record, mentor, college_mentor, make_organization, consortium
):
    assert list(errors(lambda: make_record(TeacherPlacement, teacher=mentor))) == ["teacher"]
    assert list(errors(lambda: make_record(PartTimeTeacher, teacher=college_mentor))) == ["teacher"]
    stranger = make_organization("示例企业九", "enterprise", consortium)
    assert errors(lambda: make_record(StaffTraining, enterprise=stranger)) == {
        "enterprise": ["Choose an enterprise that is a partner of the zone."]
    }
