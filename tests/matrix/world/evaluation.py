"""Of the evaluation: schemes, the check against the standard, and evaluations with all that is said in them."""

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from consortium.models import Consortium, HistoryEntry, User
from evaluation import services
from evaluation.models import Finding, Indicator, Reviewer, Scheme, Side
from evaluation.services import standards
from zones.models import TeachingResource

from .maker import World


def scheme(world: World, side: str, clerk: User, consortium: Consortium) -> None:
    """In force for last year and the year before; the neighbour's is a draft of this year."""
    now = timezone.now()
    for years_ago in (0,) if side == "neighbour" else (1, 2):
        year = now.year - years_ago
        row = Scheme(consortium=consortium, year=year, name=f"scheme~{side}", publicity_days=1)
        services.create_scheme(row, by=clerk)
        for number, kind in enumerate(("weighted", "deduction"), 1):
            weight = Decimal(100 if kind == "weighted" else 0)
            services.create_indicator(Indicator(
                scheme=row, number=number, group="G", dimension="D", name=f"indicator~{side}{number}", kind=kind,
                weight=weight, is_required=kind == "weighted",
            ), by=clerk)  # fmt: skip
        if side != "neighbour":
            services.publish_scheme(row, by=clerk, now=now)
        world.add("scheme", side, row)
        for indicator in row.indicators.all():
            world.add("indicator", side, indicator)


def standard_check(world: World, side: str, clerk: User) -> None:
    """Being filled in; one consortium checks itself once a year, so the neighbour's is of another year."""
    now = timezone.now()
    year, consortium = now.year - (side == "neighbour"), clerk.affiliation.consortium
    check = standards.open_check(consortium, year, by=clerk, now=now, today=timezone.localdate())
    check.answers.update(statement=f"standard_check~{side}")
    world.add("standard_check", side, check)


def evaluations(world: World, side: str, clerk: User, college_admin: User, experts: Any) -> None:
    """Last year's is in review with one sheet handed in; the one of the year before is published."""
    now, today = timezone.now(), timezone.localdate()
    consortium = clerk.affiliation.consortium_id
    in_force = Scheme.objects.filter(consortium=consortium, status="published", subject=Scheme.Subject.ZONE)
    zone = world.records[side]["zone"]
    for scheme in in_force.order_by("-year"):
        evaluation = services.open_evaluation(zone, scheme, by=clerk, today=today)
        services.start_self_assessment(evaluation, by=clerk, today=today)
        indicator = scheme.indicators.get(kind="weighted")
        said = [services.Assessed(indicator, True, Decimal(80), f"assessed~{side}")]
        services.save_self_assessment(evaluation, said, by=college_admin)
        line = evaluation.self_assessments.get()
        world.add("self_assessment", side, line)
        record, _is_new = TeachingResource.objects.get_or_create(
            zone=zone, kind="case", title="named as evidence", date=today, organization=zone.college,
            recorded_by=college_admin, defaults={"recorded_at": now},
        )  # fmt: skip
        world.add("evidence", side, services.add_evidence(line, record, by=clerk, now=now))
        services.submit_self_assessment(evaluation, by=college_admin, today=today)
        is_last = scheme.year == today.year - 1
        world.add("evaluation", side, evaluation)
        world.add("history", side, HistoryEntry.objects.of(evaluation)[0])
        for expert, of_side in zip(experts, (Side.COLLEGE, Side.ENTERPRISE), strict=True):
            reviewer = Reviewer.objects.create(evaluation=evaluation, person=expert, side=of_side)
            services.save_scores(reviewer, [services.Given(indicator, Decimal(81), f"note~{side}")], by=expert)
            if not is_last or of_side == Side.COLLEGE:
                services.submit_scores(reviewer, by=expert, now=now)
            world.add("reviewer", side, reviewer)
            world.add("score", side, reviewer.scores.get())
        if is_last:
            deduction = scheme.indicators.get(kind="deduction")
            finding = Finding.objects.create(evaluation=evaluation, indicator=deduction, points=1, reason="…")
            world.add("finding", side, finding)
            organization = experts[0].affiliation.organization
            link = services.invite_guest(evaluation, f"guest~{side}", organization, days=9, by=clerk, now=now)
            world.add("guest", side, link.reviewer)
            continue
        services.start_publicity(evaluation, by=clerk, today=today - datetime.timedelta(days=30))
        text = f"objection~{side}"
        services.object_to(evaluation, text, by=college_admin, now=now - datetime.timedelta(days=30))
        objection = world.add("objection", side, evaluation.objections.get())
        services.answer_objection(objection, "…", by=clerk, now=now)
        # somebody who once reviewed and acts otherwise now is not told of it
        Reviewer.objects.create(evaluation=evaluation, person=college_admin, side=Side.THIRD_PARTY)
        services.publish(evaluation, by=clerk, now=now)
        world.add("published", side, evaluation)
