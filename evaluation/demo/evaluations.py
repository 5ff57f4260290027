"""The 21 indicators, last year's published results, and this year's evaluations at every stage."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from consortium.models import Affiliation, User
from evaluation.models import Evaluation, Reviewer, Scheme, Side, Subtotal
from evaluation.services import (
    Assessed,
    Given,
    add_evidence,
    assign_reviewer,
    change_indicator,
    copy_scheme,
    gaps,
    import_scheme,
    open_evaluation,
    publish,
    publish_scheme,
    record_talk,
    save_scores,
    save_self_assessment,
    start_publicity,
    start_self_assessment,
    submit_scores,
    submit_self_assessment,
    tree_of,
)
from zones.models import (
    Fund,
    Outcome,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
)

from .members import LEAD_ENTERPRISE, People
from .zones import Ground

INDICATORS = Path(__file__).with_name("indicators-21.csv")
NAME = "产教特区、工程创新班绩效评价体系"
Role = Affiliation.Role
COUNTED = {  # by the number of the indicator: what is counted, and the points for figures
    3: ("placement_days", "0=0, 20=60, 60=90, 100=100"),
    4: ("research_projects", "0=0, 1=70, 2=85, 4=100"),
    5: ("technical_services", "0=0, 20000=60, 80000=85, 200000=100"),
    6: ("value_created", "0=0, 200000=60, 800000=90, 1500000=100"),
    7: ("people_trained", "0=0, 20=70, 60=95, 100=100"),
    13: ("resources_textbook_manual", "0=0, 1=80, 3=100"),
    14: ("resources_case", "0=0, 2=70, 6=100"),
    15: ("resources_slides_plan", "0=0, 8=75, 24=100"),
    16: ("resources_video_software", "0=40, 4=70, 12=100"),
    17: ("resources_question_bank", "0=40, 300=75, 800=100"),
    21: ("budget_spent", "0=0, 60=60, 80=90, 95=100"),
}
COUNTED_THIS_YEAR = {  # last year's classes had only begun
    10: ("students_with_outcome", "0=0, 60=75, 100=100"),
    18: ("certificates", "0=0, 5=70, 18=100"),
    19: ("student_outcomes", "0=0, 1=70, 4=100"),
}
PROVED_BY: dict[int, tuple[Any, dict[str, str]]] = {
    3: (TeacherPlacement, {}),
    4: (ResearchProject, {}),
    5: (TechnicalService, {}),
    6: (TechnicalService, {}),
    7: (StaffTraining, {}),
    14: (TeachingResource, {"kind": "case"}),
    18: (Outcome, {"kind": "contest_award"}),
    21: (Fund, {}),
}
TWICE = "mould"
# this year: how far each zone's evaluation is
IN_REVIEW = ["cnc", "mould"]
PUBLICITY_OVER = ["assembly", "robot"]
IN_PUBLICITY = ["control"]
IN_SELF_ASSESSMENT = ["ecommerce", "rural"]
PREPARING = ["auto", "software"]


def load(people: People, ground: Ground, today: date, random: Random) -> None:
    """Import and publish both years' schemes and walk the evaluations, each step on its day."""
    people.add("expert3", Role.EXPERT, people.organizations["邢台市电商研究院"])
    people.add("expert4", Role.EXPERT, people.organizations[LEAD_ENTERPRISE])
    last = _scheme(people, today.year - 1, today - timedelta(days=300), COUNTED)
    for code in ground.zones:
        begun = today - timedelta(days=260)
        evaluation = _assess(people, ground, last, code, begun, random, submit=True)
        _review(people, evaluation, random, begun + timedelta(days=30))
        _show(people, evaluation, begun + timedelta(days=40))
        publish(evaluation, by=people.users["secretariat"], now=_at(begun + timedelta(days=70)))
    this = _scheme(people, today.year, today - timedelta(days=90), COUNTED | COUNTED_THIS_YEAR)
    begun = today - timedelta(days=60)
    for code in [*PUBLICITY_OVER, *IN_PUBLICITY]:
        evaluation = _assess(people, ground, this, code, begun, random, submit=True)
        _review(people, evaluation, random, begun + timedelta(days=30))
        _show(people, evaluation, today - timedelta(days=25 if code in PUBLICITY_OVER else 2))
    for code in IN_REVIEW:
        evaluation = _assess(people, ground, this, code, begun, random, submit=True)
        reviewers = _reviewers(people, evaluation, today + timedelta(days=2))
        _fill(reviewers[2], random, begun + timedelta(days=35))
    for code in IN_SELF_ASSESSMENT:
        _assess(people, ground, this, code, begun, random, submit=False)
    for code in PREPARING:
        open_evaluation(ground.zones[code], this, by=people.users["secretariat"], today=begun)
    _next_year(this, people.users["secretariat"])


def _next_year(this: Scheme, by: User) -> None:
    """A draft on which somebody is at work: a weight is moved to another indicator, a declared subtotal is not."""
    draft = copy_scheme(this, year=this.year + 1, by=by)
    Subtotal.objects.bulk_create(
        Subtotal(scheme=draft, group=group.name, weight=group.weight) for group in tree_of(draft)
    )
    tree = tree_of(draft)
    first, last = tree[0].dimensions[0].leaves[0], tree[-1].dimensions[-1].leaves[-1]
    for indicator, by_points in ((first, 1), (last, -1)):
        change_indicator(indicator, by=by, weight=indicator.weight + by_points)


