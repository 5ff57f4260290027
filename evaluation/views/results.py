"""The result: shown, objected to, published, corrected."""

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consortium.forms import accepted
from consortium.lists import Column, list_page
from consortium.permissions import require
from consortium.views.pages import confirm_page

from .. import services
from ..evidence import lines_of
from ..filters import CompareFilter
from ..forms import AnswerForm, ObjectionForm, ReasonForm
from ..models import Evaluation, Objection
from .evaluations import changeable, seen


def evaluation_result(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = seen(request, pk)
    if evaluation.result is None:
        raise Http404
    rows = Evaluation.objects.visible_to(request.user).select_related("scheme")
    previous = rows.filter(
        zone=evaluation.zone_id, year=evaluation.year - 1, status=Evaluation.Status.PUBLISHED
    ).first()
    context = {
        "evaluation": evaluation,
        "result": evaluation.result,
        "view": services.presented(evaluation, previous),
        "previous": previous,
        "correction_reason": services.correction_reason(evaluation),
        "findings": evaluation.findings.select_related("indicator"),
        "objections": evaluation.objections.select_related("by"),
        "bands": evaluation.scheme.bands.all(),
        "publicity_over": evaluation.publicity_over(timezone.localdate()),
    }
    return render(request, "evaluation/evaluation_result.html", context)


def evaluation_compare(request: HttpRequest) -> HttpResponse:
    """Zones, years and forms beside one another: the frozen figures of every result that stands now."""
    shown = Evaluation.objects.visible_to(request.user).standing().order_by("-year", "-score", "zone__code")
    columns = [
        Column(_("Zone"), "zone.name", sort="zone__name"),
        Column(_("College"), "zone.college.name", sort="zone__college__name"),
        Column(_("Form"), "zone.get_form_display", sort="zone__form"),
        Column(_("Year"), "year", sort="year", numeric=True),
        Column(_("Stage"), "get_status_display", sort="status"),
        Column(_("Official score"), "official", sort="score", numeric=True),
        Column(_("Grade"), "grade"),
        Column(_("Rescaled"), lambda row: Decimal(row.result["rescaled"]), numeric=True),
        Column(_("Absolute"), lambda row: Decimal(row.result["absolute"]), numeric=True),
        Column(_("Deductions"), lambda row: Decimal(row.result["deductions"]), numeric=True),
    ]
    return list_page(
        request,
        filterset=CompareFilter,
        queryset=shown,
        columns=columns,
        template="evaluation/evaluation_compare.html",
        tally="form",
    )


def evaluation_publicity(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    last_day = services.working_day_after(timezone.localdate(), evaluation.scheme.publicity_days)
    problems = services.review_problems(evaluation) if evaluation.status == Evaluation.Status.REVIEW else []
    return confirm_page(
        request,
        lambda: services.start_publicity(evaluation, by=request.user, today=timezone.localdate()),
        heading=_("Begin the publicity: %(zone)s") % {"zone": evaluation.zone},
        text=_("The review is closed and the result is shown until %(day)s.") % {"day": date_format(last_day)},
        going=problems + _open_flags(request, evaluation),
        label=_("Begin the publicity"),
        back=evaluation,
        then=reverse("evaluation:evaluation_result", args=[pk]),
    )


def evaluation_publish(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    return confirm_page(
        request,
        lambda: services.publish(evaluation, by=request.user, now=timezone.now()),
        heading=_("Publish the result: %(zone)s") % {"zone": evaluation.zone},
        text=_("A published result never changes; a correction is a new version with a reason."),
        going=_open_flags(request, evaluation),
        label=_("Publish"),
        back=evaluation,
        then=reverse("evaluation:evaluation_result", args=[pk]),
    )


def _open_flags(request: HttpRequest, evaluation: Evaluation) -> list[str]:
    """The doubts about the evidence that nobody has set aside, a sentence each with its indicator."""
    lines = lines_of(evaluation, by=request.user).values()
    return [f"{line.said.indicator}{_(', ')}{flag.sentence}" for line in lines for flag in line.open]


def evaluation_return(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    form = ReasonForm(request.POST or None)
    return confirm_page(
        request,
        lambda: services.return_to_review(evaluation, by=request.user, reason=form.cleaned_data["reason"]),
        form=form,
        heading=_("Return to the review: %(zone)s") % {"zone": evaluation.zone},
        text=_("The result leaves the publicity; it is counted and shown anew after the review."),
        label=_("Return"),
        danger=True,
        back=evaluation,
    )


def evaluation_supersede(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    form = ReasonForm(request.POST or None)

    def act() -> Evaluation:
        reason = form.cleaned_data["reason"]
        return services.supersede(evaluation, by=request.user, reason=reason, today=timezone.localdate())

    return confirm_page(
        request,
        act,
        form=form,
        heading=_("Correct the result: %(zone)s") % {"zone": evaluation.zone},
        text=_("A copy goes back to the review. Until it is published this result stands; both stay readable."),
        label=_("Open a correction"),
        back=evaluation,
    )


def objection_create(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = seen(request, pk)
    require(request.user, "evaluation.object", evaluation)
    form = ObjectionForm(request.POST or None)
    if form.is_valid() and accepted(
        form, lambda: services.object_to(evaluation, form.cleaned_data["text"], by=request.user, now=timezone.now())
    ):
        return redirect("evaluation:evaluation_result", pk)
    context = {"form": form, "evaluation": evaluation, "heading": _("Object to this result")}
    return render(request, "evaluation/evaluation_form.html", context)


def objection_answer(request: HttpRequest, pk: int, objection: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(Objection.objects.visible_to(request.user), evaluation=evaluation, pk=objection)
    row.evaluation = evaluation
    form = AnswerForm(request.POST or None)
    if form.is_valid() and accepted(
        form, lambda: services.answer_objection(row, form.cleaned_data["answer"], by=request.user, now=timezone.now())
    ):
        return redirect("evaluation:evaluation_result" if evaluation.result else "evaluation:evaluation_detail", pk)
    context = {"form": form, "evaluation": evaluation, "heading": _("Answer an objection"), "objection": row}
    return render(request, "evaluation/evaluation_form.html", context)
