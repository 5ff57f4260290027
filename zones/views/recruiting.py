"""Recruiting a class: its one page, and the steps from criteria to admission."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consortium import personal
from consortium.forms import accepted
from consortium.forms.exports import ReasonForm
from consortium.lists import Column, list_page
from consortium.models import Affiliation, HistoryEntry
from consortium.permissions import require
from consortium.services.personal import note_export

from .. import services
from ..filters.recruiting import LetterFilter
from ..forms.recruiting import (
    ApplicationForm,
    CriteriaForm,
    EndApplicationForm,
    PasteForm,
    TieForm,
    typed_points,
)
from ..models import Application, InnovationClass
from .pages import form_page


def class_recruiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Criteria, the applicants in order, who ended, and what can be done next."""
    innovation_class = _class(request, pk)
    require(request.user, "application.see", innovation_class)
    rows = services.ranking(innovation_class)
    ended = innovation_class.applications.filter(status__in=["declined", "withdrawn"]).select_related("student")
    criteria = list(innovation_class.criteria.all())
    context = {
        "class": innovation_class,
        "zone": innovation_class.zone,
        "criteria": criteria,
        "rows": [(row, [(criterion.name, row.points.get(criterion.pk)) for criterion in criteria]) for row in rows],
        "ended": ended.order_by("position", "pk"),
        "missing": sum(row.total is None for row in rows),
        "undecided": sum(row.is_undecided for row in rows),
        "admitted": sum(row.application.status == Application.Status.ADMITTED for row in rows),
        "is_open": innovation_class.status == InnovationClass.Status.RECRUITING,
        "history": HistoryEntry.objects.of(innovation_class),
    }
    return render(request, "zones/class_recruiting.html", context)


