"""Evaluations: the list, one with its stages, and opening."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.forms import accepted
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require

from .. import services
from ..filters import EvaluationFilter
from ..forms import OpenForm
from ..models import Evaluation, Scheme, Side
from ..zone_cards import stages


def evaluation_list(request: HttpRequest) -> HttpResponse:
    seen = Evaluation.objects.visible_to(request.user)
    columns = [
        Column(_("Zone"), "zone.name", sort="zone__name"),
        Column(_("College"), "zone.college.name", sort="zone__college__name"),
        Column(_("Year"), "year", sort="year", numeric=True),
        Column(_("Stage"), "get_status_display", sort="status"),
        Column(_("Reviewers done"), lambda row: f"{row.submitted_count}/{row.reviewer_count}", numeric=True),
        Column(_("Official score"), "official", numeric=True),
        Column(_("Grade"), "grade"),
        Column(_("Publicity until"), "publicity_ends_on", sort="publicity_ends_on"),
    ]
    return list_page(
        request,
        filterset=EvaluationFilter,
        queryset=seen.for_list(),
        columns=columns,
        template="evaluation/evaluation_list.html",
        tally="status",
    )


def evaluation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = seen(request, pk)
    affiliation = request.user.affiliation
    reviewers = list(evaluation.reviewers.select_related("person"))
    history = HistoryEntry.objects.of(evaluation)
    at_review = evaluation.status == Evaluation.Status.REVIEW
    context = {
        "evaluation": evaluation,
        "stages": stages(evaluation),
        "lines": list(evaluation.self_assessments.select_related("indicator")),
        "measured": services.measurements(evaluation),
        "reviewers": reviewers,
        "own_review": next((row for row in reviewers if row.person_id == request.user.pk), None),
        "sides": [(side.label, [row for row in reviewers if row.side == side]) for side in Side],
        "names_shown": affiliation.sees_whole_consortium,
        "findings": evaluation.findings.select_related("indicator"),
        "objections": evaluation.objections.select_related("by"),
        "problems": services.review_problems(evaluation) if at_review and affiliation.sees_whole_consortium else [],
        "publicity_over": evaluation.publicity_over(timezone.localdate()),
        "assessment_late": evaluation.assessment_late(timezone.localdate()),
        "more_asked": services.more_asked(evaluation),
        "correction_reason": services.correction_reason(evaluation),
        "correction": Evaluation.objects.visible_to(request.user).filter(supersedes=evaluation).first(),
        # who reviews is not for everybody; the stages are
        "history": history if affiliation.sees_whole_consortium else history.filter(what="status"),
    }
    return render(request, "evaluation/evaluation_detail.html", context)


def evaluation_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "evaluation.add")
    zones = Scheme.objects.visible_to(request.user).filter(subject=Scheme.Subject.ZONE)
    schemes = zones.filter(status=Scheme.Status.PUBLISHED)
    if not schemes:
        return render(request, "evaluation/evaluation_create.html", {"schemes": schemes})
    asked = request.GET.get("scheme", str(schemes[0].pk))
    scheme = get_object_or_404(schemes, pk=int(asked) if asked.isdecimal() else 0)
    form = OpenForm(request.POST or None, user=request.user, scheme=scheme)

    @transaction.atomic
    def act() -> None:
        for zone in form.cleaned_data["zones"]:
            services.open_evaluation(zone, scheme, by=request.user, today=timezone.localdate())

    if form.is_valid() and accepted(form, act):
        return redirect("evaluation:evaluation_list")
    context = {"form": form, "scheme": scheme, "schemes": schemes}
    return render(request, "evaluation/evaluation_create.html", context)


def seen(request: HttpRequest, pk: int) -> Evaluation:
    """The evaluation, or a 404 for whom it is not visible to."""
    return get_object_or_404(Evaluation.objects.visible_to(request.user).for_list(), pk=pk)


def changeable(request: HttpRequest, pk: int) -> Evaluation:
    """The evaluation, or a 403 for who sees it but does not run it."""
    evaluation = seen(request, pk)
    require(request.user, "evaluation.change", evaluation)
    return evaluation
