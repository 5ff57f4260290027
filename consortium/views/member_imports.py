"""Members from Excel: the template, handing a file in, reading what was found, accepting it."""

from io import BytesIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ..filters.members import MemberImportFilter
from ..forms import accepted
from ..forms.members import MemberImportForm
from ..lists import XLSX, Column, list_page
from ..models import HistoryEntry, MemberImport
from ..permissions import require
from ..services import member_imports
from ..services.member_template import write_template


def member_import_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("File"), "name", sort="name"),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
        Column(gettext_lazy("Handed in at"), "at", sort="at"),
    ]
    return list_page(
        request,
        filterset=MemberImportFilter,
        queryset=MemberImport.objects.visible_to(request.user).for_list().defer("result"),
        columns=columns,
        template="consortium/member_import_list.html",
        tally="status",
    )


def member_import_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "member_import.add")
    form = MemberImportForm(request.POST or None, request.FILES or None)
    found: list[MemberImport] = []
    if request.method == "POST" and form.is_valid():
        file, now = form.cleaned_data["file"], timezone.now()
        if accepted(form, lambda: found.append(member_imports.check_members(file, by=request.user, now=now))):
            return redirect(found[0])
    return render(request, "consortium/member_import_create.html", {"form": form})


def member_import_template(request: HttpRequest) -> HttpResponse:
    require(request.user, "member_import.add")
    data = BytesIO()
    write_template(data, by=request.user)
    name = _("Members template") + ".xlsx"
    return HttpResponse(
        data.getvalue(),
        content_type=XLSX,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
            "X-Content-Type-Options": "nosniff",
        },
    )


def member_import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(MemberImport.objects.visible_to(request.user), pk=pk)
    context = {"import": order, "found": order.result, "file": order.file, "history": HistoryEntry.objects.of(order)}
    return render(request, "consortium/member_import_detail.html", context)


@require_POST
def member_import_accept(request: HttpRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(MemberImport.objects.visible_to(request.user), pk=pk)
    require(request.user, "member_import.change", order)
    member_imports.accept_members(order, by=request.user)
    messages.success(request, _("All members of the file were written."))
    return redirect(order)
