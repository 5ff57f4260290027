"""The monthly brief as a page and as a PDF."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from consortium.permissions import require

from ..brief import brief, month_after, month_before, month_of
from ..typesetting import brief_pdf


def monthly_brief(request: HttpRequest) -> HttpResponse:
    """Of ``?month=2026-05``, otherwise of this month; with ``format=pdf`` to print."""
    require(request.user, "consortium.brief")
    now, today = timezone.now(), timezone.localdate()
    month = month_of(request.GET.get("month", ""), today)
    if request.GET.get("format") == "pdf":
        name = f"{_('Monthly brief')}-{month:%Y-%m}.pdf"
        return HttpResponse(
            brief_pdf(request.user, month, now),
            content_type="application/pdf",
            headers={
                "Content-Disposition": content_disposition_header(as_attachment=False, filename=name),
                "X-Content-Type-Options": "nosniff",
            },
        )
    after = month_after(month)
    context = {
        "month": month,
        "before": month_before(month),
        "after": after if after <= today else None,
        "sections": brief(request.user, month, today),
    }
    return render(request, "reports/monthly_brief.html", context)
