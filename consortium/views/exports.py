"""Excel files of long lists: asking before one is written, how far it is, and taking it away."""

from django.contrib import messages
from django.core.signing import BadSignature
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..filters.exports import ExportFilter
from ..forms.exports import ReasonForm
from ..jobs.exports import announce
from ..lists import XLSX, Column, addresses, export_form, list_page, read_table, xlsx_response
from ..models import Export
from ..services.exports import open_file, order_export


def export_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("List"), "title", sort="title"),
        Column(_("State"), "get_status_display", sort="status"),
        Column(_("Rows"), "rows_done", sort="rows_done", numeric=True),
        Column(_("Ordered at"), "ordered_at", sort="ordered_at"),
        Column(_("Finished at"), "finished_at", sort="finished_at"),
    ]
    return list_page(
        request,
        filterset=ExportFilter,
        queryset=Export.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/export_list.html",
        tally="status",
    )


@require_POST
def export_create(request: HttpRequest) -> HttpResponse:
    """Answers a short list's file, or orders that of a long one. The address is one that a list's page has signed."""
    try:
        address = addresses.unsign(request.POST.get("order", ""))
    except BadSignature:
        raise Http404 from None
    table = read_table(address, request.user)  # type: ignore[arg-type]
    form = ReasonForm(request.POST) if table.personal and "masked" not in request.POST else None
    if form and not form.is_valid():
        return export_form(request, table, address, form)
    reason = form.cleaned_data["reason"] if form else ""
    with transaction.atomic():
        if at_once := xlsx_response(table, by=request.user, reason=reason):  # type: ignore[arg-type]
            return at_once
        order = order_export(
            title=table.title,
            address=address,
            reason=reason,
            language=get_language(),
            by=request.user,
            now=timezone.now(),
        )
        transaction.on_commit(lambda: _announce(request, order))
    return redirect("consortium:export_detail", order.pk)


def _announce(request: HttpRequest, order: Export) -> None:
    if not announce(order):
        messages.warning(request, _("The file waits a little longer: the queue does not answer at the moment."))


def export_detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    return render(request, "consortium/export_detail.html", {"export": order})


def export_download(request: HttpRequest, pk: int) -> FileResponse:
    order = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    file = FileResponse(open_file(order), as_attachment=True, filename=order.file_name, content_type=XLSX)
    file["X-Content-Type-Options"] = "nosniff"
    return file
