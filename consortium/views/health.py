"""The consortium's health, and the platforms and bases that belong to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import health
from ..filters.platforms import PlatformFilter
from ..forms.platforms import PlatformForm
from ..lists import Column, list_page
from ..models import Agreement, Platform
from ..permissions import require
from ..services.platforms import save_platform
from .pages import form_page


def health_page(request: HttpRequest) -> HttpResponse:
    require(request.user, "consortium.health")
    today = timezone.localdate()
    found = health.needs_of(request.user)
    groups = [
        (label, [(need, need.count_on(today), need.since(today)) for need in found if need.group == number])
        for number, label in health.GROUPS.items()
    ]
    context = {
        "today": today,
        "groups": groups,
        "needs": found,
        "missing": health.missing(found, today),
        "over_time": health.over_time(found, today),
        "ending": Agreement.objects.visible_to(request.user).ending(today).count(),
        "lacking": Agreement.objects.visible_to(request.user).filter(status=Agreement.Status.SIGNED).lacking().count(),
    }
    return render(request, "consortium/health.html", context)


def platform_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Name"), "name", sort="name"),
        Column(gettext_lazy("Kind"), "get_kind_display", sort="kind"),
        Column(gettext_lazy("Operating member"), lambda row: row.operator.name if row.operator else ""),
        Column(gettext_lazy("Since"), "since", sort="since"),
        Column(gettext_lazy("Until"), "until", sort="until"),
        Column(gettext_lazy("Note"), "note"),
    ]
    return list_page(
        request,
        filterset=PlatformFilter,
        queryset=Platform.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/platform_list.html",
        tally="kind",
    )


def platform_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "platform.add")
    form = PlatformForm(request.POST or None, user=request.user)
    return _platform_page(request, form, _("New platform or base"))


def platform_update(request: HttpRequest, pk: int) -> HttpResponse:
    platform = get_object_or_404(Platform.objects.visible_to(request.user), pk=pk)
    require(request.user, "platform.change", platform)
    form = PlatformForm(request.POST or None, instance=platform, user=request.user)
    return _platform_page(request, form, _("Edit the platform or base"))


def _platform_page(request: HttpRequest, form: PlatformForm, heading: str) -> HttpResponse:
    def save() -> str:
        save_platform(form.instance, by=request.user)
        return reverse("consortium:platform_list")

    crumbs = [(reverse("consortium:platform_list"), _("Platforms and bases"))]
    return form_page(request, form, save, heading=heading, crumbs=crumbs)
