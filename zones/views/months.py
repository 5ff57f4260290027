"""A zone's months of hours: what stands, closing, opening again; and "no work" declared for a project."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.permissions import require
from consortium.views.pages import confirm_page

from .. import services
from ..forms.months import NoWorkForm, ReopenForm
from ..models import ClosedMonth, NoWork, Zone
from ..services.months import month_name
from .pages import asked_year, form_page


def month_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The zone's months of a year: hours, what is open, who declared "no work" and who has filled in nothing."""
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    today = timezone.localdate()
    year = asked_year(request, today.year)
    months = services.months_of(zone, year, today, reader=request.user)
    context = {"zone": zone, "year": year, "months": months, "before": year - 1, "after": year + 1, "today": today}
    return render(request, "zones/month_list.html", context)


def month_close(request: HttpRequest, pk: int, year: int, month: int) -> HttpResponse:
    """Ask once, then close the month; what is still open is said instead."""
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    require(request.user, "closed_month.add", zone)
    today = timezone.localdate()
    if not (2000 <= year <= today.year and 1 <= month <= 12):
        raise Http404
    first = date(year, month, 1)
    words = {"zone": zone, "month": month_name(first)}

    def act() -> None:
        services.close_month(zone, first, by=request.user, now=timezone.now(), today=today)
        messages.success(request, _("%(month)s is closed.") % words)

    return confirm_page(
        request,
        act,
        heading=_("Close %(month)s") % words,
        text=_(
            "After this nobody can log, change or correct hours of %(month)s in %(zone)s. Only the secretariat opens a"
            " month again, with a reason."
        )
        % words,
        label=_("Close the month"),
        back=_page(zone, year),
    )


def month_open(request: HttpRequest, pk: int) -> HttpResponse:
    closed = get_object_or_404(ClosedMonth.objects.visible_to(request.user).select_related("zone"), pk=pk)
    require(request.user, "closed_month.reopen", closed)
    form = ReopenForm(request.POST or None)
    page = _page(closed.zone, closed.month.year)

    def reopen() -> str:
        services.open_month(closed, **form.cleaned_data, by=request.user)
        return page

    heading = _("Open %(month)s again") % {"month": month_name(closed.month)}
    return form_page(request, form, reopen, heading=heading, cancel_url=page, label=pgettext("month", "Open again"))


def _page(zone: Zone, year: int) -> str:
    return f"{reverse('zones:month_list', args=[zone.pk])}?year={year}"


@require_POST
def no_work_declare(request: HttpRequest) -> HttpResponse:
    require(request.user, "no_work.add")
    form = NoWorkForm(request.POST, user=request.user)
    now = timezone.now()
    if not form.is_valid():
        messages.error(request, _("This project is not yours to report on."))
    elif accepted(
        form,
        lambda: services.declare_no_work(
            form.cleaned_data["place"], form.cleaned_data["month"], by=request.user, now=now,
            today=timezone.localdate(now),
        ),
    ):  # fmt: skip
        messages.success(request, _("“No work” is declared for this month."))
    else:
        messages.error(request, " ".join(form.non_field_errors()))
    return redirect(_back(request))


@require_POST
def no_work_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    declared = get_object_or_404(NoWork.objects.visible_to(request.user).select_related("project__zone"), pk=pk)
    require(request.user, "no_work.change", declared)
    services.withdraw_no_work(declared, by=request.user)
    messages.success(request, _("“No work” is taken back; hours can be filled in."))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page of ours from which it was sent, else the week."""
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else reverse("zones:hours_week")
