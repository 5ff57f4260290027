from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require

from ..jobs import announce
from ..models import AnnualReport, ReportRun
from ..models.reports import AnnualReportQuerySet
from ..report_filters import ReportFilter
from ..report_forms import ReportForm
from ..report_links import figure_url, linked, linked_sections
from ..services import report_runs, reports
from ..services.report_behind import MOST, behind
from ..services.report_changes import changes, is_stale
from ..services.report_document import narrated, number_text, own_section
from ..services.report_print import printed
from ..services.report_traced import traced
from ..services.reports import TYPES

MOST_CHANGES = 30  # on the page; the API says all


def columns() -> list[Column]:
    return [
        Column(_("Annual report"), "title", sort="zone__name"),
        Column(_("State"), "get_status_display", sort="status"),
        Column(_("Progress"), "progress", sort="progress"),
        Column("SHA-256", "sha256"),
        Column(_("Made at"), "finished_at", sort="finished_at"),
        Column(_("Year"), "year"),
        Column(_("Number"), "number"),
        Column(_("Ordered by"), "requested_by"),
        Column(_("Kind"), "get_scope_display"),
    ]


def counts_of(request: HttpRequest, visible: AnnualReportQuerySet) -> dict[str, int]:
    """How many of the reports that the filters name there are in each state."""
    others = request.GET.copy()
    others.pop("status", None)
    return ReportFilter(others, queryset=visible, request=request).qs.counted()


def report_list(request: HttpRequest) -> HttpResponse:
    visible = AnnualReport.objects.visible_to(request.user)
    return list_page(
        request,
        filterset=ReportFilter,
        queryset=visible.for_list(),
        columns=columns(),
        template="reports/report_list.html",
        context={"run": run_of(counts_of(request, visible))},
    )


def run_of(counts: dict[str, int]) -> dict:
    """How far all of these are: counts by status, their sum, what is still open, the share that is finished, and where
    the failed begin to stand in the line after the finished and the running."""
    total = sum(counts.values())
    return {
        **counts,
        "total": total,
        "open": counts["running"] + counts["queued"],
        "percent": counts["done"] * 100 // total if total else 0,
        "failed_from": counts["done"] + counts["running"],
    }


def report_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "report.add")
    now = timezone.now()
    form = ReportForm(request.POST or None, user=request.user, initial={"year": timezone.localdate(now).year - 1})
    made: list[ReportRun] = []
    if form.is_valid() and accepted(form, lambda: made.append(order(request, form.cleaned_data, now))):
        return redirect(made[0])
    return render(request, "reports/report_create.html", {"form": form})


def order(request: HttpRequest, wanted: dict, now: datetime) -> ReportRun:
    for subject in wanted["subjects"]:
        require(request.user, "report.add", AnnualReport(year=wanted["year"], **AnnualReport.about(subject)))
    run = report_runs.order_reports(wanted["subjects"], wanted["year"], by=request.user, now=now)
    start(request, run.reports.filter(status=AnnualReport.Status.QUEUED).defer("figures"))
    return run


def start(request: HttpRequest, orders: Iterable[AnnualReport]) -> None:
    """Announce the orders once they are written; without a broker the page says that they wait a little longer."""

    def tell() -> None:
        if not announce(orders):
            messages.warning(request, _("The reports are queued and will be made as soon as a worker looks for them."))

    transaction.on_commit(tell)


def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(AnnualReport.objects.visible_to(request.user).for_page(), pk=pk)
    has_own = "zone" in (report.figures or {})
    figures = printed(report, report.finished_at or timezone.now()) if has_own else None
    if figures:
        figures = linked(figures, report, request.user)
    stale = is_stale(report)
    found = changes(report) if stale else []
    return render(
        request,
        "reports/report_detail.html",
        {
            "report": report,
            "figures": figures,
            "sections": linked_sections(report, request.user),
            "narrative": [*narrated(report.figures or {}), *own_section(report.figures or {})],
            "template": (report.figures or {}).get("template"),
            "stale": stale,
            "changes": found[:MOST_CHANGES],
            "more_changes": len(found) - MOST_CHANGES,
            "history": HistoryEntry.objects.of(report),
        },
    )


def report_download(request: HttpRequest, pk: int) -> FileResponse:
    report = get_object_or_404(AnnualReport.objects.visible_to(request.user).for_page(), pk=pk)
    form = request.GET.get("format", "pdf")
    if form not in TYPES:
        raise Http404
    file = reports.open_file(report, form)
    return FileResponse(file, as_attachment=True, filename=report.file_name(form), content_type=TYPES[form])


@require_POST
def report_retry(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(AnnualReport.objects.visible_to(request.user).for_page(), pk=pk)
    require(request.user, "report.change", report)
    report_runs.retry(report, by=request.user, now=timezone.now())
    start(request, [report])
    return redirect("reports:report_list")


def report_figure(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The records behind the figure of that number, counted as in the Excel file's list of figures."""
    report = get_object_or_404(AnnualReport.objects.visible_to(request.user).for_page(), pk=pk)
    figures = traced(report.figures or {})
    if number >= len(figures):
        raise Http404
    trace = figures[number]
    context = {
        "report": report,
        "trace": trace,
        "value": number_text(trace.value),
        "parts": behind(trace.records, request.user),
        "list_url": figure_url(trace.records, set()),
        "most": MOST,
    }
    return render(request, "reports/report_figure.html", context)