def _scheme(people: People, year: int, day: date, counted: dict[int, tuple[str, str]]) -> Scheme:
    by = people.users["secretariat"]
    file = ContentFile(INDICATORS.read_bytes(), name=INDICATORS.name)
    scheme = import_scheme(file, year=year, name=NAME, consortium=people.consortium, by=by)
    for indicator in scheme.indicators.filter(number__in=counted):
        measure, curve = counted[indicator.number]
        change_indicator(indicator, by=by, measure=measure, curve=curve)
    publish_scheme(scheme, by=by, now=_at(day))
    return scheme


def _assess(
    people: People, ground: Ground, scheme: Scheme, code: str, begun: date, random: Random, *, submit: bool
) -> Evaluation:
    """Open a zone's evaluation and let the college assess itself; two or three optional indicators are left out."""
    by = people.users["college"]
    evaluation = open_evaluation(ground.zones[code], scheme, by=people.users["secretariat"], today=begun)
    start_self_assessment(
        evaluation, by=people.users["secretariat"], today=begun + timedelta(days=5), due_on=begun + timedelta(days=70)
    )
    if not submit:
        return evaluation
    indicators = list(scheme.indicators.weighted())
    optional = [indicator for indicator in indicators if not indicator.is_required]
    left_out = set(random.sample(optional, k=random.choice([2, 3])))
    rows = [
        Assessed(
            indicator,
            is_chosen=indicator not in left_out,
            self_score=None if indicator in left_out else _points(random, 80, 96),
            note="" if indicator in left_out else "依据特区台账和会签工时自评。",
        )
        for indicator in indicators
    ]
    save_self_assessment(evaluation, rows, by=by)
    chosen = {row.indicator.number for row in rows if row.is_chosen}
    _name_records(evaluation, chosen, by, _at(begun + timedelta(days=15)))
    submit_self_assessment(evaluation, by=by, today=begun + timedelta(days=20))
    return evaluation


def _name_records(evaluation: Evaluation, chosen: set[int], by: User, at: datetime) -> None:
    """Two verified records of the year for each indicator that has any. One zone counts its services twice: the check
    says so."""
    for said in evaluation.self_assessments.filter(indicator__number__in=chosen & PROVED_BY.keys()):
        if said.indicator.number == 6 and evaluation.zone.code != TWICE:
            continue
        model, more = PROVED_BY[said.indicator.number]
        rows = model.objects.verified().filter(zone=evaluation.zone, date__year=evaluation.year, **more)
        for row in rows.order_by("date", "pk")[:2]:
            add_evidence(said, row, by=by, now=at)


def _reviewers(people: People, evaluation: Evaluation, due_on: date) -> list[Reviewer]:
    """Reviewers of the college, the enterprise and the third side; nobody reviews where their own enterprise works."""
    enterprise = people.users["expert4" if evaluation.zone.code == "software" else "expert2"]
    sides: Iterable[tuple[User, str]] = [
        (people.users["expert"], Side.COLLEGE),
        (enterprise, Side.ENTERPRISE),
        (people.users["expert3"], Side.THIRD_PARTY),
    ]
    by = people.users["secretariat"]
    return [assign_reviewer(evaluation, person, side, by=by, due_on=due_on) for person, side in sides]


def _review(people: People, evaluation: Evaluation, random: Random, day: date) -> None:
    for reviewer in _reviewers(people, evaluation, day + timedelta(days=7)):
        _fill(reviewer, random, day)
    for gap in gaps(evaluation):
        outcome = "三方评委会商：对佐证材料的理解不同，已一并核对原始台账，各自维持原分。"
        by = people.users["secretariat"]
        record_talk(evaluation, gap.indicator, held_on=day + timedelta(days=1), outcome=outcome, by=by)


def _fill(reviewer: Reviewer, random: Random, day: date) -> None:
    """A full sheet of one reviewer, handed in."""
    assessed = reviewer.evaluation.self_assessments.filter(is_chosen=True).select_related("indicator")
    measured = set(reviewer.evaluation.measurements.values_list("indicator", flat=True))
    given = [Given(row.indicator, _points(random, 72, 97)) for row in assessed if row.indicator_id not in measured]
    if reviewer.side == Side.COLLEGE:  # one of the sides does not count what another zone has handed in too
        cases = [row.indicator for row in assessed if row.indicator.number == 14]
        given += [Given(row, Decimal(70), "其中部分案例与教材手册内容相同，扣除后计分。") for row in cases]
    save_scores(reviewer, given, by=reviewer.person)
    submit_scores(reviewer, by=reviewer.person, now=_at(day))


def _show(people: People, evaluation: Evaluation, day: date) -> None:
    start_publicity(evaluation, by=people.users["secretariat"], today=day)


def _points(random: Random, lowest: int, highest: int) -> Decimal:
    return random.randrange(lowest * 2, highest * 2) / Decimal(2)


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))
