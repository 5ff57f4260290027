"""Hours from Excel: the template, handing a file in, reading what was found, accepting it."""

from io import BytesIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.lists import XLSX, Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require

from .. import services
from ..filters.hour_imports import HourImportFilter
from ..forms.hour_imports import HourImportForm
from ..jobs import announce
from ..models import HourImport

SHOWN = 200  # faults or changes on one page


def hour_import_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("File"), "name", sort="name"),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
        Column(gettext_lazy("Rows"), "rows_total", sort="rows_total", numeric=True),
        Column(gettext_lazy("Handed in at"), "ordered_at", sort="ordered_at"),
        Column(gettext_lazy("Finished at"), "finished_at", sort="finished_at"),
    ]
    return list_page(
        request,
        filterset=HourImportFilter,
        queryset=HourImport.objects.visible_to(request.user).for_list().defer("result"),
        columns=columns,
        template="zones/hour_import_list.html",
        tally="status",
    )


def hour_import_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "hour_import.add")
    form = HourImportForm(request.POST or None, request.FILES or None)
    ordered: list[HourImport] = []

    def order() -> None:
        ordered.append(
            services.order_import(
                form.cleaned_data["file"], language=get_language(), by=request.user, now=timezone.now()
            )
        )

    if request.method == "POST" and form.is_valid() and accepted(form, order):
        return _go_on(request, ordered[0])
    return render(request, "zones/hour_import_create.html", {"form": form})


def hour_import_template(request: HttpRequest) -> HttpResponse:
    require(request.user, "hour_import.add")
    data = BytesIO()
    services.write_template(data, by=request.user, today=timezone.localdate())
    return HttpResponse(
        data.getvalue(),
        content_type=XLSX,
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=True, filename=_("Hours template") + ".xlsx"
            ),
            "X-Content-Type-Options": "nosniff",
        },
    )


def hour_import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(HourImport.objects.visible_to(request.user), pk=pk)
    number = request.GET.get("page", "1")
    context = {
        "import": order,
        "file": order.file,
        "faults": Paginator(order.result.get("faults", []), SHOWN).get_page(number),
        "changes": Paginator(order.result.get("changes", []), SHOWN).get_page(number),
        "history": HistoryEntry.objects.of(order),
    }
    return render(request, "zones/hour_import_detail.html", context)


@require_POST
def hour_import_accept(request: HttpRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(HourImport.objects.visible_to(request.user), pk=pk)
    submits = request.POST.get("act") == "submit"
    services.accept_import(order, submits=submits, by=request.user, now=timezone.now())
    return _go_on(request, order)


def _go_on(request: HttpRequest, order: HourImport) -> HttpResponse:
    """A short file's next step at once, a long one's by a worker."""
    if services.is_small(order):
        services.run_import(order, tell=False)
    else:
        transaction.on_commit(lambda: _announce(request, order))
    return redirect(order)


def _announce(request: HttpRequest, order: HourImport) -> None:
    if not announce(order):
        messages.warning(request, _("The file waits a little longer: the queue does not answer at the moment."))
