"""Writing the text of an annual report part by part, with the figures' own sentences and last year's text beside it."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.models import HistoryEntry
from consortium.permissions import require

from ..models import AnnualReport, ReportText
from ..models.report_texts import LONGEST
from ..report_forms import TextForm
from ..services.report_changes import is_stale
from ..services.report_facts import offered
from ..services.report_texts import save_text, texts_of


def writable(request: HttpRequest, pk: int) -> AnnualReport:
    report = get_object_or_404(AnnualReport.objects.visible_to(request.user).for_page(), pk=pk)
    require(request.user, "report.write", report)
    return report


def report_text(request: HttpRequest, pk: int) -> HttpResponse:
    """All parts; the button saves them together, the script each as one goes."""
    report = writable(request, pk)
    rows = texts_of(report, report.year)
    last = texts_of(report, report.year - 1)
    facts = offered(report)
    data = request.POST or None
    forms = [TextForm(data, part=part, row=rows.get(part), facts=facts) for part in ReportText.Part]

    valid = [form.is_valid() for form in forms]
    kept = [accepted(form, partial(keep, report, form, request)) for form in forms] if all(valid) else [False]
    if all(kept):
        messages.success(request, _("The text is saved. The next version of the report says it."))
        return redirect("reports:report_text", report.pk)
    texts = list(rows.values())
    context = {
        "report": report,
        "parts": [(form, last.get(form.part)) for form in forms],
        "most": LONGEST,
        "stale": is_stale(report),
        "history": HistoryEntry.objects.of(*texts) if texts else [],
    }
    return render(request, "reports/report_text.html", context)


@require_POST
def report_text_save(request: HttpRequest, pk: int, part: str) -> JsonResponse:
    """One part, saved as one goes: answers its version, or with 400 or 409 the sentence why it is not saved."""
    report = writable(request, pk)
    if part not in ReportText.Part.values:
        raise Http404
    row = texts_of(report, report.year).get(part)
    form = TextForm(request.POST, part=ReportText.Part(part), row=row, facts=offered(report))
    if not form.is_valid():
        return JsonResponse({"detail": next(iter(form.errors.values()))[0]}, status=400)
    try:
        kept = keep(report, form, request)
    except ValidationError as error:
        return JsonResponse({"detail": error.messages[0], "version": row.version if row else 0}, status=409)
    return JsonResponse({"version": kept.version})


def keep(report: AnnualReport, form: TextForm, request: HttpRequest) -> ReportText:
    said = form.cleaned_data
    return save_text(
        report, form.part, said["text"], said["facts"],
        version=said["version"] or 0, by=request.user, now=timezone.now(),
    )  # fmt: skip
