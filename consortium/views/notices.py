from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..filters.notices import NoticeFilter
from ..forms.notices import NoticeChoicesForm
from ..inbox import kind_label
from ..lists import Column, list_page
from ..models import Notice
from ..services import notices


def notice_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Notice"), "text"),
        Column(_("Kind"), lambda notice: kind_label(notice.kind)),
        Column(_("At"), "at", sort="at"),
        Column(_("Read at"), "read_at"),
    ]
    visible = Notice.objects.visible_to(request.user)
    unread = visible.unread().order_by("-pk").values_list("pk", flat=True)
    return list_page(
        request,
        filterset=NoticeFilter,
        queryset=visible.order_by("-pk"),
        columns=columns,
        template="consortium/notice_list.html",
        context={"newest_unread": unread.first()},
    )


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Go where the notice leads; with that it is read."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    notices.mark_read([notice], by=request.user, now=timezone.now())
    return redirect(notice.url)


@require_POST
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    notices.mark_read([notice], by=request.user, now=timezone.now())
    return redirect("consortium:notice_list")


@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    """Mark read what stood on the page; what has come since stays unread."""
    newest = request.POST.get("newest", "")
    if newest.isdecimal() and len(newest) < 19:
        notices.mark_all_read(int(newest), by=request.user, now=timezone.now())
    return redirect("consortium:notice_list")


def notice_choices(request: HttpRequest) -> HttpResponse:
    """How the person wants each kind of notices."""
    form = NoticeChoicesForm(request.POST or None, user=request.user)
    if form.is_valid():
        notices.choose(form.choices(), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("consortium:notice_choices")
    return render(request, "consortium/notice_choices.html", {"notice_form": form})
