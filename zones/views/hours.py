from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from consortium.lists import Column, list_page
from consortium.models import HistoryEntry, User
from consortium.permissions import may, require
from consortium.views.pages import confirm_page

from .. import services
from ..filters import CountersignFilter, HourFilter
from ..forms import CorrectionForm, HourForm
from ..models import HourEntry
from ..oddities import oddities_of
from ..services.hour_rules import Errors
from ..services.week import BadCells
from ..week import (
    cell_key,
    chosen_day,
    countersign_context,
    monday_of,
    people_to_log,
    read_cells,
    read_picks,
    week_context,
)
from .pages import form_page


def hours_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Date"), "date", sort="date"),
        Column(gettext_lazy("Person"), "person.name", sort="person__name"),
        Column(gettext_lazy("Organization"), "organization.name", sort="organization__name"),
        Column(gettext_lazy("Project"), "project.name", sort="project__name"),
        Column(gettext_lazy("Module"), "module", in_list=False),
        Column(gettext_lazy("Zone"), "project.zone.name", sort="project__zone__name"),
        Column(gettext_lazy("Activity"), "get_activity_display", sort="activity"),
        Column(gettext_lazy("Hours"), "hours", sort="hours", numeric=True),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
        Column(gettext_lazy("Note"), "note"),
        Column(gettext_lazy("Entry number"), "pk", in_list=False),  # by which an import knows it again
    ]
    rows = HourEntry.objects.visible_to(request.user).for_list()
    filtered = HourFilter(request.GET, queryset=rows, request=request)
    return list_page(
        request,
        filterset=HourFilter,
        queryset=rows,
        columns=columns,
        template="zones/hours_list.html",
        context={"total": filtered.qs.total()},
        tally="status",
    )


def hours_detail(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(HourEntry.objects.visible_to(request.user).for_list(), pk=pk)
    context = {
        "entry": entry,
        "oddities": oddities_of([entry]).get(entry.pk, []),
        "corrections": entry.corrections.for_list(),
        "history": HistoryEntry.objects.of(entry),
        "can_change": entry.is_editable and may(request.user, "hours.change", entry),
        "can_correct": entry.status == HourEntry.Status.APPROVED
        and entry.corrects_id is None
        and may(request.user, "hours.correct", entry),
        "can_countersign": entry.status == HourEntry.Status.SUBMITTED and may(request.user, "hours.approve", entry),
    }
    return render(request, "zones/hours_detail.html", context)


def hours_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "hours.add")
    today = timezone.localdate()
    form = HourForm(request.POST or None, user=request.user, initial={"date": today, "person": request.user.pk})
    return form_page(
        request,
        form,
        lambda: services.log_hours(HourEntry(**form.cleaned_data), by=request.user, today=today),
        heading=_("Log hours"),
    )


