from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import may, require
from consortium.services.scans import refuse_infected
from consortium.views.pages import confirm_page

from .. import services
from ..filters import SchemeFilter
from ..forms import BandFormSet, CopyForm, IndicatorForm, ReasonForm, SchemeForm, SchemeImportForm
from ..measures.consortium import FACTS
from ..models import Indicator, Scheme
from ..tree_forms import TreeForm


def scheme_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Scheme"), "name", sort="name"),
        Column(_("Scored by it"), "get_subject_display", sort="subject"),
        Column(_("Year"), "year", sort="year", numeric=True),
        Column(_("Version"), "version", sort="version", numeric=True),
        Column(_("Indicators"), "indicator_count", sort="indicator_count", numeric=True),
        Column(_("Sum of weights, %"), "weight_sum", sort="weight_sum", numeric=True),
        Column(_("Status"), "get_status_display", sort="status"),
    ]
    return list_page(
        request,
        filterset=SchemeFilter,
        queryset=Scheme.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="evaluation/scheme_list.html",
        tally="status",
    )


def scheme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = get_object_or_404(Scheme.objects.visible_to(request.user).for_list(), pk=pk)
    can_change = scheme.is_draft and may(request.user, "scheme.change", scheme)
    return _detail(request, scheme, TreeForm(scheme=scheme) if can_change else None)


@require_POST
def scheme_tree(request: HttpRequest, pk: int) -> HttpResponse:
    """Save names, weights, order and declared subtotals of a draft at once."""
    scheme = _changeable(request, Scheme.objects.visible_to(request.user).for_list(), pk)
    form = TreeForm(request.POST, scheme=scheme)
    if form.is_valid() and accepted(
        form, lambda: services.save_tree(scheme, form.entered(), stamp=form.stamp, by=request.user)
    ):
        return redirect("evaluation:scheme_detail", pk)
    return _detail(request, scheme, form)


def _detail(request: HttpRequest, scheme: Scheme, tree: TreeForm | None) -> HttpResponse:
    indicators = list(scheme.indicators.all())
    context = {
        "scheme": scheme,
        "indicators": indicators,
        "tree": tree,
        "form": tree,
        "section_weights": _section_weights(indicators),
        "required_weight": sum(row.weight for row in indicators if row.is_required),
        "doubts": services.scheme_doubts(scheme) if scheme.is_draft else [],
        "problems": services.scheme_problems(scheme) if scheme.is_draft else [],
        "bands": scheme.bands.all(),
        "measures": {name: f"{row.label} ({row.unit})" for name, row in FACTS.items()},
        "history": HistoryEntry.objects.of(scheme, *indicators),
    }
    return render(request, "evaluation/scheme_detail.html", context)


def scheme_import(request: HttpRequest) -> HttpResponse:
    require(request.user, "scheme.add")
    form = SchemeImportForm(request.POST or None, request.FILES or None, initial={"year": timezone.localdate().year})
    imported: list[Scheme] = []

    def act() -> None:
        refuse_infected(form.cleaned_data["file"])
        scheme = services.import_scheme(
            form.cleaned_data["file"],
            year=form.cleaned_data["year"],
            name=form.cleaned_data["name"],
            subject=form.cleaned_data["subject"] or Scheme.Subject.ZONE,
            consortium=request.user.affiliation.consortium,
            by=request.user,
        )
        imported.append(scheme)

    if form.is_valid() and accepted(form, act):
        return redirect("evaluation:scheme_detail", imported[0].pk)
    return render(request, "evaluation/scheme_import.html", {"form": form})


def scheme_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "scheme.add")
    scheme = Scheme(consortium=request.user.affiliation.consortium, year=timezone.localdate().year)
    form = SchemeForm(request.POST or None, instance=scheme)
    if form.is_valid() and accepted(form, lambda: services.create_scheme(scheme, by=request.user)):
        return redirect("evaluation:scheme_detail", scheme.pk)
    return render(request, "evaluation/scheme_form.html", {"form": form, "heading": _("New scheme")})


