"""People and their roles: the list, a person's page, giving and ending roles."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .. import personal
from ..filters.people import PersonFilter
from ..forms.people import ReasonForm, RoleForm
from ..lists import Column, list_page
from ..models import Affiliation, HistoryEntry, User
from ..permissions import may, require, rights_of
from ..services.people import add_role, end_role, invitations_of
from ..services.personal import note_export
from .pages import confirm_page


def person_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "person.see")

    def of_person(name: str) -> Any:
        return lambda row: personal.shown(row.user, name, request.user)

    def masked(name: str) -> Any:
        return lambda row: personal.masked(row.user, name)

    columns = [
        Column(_("Name"), of_person("name"), sort="user__name", masked=masked("name")),
        Column(_("User name"), of_person("username"), masked=masked("username")),
        Column(_("Role"), "get_role_display", sort="role"),
        Column(_("Organization"), "organization.name", sort="organization__name"),
        Column(pgettext("date", "From"), "started_on", sort="started_on"),
        Column(_("Until"), "ended_on", sort="ended_on"),
        Column(_("Last sign-in"), of_person("last_login"), sort="user__last_login", masked=masked("last_login")),
        Column(_("State"), lambda row: _("Valid") if row.works else _("Ended")),
    ]
    return list_page(
        request,
        filterset=PersonFilter,
        queryset=Affiliation.objects.visible_to(request.user)
        .filter(user__in=User.objects.visible_to(request.user))
        .for_list(),
        columns=columns,
        template="consortium/person_list.html",
        tally="role",
        personal=lambda rows, *, by, reason: note_export({row.user for row in rows}, by=by, reason=reason),
    )


def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    require(request.user, "person.see", person)
    rows = list(Affiliation.objects.visible_to(request.user).filter(user=person).for_list())
    now = [
        {"affiliation": row, "rights": rights_of(row), "can_end": may(request.user, "affiliation.end", row)}
        for row in rows
        if row.works
    ]
    return render(
        request,
        "consortium/person_detail.html",
        {
            "person": person,
            "now": now,
            "earlier": [row for row in rows if not row.works],
            "sessions": person.count_sessions(timezone.now()),
            "tokens": person.api_tokens.live(timezone.now()).count(),
            "history": HistoryEntry.objects.of(person, *rows),
        },
    )


def affiliation_create(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    require(request.user, "affiliation.add")
    form = RoleForm(request.POST or None, user=request.user, instance=Affiliation(user=person))

    def act() -> None:
        add_role(form.instance, by=request.user)
        messages.success(request, _("The role is given and works from now on."))

    return confirm_page(
        request,
        act,
        form=form,
        heading=_("Give %(person)s a role") % {"person": person},
        text=_("The person keeps the roles of now and switches between them. Rights never add up."),
        label=_("Give the role"),
        back=person,
    )


def affiliation_end(request: HttpRequest, pk: int) -> HttpResponse:
    affiliation = get_object_or_404(Affiliation.objects.visible_to(request.user), pk=pk)
    require(request.user, "affiliation.end", affiliation)
    person = affiliation.user
    form = ReasonForm(request.POST or None)

    def act() -> None:
        end_role(affiliation, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The role has ended."))

    going = [_("Invitation of %(name)s is withdrawn") % {"name": row.name} for row in invitations_of(affiliation)]
    return confirm_page(
        request,
        act,
        form=form,
        heading=_("End a role"),
        text=_("%(role)s of %(person)s at %(organization)s ends today and stops working at once.")
        % {"role": affiliation.get_role_display(), "person": person, "organization": affiliation.organization},
        going=[_("Access in open sessions and by API token"), *going],
        label=_("End the role"),
        danger=True,
        back=person,
        then="home" if person == request.user else None,
    )
