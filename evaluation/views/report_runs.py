from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require
from consortium.views.pages import confirm_page, form_page

from ..models import AnnualReport, ReportRun
from ..report_filters import ReportFilter, RunFilter
from ..report_forms import ScheduleForm
from ..services import report_archive, report_runs
from ..services.report_schedules import save_schedule, schedule_of
from .reports import columns, counts_of, run_of, start


def run_list(request: HttpRequest) -> HttpResponse:
    shown = [
        Column(_("Run"), "__str__"),
        Column(_("State"), "get_status_display", sort="status"),
        Column(_("Finished"), "made"),
        Column(_("Failed"), "failed"),
        Column(_("Reports"), "total"),
        Column(_("Ordered by"), "ordered_by"),
        Column(_("Ordered at"), "ordered_at", sort="ordered_at"),
    ]
    return list_page(
        request,
        filterset=RunFilter,
        queryset=ReportRun.objects.visible_to(request.user).for_list(),
        columns=shown,
        template="reports/run_list.html",
    )


def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is: one line for all, below it one for each report that the person may see."""
    order = _run(request, pk)
    visible = AnnualReport.objects.visible_to(request.user).filter(runs=order)
    run = run_of(counts_of(request, visible))
    return list_page(
        request,
        filterset=ReportFilter,
        queryset=visible.for_list(),
        columns=columns(),
        template="reports/run_detail.html",
        context={
            "order": order,
            "run": run,
            "size": report_archive.size(visible.for_archive()) if run["done"] and not order.is_going else 0,
            "history": HistoryEntry.objects.of(order),
        },
    )


@require_POST
def run_pause(request: HttpRequest, pk: int) -> HttpResponse:
    order = _own(request, pk)
    report_runs.pause(order, by=request.user)
    return redirect(order)


@require_POST
def run_resume(request: HttpRequest, pk: int) -> HttpResponse:
    order = _own(request, pk)
    start(request, report_runs.resume(order, by=request.user))
    return redirect(order)


def run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    order = _own(request, pk)

    def act() -> None:
        count = report_runs.cancel(order, by=request.user, now=timezone.now())
        said = ngettext(
            "%(count)s report that waited is cancelled.", "%(count)s reports that waited are cancelled.", count
        )
        messages.success(request, said % {"count": count})

    return confirm_page(
        request,
        act,
        heading=_("Cancel this run?"),
        text=_(
            "Reports that wait are not made any more, unless somebody else has ordered them too. What is being made "
            "is finished; finished reports stay."
        ),
        label=_("Cancel the run"),
        back=order,
        danger=True,
    )


@require_POST
def run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    order = _own(request, pk)
    start(request, report_runs.retry_failed(order, by=request.user, now=timezone.now()))
    return redirect(order)


def run_download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """All finished files of the run that the person may see now."""
    order = _run(request, pk)
    visible = AnnualReport.objects.visible_to(request.user).filter(runs=order)
    response = StreamingHttpResponse(report_archive.archive(visible.for_archive()), content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(True, order.file_name())
    return response


def report_schedule(request: HttpRequest) -> HttpResponse:
    require(request.user, "report.schedule")
    assert request.user.affiliation is not None
    now = timezone.now()
    schedule = schedule_of(request.user.affiliation.consortium)
    day = schedule.next_day(timezone.localdate(now))
    form = ScheduleForm(request.POST or None, instance=schedule)
    return form_page(
        request,
        form,
        lambda: save_schedule(form, by=request.user, now=now),
        heading=_("Drafts on a day of the year"),
        crumbs=[
            (reverse("reports:report_list"), _("Annual reports")),
            (reverse("reports:run_list"), _("Runs")),
        ],
        text=_("On this day last year's reports are made of every special zone that has none, and its college is told.")
        + (" " + _("The next time is %(day)s.") % {"day": date_format(day)} if day else ""),
    )


def _run(request: HttpRequest, pk: int) -> ReportRun:
    return get_object_or_404(ReportRun.objects.visible_to(request.user).for_page(), pk=pk)


def _own(request: HttpRequest, pk: int) -> ReportRun:
    order = _run(request, pk)
    require(request.user, "report_run.change", order)
    return order