def scheme_update(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = _changeable(request, Scheme.objects.visible_to(request.user), pk)
    form = SchemeForm(request.POST or None, instance=scheme)
    bands = BandFormSet(request.POST or None, instance=scheme)
    if all([form.is_valid(), bands.is_valid()]) and accepted(
        form, lambda: services.save_scheme_form(form, bands, by=request.user)
    ):
        return redirect("evaluation:scheme_detail", pk)
    context = {"form": form, "bands": bands, "scheme": scheme, "heading": _("Edit the scheme")}
    return render(request, "evaluation/scheme_form.html", context)


def scheme_publish(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = _changeable(request, Scheme.objects.visible_to(request.user), pk)
    return confirm_page(
        request,
        lambda: services.publish_scheme(scheme, by=request.user, now=timezone.now()),
        heading=_("Put %(scheme)s in force") % {"scheme": scheme},
        text=_("From then on its indicators and rules are frozen; a change needs a new version."),
        going=services.scheme_problems(scheme),
        label=_("Put in force"),
        back=reverse("evaluation:scheme_detail", args=[pk]),
    )


def scheme_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one warning of the check-up stand, with a reason."""
    scheme = _changeable(request, Scheme.objects.visible_to(request.user), pk)
    code = request.GET.get("code", "")
    doubt = next((one for one in services.scheme_doubts(scheme) if one.code == code), None)
    form = ReasonForm(request.POST or None)
    return confirm_page(
        request,
        lambda: services.accept_doubt(scheme, code, by=request.user, reason=form.cleaned_data["reason"]),
        form=form,
        heading=_("Accept this in the check-up"),
        text=doubt.sentence if doubt else _("The check-up does not say this any more. Reload and look again."),
        label=_("Accept"),
        back=reverse("evaluation:scheme_detail", args=[pk]),
    )


def scheme_copy(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = _changeable(request, Scheme.objects.visible_to(request.user), pk)
    form = CopyForm(request.POST or None, initial={"year": scheme.year + 1})

    def act() -> str:
        copy = services.copy_scheme(scheme, year=form.cleaned_data["year"], by=request.user)
        return reverse("evaluation:scheme_detail", args=[copy.pk])

    return confirm_page(
        request,
        act,
        form=form,
        heading=_("Copy %(scheme)s") % {"scheme": scheme},
        text=_("Rules, grades and indicators become a draft, which you can change."),
        label=_("Copy"),
        back=reverse("evaluation:scheme_detail", args=[pk]),
    )


def indicator_create(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = _changeable(request, Scheme.objects.visible_to(request.user), pk)
    following = max((row.number for row in scheme.indicators.all()), default=0) + 1
    form = IndicatorForm(request.POST or None, instance=Indicator(scheme=scheme), initial={"number": following})
    if form.is_valid() and accepted(form, lambda: services.save_indicator_form(form, by=request.user)):
        return redirect("evaluation:scheme_detail", pk)
    context = {"form": form, "scheme": scheme, "heading": _("New indicator")}
    return render(request, "evaluation/scheme_form.html", context)


def indicator_update(request: HttpRequest, pk: int) -> HttpResponse:
    indicator = get_object_or_404(Indicator.objects.visible_to(request.user).select_related("scheme"), pk=pk)
    require(request.user, "indicator.change", indicator)
    form = IndicatorForm(request.POST or None, instance=indicator)
    if form.is_valid() and accepted(form, lambda: services.save_indicator_form(form, by=request.user)):
        return redirect("evaluation:scheme_detail", indicator.scheme_id)
    context = {"form": form, "scheme": indicator.scheme, "indicator": indicator, "heading": _("Edit the indicator")}
    return render(request, "evaluation/scheme_form.html", context)


def indicator_delete(request: HttpRequest, pk: int) -> HttpResponse:
    indicator = get_object_or_404(Indicator.objects.visible_to(request.user).select_related("scheme"), pk=pk)
    require(request.user, "indicator.change", indicator)
    return confirm_page(
        request,
        lambda: services.remove_indicator(indicator, by=request.user),
        heading=_("Remove indicator %(indicator)s") % {"indicator": indicator},
        text=_("The weights must add up to 100 again before the scheme can be put in force."),
        label=_("Remove"),
        danger=True,
        back=reverse("evaluation:indicator_update", args=[pk]),
        then=reverse("evaluation:scheme_detail", args=[indicator.scheme_id]),
    )


def _changeable(request: HttpRequest, rows: QuerySet[Scheme], pk: int) -> Scheme:
    scheme = get_object_or_404(rows, pk=pk)
    require(request.user, "scheme.change", scheme)
    return scheme


def _section_weights(indicators: list[Indicator]) -> dict[str, object]:
    weights: dict[str, object] = {}
    for row in indicators:
        weights[row.section] = weights.get(row.section, 0) + row.weight  # type: ignore[operator]
    return weights