def class_letters(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of the admitted in the order of admission; a college takes it away in the clear after a reason."""
    innovation_class = _class(request, pk)
    require(request.user, "application.see", innovation_class)
    affiliation = request.user.affiliation
    own = affiliation is not None and affiliation.role == Affiliation.Role.COLLEGE_ADMIN

    def column(name: str) -> Column:
        def clear(row: Application) -> Any:
            return personal.in_clear(row.student, name)

        def hidden(row: Application) -> str:
            return personal.masked(row.student, name)

        return Column(personal.label_of(type_of_student, name), clear if own else hidden, masked=hidden)

    type_of_student = Application._meta.get_field("student").related_model
    columns = [
        Column(_("Order"), "position", numeric=True),
        Column(_("Rank"), "rank", numeric=True),
        *map(column, ("number", "name", "sex", "major", "home_class")),
        Column(pgettext("points", "Total"), "total", numeric=True),
        Column(_("Reason of the exception"), "exception_reason"),
    ]

    def note(rows: Any, *, by: Any, reason: str) -> None:
        note_export([row.student for row in rows], by=by, reason=reason)

    return list_page(
        request,
        filterset=LetterFilter,
        queryset=Application.objects.visible_to(request.user).filter(innovation_class=pk).for_letters(),
        columns=columns,
        template="zones/class_letters.html",
        context={"class": innovation_class, "zone": innovation_class.zone},
        personal=note if own else None,
    )


def class_criteria(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = _class(request, pk)
    require(request.user, "application.change", innovation_class)
    form = CriteriaForm(request.POST or None, innovation_class=innovation_class)
    return _step(
        request,
        innovation_class,
        form,
        lambda: services.save_criteria(innovation_class, form.rows, by=request.user),
        _("Criteria of admission"),
    )


def application_create(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = _class(request, pk)
    require(request.user, "application.add", innovation_class)
    form = ApplicationForm(request.POST or None, user=request.user, innovation_class=innovation_class)
    today = timezone.localdate()
    return _step(
        request,
        innovation_class,
        form,
        lambda: services.apply(innovation_class, **form.cleaned_data, today=today, by=request.user),
        _("Register an application"),
    )


def applications_paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Paste lines, read what would happen to each, then register all of them."""
    innovation_class = _class(request, pk)
    require(request.user, "application.add", innovation_class)
    form = PasteForm(request.POST or None)
    lines: list[services.Line] = []
    today = timezone.localdate()
    if request.method == "POST" and form.is_valid():
        on, text = form.cleaned_data["on"], form.cleaned_data["lines"]
        try:
            lines = services.read_applicants(innovation_class, text, on=on, today=today)
        except ValidationError as error:
            form.add_error("lines", error.message_dict["lines"])
        wrong = any(line.error for line in lines)

        def save() -> None:
            services.apply_rows(innovation_class, text, on=on, today=today, by=request.user)

        if lines and not wrong and request.POST.get("act") == "save" and accepted(form, save):
            return redirect("zones:class_recruiting", pk=pk)
    context = {
        "class": innovation_class,
        "zone": innovation_class.zone,
        "form": form,
        "lines": lines,
        "wrong": [line for line in lines if line.error],
    }
    return render(request, "zones/applications_paste.html", context)


def class_points(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of points. Each cell is sent by itself as it is left; without JavaScript the whole table at once."""
    innovation_class = _class(request, pk)
    require(request.user, "application.change", innovation_class)
    refused: dict[tuple[int, int], str] = {}
    typed: dict[tuple[int, int], str] = {}
    form = Form(request.POST or None)
    if request.method == "POST":
        found, refused = typed_points(request.POST)

        def save() -> None:
            refused.update(
                services.save_points(innovation_class, [services.Typed(*one) for one in found], by=request.user)
            )

        done = accepted(form, save)
        if done and not refused and not request.htmx:
            return redirect("zones:class_points", pk=pk)
        typed = {key: request.POST.get(f"p-{key[0]}-{key[1]}", "") for key in refused}
    criteria = list(innovation_class.criteria.all())
    rows = services.ranking(innovation_class)
    rows.sort(key=lambda row: row.application.student.number)
    table = [(row, [_cell(row, criterion, refused, typed) for criterion in criteria]) for row in rows]
    if request.htmx and request.method == "POST":
        wanted = [cell for _row, cells in table for cell in cells if f"p-{cell['key']}" in request.POST]
        return render(
            request,
            "zones/_points_cell.html",
            {"cell": wanted[0] if wanted else None, "form": form, "class": innovation_class},
        )
    context = {
        "class": innovation_class,
        "zone": innovation_class.zone,
        "criteria": criteria,
        "table": table,
        "refused": refused,
        "form": form,
        "closed": innovation_class.status != InnovationClass.Status.RECRUITING or innovation_class.admitted_at,
    }
    return render(request, "zones/class_points.html", context)


def _cell(row: services.Ranked, criterion: Any, refused: dict, typed: dict) -> dict[str, Any]:
    key, points = (row.application.pk, criterion.pk), row.points.get(criterion.pk)
    stored = "" if points is None else f"{points.normalize():f}"
    return {
        "key": f"{key[0]}-{key[1]}",
        "was": stored,
        "value": typed.get(key, stored),
        "error": refused.get(key, ""),
        "label": f"{row.application.student} {criterion.name}",
        "criterion": criterion.name,
    }


def class_tie(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide the order of the first group of equals that matters and is undecided."""
    innovation_class = _class(request, pk)
    require(request.user, "application.change", innovation_class)
    undecided = [row for row in services.ranking(innovation_class) if row.is_undecided]
    if not undecided:
        return redirect("zones:class_recruiting", pk=pk)
    same = [row.application for row in undecided if row.points == undecided[0].points]
    form = TieForm(request.POST or None, applications=same)
    return _step(
        request,
        innovation_class,
        form,
        lambda: services.decide_tie(
            innovation_class, form.ordered(), reason=form.cleaned_data["reason"], by=request.user
        ),
        _("Decide the order among equals"),
    )


def class_admit(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = _class(request, pk)
    require(request.user, "application.change", innovation_class)
    form = Form(request.POST if request.method == "POST" else None)
    now = timezone.now()
    return _step(
        request,
        innovation_class,
        form,
        lambda: services.admit(innovation_class, by=request.user, now=now),
        _("Admit up to %(n)d in the order of the ranking") % {"n": innovation_class.places},
        label=_("Admit"),
    )


def class_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = _class(request, pk)
    require(request.user, "application.change", innovation_class)
    form = ReasonForm(request.POST or None)
    return _step(
        request,
        innovation_class,
        form,
        lambda: services.take_back_admission(innovation_class, **form.cleaned_data, by=request.user),
        _("Take the admission back"),
    )


def application_end(request: HttpRequest, pk: int) -> HttpResponse:
    row = _application(request, pk)
    form = EndApplicationForm(request.POST or None)
    return _step(
        request,
        row.innovation_class,
        form,
        lambda: services.end_application(
            row, form.cleaned_data["to"], reason=form.cleaned_data["reason"], by=request.user
        ),
        _("End the application of %(name)s") % {"name": row.student.name},
    )


def application_exception(request: HttpRequest, pk: int) -> HttpResponse:
    row = _application(request, pk)
    form = ReasonForm(request.POST or None)
    return _step(
        request,
        row.innovation_class,
        form,
        lambda: services.admit_exception(row, **form.cleaned_data, by=request.user),
        _("Admit %(name)s out of order or past the places") % {"name": row.student.name},
        label=_("Admit"),
    )


def _class(request: HttpRequest, pk: int) -> InnovationClass:
    return get_object_or_404(InnovationClass.objects.visible_to(request.user).select_related("zone__college"), pk=pk)


def _application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).select_related("student", "innovation_class__zone")
    row = get_object_or_404(rows, pk=pk)
    require(request.user, "application.change", row)
    return row


def _step(
    request: HttpRequest, innovation_class: InnovationClass, form: BaseForm, save: Any, heading: str, label: Any = None
) -> HttpResponse:
    """A form that leads back to the page of recruiting."""
    url = reverse("zones:class_recruiting", args=[innovation_class.pk])
    return form_page(request, form, save, heading=heading, back=_Page(url, innovation_class), label=label)


class _Page:
    """The page of recruiting as something to go back to."""

    def __init__(self, url: str, innovation_class: InnovationClass):
        self.url, self.innovation_class = url, innovation_class

    def get_absolute_url(self) -> str:
        return self.url

    def __str__(self) -> str:
        return str(self.innovation_class)
