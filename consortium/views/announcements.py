from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ..filters.notices import AnnouncementFilter, ReceiptFilter
from ..forms import accepted
from ..forms.notices import AnnouncementForm, WithdrawForm
from ..lists import Column, list_page
from ..models import Announcement, HistoryEntry
from ..permissions import may, require
from ..services import announcements
from .pages import confirm_page


def announcement_list(request: HttpRequest) -> HttpResponse:
    sees_receipts = may(request.user, "announcement.receipts")
    columns = [
        Column(_("Announcement"), "title", sort="title"),
        Column(_("Addressed to"), "audience_label"),
        Column(_("Announced at"), "at", sort="at"),
        Column(_("By"), "by.name"),
        Column(_("Read by"), "receipt_count", sort="receipt_count", numeric=True)
        if sees_receipts
        else Column(_("Read at"), "own_read_at", sort="own_read_at"),
    ]
    rows = Announcement.objects.visible_to(request.user).for_list()
    rows = rows.annotate(receipt_count=Count("receipts")) if sees_receipts else rows.with_reading(request.user)
    return list_page(
        request,
        filterset=AnnouncementFilter,
        queryset=rows,
        columns=columns,
        template="consortium/announcement_list.html",
        context={"sees_receipts": sees_receipts},
    )


def announcement_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "announcement.add")
    form = AnnouncementForm(request.POST or None)
    if form.is_valid() and accepted(form, lambda: form.announce(request.user, timezone.now())):
        messages.success(request, _("Announced. Everybody addressed has got a notice."))
        return redirect(form.instance)
    return render(request, "consortium/announcement_form.html", {"form": form})


def announcement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    announcement = _announcement(request, pk)
    context = {"announcement": announcement, "history": HistoryEntry.objects.of(announcement)}
    if may(request.user, "announcement.receipts", announcement):
        context |= _progress(announcement)
    return render(request, "consortium/announcement_detail.html", context)


@require_POST
def announcement_read(request: HttpRequest, pk: int) -> HttpResponse:
    """The person confirms that it is read: the receipt."""
    announcement = _announcement(request, pk)
    require(request.user, "announcement.read", announcement)
    announcements.confirm_reading(announcement, by=request.user, now=timezone.now())
    return redirect(announcement)


def announcement_receipts(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has read it and who has not, by organization."""
    announcement = _announcement(request, pk)
    require(request.user, "announcement.receipts", announcement)
    columns = [
        Column(_("Organization"), "organization.name", sort="organization__name"),
        Column(_("Kind"), "organization.get_kind_display", sort="organization__kind"),
        Column(_("Person"), "user.name", sort="user__name"),
        Column(_("Role"), "get_role_display", sort="role"),
        Column(_("Read at"), "read_at", sort="read_at"),
    ]
    rows = announcement.addressees().select_related("user", "organization").order_by("organization__name", "pk")
    return list_page(
        request,
        filterset=ReceiptFilter,
        queryset=rows,
        columns=columns,
        template="consortium/announcement_receipts.html",
        context={"announcement": announcement, **_progress(announcement)},
    )


@require_POST
def announcement_remind(request: HttpRequest, pk: int) -> HttpResponse:
    announcement = _announcement(request, pk)
    require(request.user, "announcement.change", announcement)
    count = announcements.remind(announcement, by=request.user, now=timezone.now())
    text = ngettext("%(count)s person reminded.", "%(count)s people reminded.", count)
    messages.success(request, text % {"count": count})
    return redirect("consortium:announcement_receipts", announcement.pk)


def announcement_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    announcement = _announcement(request, pk)
    require(request.user, "announcement.change", announcement)
    form = WithdrawForm(request.POST or None)
    return confirm_page(
        request,
        lambda: announcements.withdraw(
            announcement, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
        ),
        form=form,
        heading=_("Withdraw this announcement?"),
        text=_("“%(title)s” is no longer shown to its readers. Who has read it stays known.")
        % {"title": announcement.title},
        label=_("Take it back"),
        danger=True,
        back=announcement,
    )


def _progress(announcement: Announcement) -> dict[str, int]:
    """How many were asked to read it, and how many have."""
    return announcement.addressees().aggregate(asked=Count("pk"), read=Count("read_at"))


def _announcement(request: HttpRequest, pk: int) -> Announcement:
    rows = Announcement.objects.visible_to(request.user).with_reading(request.user).for_list()
    return get_object_or_404(rows, pk=pk)
