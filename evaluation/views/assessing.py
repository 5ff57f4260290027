"""The college's self-assessment: begun until a day, filled in, and given back for more."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.permissions import require
from consortium.services import Refused
from consortium.views.pages import confirm_page

from .. import services
from ..evidence import lines_of
from ..forms import AskForMoreForm, AssessmentDueForm, SelfAssessmentForm
from .evaluations import changeable, seen


def evaluation_start(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    form = AssessmentDueForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        services.start_self_assessment(evaluation, **form.cleaned_data, by=request.user, today=timezone.localdate())

    return confirm_page(
        request,
        act,
        heading=_("Begin the self-assessment: %(zone)s") % {"zone": evaluation.zone},
        text=_("The college is told, and reminded three days before the last day."),
        form=form,
        label=_("Begin the self-assessment"),
        back=evaluation,
    )


def assessment_due(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    sent = request.POST if request.method == "POST" else None
    form = AssessmentDueForm(sent, initial={"due_on": evaluation.assessment_due_on})

    def act() -> None:
        services.move_assessment_due(evaluation, **form.cleaned_data, by=request.user, today=timezone.localdate())

    heading = _("Last day of the self-assessment: %(zone)s") % {"zone": evaluation.zone}
    return confirm_page(request, act, heading=heading, form=form, label=_("Save"), back=evaluation)


def ask_for_more(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    form = AskForMoreForm(request.POST or None)

    def act() -> None:
        services.ask_for_more(evaluation, **form.cleaned_data, by=request.user, today=timezone.localdate())

    return confirm_page(
        request,
        act,
        heading=_("Return the self-assessment for more: %(zone)s") % {"zone": evaluation.zone},
        text=_("The college can change it and hands it in again. Scores stay; submitted sheets are open again."),
        form=form,
        label=_("Return for more"),
        danger=True,
        back=evaluation,
    )


def evaluation_assess(request: HttpRequest, pk: int) -> HttpResponse:
    """The college's own sheet; one button keeps it, the other hands it to the reviewers."""
    evaluation = seen(request, pk)
    require(request.user, "evaluation.assess", evaluation)
    form = SelfAssessmentForm(request.POST or None, evaluation=evaluation)

    @transaction.atomic
    def act() -> None:
        services.save_self_assessment(evaluation, form.assessed(), by=request.user)
        if "submit" in request.POST:
            services.submit_self_assessment(evaluation, by=request.user, today=timezone.localdate())

    if form.is_valid() and accepted(form, act):
        following = "evaluation_detail" if "submit" in request.POST else "evaluation_assess"
        return redirect(f"evaluation:{following}", pk)
    lines, evidence = list(form.lines()), lines_of(evaluation, by=request.user)
    chosen = [line.said for line in lines if line.said.is_chosen]
    context = {
        "evaluation": evaluation,
        "form": form,
        "lines": lines,
        "weights": form.section_weights(),
        "totals": form.totals(),
        "explained": sum(bool(said.note.strip()) for said in chosen),
        "proven": sum(bool(evidence[said.indicator_id].count) for said in chosen),
        "measured": services.measurements(evaluation),
        "evidence": evidence,
        "assessment_late": evaluation.assessment_late(timezone.localdate()),
        "more_asked": services.more_asked(evaluation),
    }
    return render(request, "evaluation/evaluation_assess.html", context)


@require_POST
def evaluation_assess_line(request: HttpRequest, pk: int, number: int) -> JsonResponse:
    """One line, saved as one goes: answers its version, or with 400 or 409 the sentence why it is not saved."""
    evaluation = seen(request, pk)
    require(request.user, "evaluation.assess", evaluation)
    rows = evaluation.self_assessments.filter(indicator__number=number)
    if not rows.exists():
        raise Http404
    form = SelfAssessmentForm(request.POST, evaluation=evaluation)
    if not form.is_valid():
        return JsonResponse({"detail": next(iter(form.errors.values()))[0]}, status=400)
    given = next(one for one in form.assessed() if one.indicator.number == number)
    try:
        services.save_self_assessment(evaluation, [given], by=request.user)
    except Refused as refusal:
        return JsonResponse({"detail": str(refusal)}, status=409)
    except ValidationError as error:
        version = rows.get().version
        status = 400 if given.version in (None, version) else 409
        return JsonResponse({"detail": error.messages[0], "version": version}, status=status)
    return JsonResponse({"version": rows.get().version})
