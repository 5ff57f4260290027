from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from ..inbox import SOURCES, grouped, waiting_for
from ..models import Notice


def inbox(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the person, acting as now; one kind of it when asked."""
    today = timezone.localdate()
    items = waiting_for(request.user, today)
    counts = Counter(item.source for item in items)
    chosen = request.GET.get("kind", "")
    shown = [item for item in items if item.source == chosen] if chosen in counts else items
    context = {
        "groups": grouped(shown, today),
        "count": len(items),
        "kinds": [(name, source.label, counts[name]) for name, source in SOURCES.items() if name in counts],
        "chosen": chosen,
        "today": today,
    }
    return render(request, "consortium/inbox.html", context)


@never_cache
def inbox_count(request: HttpRequest) -> HttpResponse:
    """The two links in the head of every page, with what waits and what is unread counted now."""
    desk = {  # under a name of its own: every page has the links, and words of its own
        "waiting": len(waiting_for(request.user, timezone.localdate())),
        "unread": Notice.objects.visible_to(request.user).unread().count(),
    }
    return render(request, "consortium/_desk.html", {"desk": desk})
