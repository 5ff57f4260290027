"""What happened in the whole consortium, for those who answer for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from ..filters.history import HistoryFilter
from ..lists import Column, list_page
from ..models import HistoryEntry
from ..permissions import require


def history_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "history.see")
    columns = [
        Column(_("When"), "at"),
        Column(_("Who"), "actor_name"),
        Column(_("Acting as"), "acting_label"),
        Column(_("Kind of record"), "content_type.name"),
        Column(_("Number of the record"), "object_id"),
        Column(_("What"), "what_label"),
        Column(_("Before"), "old_label"),
        Column(_("After"), "new_label"),
        Column(_("Reason"), "reason"),
        Column(_("Address"), "address"),
    ]
    return list_page(
        request,
        filterset=HistoryFilter,
        queryset=HistoryEntry.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/history_list.html",
    )


def history_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = HistoryEntry.objects.visible_to(request.user).for_list().select_related("link")
    entry = get_object_or_404(rows, pk=pk)
    return render(request, "consortium/history_detail.html", {"entry": entry, "entries": [entry]})
