"""How far a zone's newest evaluation is, and its newest annual report, on the zone's page."""

from django.db.models import CharField, DateField, DateTimeField, Value
from django.utils.translation import gettext as _

from consortium.models import User
from zones.models import Zone
from zones.zone_cards import Card, zone_card

from .models import AnnualReport, Evaluation


@zone_card
def evaluation_of(zone: Zone, user: User) -> Card:
    """Both in one query, as far as ``user`` sees them: the evaluation with its stages, the finished report."""
    days = ("opened_on", "self_assessment_on", "review_on", "publicity_on", "publicity_ends_on", "published_at")
    nothing = [Value(None, DateField())] * 5 + [Value(None, DateTimeField())]
    evaluations = Evaluation.objects.visible_to(user).filter(zone=zone).exclude(status=Evaluation.Status.SUPERSEDED)
    reports = AnnualReport.objects.visible_to(user).filter(zone=zone, status=AnnualReport.Status.DONE)
    rows = evaluations.order_by().values_list(Value("evaluation", CharField()), "pk", "year", "status", *days)
    others = reports.order_by().values_list(Value("report", CharField()), "pk", "year", "status", *nothing)
    newest: dict[str, tuple] = {}
    for row in sorted(rows.union(others, all=True), key=lambda row: (row[2], row[1])):
        newest[row[0]] = row
    context: dict[str, object] = {}
    if found := newest.get("evaluation"):
        _kind, pk, year, status, *dates = found
        evaluation = Evaluation(pk=pk, year=year, status=status, **dict(zip(days, dates, strict=True)))
        context |= {"evaluation": evaluation, "stages": stages(evaluation)}
    if found := newest.get("report"):
        context["report"] = AnnualReport(pk=found[1], year=found[2])
    return Card("evaluation/_zone_card.html", context)


def stages(evaluation: Evaluation) -> list[dict[str, object]]:
    """The stages: name, the day it began, and whether it is past ("was"), now ("now") or to come ("")."""
    status = Evaluation.Status
    stages = [
        (status.PREPARING, _("Opening"), evaluation.opened_on),
        (status.SELF_ASSESSMENT, _("Self-assessment"), evaluation.self_assessment_on),
        (status.REVIEW, _("Expert review"), evaluation.review_on),
        (status.PUBLICITY, _("Publicity"), evaluation.publicity_on),
        (status.PUBLISHED, _("Publication"), evaluation.published_at),
    ]
    order = [stage for stage, _label, _day in stages]
    here = len(order) if evaluation.is_frozen else order.index(status(evaluation.status))
    return [
        {"label": label, "day": day, "css": "was" if number < here else "now" if number == here else ""}
        for number, (_stage, label, day) in enumerate(stages)
    ]
