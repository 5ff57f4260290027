"""The review: who reviews, each reviewer's sheet, what is taken off."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.permissions import require

from .. import services
from ..forms import FindingForm, ReasonForm, ReviewerForm, ScoreForm
from ..models import Evaluation, Reviewer, Score
from .evaluations import changeable, seen


def evaluation_reviewers(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign experts; below, the single scores for those who may read them."""
    evaluation = changeable(request, pk)
    form = ReviewerForm(request.POST or None, evaluation=evaluation, instance=Reviewer(evaluation=evaluation))

    def act() -> None:
        data = form.cleaned_data
        services.assign_reviewer(evaluation, data["person"], data["side"], by=request.user)

    if form.is_valid() and accepted(form, act):
        return redirect(request.path)
    reviewers = list(evaluation.reviewers.select_related("person"))
    scores = Score.objects.visible_to(request.user).filter(reviewer__evaluation=evaluation)
    given = {(row.indicator_id, row.reviewer_id): row.score for row in scores}
    chosen = evaluation.self_assessments.filter(is_chosen=True).select_related("indicator")
    context = {
        "evaluation": evaluation,
        "form": form,
        "reviewers": reviewers,
        "table": [(said.indicator, [given.get((said.indicator_id, row.pk)) for row in reviewers]) for said in chosen],
    }
    return render(request, "evaluation/evaluation_reviewers.html", context)


def reviewer_withdraw(request: HttpRequest, pk: int, reviewer: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(evaluation.reviewers.select_related("person"), pk=reviewer)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and accepted(
        form, lambda: services.withdraw_reviewer(row, by=request.user, reason=form.cleaned_data["reason"])
    ):
        return redirect("evaluation:evaluation_reviewers", pk)
    context = {
        "heading": _("Withdraw %(reviewer)s") % {"reviewer": row},
        "text": _("The scores given by this person go too."),
        "form": form,
        "label": _("Withdraw"),
        "danger": True,
        "cancel_url": "../../",
    }
    return render(request, "confirm.html", context)


def reviewer_return(request: HttpRequest, pk: int, reviewer: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(evaluation.reviewers.select_related("person"), pk=reviewer)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and accepted(
        form, lambda: services.return_scores(row, by=request.user, reason=form.cleaned_data["reason"])
    ):
        return redirect("evaluation:evaluation_reviewers", pk)
    context = {
        "heading": _("Return the scores of %(reviewer)s") % {"reviewer": row},
        "text": _("The scores stay; this person can change them and submits again."),
        "form": form,
        "label": _("Return"),
        "cancel_url": "../../",
    }
    return render(request, "confirm.html", context)


def evaluation_score(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own scoring sheet; one button keeps it, the other submits it for good."""
    evaluation = seen(request, pk)
    require(request.user, "evaluation.score", evaluation)
    reviewer = get_object_or_404(evaluation.reviewers.all(), person=request.user)
    reviewer.evaluation = evaluation
    closed = evaluation.status != Evaluation.Status.REVIEW or reviewer.submitted_at is not None
    form = ScoreForm(request.POST or None, reviewer=reviewer, closed=closed)

    def save() -> None:
        services.save_scores(reviewer, form.scores(), by=request.user)

    def submit() -> None:
        if "submit" in request.POST:
            services.submit_scores(reviewer, by=request.user, now=timezone.now())

    # kept first and apart: a sheet with a gap is refused, but what was typed stays
    if form.is_valid() and accepted(form, save) and accepted(form, submit):
        return redirect(request.path)
    if form.is_bound:
        reviewer.refresh_from_db(fields=["submitted_at"])
    context = {
        "evaluation": evaluation,
        "reviewer": reviewer,
        "form": form,
        "closed": closed,
        "lines": list(form.lines()),
        "weights": form.section_weights(),
        "totals": form.totals(),
    }
    return render(request, "evaluation/evaluation_score.html", context)


def finding_create(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    form = FindingForm(request.POST or None, evaluation=evaluation)
    if form.is_valid() and accepted(
        form, lambda: services.add_finding(evaluation, **form.cleaned_data, by=request.user)
    ):
        return redirect("evaluation:evaluation_detail", pk)
    context = {"form": form, "evaluation": evaluation, "heading": _("Add a deduction or a veto")}
    return render(request, "evaluation/evaluation_form.html", context)


@require_POST
@transaction.atomic
def finding_delete(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(evaluation.findings.select_related("indicator"), pk=finding)
    services.remove_finding(row, by=request.user)
    return redirect("evaluation:evaluation_detail", pk)
