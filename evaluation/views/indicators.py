"""One indicator of one evaluation: what was counted and from which records, and counting again."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.permissions import require
from consortium.views.pages import confirm_page

from .. import services
from ..evidence import lines_of
from ..measures import Measure
from ..models import Evaluation, Measurement, SelfAssessment
from .evaluations import seen
from .evidence import line

ROWS = 50


def evaluation_indicator(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    evaluation = seen(request, pk)
    said = line(evaluation, number)
    measurement = services.measurements(evaluation).get(said.indicator_id)
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "said": said,
        "indicator": said.indicator,
        "measurement": measurement,
    }
    if SelfAssessment.objects.visible_to(request.user).filter(pk=said.pk).exists():
        context["line"] = lines_of(evaluation, by=request.user)[said.indicator_id]
    if measurement and measurement.measure:
        context |= _behind(request, evaluation, measurement, measurement.measure)
    return render(request, "evaluation/evaluation_indicator.html", context)


def evaluation_measure_again(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = seen(request, pk)
    require(request.user, "evaluation.change", evaluation)
    return confirm_page(
        request,
        lambda: services.measure_again(evaluation, by=request.user, now=timezone.now()),
        heading=_("Count again: %(zone)s") % {"zone": evaluation.zone},
        text=_("What the records say now replaces what was counted at the hand-in. The history keeps both."),
        label=_("Count again"),
        back=evaluation,
        then=evaluation,  # it answers the measurements
    )


def _behind(
    request: HttpRequest, evaluation: Evaluation, measurement: Measurement, measure: Measure
) -> dict[str, object]:
    """The records behind the figure; a link only to those that the reader may open. What is counted now, beside it."""
    records = measure.records(evaluation.zone, evaluation.year)
    page = Paginator(records, ROWS).get_page(request.GET.get("page"))
    model: type[Model] = records.model
    links = _readable(request, model, page.object_list)
    shown = measure.described([row.pk for row in page.object_list], evaluation.year)
    now = measure.by_zone([evaluation.zone], evaluation.year)[evaluation.zone_id]
    return {
        "page": page,
        "heads": measure.heads(model),
        "rows": [(links.get(row.pk, ""), shown.get(row.pk, [])) for row in page.object_list],
        "list_url": measure.list_url(evaluation.zone, evaluation.year) if links else "",
        "now": now if now != measurement.value else None,
    }


def _readable(request: HttpRequest, model: type[Model], rows: QuerySet) -> dict[int, str]:
    seen_by = getattr(model._default_manager, "visible_to", None)
    if seen_by is None or not hasattr(model, "get_absolute_url"):
        return {}
    allowed = set(seen_by(request.user).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return {row.pk: row.get_absolute_url() for row in rows if row.pk in allowed}
