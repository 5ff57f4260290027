"""The review: who reviews, each reviewer's sheet, what is taken off."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.views.pages import confirm_page

from .. import services
from ..forms import DueForm, FindingForm, ReasonForm, ReviewerForm, TalkForm
from ..models import Reviewer, Score
from .evaluations import changeable


def evaluation_reviewers(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign experts; below, the single scores for those who may read them."""
    evaluation = changeable(request, pk)
    form = ReviewerForm(request.POST or None, evaluation=evaluation, instance=Reviewer(evaluation=evaluation))

    def act() -> None:
        data = form.cleaned_data
        services.assign_reviewer(evaluation, data["person"], data["side"], by=request.user, due_on=data["due_on"])

    if form.is_valid() and accepted(form, act):
        return redirect(request.path)
    reviewers = list(evaluation.reviewers.select_related("person", "link"))
    scores = Score.objects.visible_to(request.user).filter(reviewer__evaluation=evaluation)
    given = {(row.indicator_id, row.reviewer_id): row.score for row in scores}
    chosen = evaluation.self_assessments.filter(is_chosen=True).select_related("indicator")
    context = {
        "evaluation": evaluation,
        "form": form,
        "avoiding": services.avoidances(form.fields["person"].queryset, evaluation.zone),
        "reviewers": reviewers,
        "today": timezone.localdate(),
        "gaps": services.gaps(evaluation),
        "talks": evaluation.talks.select_related("indicator", "recorded_by"),
        "table": [(said.indicator, [given.get((said.indicator_id, row.pk)) for row in reviewers]) for said in chosen],
    }
    return render(request, "evaluation/evaluation_reviewers.html", context)


def reviewer_due(request: HttpRequest, pk: int, reviewer: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(evaluation.reviewers.select_related("person"), pk=reviewer)
    row.evaluation = evaluation
    form = DueForm(request.POST or None, instance=row)
    if form.is_valid() and accepted(form, lambda: services.move_due(row, form.cleaned_data["due_on"], by=request.user)):
        return redirect("evaluation:evaluation_reviewers", pk)
    context = {"form": form, "evaluation": evaluation, "heading": _("Last day of %(reviewer)s") % {"reviewer": row}}
    return render(request, "evaluation/evaluation_form.html", context)


def talk_create(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    about = get_object_or_404(evaluation.scheme.indicators, number=number)
    form = TalkForm(request.POST or None, initial={"held_on": timezone.localdate()})
    if form.is_valid() and accepted(
        form, lambda: services.record_talk(evaluation, about, **form.cleaned_data, by=request.user)
    ):
        return redirect("evaluation:evaluation_reviewers", pk)
    context = {"form": form, "evaluation": evaluation, "heading": _("Talk about %(indicator)s") % {"indicator": about}}
    return render(request, "evaluation/evaluation_form.html", context)


def reviewer_withdraw(request: HttpRequest, pk: int, reviewer: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(evaluation.reviewers.select_related("person"), pk=reviewer)
    form = ReasonForm(request.POST or None)
    return confirm_page(
        request,
        lambda: services.withdraw_reviewer(row, by=request.user, reason=form.cleaned_data["reason"]),
        form=form,
        heading=_("Withdraw %(reviewer)s") % {"reviewer": row},
        text=_("The scores given by this person go too."),
        label=_("Withdraw"),
        danger=True,
        back=reverse("evaluation:evaluation_reviewers", args=[pk]),
    )


def reviewer_return(request: HttpRequest, pk: int, reviewer: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(evaluation.reviewers.select_related("person"), pk=reviewer)
    form = ReasonForm(request.POST or None)
    return confirm_page(
        request,
        lambda: services.return_scores(row, by=request.user, reason=form.cleaned_data["reason"]),
        form=form,
        heading=_("Return the scores of %(reviewer)s") % {"reviewer": row},
        text=_("The scores stay; this person can change them and submits again."),
        label=_("Return"),
        back=reverse("evaluation:evaluation_reviewers", args=[pk]),
    )


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