def hours_update(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(HourEntry.objects.visible_to(request.user).for_list(), pk=pk)
    require(request.user, "hours.change", entry)
    stored = {
        name: getattr(entry, name) for name in ("project", "person", "date", "hours", "activity", "module", "note")
    }
    form = HourForm(request.POST or None, user=request.user, initial=stored)

    def save() -> HourEntry:
        for name, value in form.cleaned_data.items():
            setattr(entry, name, value)
        return services.log_hours(entry, by=request.user, today=timezone.localdate())

    return form_page(request, form, save, heading=_("Change hours"), back=entry)


@require_POST
def hours_submit(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(HourEntry.objects.visible_to(request.user).for_list(), pk=pk)
    services.submit_many([entry], by=request.user)
    return redirect(entry)


def hours_delete(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(HourEntry.objects.visible_to(request.user).for_list(), pk=pk)
    require(request.user, "hours.change", entry)
    return confirm_page(
        request,
        lambda: services.delete_hours([entry], by=request.user),
        heading=_("Remove this entry"),
        text=_("This entry goes; its history stays."),
        going=[entry],
        label=_("Remove"),
        danger=True,
        back=entry,
        then="zones:hours_list",
    )


def hours_correct(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(HourEntry.objects.visible_to(request.user).for_list(), pk=pk)
    require(request.user, "hours.correct", entry)
    form = CorrectionForm(request.POST or None, initial={"hours": entry.hours})
    today = timezone.localdate()
    return form_page(
        request,
        form,
        lambda: services.correct_hours(entry, **form.cleaned_data, by=request.user, today=today),
        heading=_("Correct an approved entry"),
        back=entry,
        label=_("File correction"),
    )


def hours_week(request: HttpRequest) -> HttpResponse:
    """The week of one person as a grid: read, save, submit.

    Copying the week before and asking for another row save what was typed first.
    """
    require(request.user, "hours.add")
    today = timezone.localdate()
    day = chosen_day(request.GET.get("day", ""), request.POST.get("day", ""), today)
    person = _person(request)
    added = request.GET.getlist("row")
    if request.method != "POST" or person is None:
        context = week_context(request.user, day, today, person=person, added=added)
        return render(request, "zones/hours_week.html", context)
    act = request.POST.get("act")
    cells, errors = read_cells(request.POST.dict())
    if not errors:
        try:
            services.save_week(person, cells, by=request.user, today=today, submit=act == "submit")
        except BadCells as bad:
            errors = {cell_key(cell): _sentences(found) for cell, found in bad.errors.items()}
    if errors:
        typed = request.POST.dict()
        context = week_context(request.user, day, today, person=person, typed=typed, errors=errors, added=added)
        if not context["errors"]:  # of cells that the person has no longer
            messages.error(request, " ".join(dict.fromkeys(errors.values())))
        return render(request, "zones/hours_week.html", context)
    if act == "row":
        key = f"{request.POST.get('project', '')}-{request.POST.get('activity', '')}"
        return redirect(_week_url(day, person, [*added, key]))
    if act == "copy":
        _say_copied(request, services.copy_week(person, monday_of(day), by=request.user, today=today))
    else:
        messages.success(request, _("The week is submitted.") if act == "submit" else _("The week is saved."))
    return redirect(_week_url(day, person))


def hours_countersign(request: HttpRequest) -> HttpResponse:
    """What waits for this side, by project: approve what is chosen, or return it with a reason."""
    require(request.user, "hours.approve")
    reason = request.POST.get("reason", "").replace("\0", "")  # PostgreSQL has no such character
    error = ""
    seen = read_picks(request.POST)
    if request.method == "POST":
        gives_back = request.POST.get("act") == "return"
        try:
            taken, left = services.countersign(seen, by=request.user, reason=reason if gives_back else None)
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            _say_countersigned(request, taken, left, gives_back)
            return redirect(request.get_full_path())
    waiting = HourEntry.objects.to_countersign(request.user)
    filtering = CountersignFilter(request.GET, queryset=waiting, request=request)
    filtered = any(request.GET.get(name) for name in filtering.filters)
    context = countersign_context(
        request.user, filtering.qs, filtered=filtered, position=request.GET.get("page", "")
    )  # fmt: skip
    context |= {"filter": filtering, "filtered": filtered, "reason": reason, "reason_error": error, "picked": seen}
    return render(request, "zones/hours_countersign.html", context)


def _say_copied(request: HttpRequest, copied: list[HourEntry]) -> None:
    if not copied:
        messages.info(request, _("Nothing copied: the week before has no hours for a cell that is still empty here."))
        return
    count = len(copied)
    said = ngettext("%(n)d entry copied.", "%(n)d entries copied.", count) % {"n": count}
    names = "；".join(f"{entry.date:%m-%d} {entry.project} {entry.hours.normalize():f}" for entry in copied)
    messages.info(request, f"{said} {names}")


def _say_countersigned(request: HttpRequest, taken: list[HourEntry], left: list[HourEntry], gives_back: bool) -> None:
    count = len(taken)
    if gives_back:
        said = ngettext("%(n)d entry returned.", "%(n)d entries returned.", count)
    else:
        said = ngettext("%(n)d entry approved.", "%(n)d entries approved.", count)
    if taken:
        messages.success(request, said % {"n": count})
    if left:
        prefetch_related_objects(left, "approved_by")
        names = "；".join(map(_left_out, left))
        messages.warning(request, _("Left out, because changed since you read it: %(names)s") % {"names": names})


def _left_out(entry: HourEntry) -> str:
    name = f"{entry.person} {entry.date} {entry.project}"
    if entry.status != HourEntry.Status.APPROVED:
        return name
    return _("%(name)s (%(state)s, %(by)s)") % {
        "name": name, "state": entry.get_status_display(), "by": entry.approved_by
    }  # fmt: skip


def _person(request: HttpRequest) -> User | None:
    """Whose week it is: the one asked for, else the first for whom the user may log. Somebody else's is a 404."""
    people = people_to_log(request.user)
    asked = request.GET.get("person")
    if not asked:
        return next(iter(people), None)
    for person in people:
        if str(person.pk) == asked:
            return person
    raise Http404


def _week_url(day: date, person: User, rows: Sequence[str] = ()) -> str:
    query = {"day": day.isoformat(), "person": person.pk, "row": list(dict.fromkeys(rows))}
    return f"{reverse('zones:hours_week')}?{urlencode(query, doseq=True)}"


def _sentences(errors: Errors) -> str:
    return " ".join(sentence for found in errors.values() for error in found for sentence in error.messages)
