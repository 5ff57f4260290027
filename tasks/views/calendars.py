"""One's own calendar link, and the feed that it opens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consortium.permissions import require

from ..calendar_feed import calendar_feed as feed_of
from ..services import calendar_link_of, make_calendar_link, reader_of, revoke_calendar_link


@never_cache
def calendar_link(request: HttpRequest) -> HttpResponse:
    """Make a link, or another in its place, and show it this once: nothing keeps its secret until the next page."""
    require(request.user, "milestone.see")
    address = ""
    if request.method == "POST":
        link = make_calendar_link(by=request.user, now=timezone.now())
        address = request.build_absolute_uri(reverse("tasks:calendar_feed", args=[link.secret]))
    context = {"address": address, "link": calendar_link_of(request.user)}
    return render(request, "tasks/calendar_link.html", context)


@require_POST
def calendar_revoke(request: HttpRequest) -> HttpResponse:
    require(request.user, "milestone.see")
    revoke_calendar_link(by=request.user)
    messages.success(request, _("The calendar link no longer works."))
    return redirect("tasks:calendar_link")


@login_not_required
@never_cache
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A calendar program cannot sign in: the secret in the address stands for the person."""
    reader = reader_of(secret)
    if reader is None:
        raise Http404
    headers = {"Content-Disposition": "inline; filename=tasks.ics", "X-Robots-Tag": "noindex"}
    return HttpResponse(feed_of(reader, timezone.now()), "text/calendar; charset=utf-8", headers=headers)
