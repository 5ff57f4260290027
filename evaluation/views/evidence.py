"""Evidence of one indicator: the zone's records to choose from, and flags that are set aside."""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.permissions import require
from consortium.services import Refused
from consortium.views.pages import confirm_page
from zones.models import EVIDENCE, Verified

from .. import services
from ..evidence import lines_of, named_records
from ..forms import ReasonForm
from ..models import Evaluation, Evidence, SelfAssessment
from .evaluations import changeable, seen

MODELS: dict[str, Any] = {model.THING: model for model in EVIDENCE}
ROWS = 50


def evidence_add(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The zone's records, those of the year unless another is asked for; a button takes one as evidence."""
    evaluation = seen(request, pk)
    require(request.user, "evaluation.assess", evaluation)
    said = line(evaluation, number)
    if request.method == "POST":
        services.add_evidence(said, _record(request, evaluation), by=request.user, now=timezone.now())
        return redirect(said)
    text, asked = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    every_year = request.GET.get("year") == "any"
    rows = _records(request, evaluation, text, asked, None if every_year else evaluation.year)
    named = named_records(said)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "evaluation": evaluation,
        "indicator": said.indicator,
        "kinds": [(thing, model._meta.verbose_name_plural) for thing, model in MODELS.items()],
        "asked": asked,
        "text": text,
        "every_year": every_year,
        "page": page,
        "rows": [(row, (row.THING, row.pk) in named) for row in page],
    }
    return render(request, "evaluation/evidence_add.html", context)


@require_POST
@transaction.atomic
def evidence_remove(request: HttpRequest, pk: int, evidence: int) -> HttpResponse:
    evaluation = seen(request, pk)
    require(request.user, "evaluation.assess", evaluation)
    rows = Evidence.objects.visible_to(request.user).select_related("assessment__indicator")
    row = get_object_or_404(rows, assessment__evaluation=evaluation, pk=evidence)
    services.remove_evidence(row, by=request.user)
    return redirect(row.assessment)


def flag_dismiss(request: HttpRequest, pk: int, number: int, about: str) -> HttpResponse:
    """Say why a flag does not hold; of one that is gone by now it is said."""
    evaluation = changeable(request, pk)
    said = line(evaluation, number)
    flags = lines_of(evaluation, by=request.user)[said.indicator_id].open
    flag = next((flag for flag in flags if flag.about == about), None)
    if flag is None:
        messages.info(request, _("This flag does not stand any more."))
        return redirect(said)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        services.dismiss_flag(said, flag, **form.cleaned_data, by=request.user, now=timezone.now())

    return confirm_page(
        request,
        act,
        heading=_("Set a flag aside: %(indicator)s") % {"indicator": said.indicator},
        text=flag.sentence,
        form=form,
        label=_("Set aside"),
        back=said,
    )


def line(evaluation: Evaluation, number: int) -> SelfAssessment:
    """The self-assessment of the indicator with this number, or a 404."""
    rows = evaluation.self_assessments.select_related("indicator", "evaluation__zone")
    return get_object_or_404(rows, indicator__number=number)


def _record(request: HttpRequest, evaluation: Evaluation) -> Verified:
    """The record that the button names by kind and number, or a 404."""
    thing, _sep, number = request.POST.get("record", "").partition(":")
    if not thing:
        raise Refused(_("Choose a record."))
    if thing not in MODELS or not number.isdecimal() or len(number) > 18:
        raise Http404
    return get_object_or_404(MODELS[thing].objects.visible_to(request.user), zone=evaluation.zone_id, pk=int(number))


def _records(request: HttpRequest, evaluation: Evaluation, text: str, asked: str, year: int | None) -> list[Verified]:
    """The zone's records of one or all kinds, the newest first."""
    rows: list[Verified] = []
    for thing, model in MODELS.items():
        if asked not in ("", thing):
            continue
        found = model.objects.visible_to(request.user).filter(zone=evaluation.zone_id).named()
        found = found.filter(reduce(or_, (Q(**{f"{name}__icontains": text}) for name in model.TEXTS)))
        rows += found.filter(date__year=year) if year else found
    return sorted(rows, key=lambda row: (row.date, row.pk), reverse=True)
