"""What the pages of every noun need: a form, a step to another state, the year that is asked for."""

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.services import move
from consortium.views import pages


def form_page(
    request: HttpRequest,
    form: BaseForm,
    save: Callable[[], Any],
    *,
    heading: Any,
    back: Any = None,
    cancel_url: str = "",
    label: Any = None,
) -> HttpResponse:
    """Show ``form``; when it is sent and right, ``save()`` it and go to ``back``, or to what was saved.

    ``back`` is a record with a page; without it Cancel leads to ``cancel_url``, or to the zones.
    """
    crumbs: list[tuple[str, Any]] = [(reverse("zones:zone_list"), _("Zones"))]
    if back:
        crumbs.append((back.get_absolute_url(), back))
        cancel_url = ""

    def act() -> Any:
        saved = save()
        return back or saved

    return pages.form_page(request, form, act, heading=heading, crumbs=crumbs, cancel_url=cancel_url, label=label)


def asked_year(request: HttpRequest, this_year: int) -> int:
    """The year of the address, from 2000 on; without one, or with one that has not begun, this one."""
    asked = request.GET.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:6]) <= this_year else this_year


def move_page(request: HttpRequest, obj: Any, to: str, *, step: Callable[..., None] = move) -> HttpResponse:
    """Ask once, then take ``obj`` to the state ``to`` by the service ``step``. A state that does not exist is a 404."""
    labels = dict(obj.Status.choices)
    if to not in labels:
        raise Http404
    words = {"name": obj, "old": obj.get_status_display(), "new": labels[to]}
    label = _("Set to “%(label)s”") % {"label": labels[to]}
    return pages.confirm_page(
        request,
        lambda: step(obj, to, by=request.user),
        heading=label,
        text=_("“%(name)s” is “%(old)s” now and becomes “%(new)s”. This step cannot be taken back.") % words,
        label=label,
        back=obj,
    )


def next_states(obj: Any) -> list[tuple[str, str]]:
    """The states to which ``obj`` can be taken now, with their names, in the order of the life of such a thing."""
    allowed = obj.TRANSITIONS.get(obj.status, ())
    return [(value, label) for value, label in obj.Status.choices if value in allowed]
