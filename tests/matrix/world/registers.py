"""Of each register of a zone one record that names the zone's enterprise, and a student's outcome with its credits."""

import datetime
from decimal import Decimal
from typing import Any

from consortium.models import User
from zones.models import (
    Application,
    ApprenticeAgreement,
    Attendance,
    BreachAnswer,
    ChosenPack,
    Contribution,
    CreditConversion,
    CreditRule,
    CreditTable,
    CultivationListing,
    Fund,
    GuardianConsent,
    Hire,
    HourlyRate,
    Insurance,
    Outcome,
    PartTimeTeacher,
    Placement,
    Post,
    ResearchProject,
    SecondedPerson,
    StaffCount,
    StaffTraining,
    SurchargeYear,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
)

REGISTERS = [
    (Outcome, {"kind": "patent", "rank": "invention"}, "title"),
    (TeachingResource, {"kind": "case"}, "title"),
    (TechnicalService, {"contract_amount": 10}, "title"),
    (ResearchProject, {"kind": "horizontal"}, "title"),
    (StaffTraining, {"people": 3, "hours": Decimal(8)}, "title"),
    (TeacherPlacement, {"days": 30}, "post"),
    (PartTimeTeacher, {"hours": Decimal(8)}, "course"),
    (Fund, {"purpose": "running", "source": "enterprise", "budget": 10}, "title"),
    (Contribution, {"kind": "donation", "amount": 10}, "title"),
    (Hire, {}, "post"),
]


def registers(world: Any, side: str, writer: User, now: datetime.datetime) -> None:
    """The records of one side, each written by ``writer``."""
    records = world.records[side]
    zone, day = records["zone"], now.date()
    for model, fields, text in REGISTERS:
        if hasattr(model, "teacher"):
            fields = {**fields, "teacher": writer}
        if model is Hire:
            fields = {"student": records["student"]}
        if model is TeacherPlacement:
            fields = {**fields, "ends_on": day}
        world.add(model.THING, side, model.objects.create(
            **fields, **{text: f"{model.THING}~{side}"}, zone=zone, date=day, organization=zone.college,
            enterprise=records["partnership"].enterprise, recorded_by=writer, recorded_at=now,
        ))  # fmt: skip
    records["outcome"].students.add(records["student"])
    table = CreditTable.objects.create(consortium=zone.consortium, college=zone.college, yearly_cap=9)
    world.add("credit_table", side, table)
    world.add("credit_rule", side, CreditRule.objects.create(
        table=table, kind="patent", course=f"course~{side}", credits=2
    ))  # fmt: skip
    world.add("credit_conversion", side, CreditConversion.objects.create(
        outcome=records["outcome"], achievement=records["outcome"], student=records["student"], year=day.year,
        course=f"course~{side}", by_table=2, credits=2, converted_by=writer, converted_at=now,
    ))  # fmt: skip
    work(world, side, writer, now)
    of = {"consortium": zone.consortium, "enterprise": records["partnership"].enterprise}
    world.add("cultivation_listing", side, CultivationListing.objects.create(
        **of, listed_on=day, source=f"cultivation_listing~{side}"
    ))  # fmt: skip
    world.add("surcharge_year", side, SurchargeYear.objects.create(
        **of, year=day.year, due=10, source=f"surcharge_year~{side}"
    ))  # fmt: skip
    world.add("seconded", side, SecondedPerson.objects.create(
        zone=zone, name=f"seconded~{side}", organization=of["enterprise"], post="工艺员", since=day
    ))  # fmt: skip
    world.add("hourly_rate", side, HourlyRate.objects.create(
        consortium=zone.consortium, enterprise=records["partnership"].enterprise, amount=80, starts_on=day
    ))  # fmt: skip


def papers(world: Any, side: str, student: Any, enterprise: Any, today: datetime.date) -> None:
    """What a student has at the workplace."""
    dates = {"starts_on": today, "ends_on": today + datetime.timedelta(days=200)}
    world.add("apprentice_agreement", side, ApprenticeAgreement.objects.create(
        student=student, enterprise=enterprise, number=f"apprentice_agreement~{side}", **dates
    ))  # fmt: skip
    world.add("application", side, Application.objects.create(
        innovation_class=world.records[side]["class"], student=student, applied_on=today,
        end_reason=f"application~{side}", status="declined",
    ))  # fmt: skip
    world.add("insurance", side, Insurance.objects.create(
        student=student, insurer=f"insurance~{side}", policy_number="p", **dates
    ))  # fmt: skip
    world.add("guardian_consent", side, GuardianConsent.objects.create(
        student=student, guardian_name=f"guardian_consent~{side}", guardian_phone="13800000000", given_on=today
    ))  # fmt: skip


def work(world: Any, side: str, writer: User, now: datetime.datetime) -> None:
    """The student of one side at work in a post of its enterprise, on a day without hours that break a rule."""
    records, day = world.records[side], now.date()
    zone, enterprise = records["zone"], records["partnership"].enterprise
    of = {"consortium": zone.consortium, "enterprise": enterprise}
    post = world.add("post", side, Post.objects.create(**of, name=f"post~{side}", headcount=9, monthly_pay=4000))
    world.add("staff_count", side, StaffCount.objects.create(**of, year=day.year, people=90))
    placement = world.add("placement", side, Placement.objects.create(
        zone=zone, student=records["student"], post=post, starts_on=day - datetime.timedelta(days=9), monthly_pay=3600
    ))  # fmt: skip
    world.add("attendance", side, Attendance.objects.create(
        placement=placement, date=day, hours=Decimal(6), recorded_by=writer
    ))  # fmt: skip
    world.add("breach_answer", side, BreachAnswer.objects.create(
        placement=placement, rule="national.rest_day", day=day, figure=6, base=0, reason=f"answer~{side}",
        answered_by=writer, answered_at=now,
    ))  # fmt: skip
    ChosenPack.objects.get_or_create(consortium=zone.consortium, pack=f"pack-{zone.consortium.code}")
    world.add("chosen_pack", side, ChosenPack.objects.get(consortium=zone.consortium))
