"""Invitations by link: sending them, and the one page where strangers come in."""

from allauth.account.utils import perform_login
from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from .. import personal
from ..filters.people import InvitationFilter
from ..forms import accepted
from ..forms.people import DaysForm, InvitationForm, JoinForm
from ..lists import Column, list_page
from ..models import HistoryEntry, Invitation, User
from ..permissions import require
from ..services import people as service
from ..services.personal import note_export
from .pages import confirm_page


def invitation_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "invitation.see")
    columns = [
        Column(_("Name"), "name", sort="name", masked=lambda row: personal.masked(row, "name")),
        Column(_("E-mail address"), "email", sort="email", masked=lambda row: personal.masked(row, "email")),
        Column(_("Role"), "get_role_display", sort="role"),
        Column(_("Organization"), "organization.name", sort="organization__name"),
        Column(_("Invited by"), "invited_by.name", sort="invited_by__name"),
        Column(_("Invited at"), "invited_at", sort="invited_at"),
        Column(_("Expires at"), "expires_at", sort="expires_at"),
        Column(_("State"), "get_status_display"),
    ]
    return list_page(
        request,
        filterset=InvitationFilter,
        queryset=Invitation.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/invitation_list.html",
        personal=note_export,
    )


def invitation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).for_list(), pk=pk)
    context = {"invitation": invitation, "history": HistoryEntry.objects.of(invitation)}
    return render(request, "consortium/invitation_detail.html", context)


@never_cache
def invitation_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "invitation.add")
    form = InvitationForm(request.POST or None, user=request.user, initial=request.GET.dict())
    if form.is_valid():
        require(request.user, "invitation.add", form.instance)
        days = form.cleaned_data["days"]
        if accepted(form, lambda: service.invite(form.instance, days=days, by=request.user)):
            return _show_link(request, form.instance)
    return render(request, "consortium/invitation_form.html", {"form": form})


@never_cache
def invitation_resend(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).for_list(), pk=pk)
    require(request.user, "invitation.change", invitation)
    form = DaysForm(request.POST or None)
    if form.is_valid():
        days = form.cleaned_data["days"]
        if accepted(form, lambda: service.send_again(invitation, days=days, by=request.user)):
            return _show_link(request, invitation)
    return render(
        request,
        "confirm.html",
        {
            "heading": _("Send the invitation again"),
            "text": _("%(name)s gets a new link. The link before no longer works.") % {"name": invitation.name},
            "form": form,
            "label": _("Send again"),
            "cancel_url": reverse("consortium:invitation_detail", args=[invitation.pk]),
        },
    )


def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).for_list(), pk=pk)
    require(request.user, "invitation.change", invitation)

    def act() -> None:
        service.withdraw(invitation, by=request.user)
        messages.success(request, _("The invitation is withdrawn. Its link no longer works."))

    return confirm_page(
        request,
        act,
        heading=_("Withdraw the invitation"),
        text=_("The link that %(name)s has got stops working.") % {"name": invitation.name},
        label=_("Withdraw the invitation"),
        danger=True,
        back=invitation,
    )


def _show_link(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The page that shows the link this once. No redirect, because nothing keeps the secret until the next page."""
    path = reverse("consortium:invitation_accept", args=[invitation.secret])
    link = request.build_absolute_uri(path)
    mailed = service.mail_link(invitation, link)
    context = {"invitation": invitation, "link": link, "mailed": mailed}
    return render(request, "consortium/invitation_link.html", context)


@login_not_required
@never_cache
def invitation_accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Where the link leads. To strangers a link that is unknown, used, withdrawn or too old is all the same."""
    if answer := consume_or_429(request, action="accept_invitation", limit_get=True):
        return answer
    invitation = service.find_invitation(secret)
    if invitation is None:
        return _gone(request)
    if sentence := service.why_void(invitation, timezone.now()):
        return _gone(request, sentence if invitation.is_for(request.user) else "")
    if request.user.is_authenticated:
        return _accept_as(request, invitation)
    return _come_in(request, invitation)


def _gone(request: HttpRequest, sentence: str = "") -> HttpResponse:
    return render(request, "consortium/invitation_gone.html", {"sentence": sentence}, status=404)


def _accept_as(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Somebody is signed in: the invited one says yes, anybody else is told so."""
    if not invitation.is_for(request.user):
        return render(request, "consortium/invitation_other.html", {"invitation": invitation}, status=403)
    if request.method == "POST":
        affiliation = service.accept(invitation, by=request.user)
        sentence = _("You have the role “%(role)s” now. Switch to it here or in your menu.")
        messages.success(request, sentence % {"role": affiliation.get_role_display()})
        return redirect("consortium:profile")
    return render(request, "consortium/invitation_accept.html", {"invitation": invitation})


def _come_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Nobody is signed in: whoever has an account signs in first, whoever is new makes one."""
    known = service.accounts_of(invitation)
    if known:
        active = any(user.is_active for user in known)
        context = {"invitation": invitation, "active": active}
        return render(request, "consortium/invitation_known.html", context, status=200 if active else 403)
    form = JoinForm(request.POST or None, instance=User(email=invitation.email), initial={"name": invitation.name})
    if form.is_valid():
        password = form.cleaned_data["password1"]
        if accepted(form, lambda: service.join(form.instance, invitation, password=password)):
            return perform_login(request, form.instance, email_verification="none", redirect_url=reverse("home"))
    return render(request, "consortium/invitation_join.html", {"invitation": invitation, "form": form})
