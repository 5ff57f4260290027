from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consortium.models import HistoryEntry
from consortium.permissions import require

from .. import services
from ..facts import goal_light, register_cards
from ..forms import GoalForm
from ..models import Zone, ZoneGoal
from .pages import form_page

Kind = ZoneGoal.Kind


def usual(kind: str) -> dict[str, str]:
    """What a goal of this kind usually counts; the college writes something else where it does."""
    return {
        Kind.TALENT: {"measure": _("Students with a representative outcome"), "unit": _("people")},
        Kind.PATH: {"measure": _("Agreements with all four clauses"), "unit": pgettext("unit", "agreements")},
        Kind.TEAM: {"measure": _("Mentors of both sides at work"), "unit": _("people")},
        Kind.COURSES: {"measure": _("Teaching cases from enterprise projects"), "unit": pgettext("unit", "cases")},
        Kind.BASE: {"measure": _("Received for technical services"), "unit": _("yuan")},
    }[Kind(kind)]


def goal_create(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    if kind not in Kind.values:
        raise Http404
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    goal = ZoneGoal(zone=zone, kind=kind, year=timezone.localdate().year)
    require(request.user, "goal.add", goal)
    form = GoalForm(request.POST or None, instance=goal, initial=usual(kind))
    words = {"goal": goal.get_kind_display(), "year": goal.year}
    heading = _("Goal for %(year)s: %(goal)s") % words
    return form_page(request, form, lambda: services.save_goal(goal, by=request.user), heading=heading, back=zone)


def goal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(ZoneGoal.objects.visible_to(request.user).select_related("zone__college"), pk=pk)
    cards = register_cards(request.user, goal.year, goal.zone) if goal.register else []
    context = {
        "goal": goal,
        "zone": goal.zone,
        "light": goal_light(goal, timezone.localdate()),
        "card": next((card for card in cards if card["thing"] == goal.register), None),
        "others": goal.zone.goals.filter(kind=goal.kind).exclude(pk=goal.pk).order_by("-year"),
        "history": HistoryEntry.objects.of(goal),
    }
    return render(request, "zones/goal_detail.html", context)


def goal_update(request: HttpRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(ZoneGoal.objects.visible_to(request.user).select_related("zone"), pk=pk)
    require(request.user, "goal.change", goal)
    form = GoalForm(request.POST or None, instance=goal)
    return form_page(
        request, form, lambda: services.save_goal(goal, by=request.user), heading=_("Edit goal"), back=goal
    )
